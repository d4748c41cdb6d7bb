import { Chart } from "@pulumi/kubernetes/helm/v4/chart";
import * as pulumi from "@pulumi/pulumi";

import { artifacts } from "../../../sdk/artifacts";
import { chartAddress, chartSource, mergeValues } from "../../../sdk/charts";
import { envoyAiGatewayNamespace } from "../../../sdk/gateways/envoyValues";
import { versions } from "../../../sdk/versions";
import { type CrdArgs, crdBundles } from "../../crds/crdBundle";
import { KubernetesObject } from "../../kubernetesObject";
import { allResources, type Resources } from "../../resources";

/** Where the certificate of Envoy AI Gateway's webhook comes from. */
export type EnvoyAiGatewayCertificate =
  /** The chart makes a self-signed one at the first installation, valid for a year, and keeps what it finds afterwards. */
  | "chart"
  /** cert-manager, which must be there, makes it with an issuer of its own and renews it. */
  | "cert-manager";

/** Arguments of {@link EnvoyAiGateway}. */
export interface EnvoyAiGatewayArgs extends CrdArgs {
  /** Must be what Envoy Gateway was told. @default "envoy-ai-gateway-system" */
  namespace?: string;
  /** Namespace of Envoy Gateway. @default "envoy-gateway-system" */
  envoyGatewayNamespace?: string;
  /** @default 1 */
  replicas?: number;
  /** Of the controller. @default none, as the chart has it */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** @default "chart" */
  certificate?: EnvoyAiGatewayCertificate;
  /** Registry that images come from instead of docker.io, such as "registry.example.com". @default "docker.io" */
  imageRegistry?: string;
  /** Other values of the chart, over those this component sets; objects are merged, lists replaced. @default none */
  values?: Record<string, unknown>;
  /** What must be there before, such as the CRDs of InferencePools: the controller looks for them once, when it starts. */
  prerequisites?: Resources;
}

/** The chart at its official address. Source: kserve 0.20.0, hack/setup/infra/manage.envoy-ai-gateway-helm.sh. */
export const envoyAiGatewayChart = chartSource(
  "oci://docker.io/envoyproxy/ai-gateway-helm",
  `v${versions.envoyAiGateway}`,
  envoyAiGatewayNamespace,
  "aieg",
);

/**
 * Envoy AI Gateway: its CRDs and its controller, which Envoy Gateway asks how requests reach an InferencePool. Envoy Gateway must be told of
 * it, as `EnvoyGateway` does.
 */
export class EnvoyAiGateway extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** CRDs and controller. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: EnvoyAiGatewayArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:EnvoyAiGateway", name, {}, opts);
    const { namespace = envoyAiGatewayChart.namespace, prerequisites, ...rest } = args;
    const bundles = crdBundles(
      `${name}-crds`,
      { ...crdArgs(rest), set: artifacts.crds.envoyAiGateway },
      { parent: this },
    );
    const created = new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      { parent: this },
    );
    const chart = new Chart(
      `${name}-chart`,
      {
        ...chartAddress(envoyAiGatewayChart, args.mirrors?.charts),
        name: envoyAiGatewayChart.release,
        namespace,
        resourcePrefix: name,
        skipCrds: true,
        values: mergeValues(valuesOf(args), args.values),
      },
      { parent: this, dependsOn: allResources(created, bundles, prerequisites) },
    );

    this.version = pulumi.output(versions.envoyAiGateway);
    this.ready = allResources(bundles, chart);
    this.registerOutputs({ version: this.version });
  }
}

function crdArgs({ kubeconfig, crds, onDelete, force, timeoutSeconds, mirrors }: CrdArgs): CrdArgs {
  return { kubeconfig, crds, onDelete, force, timeoutSeconds, mirrors };
}

function valuesOf(args: EnvoyAiGatewayArgs): Record<string, unknown> {
  const { imageRegistry = "docker.io", replicas, resources } = args;
  const image = (name: string) => ({
    repository: `${imageRegistry}/envoyproxy/${name}`,
    // A chart from the repository's files would take the image of the main branch.
    tag: `v${versions.envoyAiGateway}`,
  });
  return {
    controller: {
      image: image("ai-gateway-controller"),
      ...(replicas !== undefined && { replicaCount: replicas }),
      ...(resources && { resources }),
      mutatingWebhook: { certManager: { enable: args.certificate === "cert-manager" } },
    },
    extProc: { image: image("ai-gateway-extproc") },
    ...(args.envoyGatewayNamespace && { envoyGateway: { namespace: args.envoyGatewayNamespace } }),
  };
}
