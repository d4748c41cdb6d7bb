import * as pulumi from "@pulumi/pulumi";

import type { ArtifactMirrors } from "../../sdk/artifacts";
import { chartAddress, chartSource, mergeValues } from "../../sdk/charts";
import { checkIssuers } from "../../sdk/gateways/issuerChecks";
import type { IssuerArgs } from "../../sdk/gateways/issuers";
import { assertNoProblems } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { pickObjects, registerObjects, renderChart } from "../chart";
import type { CrdOwnership } from "../crds/crdBundle";
import { KubernetesObject, type Manifest, type ManifestMetadata, waitForAnnotation } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";
import { CertManagerCrds } from "./certManagerCrds";
import { createIssuers } from "./issuers";

/** Arguments of {@link CertManager}. */
export interface CertManagerArgs {
  /** Kubeconfig of the cluster, for the CRDs, which are applied outside the Kubernetes provider. */
  kubeconfig: pulumi.Input<string>;
  /** @default "cert-manager" */
  namespace?: string;
  /** Whether this component installs the CRDs or checks that somebody else did. @default "own" */
  crds?: CrdOwnership;
  /** Take over CRDs that exist already and fields that others have changed. @default false: an error that names the other */
  force?: boolean;
  /** Of the controller, of which one works at a time. @default 1 */
  replicas?: number;
  /** Issuers that are made, by their names. @default none */
  issuers?: Record<string, IssuerArgs>;
  /** "<namespace>/<name>" of the gateway through which ACME's HTTP01 is solved. @default "kserve/kserve-ingress-gateway" */
  gateway?: string;
  /** The CRDs of Gateway API, which cert-manager looks for when it starts, where an issuer needs them. */
  gatewayApi?: Resources;
  /** Keep the Secrets of certificates that are deleted. @default false, so that nothing stays behind */
  keepSecrets?: boolean;
  /** Other values of the chart, over those this component sets; objects are merged, lists replaced. @default none */
  values?: Record<string, unknown>;
  /** Where the chart and the CRDs are taken from instead of their official addresses. */
  mirrors?: ArtifactMirrors;
}

/**
 * cert-manager with its CRDs and issuers.
 *
 * Each step is awaited: CRDs and configuration; the three Deployments; the webhook configurations until the authority of the webhook is in
 * them, before which every certificate and issuer would be refused; issuers, until they are Ready.
 *
 * @throws ConfigurationError with everything that is wrong with the issuers.
 */
export class CertManager extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** What a Certificate or an issuer must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;
  /** The issuers alone. */
  readonly issuers: pulumi.Resource[];

  constructor(name: string, args: CertManagerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:CertManager", name, {}, opts);
    const { issuers = {} } = args;
    assertNoProblems(`CertManager "${name}"`, checkIssuers(issuers, "issuers"));
    const namespaceName = args.namespace ?? "cert-manager";
    const child = { parent: this };

    const crds = new CertManagerCrds(
      `${name}-crds`,
      { kubeconfig: args.kubeconfig, crds: args.crds, force: args.force, mirrors: args.mirrors },
      child,
    );
    const namespace = new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceName } },
      child,
    );
    const objects = renderChart(chartOf(namespaceName, args), child);
    const configuration = registerObjects(name, pickObjects(objects, isConfiguration), {
      ...child,
      dependsOn: namespace,
    });
    const controllers = registerObjects(name, pickObjects(objects, isController), {
      ...child,
      dependsOn: allResources(configuration, crds, args.gatewayApi),
    });
    const webhooks = registerObjects(name, pickObjects(objects, isWebhook).apply(awaitAuthority), {
      ...child,
      dependsOn: controllers,
    });
    this.issuers = createIssuers(
      name,
      { issuers, namespace: namespaceName, gateway: args.gateway ?? defaultGateway },
      { ...child, dependsOn: webhooks },
    );

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.certManager);
    this.ready = allResources(crds, webhooks, this.issuers);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

const defaultGateway = "kserve/kserve-ingress-gateway";

function chartOf(namespace: string, args: CertManagerArgs) {
  const source = chartSource("https://charts.jetstack.io/cert-manager", `v${versions.certManager}`, namespace);
  const { release, namespace: releaseNamespace } = source;
  const solvesByGateway = Object.values(args.issuers ?? {}).some(({ acme }) =>
    acme?.solvers.some(({ http01 }) => http01),
  );
  return {
    ...chartAddress(source, args.mirrors?.charts),
    releaseName: release,
    namespace: releaseNamespace,
    values: mergeValues(
      {
        crds: { enabled: false },
        // What it checks is awaited here, and rendered charts have no hooks.
        startupapicheck: { enabled: false },
        // Its default, kube-system, is not writable on every cluster.
        global: { leaderElection: { namespace } },
        enableCertificateOwnerRef: !args.keepSecrets,
        ...(args.replicas !== undefined && { replicaCount: args.replicas }),
        ...(solvesByGateway && {
          config: {
            apiVersion: "controller.config.cert-manager.io/v1alpha1",
            kind: "ControllerConfiguration",
            enableGatewayAPI: true,
          },
        }),
      },
      args.values,
    ),
  };
}

/** Services too, which count as created only when something is behind them. */
const isController = ({ kind }: Manifest): boolean => kind === "Deployment" || kind === "Service";
const isWebhook = ({ kind }: Manifest): boolean => kind.endsWith("WebhookConfiguration");
const isConfiguration = (object: Manifest): boolean => !isController(object) && !isWebhook(object);

/** cert-manager's injector puts the authority in; until then the API server cannot call the webhook, and refuses what it is for. */
function awaitAuthority(objects: Manifest[]): Manifest[] {
  return objects.map((object) => {
    const metadata = object.metadata as ManifestMetadata;
    const annotations = {
      ...(metadata.annotations as Record<string, string> | undefined),
      [waitForAnnotation]: "jsonpath={.webhooks[0].clientConfig.caBundle}",
    };
    return { ...object, metadata: { ...metadata, annotations } };
  });
}
