import * as pulumi from "@pulumi/pulumi";

import { kserveNamespace } from "../../sdk/api/constants";
import { artifacts } from "../../sdk/artifacts";
import { assertNoProblems } from "../../sdk/problems";
import { type CrdArgs, crdBundles, type CrdConversion } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link KServeCrds}. */
export interface KServeCrdsArgs extends CrdArgs {
  /** "full", or "minimal" without the schema of the deprecated v1alpha1, at half the size. @default "full" */
  schema?: "full" | "minimal";
  /**
   * Base64 of the PEM with which the API server verifies KServe's conversion webhook.
   * @default cert-manager injects the CA of KServe's own Certificate
   */
  conversionCaBundle?: pulumi.Input<string>;
}

/** The CRDs of LLMInferenceService, LLMInferenceServiceConfig and ClusterStorageContainer, converted by KServe's controller. */
export class KServeCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an object of these kinds, or KServe's controller, must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError for a schema that there is not. */
  constructor(name: string, args: KServeCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:KServeCrds", name, {}, opts);
    const { schema = "full", conversionCaBundle, ...crdArgs } = args;
    const set = { full: artifacts.crds.kserveFull, minimal: artifacts.crds.kserveMinimal }[schema];
    assertNoProblems(
      `KServeCrds "${name}"`,
      set ? [] : [{ path: "schema", given: schema, message: "no such schema", allowed: "full, minimal" }],
    );

    const conversion = Object.fromEntries(convertedCrds.map((crd) => [crd, conversionWebhook(conversionCaBundle)]));
    const bundles = crdBundles(`${name}-bundle`, { ...crdArgs, set, conversion }, { parent: this });

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}

const convertedCrds = ["llminferenceserviceconfigs.serving.kserve.io", "llminferenceservices.serving.kserve.io"];

/** As in config/crd/full/llmisvc/*_conversion_webhook_patch.yaml of KServe; its namespace is fixed there. */
function conversionWebhook(caBundle: pulumi.Input<string> | undefined): pulumi.Output<CrdConversion> {
  return pulumi.output({
    service: { namespace: kserveNamespace, name: "llmisvc-webhook-server-service", path: "/convert", port: 443 },
    reviewVersions: ["v1", "v1beta1"],
    ...(caBundle === undefined ? { injectCaFrom: `${kserveNamespace}/llmisvc-serving-cert` } : { caBundle }),
  });
}
