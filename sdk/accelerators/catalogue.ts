import { createRequire } from "node:module";

import { nearest } from "../nearest";
import { ConfigurationError, type Problem } from "../problems";
import {
  type Accelerator,
  type AcceleratorName,
  acceleratorNames,
  type Cloud,
  clouds,
  type Machine,
  type TpuTopology,
} from "./types";

/** The tables are loaded when something is looked up. */
const lazyRequire = createRequire(__filename);
const tables = {
  nvidia: () => (lazyRequire("./nvidiaAccelerators") as typeof import("./nvidiaAccelerators")).nvidiaAccelerators,
  google: () => (lazyRequire("./tpuAccelerators") as typeof import("./tpuAccelerators")).tpuAccelerators,
  aws: () => (lazyRequire("./neuronAccelerators") as typeof import("./neuronAccelerators")).neuronAccelerators,
  gke: () => (lazyRequire("./gkeMachines") as typeof import("./gkeMachines")).gkeMachines,
  eks: () => (lazyRequire("./eksMachines") as typeof import("./eksMachines")).eksMachines,
  topologies: () => (lazyRequire("./tpuTopologies") as typeof import("./tpuTopologies")).tpuTopologies,
  sources: () => (lazyRequire("./sources") as typeof import("./sources")).acceleratorSources,
};

/** Every accelerator, in the order of `acceleratorNames`. */
export function listAccelerators(): Accelerator[] {
  return [...tables.nvidia(), ...tables.google(), ...tables.aws()];
}

/**
 * What is known of an accelerator.
 *
 * @throws ConfigurationError when the name is unknown, with the nearest one.
 */
export function findAccelerator(name: AcceleratorName): Accelerator {
  const problem = unknownName("accelerator", name, acceleratorNames);
  if (problem) throw new ConfigurationError("accelerator", [problem]);
  const vendor = name.startsWith("nvidia-") ? "nvidia" : name.startsWith("tpu") ? "google" : "aws";
  return tables[vendor]().find((accelerator) => accelerator.name === name)!;
}

/** Machine types with an accelerator, or with any, on one cloud or on all. */
export function listMachines(filter: { accelerator?: AcceleratorName; cloud?: Cloud } = {}): Machine[] {
  return clouds
    .filter((cloud) => filter.cloud === undefined || filter.cloud === cloud)
    .flatMap((cloud): readonly Machine[] => tables[cloud]())
    .filter(({ accelerator }) => filter.accelerator === undefined || accelerator === filter.accelerator);
}

/** Slices of a TPU, smallest first; none for other accelerators. */
export function listTopologies(accelerator?: AcceleratorName): TpuTopology[] {
  return tables.topologies().filter((slice) => accelerator === undefined || slice.accelerator === accelerator);
}

/** The full text of a key in `source`. */
export function sourceText(key: string): string | undefined {
  return tables.sources()[key];
}

/** The problem of a name that is none of a list; undefined when it is. */
export function unknownName(path: string, given: unknown, names: readonly string[]): Problem | undefined {
  if (typeof given === "string" && names.includes(given)) return undefined;
  const similar = typeof given === "string" ? nearest(given, names) : undefined;
  return {
    path,
    given,
    message: "not one of the allowed values",
    allowed: names.join(", "),
    ...(similar === undefined ? {} : { fix: `did you mean "${similar}"?` }),
  };
}
