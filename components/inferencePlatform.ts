import { createRequire } from "node:module";

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import type { ArtifactMirrors } from "../sdk/artifacts";
import { defaultGatewayOf, kserveIngressGateway, ownGatewayOf } from "../sdk/gateways/defaultGateway";
import { listenersOf } from "../sdk/gateways/listeners";
import type { ClusterPlan } from "../sdk/preflight/plan";
import { planOfPlatform } from "../sdk/preflight/platformPlan";
import { kubernetesProviderArgs } from "./kubernetesProvider";
import type { GatewayControllerArgs, GatewayControllerHandle } from "./networking/controllers/controller";
import { Gateway } from "./networking/gateway";
import type { GatewayAddress, GatewayArgs } from "./networking/gatewayArgs";
import { GatewayApiCrds, type GatewayApiCrdsArgs } from "./networking/gatewayApiCrds";
import { InferenceExtensionCrds, type InferenceExtensionCrdsArgs } from "./networking/inferenceExtensionCrds";
import type { CertManagerArgs } from "./platform/certManager";
import { KServe, type KServeArgs } from "./platform/kserve";
import { LeaderWorkerSet, type LeaderWorkerSetArgs } from "./platform/leaderWorkerSet";
import type { Surroundings, SurroundingsArgs } from "./platform/surroundings";
import type { ExistingCertManagerArgs } from "./platform/platformCertManager";
import { allResources, type Resources } from "./resources";
import type { Presets } from "./serving/composition";
import type { DiagnosisArgs } from "./serving/diagnosis";

const lazyRequire = createRequire(__filename);

/** The cluster that everything is installed into. */
export interface ClusterAccessArgs {
  /** Text of a kubeconfig; prefer one that runs a credential plugin, so that no token lies in the state. */
  kubeconfig: pulumi.Input<string>;
  /** A name of the cluster that stays when the kubeconfig changes, so that nothing is replaced then. */
  identifier?: string;
  /** @default a provider made from the kubeconfig */
  provider?: Provider;
  /**
   * What the platform needs of the cluster beside its API server, and until it is destroyed: nodes, add-ons, rights. A handle of a cluster
   * has it. @default nothing
   */
  ready?: Resources;
}

/** A gateway and its controller. */
export type PlatformGatewayArgs = GatewayArgs & Partial<GatewayControllerArgs>;

/** Arguments of {@link InferencePlatform}. */
export interface InferencePlatformArgs extends SurroundingsArgs {
  cluster: ClusterAccessArgs;
  gatewayApi?: Pick<GatewayApiCrdsArgs, "crds" | "force" | "version" | "channel">;
  inferenceExtension?: Pick<InferenceExtensionCrdsArgs, "crds" | "force" | "poolCrd">;
  /** Needed by multi-node services; false leaves it out. */
  leaderWorkerSet?: Partial<LeaderWorkerSetArgs> | false;
  kserve?: Partial<KServeArgs>;
  /**
   * Issues the certificates of KServe's webhooks and of the gateway: its arguments to have it installed, or `{ existing: true }`; false when
   * there is none. @default taken to be there
   */
  certManager?:
    (Partial<CertManagerArgs> & { existing?: false; existingIssuers?: string[] }) | ExistingCertManagerArgs | false;
  /**
   * The gateway of services that name none, and the controller that realises it; false when the gateway exists already. Without
   * `controller` its class is taken to exist.
   */
  gateway?: PlatformGatewayArgs | false;
  /** Where charts and CRDs are taken from instead of their official addresses. */
  mirrors?: ArtifactMirrors;
  /** What is in the cluster beside this platform, for the preflight of services: node pools above all. @default nothing is known */
  existing?: ClusterPlan;
}

/** Everything between a Kubernetes cluster and LLMInferenceServices: CRDs, LeaderWorkerSet, KServe and a gateway. */
export class InferencePlatform extends pulumi.ComponentResource {
  readonly provider: pulumi.ProviderResource;
  /** For `diagnosis` of services, so that an error says why one is not Ready. */
  readonly clusterAccess: DiagnosisArgs;
  /** URL of each listener of the gateway; empty without a gateway of this platform. */
  readonly gatewayUrls: pulumi.Output<Record<string, string>>;
  readonly gatewayAddresses: pulumi.Output<GatewayAddress[]>;
  /** Undefined where the gateway's class is taken to exist. */
  readonly gatewayController: GatewayControllerHandle | undefined;
  readonly kserveVersion: pulumi.Output<string>;
  /** Where services send traces, for the recipe `tracing`; undefined without a collector of this platform. Known in previews. */
  readonly tracingEndpoint: string | undefined;
  /** KServe's presets, for services to be composed from. Known in previews. */
  readonly presets: pulumi.Output<Presets>;
  /** What a LLMInferenceService must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;
  /** The cluster as services find it, for their `preflight`. */
  readonly plan: ClusterPlan;

  constructor(name: string, args: InferencePlatformArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferencePlatform", name, {}, after(args.cluster.ready, opts));
    const { kubeconfig } = args.cluster;
    const shared = { kubeconfig, mirrors: args.mirrors };

    this.provider = args.cluster.provider ?? createProvider(name, args.cluster, this);
    this.clusterAccess = { kubeconfig };
    const child = { parent: this, provider: this.provider };

    // What makes controllers is loaded for a gateway that says something.
    const controllers = args.gateway
      ? (lazyRequire("./networking/controllers/ofPlatform") as typeof import("./networking/controllers/ofPlatform"))
      : undefined;
    const given = args.gateway || undefined;
    const ofCloud = controllers?.crdsOfCloud(name, given?.controller, args);
    const gatewayApi = new GatewayApiCrds(
      `${name}-gateway-api`,
      { ...shared, ...ofCloud?.gatewayApi, ...args.gatewayApi },
      child,
    );
    const extension = new InferenceExtensionCrds(
      `${name}-inference-extension`,
      { ...shared, ...ofCloud?.inferenceExtension, ...args.inferenceExtension },
      child,
    );
    const certificates = loadCertManager(args);
    certificates?.assertIssuers(name, args);
    const certManager = certificates?.createCertManager(name, args, gatewayApi, child);
    const leaderWorkerSet =
      args.leaderWorkerSet === false
        ? undefined
        : new LeaderWorkerSet(`${name}-lws`, { ...shared, ...args.leaderWorkerSet }, child);
    const around = surround(name, args, certManager?.ready, child);
    const kserve = new KServe(
      `${name}-kserve`,
      {
        ...shared,
        ...(around?.prometheus && { autoscaling: { prometheus: around.prometheus } }),
        ...args.kserve,
        ...gatewayOfServices(args),
        urlScheme: args.kserve?.urlScheme ?? urlSchemeOf(args),
        ...(certManager && { certificateIssuer: allResources(certManager.ready, args.kserve?.certificateIssuer) }),
        prerequisites: [
          gatewayApi,
          extension,
          ...(leaderWorkerSet ? [leaderWorkerSet.crdSet] : []),
          ...(around?.beforeKServe ?? []),
        ],
      },
      child,
    );
    this.gatewayController =
      given &&
      controllers?.createController(name, given, args, {
        ...child,
        dependsOn: allResources(gatewayApi, extension, certificates?.beforeController(args, certManager)) as never,
      });
    const last = around?.afterKServe({
      kserve: kserve.ready,
      gatewayApi,
      controllers: leaderWorkerSet?.ready,
      leaderWorkerSet: args.leaderWorkerSet,
    });
    const gatewayArgs = given && controllers?.gatewayOf(given, this.gatewayController);
    const gateway =
      args.gateway === false || this.gatewayController?.withoutGateway
        ? undefined
        : new Gateway(`${name}-gateway`, certificates?.withSolvers(gatewayArgs, args) ?? gatewayArgs, {
            ...child,
            dependsOn: allResources(
              gatewayApi,
              kserve.namespaces,
              around?.namespaces,
              this.gatewayController?.ready,
              certManager?.ready,
            ),
          });

    this.gatewayUrls = gateway?.urls ?? pulumi.output<Record<string, string>>({});
    this.gatewayAddresses = gateway?.addresses ?? pulumi.output([]);
    this.kserveVersion = kserve.version;
    this.presets = kserve.presets;
    this.plan = planOfPlatform(args, args.existing);
    this.tracingEndpoint = around?.tracingEndpoint;
    this.ready = allResources(
      kserve.ready,
      leaderWorkerSet?.ready,
      gateway?.ready,
      certManager?.ready,
      around?.ready,
      last,
    );
    this.registerOutputs({
      gatewayUrls: this.gatewayUrls,
      gatewayAddresses: this.gatewayAddresses,
      kserveVersion: this.kserveVersion,
      tracingEndpoint: this.tracingEndpoint,
    });
  }
}

/** The CRDs are applied without the Kubernetes provider, so they do not come after what that comes after. */
function after(ready: Resources, opts: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
  if (ready === undefined) return opts;
  return { ...opts, dependsOn: allResources(ready, opts.dependsOn as Resources) as never };
}

/** What installs cert-manager and knows issuers; loaded only for a platform that says something about them. */
function loadCertManager({
  certManager,
  gateway,
}: InferencePlatformArgs): typeof import("./platform/platformCertManager") | undefined {
  const asks = gateway && [gateway, ...(gateway.listeners ?? [])].some(({ tls }) => tls?.issuer);
  if (certManager === undefined && !asks) return undefined;
  return lazyRequire("./platform/platformCertManager") as typeof import("./platform/platformCertManager");
}

const surroundingNames = [
  "autoscaling",
  "monitoring",
  "tracing",
  "externalDns",
  "networkPolicies",
  "disruptionBudgets",
  "namespaces",
] as const satisfies readonly (keyof SurroundingsArgs)[];

/** What runs around KServe, where there is any; the code for it is loaded only then. */
function surround(
  name: string,
  args: InferencePlatformArgs,
  certManager: Resources,
  opts: pulumi.ComponentResourceOptions,
): Surroundings | undefined {
  if (!surroundingNames.some((part) => args[part])) return undefined;
  const { createSurroundings } = lazyRequire("./platform/surroundings") as typeof import("./platform/surroundings");
  const { cluster, mirrors } = args;
  return createSurroundings(name, args, { kubeconfig: cluster.kubeconfig, mirrors, certManager }, opts);
}

/** Tells KServe of the platform's gateway where it has another name than the one that KServe looks for. */
function gatewayOfServices(args: InferencePlatformArgs): Pick<KServeArgs, "gateway"> {
  const gateway = defaultGatewayOf(args);
  return gateway === kserveIngressGateway ? {} : { gateway };
}

/** The gateway of services that name none decides, when it is this platform's. */
function urlSchemeOf(args: InferencePlatformArgs): "https" | undefined {
  const { gateway } = args;
  if (!gateway || defaultGatewayOf(args) !== ownGatewayOf(args)) return undefined;
  return listenersOf(gateway).some((listener) => listener.protocol === "HTTPS") ? "https" : undefined;
}

function createProvider(name: string, cluster: ClusterAccessArgs, parent: pulumi.Resource): Provider {
  return new Provider(`${name}-kubernetes`, kubernetesProviderArgs(cluster), { parent });
}
