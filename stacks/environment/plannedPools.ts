import { createRequire } from "node:module";

import type { ClusterPartsArgs } from "../../components/clusters/clusterParts";
import type { ClusterHandle } from "../../components/clusters/clusterHandle";
import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import type { AcceleratorPoolArgs } from "../../components/nodepools/poolArgs";
import type { PoolFragmentArgs, PoolPlacement } from "../../components/nodepools/poolFragment";
import type { NvidiaStack } from "../../sdk/clusterParts/types";
import type { ClusterPlan, NodePool } from "../../sdk/preflight/plan";
import type { AcceleratorPoolSettings, ClusterPartsSettings } from "./acceleratorPoolSettings";
import type { ClusterSettings } from "./clusterSettings";
import type { ServicePoolSettings } from "./servicePoolSettings";

/** Environments without pools of their own load nothing of the catalogue. */
const lazyRequire = createRequire(__filename);

/** What an environment says of its cluster and the nodes that it adds. */
export interface PooledSettings {
  readonly cluster?: ClusterSettings | undefined;
  readonly acceleratorPools?: readonly (AcceleratorPoolSettings | undefined)[] | undefined;
  readonly clusterParts?: ClusterPartsSettings | undefined;
}

/** A cluster as it will be, for what is decided before it is there: everything that is plain, no resource. */
export function plannedCluster({ gke, eks, existing }: ClusterSettings = {}): ClusterHandle {
  const handle = (details: Pick<ClusterHandle, "cloud" | "gke" | "eks">): ClusterHandle =>
    ({ name: "cluster", identifier: "cluster", ...details }) as ClusterHandle;
  if (gke) {
    const { project, location, zones, multiNetworking = true, releaseChannel = "REGULAR" } = gke as GkeClusterArgs;
    // As GkeCluster makes it. Its version is not known: the channel moves it.
    const details = { project, location, ...(zones && { zones }), multiNetworking, dataplaneV2: true, releaseChannel };
    return handle({ cloud: "gke", gke: { ...details, workloadIdentity: true, autopilot: false } });
  }
  if (eks) {
    const { region, version, network, autoMode = false } = eks as EksClusterArgs;
    const { hasNodeAddons } = lazyRequire(
      "../../components/clusters/eksChecks",
    ) as typeof import("../../components/clusters/eksChecks");
    const nodeAddons = hasNodeAddons(eks as EksClusterArgs);
    const zones = network.zones ?? Object.keys(network.privateSubnetIds ?? {});
    const details = { region, ...(version !== undefined && { version }), autoMode, nodeAddons };
    const later = { vpcId: "", securityGroupId: "", nodeRoleArn: "" };
    return handle({
      cloud: "eks",
      eks: { ...details, ...later, subnetIds: Object.fromEntries(zones.map((zone) => [zone, ""])) },
    });
  }
  if (existing?.gke) return handle({ cloud: "gke", gke: existing.gke as NonNullable<ClusterHandle["gke"]> });
  if (existing?.eks) return handle({ cloud: "eks", eks: existing.eks as NonNullable<ClusterHandle["eks"]> });
  return handle({ cloud: "existing" });
}

/** Arguments of an AcceleratorPool: what is configured, and what the environment's way of giving out GPUs needs on nodes of GKE. */
export function poolArgs(
  pool: AcceleratorPoolSettings,
  cluster: ClusterHandle,
  { nvidia }: ClusterPartsSettings = {},
): AcceleratorPoolArgs {
  const args = { ...withoutName(pool), cluster } as AcceleratorPoolArgs;
  if (nvidia === undefined || cluster.cloud !== "gke" || !pool.accelerator?.startsWith("nvidia-")) return args;
  const { gkeNvidiaLabels } = lazyRequire(
    "../../sdk/clusterParts/nvidia",
  ) as typeof import("../../sdk/clusterParts/nvidia");
  const labels = gkeNvidiaLabels(nvidia as NvidiaStack);
  if (Object.keys(labels).length === 0) return args;
  // GKE installs the driver with its device plugin, which these labels keep away.
  return { ...args, labels: { ...labels, ...args.labels }, gpu: { driver: "none", ...args.gpu } };
}

/** What a name stands for. */
function withoutName<T extends { name: string }>(named: T): Omit<T, "name"> {
  return Object.fromEntries(Object.entries(named).filter(([key]) => key !== "name")) as Omit<T, "name">;
}

/** Arguments of ClusterParts but for the pools. */
export function partsArgs(
  configured: ClusterPartsSettings = {},
): Partial<Omit<ClusterPartsArgs, "cluster" | "pools" | "kubernetesVersion" | "mirrors">> {
  return configured as ReturnType<typeof partsArgs>;
}

/** Each service of a pool asks for its placement; it depends on the settings that are kept beside it. */
const placements = new WeakMap<AcceleratorPoolSettings, PooledSettings & { placement: PoolPlacement }>();

/**
 * What leads pods to a pool of the configuration, before anything is made.
 *
 * @throws ConfigurationError with every problem of the pool.
 */
export function placementOf(pool: AcceleratorPoolSettings, settings: PooledSettings): PoolPlacement {
  const { cluster, clusterParts } = settings;
  const known = placements.get(pool);
  if (known && known.cluster === cluster && known.clusterParts === clusterParts) return known.placement;
  const { checkPool } = lazyRequire(
    "../../components/nodepools/poolSpec",
  ) as typeof import("../../components/nodepools/poolSpec");
  const { poolMachine } = lazyRequire(
    "../../sdk/accelerators/guardRails",
  ) as typeof import("../../sdk/accelerators/guardRails");
  const { PoolPlacement: Placement } = lazyRequire(
    "../../components/nodepools/poolFragment",
  ) as typeof import("../../components/nodepools/poolFragment");
  const args = poolArgs(pool, plannedCluster(cluster), clusterParts);
  const { spec } = checkPool(pool.name, args);
  const placement = new Placement(args, spec, poolMachine(spec));
  placements.set(pool, { cluster, clusterParts, placement });
  return placement;
}

/** The name of a service's pool. */
export const poolNameOf = (pool: ServicePoolSettings): string => (typeof pool === "string" ? pool : pool.name);

/** The fragment that leads a service to its pool. */
export function poolFragmentOf(
  given: ServicePoolSettings,
  service: string,
  settings: PooledSettings,
): { name: string; spec: Record<string, unknown> } {
  const name = poolNameOf(given);
  const pool = settings.acceleratorPools?.find((candidate) => candidate?.name === name);
  if (!pool) throw new Error(`no pool "${name}"`);
  const wanted = typeof given === "string" ? {} : withoutName(given);
  const own = Object.keys(wanted).length > 0;
  // Services that publish their fragments must not publish different ones under one name.
  const args = { ...wanted, name: own ? `${name}-${service}` : name } as PoolFragmentArgs;
  const fragment = placementOf(pool, settings).fragment(args);
  return { ...fragment, spec: fragment.spec as Record<string, unknown> };
}

/** What the preflight is told of the nodes that an environment makes; nothing when it makes none. */
export function plannedNodes(
  settings: PooledSettings,
): Pick<ClusterPlan, "pools" | "partial" | "extendedResourceToleration"> {
  const { cluster, acceleratorPools = [], clusterParts } = settings;
  const pools = acceleratorPools.flatMap((pool) => (pool ? placementOf(pool, settings).plan() : []));
  const made = cluster?.gke ?? cluster?.eks;
  if (!made && pools.length === 0) return {};
  const byDemand = cluster?.eks?.autoMode === true || clusterParts?.autoscaler === "karpenter";
  return {
    pools: [...pools, ...systemPool(cluster)],
    // There may be nodes of others, or such as come by demand.
    ...((!made || byDemand) && { partial: ["pools"] }),
    ...(cluster?.gke && { extendedResourceToleration: true }),
  };
}

/** The pool of CPUs that comes with a cluster. */
function systemPool({ gke, eks }: ClusterSettings = {}): NodePool[] {
  if (!gke && (!eks || eks.autoMode)) return [];
  const { minNodes = gke ? 1 : 2, maxNodes = 6 } = (gke ?? eks)?.systemPool ?? {};
  return [{ name: "system", acceleratorsPerNode: 0, minNodes, maxNodes, labels: {} }];
}
