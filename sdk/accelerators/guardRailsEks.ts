import type { Problem } from "../problems";
import { findAccelerator, unknownName } from "./catalogue";
import { isBelow } from "./gkeVersions";
import { known, type PoolMachine, type PoolSpec, rungZones } from "./poolSpec";
import type { EksMachine } from "./types";

/** EFA interfaces of a pool's machines: those that it says, else all that the machine has. */
export function efaInterfaces(spec: Pick<PoolSpec, "rdma">, machine: EksMachine | undefined): number {
  return spec.rdma === undefined ? 0 : (spec.rdma.interfaces ?? machine?.efaInterfaces ?? 0);
}

/** Families such as m7g, c8gd and g5g have Arm processors of AWS's own; g6 and gr6 have not. */
export const isGraviton = (instanceType: string): boolean => /^[a-z]+\d+g[a-z]*\./.test(instanceType);

/** The image of nodes of EKS: the machine's first, unless Bottlerocket is asked for; undefined when the machine has none such. */
export function amiTypeOf(
  { operatingSystem, machineType = "" }: PoolSpec,
  machine: EksMachine | undefined,
): string | undefined {
  const isBottlerocket = operatingSystem === "bottlerocket";
  if (machine) return machine.amiTypes.find((type) => type.startsWith("BOTTLEROCKET") === isBottlerocket);
  const processor = isGraviton(machineType)
    ? isBottlerocket
      ? "ARM_64"
      : "ARM_64_STANDARD"
    : isBottlerocket
      ? "x86_64"
      : "x86_64_STANDARD";
  return `${isBottlerocket ? "BOTTLEROCKET" : "AL2023"}_${processor}`;
}

/** What EKS and EC2 would refuse, or make into nodes that never join. */
export function eksProblems(spec: PoolSpec, found: PoolMachine): Problem[] {
  const machine = found.machine?.cloud === "eks" ? found.machine : undefined;
  return [
    ...clusterProblems(spec),
    ...gkeOnly(spec),
    ...imageProblems(spec, machine),
    ...networkProblems(spec, machine),
    ...placementProblems(spec),
  ];
}

function clusterProblems({ cluster, machineType, accelerator, architecture }: PoolSpec): Problem[] {
  const problems: Problem[] = [];
  if (cluster.nodeAddons === false) {
    const message =
      "nodes of groups do not become Ready in a cluster without vpc-cni, kube-proxy and eks-pod-identity-agent";
    const fix = 'add them to the cluster: addons: { "vpc-cni": {}, "kube-proxy": {}, "eks-pod-identity-agent": {} }';
    problems.push({ path: "cluster", message, fix });
  }
  const isArm = architecture === "arm64";
  if (accelerator === undefined && machineType && architecture && isGraviton(machineType) !== isArm) {
    const message = `${machineType} has ${isArm ? "no Arm" : "Arm"} processors`;
    problems.push({ path: "architecture", given: architecture, message, fix: "leave it out" });
  }
  return problems;
}

function gkeOnly(spec: PoolSpec): Problem[] {
  const { imageStreaming, preload, maxPodsPerNode, localSsd } = spec;
  return Object.entries({
    imageStreaming,
    preload: preload && "given",
    maxPodsPerNode,
    localSsd: localSsd?.use,
  }).flatMap(([path, given]): Problem[] =>
    given === undefined || given === false
      ? []
      : [
          {
            path,
            ...(path !== "preload" && { given }),
            message: "is of GKE; EKS has no such setting of node groups",
            fix: "leave it out",
          },
        ],
  );
}

/** Sources: eksctl's amitype.go; the catalogue's minimumKubernetes. */
function imageProblems(spec: PoolSpec, machine: EksMachine | undefined): Problem[] {
  const problems: Problem[] = [];
  const { operatingSystem, disk } = spec;
  if (operatingSystem !== undefined) {
    const unknown = unknownName("operatingSystem", operatingSystem, ["amazon-linux", "bottlerocket"]);
    if (unknown) problems.push(unknown);
    else if (machine && amiTypeOf(spec, machine) === undefined) {
      const message = `EKS has no such image for ${machine.machineType}`;
      problems.push({
        path: "operatingSystem",
        given: operatingSystem,
        message,
        allowed: `images ${machine.amiTypes.join(", ")}`,
      });
    }
  }
  const version = known(spec.version) ?? known(spec.cluster.version);
  const floor = machine && findAccelerator(machine.accelerator).eks?.minimumKubernetes?.value;
  if (version !== undefined && floor !== undefined && isBelow(version, floor)) {
    const path = spec.version === undefined ? "cluster.version" : "version";
    problems.push({
      path,
      given: version,
      message: `too old for ${machine!.accelerator}`,
      allowed: `${floor} or later`,
    });
  }
  if (disk?.type !== undefined) {
    const unknown = unknownName("disk.type", disk.type, ["gp3", "io1", "io2"]);
    if (unknown) problems.push(unknown);
  }
  return [...problems, ...speedProblems(disk)];
}

/** Source: `iops` and `throughput` of EbsBlockDevice in EC2's API: required, allowed and least values by type. */
function speedProblems({ type = "gp3", iops, throughput }: NonNullable<PoolSpec["disk"]> = {}): Problem[] {
  const problems: Problem[] = [];
  if (type === "gp3") {
    for (const [field, value, least] of [
      ["iops", iops, 3000],
      ["throughput", throughput, 125],
    ] as const) {
      if (typeof value !== "number" || value >= least) continue;
      problems.push({
        path: `disk.${field}`,
        given: value,
        message: "gp3 has more anyway",
        allowed: `${least} or more`,
      });
    }
  } else if (type === "io1" || type === "io2") {
    if (iops === undefined) {
      problems.push({
        path: "disk.iops",
        message: `missing; ${type} disks are bought by it`,
        fix: "say it, or take gp3",
      });
    }
    if (throughput !== undefined) {
      const message = `disks of type ${type} do not let it be chosen`;
      problems.push({ path: "disk.throughput", message, fix: "leave it out, or take gp3" });
    }
  }
  return problems;
}

/** Sources: eksctl's managed_launch_template.go; modelplane's compose-eks-cluster; vpclimits of Karpenter. */
function networkProblems(spec: PoolSpec, machine: EksMachine | undefined): Problem[] {
  const { rdma } = spec;
  if (rdma === undefined || !machine) return [];
  const problems: Problem[] = [];
  if (rdma.mode !== "efa") {
    return [
      {
        path: "rdma.mode",
        given: rdma.mode,
        message: "is of GKE; on EC2 it is EFA",
        fix: 'say "efa", or leave it out',
      },
    ];
  }
  if (rdma.networks !== undefined) {
    problems.push({
      path: "rdma.networks",
      message: "are of GKE; EFA is in the nodes' own subnet",
      fix: "leave them out",
    });
  }
  const most = machine.efaInterfaces;
  if (most === 0) {
    const message = `${machine.machineType} has no EFA`;
    problems.push({ path: "rdma", given: "efa", message, fix: "leave it out, or take a larger machine" });
  } else if (most === undefined && rdma.interfaces === undefined) {
    const message = `the number of EFA interfaces of ${machine.machineType} was not read in any source`;
    problems.push({ path: "rdma.interfaces", message, fix: "say it" });
  } else if (
    rdma.interfaces !== undefined &&
    (!Number.isInteger(rdma.interfaces) || rdma.interfaces < 1 || rdma.interfaces > (most ?? Infinity))
  ) {
    const message = `not a number of EFA interfaces of ${machine.machineType}`;
    problems.push({ path: "rdma.interfaces", given: rdma.interfaces, message, allowed: `1 to ${most ?? "…"}` });
  }
  return [
    ...problems,
    ...oneZone(spec, "interfaces that talk to each other by EFA are in one zone, which must be named"),
  ];
}

function placementProblems(spec: PoolSpec): Problem[] {
  if (spec.placement === undefined) return [];
  const unknown = unknownName("placement", spec.placement, ["compact", "none"]);
  if (unknown) return [unknown];
  if (spec.placement !== "compact") return [];
  const problems = spec.rdma ? [] : oneZone(spec, "a cluster placement group lies in one zone, which must be named");
  for (const [index, { kind }] of spec.capacity.entries()) {
    if (kind !== "capacity-block") continue;
    const message = "the machines of a capacity block are close to each other already, and take no placement group";
    problems.push({ path: `capacity[${index}].kind`, given: kind, message, fix: "leave out placement" });
  }
  return problems;
}

function oneZone(spec: PoolSpec, message: string): Problem[] {
  return spec.capacity.flatMap((rung, index): Problem[] => {
    const zones = rungZones(spec, rung);
    if (zones?.length === 1) return [];
    if (index > 0 && rung.zones === undefined && spec.capacity[0]!.zones === undefined) return [];
    const path = rung.zones ? `capacity[${index}].zones` : "zones";
    return [
      { path, ...(zones && { given: zones }), message: zones ? message : `missing; ${message}`, allowed: "one zone" },
    ];
  });
}
