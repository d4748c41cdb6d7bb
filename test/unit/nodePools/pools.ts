import type { PoolSpec, RungSpec } from "../../../sdk/accelerators/poolSpec";

export const onDemand: RungSpec[] = [{ kind: "on-demand" }];
export const gkeZone = ["us-central1-a"];
export const eksZone = ["us-east-2a"];

export const base: PoolSpec = {
  name: "gpu",
  cloud: "gke",
  maxNodes: 4,
  capacity: onDemand,
  cluster: { location: "us-central1" },
};
/** Pools that nothing is wrong with. */
export const l4: PoolSpec = { ...base, accelerator: "nvidia-l4", count: 1 };
export const h100: PoolSpec = { ...base, accelerator: "nvidia-h100-80gb", count: 8, zones: gkeZone };
export const h200: PoolSpec = { ...base, accelerator: "nvidia-h200-141gb", zones: gkeZone };
export const b200: PoolSpec = { ...base, accelerator: "nvidia-b200", zones: gkeZone, capacity: [{ kind: "spot" }] };
export const gb200: PoolSpec = {
  ...base,
  accelerator: "nvidia-gb200",
  zones: gkeZone,
  capacity: [{ kind: "reservation", reservation: "gb200" }],
};
export const v6e: PoolSpec = {
  name: "tpu",
  cloud: "gke",
  accelerator: "tpu-v6e",
  topology: "4x4",
  zones: gkeZone,
  capacity: onDemand,
  cluster: {},
};
export const cpu: PoolSpec = { ...base, machineType: "e2-standard-8" };
export const eks: PoolSpec = {
  ...base,
  cloud: "eks",
  cluster: { version: "1.34", zones: ["us-east-2a", "us-east-2b"] },
};
export const p5: PoolSpec = {
  ...eks,
  accelerator: "nvidia-h100-80gb",
  count: 8,
  zones: eksZone,
  rdma: { mode: "efa" },
};
export const block: RungSpec = { kind: "capacity-block", reservation: "cr-0123456789abcdef0" };

/** A pool that is wrong in one way: what makes it so, what is said (all of it), and what makes it right again. */
export interface Case {
  of: PoolSpec;
  wrong: Partial<PoolSpec>;
  path: string;
  says: RegExp;
  right: Partial<PoolSpec>;
}
