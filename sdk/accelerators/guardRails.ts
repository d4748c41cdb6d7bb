import { createRequire } from "node:module";

import type { Problem } from "../problems";
import { findAccelerator, listMachines, unknownName } from "./catalogue";
import { findMachine } from "./findMachine";
import type { PoolMachine, PoolSpec } from "./poolSpec";
import { acceleratorNames } from "./types";

const lazyRequire = createRequire(__filename);

/**
 * Everything that is wrong with a node pool, in one pass. What is not known yet is not judged. Where a rule is from is said beside it;
 * `accelerators` without a source are this package's own checks of form.
 */
export function poolProblems(spec: PoolSpec): Problem[] {
  if (spec.cloud === "existing") {
    const message = "node pools are added to clusters of GKE and EKS; this one is taken care of elsewhere";
    return [{ path: "cluster", given: spec.cloud, message, fix: "describe its pools in the preflight's plan instead" }];
  }
  const machines = machineProblems(spec);
  const machine = machines.length === 0 ? poolMachine(spec) : {};
  const { nodeProblems } = lazyRequire("./guardRailsNodes") as typeof import("./guardRailsNodes");
  const { capacityProblems } = lazyRequire("./guardRailsCapacity") as typeof import("./guardRailsCapacity");
  const own =
    spec.cloud === "gke"
      ? (lazyRequire("./guardRailsGke") as typeof import("./guardRailsGke")).gkeProblems(spec, machine)
      : (lazyRequire("./guardRailsEks") as typeof import("./guardRailsEks")).eksProblems(spec, machine);
  return [...machines, ...nodeProblems(spec, machine), ...capacityProblems(spec, machine), ...own];
}

/** The machine of a pool; nothing when there is none, which `poolProblems` says, and for pools of CPUs. */
export function poolMachine(spec: PoolSpec): PoolMachine {
  if (spec.accelerator === undefined || spec.cloud === "existing") return {};
  const found = findMachine(requestOf(spec));
  if (!found.found) return {};
  return { machine: found.machine, ...(found.topology && { topology: found.topology }) };
}

const requestOf = ({ accelerator, cloud, count, topology, machineType, architecture }: PoolSpec) => ({
  accelerator: accelerator!,
  cloud: cloud as "gke" | "eks",
  ...(count !== undefined && { count }),
  ...(topology !== undefined && { topology }),
  ...(machineType !== undefined && { machineType }),
  ...(architecture !== undefined && { architecture: architecture as "amd64" }),
});

function machineProblems(spec: PoolSpec): Problem[] {
  const { accelerator, cloud, count, topology, machineType, architecture } = spec;
  if (architecture !== undefined && architecture !== "amd64" && architecture !== "arm64") {
    return [unknownName("architecture", architecture, ["amd64", "arm64"])!];
  }
  if (accelerator === undefined) return cpuProblems(spec);
  const unknown = unknownName("accelerator", accelerator, acceleratorNames);
  if (unknown) return [unknown];
  const entry = findAccelerator(accelerator);
  if (!entry[cloud as "gke" | "eks"]) {
    const other = cloud === "gke" ? "eks" : "gke";
    const message = `${cloud} has no ${accelerator}`;
    return [{ path: "accelerator", given: accelerator, message, fix: `it is on ${other}; or choose one of ${cloud}` }];
  }
  if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
    return [{ path: "count", given: count, message: "not a number of chips of one node", allowed: "1, 2, 4, …" }];
  }
  if (topology !== undefined && entry.vendor !== "google") {
    const message = `topologies are of TPUs, and ${accelerator} is none`;
    return [{ path: "topology", given: topology, message, fix: "leave it out, and say maxNodes" }];
  }
  const machines = listMachines({ accelerator, cloud: cloud as "gke" | "eks" });
  if (machineType !== undefined && !machines.some((machine) => machine.machineType === machineType)) {
    return [
      unknownName(
        "machineType",
        machineType,
        machines.map((machine) => machine.machineType),
      )!,
    ];
  }
  const found = findMachine(requestOf(spec));
  if (found.found) return [];
  const near = found.alternatives.map(
    ({ machine, topology: slice, difference }) =>
      `${machine.machineType}${slice ? ` in ${slice.topology}` : ""} (${difference})`,
  );
  const path = topology === undefined ? (count === undefined ? "accelerator" : "count") : "topology";
  return [
    {
      path,
      given: path === "topology" ? topology : path === "count" ? count : accelerator,
      message: found.reason,
      ...(near.length > 0 && { fix: `near it are ${near.join("; ")}` }),
    },
  ];
}

/** Of machines without accelerators the catalogue knows none. */
function cpuProblems({ count, topology, machineType, rdma, gpu }: PoolSpec): Problem[] {
  const problems: Problem[] = [];
  if (machineType === undefined) {
    const message = "missing; without an accelerator nothing else says which machines";
    problems.push({ path: "machineType", message, fix: "say machineType or accelerator" });
  }
  for (const [path, given] of Object.entries({ count, topology, rdma: rdma?.mode, gpu })) {
    if (given === undefined) continue;
    const message = "is of accelerators, and this pool has none";
    problems.push({ path, given, message, fix: "name the accelerator, or leave this out" });
  }
  return problems;
}
