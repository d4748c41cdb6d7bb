import { assertNoProblems, type Problem } from "../problems";
import { findAccelerator, listMachines, listTopologies, unknownName } from "./catalogue";
import { type Accelerator, type AcceleratorName, acceleratorNames, clouds } from "./types";

/** Clouds whose labels are known; `embedded` is the local control plane, whose nodes have the labels of GKE. */
export const placementClouds = [...clouds, "embedded"] as const;
export type PlacementCloud = (typeof placementClouds)[number];

/** A toleration of a pod. */
export interface AcceleratorToleration {
  readonly key: string;
  readonly operator: "Exists" | "Equal";
  readonly value?: string;
  readonly effect: "NoSchedule";
}

/** Where pods with an accelerator may run. */
export interface PlacementArgs {
  /** @default none: the extended resource alone leads to the nodes that have it, whichever they are */
  readonly cloud?: PlacementCloud;
  /** Chips of one pod; decides between machines where labels name machines. @default 1 */
  readonly count?: number;
  /** Of a TPU slice. @default that of the machine with `count` chips */
  readonly topology?: string;
  /** @default any with the accelerator */
  readonly machineType?: string;
}

const subject = "accelerator placement";

/**
 * Labels of the nodes that have an accelerator. On GKE they are those that GKE sets; on EKS, which sets none, the one of
 * cluster-autoscaler, or for Neuron the instance type (see `EksAccelerator.label`).
 *
 * @throws ConfigurationError when the cloud does not have the accelerator, or not that many chips in one node.
 */
export function nodeSelectorFor(name: AcceleratorName, args: PlacementArgs = {}): Record<string, string> {
  const { cloud, count = 1, machineType } = args;
  const problems = placementProblems(name, args);
  assertNoProblems(subject, problems);
  const selector: Record<string, string> = {};
  const accelerator = findAccelerator(name);
  if (cloud === "eks") {
    const instance = machineType ?? (accelerator.eks?.label === undefined ? smallestMachine(name, count) : undefined);
    if (accelerator.eks?.label !== undefined) selector["k8s.amazonaws.com/accelerator"] = accelerator.eks.label;
    if (instance !== undefined) selector["node.kubernetes.io/instance-type"] = instance;
  } else if (cloud !== undefined && accelerator.gke) {
    if (accelerator.vendor === "google") {
      selector["cloud.google.com/gke-tpu-accelerator"] = accelerator.gke.label;
      selector["cloud.google.com/gke-tpu-topology"] = topologyFor(name, args)!;
    } else {
      selector["cloud.google.com/gke-accelerator"] = accelerator.gke.label;
    }
    if (machineType !== undefined) selector["node.kubernetes.io/instance-type"] = machineType;
  }
  return selector;
}

/**
 * Tolerations of the taints that nodes with an accelerator have: GKE's own `<resource>=present:NoSchedule`, on EKS the one with
 * value `true` that this package sets, and the taint of arm64 nodes where the accelerator comes with them only.
 */
export function tolerationsFor(name: AcceleratorName): AcceleratorToleration[] {
  const { resource } = findAccelerator(name);
  const tolerations: AcceleratorToleration[] = [{ key: resource, operator: "Exists", effect: "NoSchedule" }];
  const machines = listMachines({ accelerator: name });
  if (machines.length > 0 && machines.every(({ architecture }) => architecture === "arm64")) {
    tolerations.push({ key: "kubernetes.io/arch", operator: "Equal", value: "arm64", effect: "NoSchedule" });
  }
  return tolerations;
}

/**
 * The extended resource and how many of it. Kubernetes wants limits and requests of extended resources to be the same, and fills
 * in the requests.
 */
export function resourceLimits(name: AcceleratorName, count: number): Record<string, string> {
  return { [findAccelerator(name).resource]: String(count) };
}

/** What is wrong with asking for that many chips of an accelerator in one pod. */
export function placementProblems(name: AcceleratorName, args: PlacementArgs, prefix = ""): Problem[] {
  const { cloud, count = 1 } = args;
  const problems = [
    unknownName(`${prefix}accelerator`, name, acceleratorNames),
    cloud === undefined ? undefined : unknownName(`${prefix}cloud`, cloud, placementClouds),
  ].filter((problem) => problem !== undefined);
  if (!Number.isInteger(count) || count < 1) {
    problems.push({ path: `${prefix}count`, given: count, message: "not a number of chips", allowed: "1 or more" });
  }
  if (problems.length > 0) return problems;
  const accelerator = findAccelerator(name);
  return cloud === undefined ? anywhereProblems(accelerator, count, prefix) : cloudProblems(accelerator, args, prefix);
}

function anywhereProblems({ name }: Accelerator, count: number, prefix: string): Problem[] {
  const most = Math.max(0, ...listMachines({ accelerator: name }).map((machine) => machine.count));
  if (most === 0 || count <= most) return [];
  return [
    { ...tooMany(prefix, count), message: `no machine has that many ${name}`, allowed: `1 to ${most} in one pod` },
  ];
}

function cloudProblems(accelerator: Accelerator, args: PlacementArgs, prefix: string): Problem[] {
  const { name } = accelerator;
  const { count = 1, machineType } = args;
  const cloud = args.cloud === "eks" ? "eks" : "gke";
  if (!accelerator[cloud]) {
    const other = clouds.filter((candidate) => accelerator[candidate]);
    return [{ path: `${prefix}cloud`, given: args.cloud, message: `has no ${name}`, allowed: other.join(", ") }];
  }
  const machines = listMachines({ accelerator: name, cloud });
  if (machines.length === 0) return [];
  if (machineType !== undefined && !machines.some((machine) => machine.machineType === machineType)) {
    return [
      unknownName(
        `${prefix}machineType`,
        machineType,
        machines.map((machine) => machine.machineType),
      )!,
    ];
  }
  if (accelerator.vendor === "google") return topologyProblems(name, args, prefix);
  const usable = machines.filter((machine) => machineType === undefined || machine.machineType === machineType);
  const most = Math.max(...usable.map((machine) => machine.count));
  if (count <= most) return [];
  const message = `no machine of ${cloud} has that many ${name}`;
  return [{ ...tooMany(prefix, count), message, allowed: `1 to ${most} in one pod` }];
}

const tooMany = (prefix: string, count: number) => ({
  path: `${prefix}count`,
  given: count,
  fix: "spread the model over several pods: spec.parallelism with a worker",
});

/** A pod takes all TPU chips of its node, so that their number is a machine's. */
function topologyProblems(name: AcceleratorName, args: PlacementArgs, prefix: string): Problem[] {
  const { count = 1, topology } = args;
  const slices = listTopologies(name);
  if (topology !== undefined && !slices.some((slice) => slice.topology === topology)) {
    return [unknownName(`${prefix}topology`, topology, [...new Set(slices.map((slice) => slice.topology))])!];
  }
  if (topologyFor(name, args) !== undefined) return [];
  const machines = listMachines({ accelerator: name, cloud: "gke" });
  const fitting = slices.filter((slice) => topology === undefined || slice.topology === topology);
  const counts = machines
    .filter(({ machineType }) => fitting.some((slice) => slice.machineType === machineType))
    .map((machine) => machine.count);
  const message = `no machine has that many ${name}${topology === undefined ? "" : ` in topology ${topology}`}, and a pod takes all chips of its node`;
  const allowed = [...new Set(counts)].sort((left, right) => left - right).join(", ");
  return [{ path: `${prefix}count`, given: count, message, allowed }];
}

/** The given topology, when a machine of it has that many chips, or the slice of one host that has. */
function topologyFor(name: AcceleratorName, { count = 1, topology, machineType }: PlacementArgs): string | undefined {
  const machines = listMachines({ accelerator: name, cloud: "gke" }).filter(
    (machine) => machine.count === count && (machineType === undefined || machine.machineType === machineType),
  );
  return listTopologies(name).find(
    (slice) =>
      (topology === undefined ? slice.hosts === 1 : slice.topology === topology) &&
      machines.some((machine) => machine.machineType === slice.machineType),
  )?.topology;
}

function smallestMachine(name: AcceleratorName, count: number): string | undefined {
  return listMachines({ accelerator: name, cloud: "eks" })
    .filter((machine) => machine.count >= count)
    .sort((left, right) => left.count - right.count || (left.memoryGiB ?? 0) - (right.memoryGiB ?? 0))[0]?.machineType;
}
