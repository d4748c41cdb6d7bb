import { findAccelerator, listMachines, unknownName } from "../accelerators/catalogue";
import { acceleratorNames, type AcceleratorVendor, type Machine } from "../accelerators/types";
import type { Problem } from "../problems";
import {
  type ClusterPart,
  type ClusterPartName,
  clusterPartNames,
  type ClusterPartsPlan,
  type PartsPool,
  type ProvidedPart,
} from "./types";

/** A pool with what the catalogue knows of it. */
export interface KnownPool extends PartsPool {
  readonly path: string;
  readonly vendor?: AcceleratorVendor;
  /** Undefined where the machine type is not given or not in the catalogue. */
  readonly machine?: Machine;
}

/** A decision while it is made. */
export class Deciding {
  readonly problems: Problem[] = [];
  readonly provided: ProvidedPart[] = [];
  readonly pools: readonly KnownPool[];
  private readonly chosen = new Map<ClusterPartName, ClusterPart>();

  constructor(readonly plan: ClusterPartsPlan) {
    this.pools = plan.pools.map((pool, index) => this.know(pool, index));
  }

  get parts(): ClusterPart[] {
    return clusterPartNames.flatMap((name) => this.chosen.get(name) ?? []);
  }

  /** Whether one of these parts will be there. */
  has(...names: ClusterPartName[]): boolean {
    return names.some((name) => this.chosen.has(name) || this.plan.installed?.includes(name));
  }

  install(name: ClusterPartName, reason: string, values: Record<string, unknown> = {}): void {
    if (this.plan.installed?.includes(name)) this.provide(name, "what is installed already", reason);
    else if (!this.chosen.has(name)) this.chosen.set(name, { name, reason, values });
  }

  provide(what: string, by: string, reason: string): void {
    this.provided.push({ what, by, reason });
  }

  refuse(path: string, given: unknown, message: string, more: { allowed?: string; fix?: string } = {}): void {
    this.problems.push({ path, ...(given !== undefined && { given }), message, ...more });
  }

  /** Pools of one vendor's accelerators. */
  of(vendor: AcceleratorVendor): KnownPool[] {
    return this.pools.filter((pool) => pool.vendor === vendor);
  }

  /** Refuses a value that is none of a list; whether it is one or absent. */
  allowed(path: string, given: string | undefined, values: readonly string[]): boolean {
    const problem = given === undefined ? undefined : unknownName(path, given, values);
    if (problem) this.problems.push(problem);
    return !problem;
  }

  /** Refuses a part that needs a later version of Kubernetes; whether the version is late enough or not known. */
  since(path: string, given: string, minor: number, source: string): boolean {
    const { kubernetesVersion } = this.plan;
    const known = Number(/^v?1\.(\d+)/.exec(kubernetesVersion ?? "")?.[1]);
    if (Number.isNaN(known) || known >= minor) return true;
    this.refuse(path, given, `needs Kubernetes 1.${minor} (${source}), and the cluster has ${kubernetesVersion}`, {
      fix: "upgrade the cluster, or use the device plugin",
    });
    return false;
  }

  private know(pool: PartsPool, index: number): KnownPool {
    const path = `pools[${index}]`;
    if (this.plan.pools.findIndex(({ name }) => name === pool.name) < index)
      this.refuse(`${path}.name`, pool.name, "another pool has this name");
    this.allowed(`${path}.image`, pool.image, ["cos", "ubuntu", "al2023", "bottlerocket"]);
    if (pool.accelerator === undefined || !this.allowed(`${path}.accelerator`, pool.accelerator, acceleratorNames))
      return { ...pool, path };
    const accelerator = findAccelerator(pool.accelerator);
    const { cloud } = this.plan;
    if (cloud !== "existing" && !accelerator[cloud])
      this.refuse(`${path}.accelerator`, pool.accelerator, `there is none on ${cloud.toUpperCase()}`, {
        fix: "choose another accelerator, or another cloud",
      });
    const machine = listMachines({
      accelerator: pool.accelerator,
      ...(cloud !== "existing" && { cloud }),
    }).find(({ machineType }) => machineType === pool.machineType);
    return { ...pool, path, vendor: accelerator.vendor, ...(machine && { machine }) };
  }
}

/** Tolerations of what runs on every node of pools: of accelerators' taints, and of the pools' own. */
export function tolerationsOf(resources: readonly string[], pools: readonly PartsPool[]) {
  const own = pools
    .flatMap(({ taints = [] }) => taints)
    .filter(({ effect }) => effect !== "PreferNoSchedule")
    .map(({ key, effect }) => ({ key, operator: "Exists", effect }));
  const all = [...resources.map((key) => ({ key, operator: "Exists", effect: "NoSchedule" })), ...own];
  return all.filter(
    ({ key, effect }, index) => all.findIndex((other) => other.key === key && other.effect === effect) === index,
  );
}

/** Whether pools have taints that charts do not tolerate by themselves. */
export const hasOwnTaints = (pools: readonly PartsPool[]): boolean => tolerationsOf([], pools).length > 0;

/** Names of pools, for a sentence. */
export function namesOf(pools: readonly PartsPool[]): string {
  return `${pools.length === 1 ? "pool" : "pools"} ${pools.map(({ name }) => `"${name}"`).join(", ")}`;
}

/** Why a part is not installed in a cluster that somebody else takes care of. */
export const unasked = "nothing is installed unasked in a cluster that exists";
