import type { NodePoolArgs } from "@pulumi/gcp/container/nodePool";
import type { container } from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";

import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { isNvlinkDomain } from "../../sdk/accelerators/guardRailsGkePlacement";
import { rungSuffix } from "../../sdk/accelerators/poolSpec";
import type { GkeMachine } from "../../sdk/accelerators/types";
import { requireOfCloud } from "../cloudSdk";
import type { MadePool, PoolParts } from "./pool";
import type { CapacityRungArgs } from "./poolArgs";
import { rdmaMode } from "./poolSpec";

/** Only programs with a pool on GKE load Google's SDK, and of it these files. */
const lazyRequire = requireOfCloud(__filename);

const taintEffects = {
  NoSchedule: "NO_SCHEDULE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
} as const;

/** One node pool for each rung, and a workload policy where machines need one. */
export function gkeNodePools(parts: PoolParts): MadePool[] {
  const { NodePool } = lazyRequire("@pulumi/gcp/container/nodePool") as typeof import("@pulumi/gcp/container/nodePool");
  const { name, args, options } = parts;
  const policy = workloadPolicy(parts);
  return parts.rungs.map((rung) => {
    const child = `${name}-${rungSuffix[rung.kind]}`;
    const poolArgs = nodePoolArgs(parts, rung, policy);
    const transformed = args.transforms?.nodePool?.(poolArgs, rung.kind) ?? poolArgs;
    parts.changed(child, poolArgs, transformed);
    const resource = new NodePool(child, transformed, {
      ...options,
      ignoreChanges: ["initialNodeCount"],
      // The machines of a reservation are taken until the old pool is gone.
      ...(rung.kind === "reservation" && { deleteBeforeReplace: true }),
    });
    return { rung, resource, poolName: resource.name };
  });
}

const machineOf = ({ found }: PoolParts) => found.machine as GkeMachine | undefined;
const isSlice = ({ found }: PoolParts) => (found.topology?.hosts ?? 1) > 1;

/** NVLink domains of A4X, and slices of Ironwood over several hosts. Sources: gke-a4x.yaml of cluster-toolkit; GKE's page on Ironwood. */
function workloadPolicy(parts: PoolParts): pulumi.Output<string> | undefined {
  const machine = machineOf(parts);
  const isNvlink = machine !== undefined && isNvlinkDomain(machine);
  if (!isNvlink && !(machine?.accelerator === "tpu7x" && isSlice(parts))) return undefined;
  const { ResourcePolicy } = lazyRequire(
    "@pulumi/gcp/compute/resourcePolicy",
  ) as typeof import("@pulumi/gcp/compute/resourcePolicy");
  const { project, location } = parts.args.cluster.gke!;
  const policyArgs = {
    ...(project !== undefined && { project }),
    region: pulumi.output(location).apply((place) => place.replace(/-[a-z]$/, "")),
    workloadPolicy: {
      type: "HIGH_THROUGHPUT",
      acceleratorTopology: isNvlink ? "1x72" : parts.found.topology!.topology,
    },
  };
  const transformed = parts.args.transforms?.resourcePolicy?.(policyArgs) ?? policyArgs;
  parts.changed(undefined, policyArgs, transformed);
  return new ResourcePolicy(`${parts.name}-policy`, transformed, parts.options).name;
}

function nodePoolArgs(
  parts: PoolParts,
  rung: CapacityRungArgs,
  policyName: pulumi.Output<string> | undefined,
): NodePoolArgs {
  const { args } = parts;
  const gke = args.cluster.gke!;
  const zones = rung.zones ?? args.zones ?? gke.zones;
  const placementPolicy = placement(parts, policyName);
  return {
    cluster: args.cluster.name,
    location: gke.location,
    ...(gke.project !== undefined && { project: gke.project }),
    ...(zones && { nodeLocations: [...zones] }),
    ...(args.version !== undefined && { version: args.version }),
    ...scale(parts, rung, zones?.length ?? 1),
    ...(args.maxPodsPerNode !== undefined && { maxPodsPerNode: args.maxPodsPerNode }),
    management: { autoRepair: args.autoRepair ?? rung.kind !== "flex-start", autoUpgrade: args.version === undefined },
    upgradeSettings: upgrade(parts),
    ...(placementPolicy && { placementPolicy }),
    ...(rung.queued && { queuedProvisioning: { enabled: true } }),
    ...networkConfig(parts),
    nodeConfig: nodeConfig(parts, rung),
  };
}

function scale({ args, found }: PoolParts, rung: CapacityRungArgs, zones: number): Partial<NodePoolArgs> {
  const hosts = found.topology?.hosts ?? 1;
  const min = rung.minNodes ?? args.minNodes ?? 0;
  const max = (rung.maxNodes ?? args.maxNodes ?? hosts) as pulumi.Input<number>;
  // GKE counts these in each zone.
  if (typeof min === "number" && min === max && rung.kind !== "flex-start") return { nodeCount: min / zones };
  // In each zone, and together not more than may be.
  const initial = (least: number, most: number) => Math.min(Math.ceil(least / zones), Math.floor(most / zones));
  const initialNodeCount =
    typeof min === "number" && typeof max === "number"
      ? initial(min, max)
      : pulumi.all([min, max]).apply(([least, most]) => initial(least, most));
  if (hosts > 1) {
    return { autoscaling: { minNodeCount: min, maxNodeCount: max, locationPolicy: "ANY" }, initialNodeCount };
  }
  const locationPolicy = found.machine || rung.kind === "spot" ? "ANY" : "BALANCED";
  return { autoscaling: { totalMinNodeCount: min, totalMaxNodeCount: max, locationPolicy }, initialNodeCount };
}

function upgrade({ args, found }: PoolParts): container.NodePoolUpgradeSettings {
  if (args.upgrade?.strategy === "blue-green") return { strategy: "BLUE_GREEN" };
  const { maxSurge = found.machine ? 0 : 1, maxUnavailable = found.machine ? 1 : 0 } = args.upgrade ?? {};
  return { strategy: "SURGE", maxSurge, maxUnavailable };
}

function placement(
  parts: PoolParts,
  policyName: pulumi.Output<string> | undefined,
): container.NodePoolPlacementPolicy | undefined {
  const { args, found } = parts;
  // Compact placement is refused for Ironwood, and the provider's schema wants a type beside the policy.
  if (policyName) return { type: found.topology ? "TYPE_UNSPECIFIED" : "COMPACT", policyName };
  if (isSlice(parts)) return { type: "COMPACT", tpuTopology: found.topology!.topology };
  return args.placement === "compact" ? { type: "COMPACT" } : undefined;
}

function networkConfig({ args }: PoolParts): Pick<NodePoolArgs, "networkConfig"> {
  const mode = rdmaMode(args);
  if (mode === "dranet") return { networkConfig: { acceleratorNetworkProfile: "auto" } };
  if (mode !== "networks") return {};
  const additionalNodeNetworkConfigs = args.rdma!.networks!.map(({ network, subnetwork }) => ({ network, subnetwork }));
  return { networkConfig: { additionalNodeNetworkConfigs } };
}

function nodeConfig(parts: PoolParts, rung: CapacityRungArgs): container.NodePoolNodeConfig {
  const { args } = parts;
  const machine = machineOf(parts);
  const { nodeServiceAccount, workloadIdentity } = args.cluster.gke!;
  const taints = (args.taints ?? []).map(({ key, value = "", effect }) => ({
    key,
    value,
    effect: taintEffects[effect],
  }));
  return {
    machineType: machine?.machineType ?? args.machineType!,
    imageType: args.operatingSystem === "ubuntu" ? "UBUNTU_CONTAINERD" : "COS_CONTAINERD",
    ...(nodeServiceAccount !== undefined && { serviceAccount: nodeServiceAccount }),
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    ...(workloadIdentity && { workloadMetadataConfig: { mode: "GKE_METADATA" } }),
    metadata: { "disable-legacy-endpoints": "true" },
    labels: {
      ...parts.labels(rung),
      ...(rdmaMode(args) === "dranet" && { "cloud.google.com/gke-networking-dra-driver": "true" }),
      ...(rung.queued && { "cloud.google.com/gke-queued": "true" }),
    },
    ...(taints.length > 0 && { taints }),
    ...(args.tags && { resourceLabels: args.tags }),
    bootDisk: bootDisk(parts),
    ...localSsd(parts),
    ...(machine && guestAccelerators(parts, machine)),
    ...(machine?.nics?.type === "gVNIC" && { gvnic: { enabled: true } }),
    ...capacity(rung),
    ...(args.imageStreaming !== undefined && { gcfsConfig: { enabled: args.imageStreaming } }),
    ...(args.preload && {
      secondaryBootDisks: args.preload.map((diskImage) => ({ diskImage, mode: "CONTAINER_IMAGE_CACHE" })),
    }),
  };
}

function bootDisk(parts: PoolParts): container.NodePoolNodeConfigBootDisk {
  const { sizeGiB = 200, type, iops, throughput } = parts.args.disk ?? {};
  return {
    diskType: type ?? machineOf(parts)?.bootDiskTypes[0] ?? "pd-balanced",
    sizeGb: sizeGiB,
    ...(iops !== undefined && { provisionedIops: iops }),
    ...(throughput !== undefined && { provisionedThroughput: throughput }),
  };
}

/** Machines that always have SSDs get them as the temporary storage of pods, where images and models are. */
function localSsd(parts: PoolParts): Partial<container.NodePoolNodeConfig> {
  const machine = machineOf(parts);
  const { localSsd: given } = parts.args;
  const localSsdCount = given?.count ?? machine?.localSsds ?? (given && machine?.localSsdChoices?.[0]);
  if (localSsdCount === undefined) return {};
  return given?.use === "block"
    ? { localNvmeSsdBlockConfig: { localSsdCount } }
    : { ephemeralStorageLocalSsdConfig: { localSsdCount } };
}

/** TPUs come with the machine type, without this. */
function guestAccelerators({ args: { gpu } }: PoolParts, machine: GkeMachine): Partial<container.NodePoolNodeConfig> {
  const accelerator = findAccelerator(machine.accelerator);
  if (accelerator.vendor !== "nvidia") return {};
  const drivers = { default: "DEFAULT", latest: "LATEST", none: "INSTALLATION_DISABLED" } as const;
  return {
    guestAccelerators: [
      {
        type: accelerator.gke!.label,
        count: machine.count,
        gpuDriverInstallationConfig: { gpuDriverVersion: drivers[gpu?.driver ?? "default"] },
        ...(gpu?.partition !== undefined && { gpuPartitionSize: gpu.partition }),
        ...(gpu?.sharing !== undefined && {
          gpuSharingConfig: {
            gpuSharingStrategy: gpu.sharing === "mps" ? "MPS" : "TIME_SHARING",
            maxSharedClientsPerGpu: gpu.clients!,
          },
        }),
      },
    ],
  };
}

function capacity({ kind, reservation, maxRunHours }: CapacityRungArgs): Partial<container.NodePoolNodeConfig> {
  if (kind === "reservation") {
    const key = "compute.googleapis.com/reservation-name";
    return { reservationAffinity: { consumeReservationType: "SPECIFIC_RESERVATION", key, values: [reservation!] } };
  }
  // On-demand machines may come out of an open reservation, for which is paid anyway.
  if (kind === "on-demand") return {};
  return {
    ...(kind === "spot" ? { spot: true } : { flexStart: true }),
    ...(maxRunHours !== undefined && { maxRunDuration: `${Math.round(maxRunHours * 3600)}s` }),
    reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
  };
}
