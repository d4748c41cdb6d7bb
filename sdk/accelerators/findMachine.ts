import { assertNoProblems, type Problem } from "../problems";
import { listMachines, listTopologies, unknownName } from "./catalogue";
import {
  type AcceleratorName,
  acceleratorNames,
  type CapacityKind,
  capacityKinds,
  type Cloud,
  clouds,
  type Machine,
  type TpuTopology,
} from "./types";

/** The machine that is wanted. */
export interface MachineRequest {
  readonly accelerator: AcceleratorName;
  readonly cloud: Cloud;
  /** Chips of one machine. @default any number, fewest first */
  readonly count?: number;
  /** Of a TPU slice, such as `4x4`; a slice of several hosts is a node pool of several machines. @default one host */
  readonly topology?: string;
  /** @default any */
  readonly machineType?: string;
  /** A kind that is not known to be had is taken, and told in `unverified`. @default any */
  readonly capacity?: CapacityKind;
  /** @default any */
  readonly minimumVcpu?: number;
  /** GiB. @default any */
  readonly minimumMemoryGiB?: number;
  /** @default any */
  readonly architecture?: "amd64" | "arm64";
  /** Remote direct memory access between machines: EFA on EKS, RDMA or GPUDirect-TCPX(O) on GKE. @default false, either way */
  readonly rdma?: boolean;
}

/** A machine that comes near. */
export interface MachineAlternative {
  readonly machine: Machine;
  readonly topology?: TpuTopology;
  /** In what it differs from the request. */
  readonly difference: string;
}

/** A machine, or why there is none. */
export type MachineResult =
  | {
      readonly found: true;
      readonly machine: Machine;
      /** Of TPUs. */
      readonly topology?: TpuTopology;
      /** What was asked for and no source confirms or denies. */
      readonly unverified: readonly string[];
    }
  | { readonly found: false; readonly reason: string; readonly alternatives: readonly MachineAlternative[] };

interface Candidate {
  readonly machine: Machine;
  readonly topology?: TpuTopology;
}

/**
 * The smallest machine type that has what is asked for, or a reason why there is none with up to three that come near. Machines
 * with a share of a chip are taken only by name, and those that GKE provisions only by name come last.
 *
 * @throws ConfigurationError for unknown names and for numbers that are none.
 */
export function findMachine(request: MachineRequest): MachineResult {
  assertNoProblems("machine request", requestProblems(request));
  const { accelerator, cloud } = request;
  let candidates = sorted(candidatesOf(accelerator, cloud, request.machineType));
  if (candidates.length === 0) {
    const known = listMachines({ accelerator, cloud }).map(({ machineType }) => machineType);
    const reason =
      request.machineType !== undefined && known.length > 0
        ? `${request.machineType} is no machine type of ${cloud} with ${accelerator}: there are ${known.join(", ")}`
        : `no machine type of ${cloud} with ${accelerator} is known`;
    return { found: false, reason, alternatives: alternatives(candidatesOf(accelerator, cloud), request) };
  }
  for (const { holds, reason } of criteria(request)) {
    const left = candidates.filter(holds);
    if (left.length === 0)
      return { found: false, reason: reason(candidates), alternatives: alternatives(candidates, request) };
    candidates = left;
  }
  const best = candidates[0]!;
  return { found: true, ...best, unverified: unverified(best.machine, request) };
}

function requestProblems(request: MachineRequest): Problem[] {
  const problems = [
    unknownName("accelerator", request.accelerator, acceleratorNames),
    unknownName("cloud", request.cloud, clouds),
    request.capacity === undefined ? undefined : unknownName("capacity", request.capacity, capacityKinds),
  ].filter((problem) => problem !== undefined);
  for (const path of ["count", "minimumVcpu", "minimumMemoryGiB"] as const) {
    const given = request[path];
    if (given === undefined || (Number.isFinite(given) && given > 0 && (path !== "count" || Number.isInteger(given))))
      continue;
    problems.push({
      path,
      given,
      message: "not a positive number",
      allowed: path === "count" ? "1, 2, 4, …" : "above 0",
    });
  }
  return problems;
}

function candidatesOf(accelerator: AcceleratorName, cloud: Cloud, machineType?: string): Candidate[] {
  const machines = listMachines({ accelerator, cloud }).filter((machine) =>
    machineType === undefined ? !isFraction(machine) : machine.machineType === machineType,
  );
  const topologies = listTopologies(accelerator);
  if (topologies.length === 0) return machines.map((machine) => ({ machine }));
  return machines.flatMap((machine): Candidate[] => {
    const own = topologies.filter((topology) => topology.machineType === machine.machineType);
    return own.length === 0 ? [{ machine }] : own.map((topology) => ({ machine, topology }));
  });
}

const isFraction = (machine: Machine) => machine.cloud === "gke" && machine.fraction !== undefined;
const isExplicit = (machine: Machine) => machine.cloud === "gke" && machine.explicitOnly;

function sorted(candidates: readonly Candidate[]): Candidate[] {
  const size = ({ machine, topology }: Candidate) => [
    topology?.hosts ?? 1,
    isExplicit(machine) ? 1 : 0,
    machine.count,
    machine.memoryGiB ?? Infinity,
    machine.vcpu ?? Infinity,
  ];
  return [...candidates].sort((left, right) => {
    const rightSize = size(right);
    const difference = size(left)
      .map((value, index) => (value === rightSize[index] ? 0 : value - rightSize[index]!))
      .find((value) => value !== 0);
    return difference ?? 0;
  });
}

interface Criterion {
  readonly holds: (candidate: Candidate) => boolean;
  /** Why none of those that held all criteria before holds this one. */
  readonly reason: (candidates: readonly Candidate[]) => string;
}

function criteria(request: MachineRequest): Criterion[] {
  const { accelerator, cloud, topology, count, capacity, minimumVcpu, minimumMemoryGiB, architecture, rdma } = request;
  const list: Criterion[] = [];
  const add = (given: unknown, holds: Criterion["holds"], reason: Criterion["reason"]) => {
    if (given !== undefined && given !== false) list.push({ holds, reason });
  };
  add(
    topology,
    (candidate) => candidate.topology?.topology === topology,
    (all) => {
      const known = unique(all.map((candidate) => candidate.topology?.topology).filter((text) => text !== undefined));
      return known.length === 0
        ? `${accelerator} has no topologies`
        : `${topology} is no topology of ${accelerator}: there are ${known.join(", ")}`;
    },
  );
  if (topology === undefined) {
    list.push({
      holds: (candidate) => (candidate.topology?.hosts ?? 1) === 1,
      reason: () => "no machine is a slice of its own",
    });
  }
  add(
    count,
    ({ machine }) => machine.count === count,
    (all) => {
      const counts = unique(all.map(({ machine }) => machine.count)).sort((left, right) => left - right);
      const shape = topology === undefined ? "" : ` for topology ${topology}`;
      return `no machine type of ${cloud} has ${count} ${accelerator}${shape}: the numbers are ${counts.join(", ")}`;
    },
  );
  add(
    architecture,
    ({ machine }) => machine.architecture === architecture,
    (all) =>
      `machines with ${accelerator} are ${unique(all.map(({ machine }) => machine.architecture)).join(", ")}, not ${architecture}`,
  );
  add(
    minimumVcpu,
    ({ machine }) => machine.vcpu !== undefined && machine.vcpu >= minimumVcpu!,
    (all) => `none has ${minimumVcpu} vCPU: the most are ${Math.max(...all.map(({ machine }) => machine.vcpu ?? 0))}`,
  );
  add(
    minimumMemoryGiB,
    ({ machine }) => machine.memoryGiB !== undefined && machine.memoryGiB >= minimumMemoryGiB!,
    (all) =>
      `none has ${minimumMemoryGiB} GiB of memory: the most are ${Math.max(...all.map(({ machine }) => machine.memoryGiB ?? 0))}`,
  );
  add(
    rdma,
    ({ machine }) => hasRdma(machine),
    (all) => `none of ${machineTypes(all)} has ${cloud === "eks" ? "EFA" : "RDMA or GPUDirect"}`,
  );
  add(
    capacity,
    ({ machine }) => machine.capacity[capacity!] !== false && belongsTo(capacity!, cloud),
    (all) =>
      belongsTo(capacity!, cloud)
        ? `${machineTypes(all)} cannot be had as ${capacity}`
        : `${cloud} has no capacity of kind ${capacity}`,
  );
  return list;
}

/** Whether machines of that kind can exchange memory without their CPUs. */
function hasRdma(machine: Machine): boolean {
  if (machine.cloud === "eks") return machine.efaInterfaces === undefined || machine.efaInterfaces > 0;
  return machine.nics?.gpuDirect !== undefined;
}

const belongsTo = (capacity: CapacityKind, cloud: Cloud) =>
  capacity === "capacity-block" ? cloud === "eks" : capacity !== "flex-start" || cloud === "gke";

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];
const machineTypes = (all: readonly Candidate[]) => unique(all.map(({ machine }) => machine.machineType)).join(", ");

function unverified(machine: Machine, { capacity }: MachineRequest): string[] {
  return capacity !== undefined && machine.capacity[capacity] === undefined
    ? [`no source says whether ${machine.machineType} can be had as ${capacity}`]
    : [];
}

/** Up to three: of the same accelerator with the nearest count, on the other cloud, and of another accelerator that meets everything. */
function alternatives(same: readonly Candidate[], request: MachineRequest): MachineAlternative[] {
  const { accelerator, cloud } = request;
  const count = request.count ?? 1;
  const chips = request.topology?.split("x").reduce((product, side) => product * Number(side), 1);
  const distance = ({ machine, topology }: Candidate) =>
    chips !== undefined && topology
      ? Math.abs(topology.chips - chips)
      : Math.abs(machine.count - count) + (machine.count < count ? 0.5 : 0);
  const near = sorted(same).sort((left, right) => distance(left) - distance(right))[0];
  const found: MachineAlternative[] = [];
  if (near) found.push({ ...near, difference: describeDifference(near, request) });
  const elsewhere = clouds
    .filter((other) => other !== cloud)
    .flatMap((other) => matching({ ...request, cloud: other }))[0];
  if (elsewhere) found.push({ ...elsewhere, difference: `on ${elsewhere.machine.cloud}` });
  const index = acceleratorNames.indexOf(accelerator);
  const vendor = accelerator.split("-")[0]!.replace(/\d.*/, "");
  const others = acceleratorNames
    .filter((name) => name !== accelerator && name.startsWith(vendor))
    .sort(
      (left, right) =>
        Math.abs(acceleratorNames.indexOf(left) - index) - Math.abs(acceleratorNames.indexOf(right) - index),
    );
  for (const name of others) {
    const [other] = matching({ ...request, accelerator: name });
    if (!other) continue;
    found.push({ ...other, difference: `${name} instead of ${accelerator}` });
    break;
  }
  return found;
}

/** Machines that meet the request, whose machine type does not count. */
function matching(request: MachineRequest): Candidate[] {
  const all = sorted(candidatesOf(request.accelerator, request.cloud));
  return criteria(request).reduce((left, { holds }) => left.filter(holds), all);
}

function describeDifference({ machine, topology }: Candidate, request: MachineRequest): string {
  const parts: string[] = [];
  if (request.count !== undefined && machine.count !== request.count)
    parts.push(`${machine.count} chips instead of ${request.count}`);
  if (request.topology !== undefined && topology && topology.topology !== request.topology) {
    parts.push(`topology ${topology.topology} instead of ${request.topology}`);
  }
  if (request.machineType !== undefined && machine.machineType !== request.machineType)
    parts.push("another machine type");
  if (request.capacity !== undefined && machine.capacity[request.capacity] === false)
    parts.push(`not as ${request.capacity}`);
  if (parts.length === 0) parts.push("not all that was asked for");
  return parts.join(", ");
}
