import type { AcceleratorName, CapacityKind, Cloud, Machine, TpuTopology } from "./types";

/** A value that is not known yet: an Output of the program, in a preview or before it resolves. */
export const pending = Symbol("not known yet");
export type Known<T> = T | typeof pending;

/** One way to get machines. */
export interface RungSpec {
  readonly kind: CapacityKind;
  readonly reservation?: Known<string>;
  readonly minNodes?: Known<number>;
  readonly maxNodes?: Known<number>;
  readonly zones?: readonly string[];
  readonly queued?: boolean;
  readonly maxRunHours?: number;
}

export interface TaintSpec {
  readonly key: string;
  readonly value?: Known<string>;
  readonly effect: string;
}

/** A node pool as it is checked; what is absent was not given, and is not known of the cluster. */
export interface PoolSpec {
  readonly name: string;
  readonly cloud: Cloud | "existing";
  /** Absent for a pool of CPUs. */
  readonly accelerator?: AcceleratorName;
  readonly count?: number;
  readonly machineType?: string;
  readonly architecture?: string;
  readonly topology?: string;
  readonly minNodes?: Known<number>;
  readonly maxNodes?: Known<number>;
  readonly capacity: readonly RungSpec[];
  readonly zones?: readonly string[];
  readonly disk?: {
    readonly sizeGiB?: Known<number>;
    readonly type?: string;
    readonly iops?: Known<number>;
    readonly throughput?: Known<number>;
  };
  readonly localSsd?: { readonly use: string; readonly count?: number };
  readonly labels?: Readonly<Record<string, Known<string>>>;
  readonly taints?: readonly TaintSpec[];
  readonly rdma?: { readonly mode: string; readonly networks?: number; readonly interfaces?: number };
  readonly placement?: string;
  readonly tags?: Readonly<Record<string, Known<string>>>;
  readonly imageStreaming?: boolean;
  readonly preload?: readonly Known<string>[];
  readonly gpu?: {
    readonly driver?: string;
    readonly partition?: string;
    readonly sharing?: string;
    readonly clients?: number;
  };
  readonly operatingSystem?: string;
  readonly version?: Known<string>;
  readonly maxPodsPerNode?: number;
  readonly autoRepair?: boolean;
  readonly upgrade?: { readonly strategy?: string; readonly maxSurge?: number; readonly maxUnavailable?: number };
  readonly cluster: ClusterFacts;
}

/** What is known of the cluster. */
export interface ClusterFacts {
  readonly version?: Known<string>;
  readonly location?: Known<string>;
  /** Zones that nodes can be in. */
  readonly zones?: readonly string[];
  readonly dataplaneV2?: boolean;
  readonly multiNetworking?: boolean;
  readonly autopilot?: boolean;
  /** Of GKE. */
  readonly project?: Known<string>;
  /** Of GKE; "UNSPECIFIED" for none. */
  readonly releaseChannel?: Known<string>;
  /** Of EKS: whether the add-ons are there that nodes of groups need. */
  readonly nodeAddons?: boolean;
}

/** The machines of a pool, as they follow from its description. */
export interface PoolMachine {
  /** Undefined for pools of CPUs, of whose machines the catalogue knows none. */
  readonly machine?: Machine;
  /** Of TPUs. */
  readonly topology?: TpuTopology;
}

/** The value, or undefined when it was not given or is not known yet. */
export const known = <T>(value: Known<T> | undefined): T | undefined =>
  value === pending ? undefined : (value as T | undefined);

/** GKE scales pools up for claims of GPUs only with this label. The one of GKE's own labels that pools may say. */
export const gkeDraDriverLabel = "cloud.google.com/gke-nvidia-gpu-dra-driver";

export const poolLabel = "pulumi-kserve.dev/pool";
export const capacityLabel = "pulumi-kserve.dev/capacity";

/** How pools of a rung are called after the pool's name. */
export const rungSuffix: Readonly<Record<CapacityKind, string>> = {
  reservation: "res",
  "capacity-block": "block",
  "on-demand": "od",
  "flex-start": "flex",
  spot: "spot",
};

/** Nodes that a rung starts and ends with: its own figures, else the pool's; a TPU slice of several hosts is whole or not there. */
export function rungNodes(
  spec: Pick<PoolSpec, "minNodes" | "maxNodes">,
  rung: Pick<RungSpec, "minNodes" | "maxNodes">,
  hosts = 1,
): { min: Known<number>; max: Known<number> | undefined } {
  return {
    min: rung.minNodes ?? spec.minNodes ?? 0,
    max: rung.maxNodes ?? spec.maxNodes ?? (hosts > 1 ? hosts : undefined),
  };
}

/** Zones of a rung; undefined for all of the cluster. */
export const rungZones = (
  spec: Pick<PoolSpec, "zones">,
  rung: Pick<RungSpec, "zones">,
): readonly string[] | undefined => rung.zones ?? spec.zones;
