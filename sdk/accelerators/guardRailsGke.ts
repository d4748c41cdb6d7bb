import type { Problem } from "../problems";
import { findAccelerator, unknownName } from "./catalogue";
import { floorAbove, isBelow } from "./gkeVersions";
import { placementProblems, unique } from "./guardRailsGkePlacement";
import { known, pending, type PoolMachine, type PoolSpec, rungNodes, rungZones } from "./poolSpec";
import type { GkeMachine } from "./types";

/** Lowest versions of GKE; sources: accelerators on GKE's documentation pages on Dynamic Workload Scheduler and image caches. */
const floors = {
  flexStartGpu: "1.32.2-gke.1652000",
  flexStartTpu: "1.33.0-gke.1712000",
  dranet: "1.34.1-gke.1829001",
  preload: "1.28.3-gke.106700",
} as const;

/** What GKE would refuse, or make into something that nobody means. */
export function gkeProblems(spec: PoolSpec, found: PoolMachine): Problem[] {
  const machine = found.machine?.cloud === "gke" ? found.machine : undefined;
  const problems: Problem[] = [];
  if (spec.cluster.autopilot === true) {
    const message = "an Autopilot cluster makes its nodes itself";
    problems.push({ path: "cluster", message, fix: "name the accelerator in the service; no pool is needed" });
  }
  if (spec.operatingSystem !== undefined) {
    const unknown = unknownName("operatingSystem", spec.operatingSystem, ["container-optimized", "ubuntu"]);
    if (unknown) problems.push(unknown);
  }
  const pods = spec.maxPodsPerNode;
  if (pods !== undefined && !(Number.isInteger(pods) && pods >= 8 && pods <= 256)) {
    problems.push({ path: "maxPodsPerNode", given: pods, message: "not a number that GKE takes", allowed: "8 to 256" });
  }
  return [
    ...problems,
    ...channelProblems(spec),
    ...versionProblems(spec, machine),
    ...networkProblems(spec, machine),
    ...placementProblems(spec, found, machine),
    ...diskProblems(spec, machine),
    ...imageProblems(spec),
    ...fixedProblems(spec, found),
  ];
}

/** Source: GKE's own answer, "Auto_upgrade cannot be false when release_channel REGULAR is set" (terraform-google-kubernetes-engine, pull request 682). */
function channelProblems({ version, cluster }: PoolSpec): Problem[] {
  const channel = known(cluster.releaseChannel);
  if (version === undefined || channel === undefined || channel === "UNSPECIFIED") return [];
  const message = `GKE upgrades the nodes of a cluster in a release channel (${channel}) itself, and takes no pool that stays at a version`;
  const fix =
    "leave it out: new nodes have the control plane's version; the cluster's maintenance says when upgrades happen";
  return [{ path: "version", ...(version !== pending && { given: version }), message, fix }];
}

const versionOf = (spec: PoolSpec) => known(spec.version) ?? known(spec.cluster.version);
const versionPath = (spec: PoolSpec) => (spec.version === undefined ? "cluster.version" : "version");

function tooOld(spec: PoolSpec, floor: string, what: string): Problem {
  const fix = spec.version === undefined ? "upgrade the cluster first" : `say version: "${floor}" or leave it out`;
  return {
    path: versionPath(spec),
    given: versionOf(spec),
    message: `too old for ${what}`,
    allowed: `${floor} or later`,
    fix,
  };
}

function versionProblems(spec: PoolSpec, machine: GkeMachine | undefined): Problem[] {
  const version = versionOf(spec);
  if (version === undefined || !machine) return [];
  const problems: Problem[] = [];
  const accelerator = findAccelerator(machine.accelerator);
  const minimum = accelerator.gke?.minimumVersions?.value ?? {};
  const floor = floorAbove(version, minimum, "standard") ?? floorAbove(version, minimum, "cluster-toolkit");
  if (floor) problems.push(tooOld(spec, floor, machine.machineType));
  if (machine.fraction !== undefined) {
    const fractional = floorAbove(version, minimum, "fractional");
    if (fractional) problems.push(tooOld(spec, fractional, "a share of a GPU"));
  }
  if (spec.rdma?.mode === "networks" && machine.nics?.gpuDirect !== undefined) {
    const kind = machine.nics.gpuDirect === "RDMA" ? "GPUDirect RDMA" : `GPUDirect-${machine.nics.gpuDirect}`;
    const direct = floorAbove(version, minimum, kind);
    if (direct && direct !== floor) problems.push(tooOld(spec, direct, `${kind} on ${machine.machineType}`));
  }
  if (spec.capacity.some(({ kind }) => kind === "flex-start")) {
    const flex = accelerator.vendor === "google" ? floors.flexStartTpu : floors.flexStartGpu;
    if (isBelow(version, flex)) problems.push(tooOld(spec, flex, "flex-start"));
  }
  const isOldDriver = spec.gpu?.driver === undefined || spec.gpu.driver === "default";
  if (machine.accelerator === "nvidia-h200-141gb" && isOldDriver && isBelow(version, "1.31.5-gke.1169000")) {
    const message = `GKE ${version} installs a driver by default that is too old for ${machine.accelerator}`;
    problems.push({
      path: "gpu.driver",
      given: spec.gpu?.driver ?? "default",
      message,
      fix: 'say gpu: { driver: "latest" }',
    });
  }
  return problems;
}

/** Sources: main.tf of cluster-toolkit's gke-node-pool and gke-cluster; dranet.go of GKE's autoscaler. */
function networkProblems(spec: PoolSpec, machine: GkeMachine | undefined): Problem[] {
  const { rdma, cluster } = spec;
  if (rdma === undefined || !machine) return [];
  const problems: Problem[] = [];
  const unknown = unknownName("rdma.mode", rdma.mode, ["networks", "dranet"]);
  if (unknown) return [{ ...unknown, ...(rdma.mode === "efa" && { message: "EFA is of EC2" }) }];
  if (rdma.interfaces !== undefined) {
    const message = "counts EFA interfaces, which are of EC2; GKE's machines have a fixed number";
    problems.push({ path: "rdma.interfaces", given: rdma.interfaces, message, fix: "leave it out" });
  }
  if (machine.nics === undefined) {
    const message = `${machine.machineType} has no interfaces for RDMA or GPUDirect`;
    return [
      {
        path: "rdma",
        given: rdma.mode,
        message,
        fix: "leave it out, or take a machine with 8 GPUs of A3, A4 or later",
      },
    ];
  }
  if (cluster.dataplaneV2 === false) {
    const message = "several networks of a node need Dataplane V2, which the cluster does not have";
    problems.push({ path: "cluster", message, fix: 'make the cluster with datapathProvider "ADVANCED_DATAPATH"' });
  }
  if (spec.operatingSystem === "ubuntu" && machine.nics.gpuDirect !== undefined) {
    const message = `GPUDirect on ${machine.machineType} runs on Container-Optimized OS only`;
    problems.push({ path: "operatingSystem", given: "ubuntu", message, fix: "leave it out" });
  }
  if (rdma.mode === "dranet") return [...problems, ...dranetProblems(spec, machine)];
  if (cluster.multiNetworking === false) {
    const message = "additional networks need a cluster with multi-networking";
    problems.push({ path: "cluster", message, fix: "enable multi-networking when the cluster is made" });
  }
  if (machine.machineType.startsWith("a4x-max")) {
    const message = `${machine.machineType} gets its networks by DRANET only`;
    return [...problems, { path: "rdma.mode", given: "networks", message, fix: 'say rdma: { mode: "dranet" }' }];
  }
  const wanted = machine.nics.netdev + machine.nics.rdma;
  if (rdma.networks !== wanted) {
    const parts = `${machine.nics.netdev} without RDMA and ${machine.nics.rdma} with`;
    const message = `${machine.machineType} has ${wanted} additional interfaces, ${parts}`;
    problems.push({
      path: "rdma.networks",
      given: `${rdma.networks ?? 0} networks`,
      message,
      allowed: `${wanted}, one for each interface, those without RDMA first`,
    });
  }
  return problems;
}

function dranetProblems(spec: PoolSpec, machine: GkeMachine): Problem[] {
  const problems: Problem[] = [];
  if (!/^(a3-|a4-|a4x-|ct6e-|tpu7x-)/.test(machine.machineType)) {
    const message = `DRANET has no profile for ${machine.machineType}`;
    problems.push({
      path: "rdma.mode",
      given: "dranet",
      message,
      fix: 'say rdma: { mode: "networks", networks: [ … ] }',
    });
  }
  if (spec.rdma?.networks !== undefined) {
    const message = "DRANET makes the networks itself";
    problems.push({ path: "rdma.networks", message, fix: 'leave them out, or say mode: "networks"' });
  }
  const version = versionOf(spec);
  if (version !== undefined && isBelow(version, floors.dranet)) problems.push(tooOld(spec, floors.dranet, "DRANET"));
  return problems;
}

function diskProblems({ disk, localSsd }: PoolSpec, machine: GkeMachine | undefined): Problem[] {
  const problems: Problem[] = [];
  if (disk?.type !== undefined && machine) {
    const unknown = unknownName("disk.type", disk.type, machine.bootDiskTypes);
    if (unknown) problems.push({ ...unknown, message: `${machine.machineType} does not start from it` });
  }
  if (localSsd === undefined) return problems;
  const unknown = unknownName("localSsd.use", localSsd.use, ["ephemeral", "block"]);
  if (unknown) problems.push(unknown);
  if (!machine) {
    if (localSsd.count === undefined) {
      const message = "missing; how many a machine without accelerators can have is not known here";
      problems.push({ path: "localSsd.count", message, fix: "say it" });
    }
    return problems;
  }
  const { localSsds, localSsdChoices } = machine;
  const choices = localSsds === undefined ? localSsdChoices : [localSsds];
  if (choices === undefined) {
    const message = `${machine.machineType} has no local SSDs`;
    problems.push({ path: "localSsd", given: localSsd.use, message, fix: "leave it out" });
  } else if (localSsd.count !== undefined && !choices.includes(localSsd.count)) {
    const message = `not a number of local SSDs of ${machine.machineType}`;
    problems.push({ path: "localSsd.count", given: localSsd.count, message, allowed: choices.join(", ") });
  }
  return problems;
}

function imageProblems(spec: PoolSpec): Problem[] {
  const { preload, imageStreaming } = spec;
  if (preload === undefined) return [];
  const problems: Problem[] = [];
  if (imageStreaming !== true) {
    const message = "disks with images are read by image streaming, which is off";
    problems.push({ path: "imageStreaming", given: imageStreaming ?? false, message, fix: "say imageStreaming: true" });
  }
  for (const [index, image] of preload.entries()) {
    const name = known(image);
    if (name === undefined || /^(https:\/\/[^ ]+\/)?(projects\/[^/]+\/)?global\/images\/[-a-z0-9]+$/.test(name))
      continue;
    const allowed = "global/images/<image> or projects/<project>/global/images/<image>";
    problems.push({ path: `preload[${index}]`, given: name, message: "not a disk image", allowed });
  }
  const version = versionOf(spec);
  if (version !== undefined && isBelow(version, floors.preload)) problems.push(tooOld(spec, floors.preload, "preload"));
  return problems;
}

/** Without autoscaling GKE counts nodes per zone. */
function fixedProblems(spec: PoolSpec, { topology }: PoolMachine): Problem[] {
  return unique(
    spec.capacity.flatMap((rung, index): Problem[] => {
      const { min, max } = rungNodes(spec, rung, topology?.hosts);
      const zones = rungZones(spec, rung) ?? spec.cluster.zones;
      if (typeof min !== "number" || min < 1 || min !== max) return [];
      if (zones === undefined) {
        const isRegion = /^[a-z]+-[a-z]+\d+$/.test(known(spec.cluster.location) ?? "");
        const message = `missing; a fixed number of nodes is that of each zone, and which zones the region's nodes are in is not known`;
        return isRegion ? [{ path: "zones", message, fix: "name them, or let maxNodes be larger than minNodes" }] : [];
      }
      if (min % zones.length === 0) return [];
      const path = rung.minNodes === undefined ? "minNodes" : `capacity[${index}].minNodes`;
      const message = `a fixed number of nodes is the same in each zone, and there are ${zones.length} zones`;
      return [{ path, given: min, message, fix: "say a multiple of it, name fewer zones, or let maxNodes be larger" }];
    }),
  );
}
