import type { AcceleratorName } from "../accelerators/types";
import type { Problem } from "../problems";

/** What decides which parts a cluster needs inside, for accelerators to be of use. */
export interface ClusterPartsPlan {
  /** Who runs the control plane; in an existing cluster nothing is installed unasked. */
  readonly cloud: "gke" | "eks" | "existing";
  /** Such as "1.35" or "1.34.1-gke.1829001". @default not known, and not checked */
  readonly kubernetesVersion?: string;
  /** Whether EKS makes nodes itself. @default false */
  readonly autoMode?: boolean;
  readonly pools: readonly PartsPool[];
  /** How pods get NVIDIA GPUs. @default GKE's own device plugin; on EKS NVIDIA's, where the nodes have none */
  readonly nvidia?: NvidiaStack;
  /** How pods get Neuron devices. @default "device-plugin" */
  readonly neuron?: NeuronStack;
  /** How pods get EFA interfaces. @default "device-plugin" */
  readonly efa?: EfaStack;
  /** What adds nodes to EKS's node groups. @default "cluster-autoscaler" where a pool autoscales */
  readonly autoscaler?: EksAutoscaler;
  /** Whether nodes are labelled by their hardware. @default where the DRA driver needs it */
  readonly nodeFeatureDiscovery?: boolean;
  /** Storage that many nodes read models from. @default none */
  readonly modelCaches?: readonly ModelCachePlan[];
  /** What is there already, by whomever. @default nothing */
  readonly installed?: readonly ClusterPartName[];
}

/** A pool of nodes, as far as it decides which parts are needed. */
export interface PartsPool {
  readonly name: string;
  /** @default none */
  readonly accelerator?: AcceleratorName;
  /** @default not known */
  readonly machineType?: string;
  /** Image of the nodes. @default "cos" on GKE, "al2023" on EKS */
  readonly image?: "cos" | "ubuntu" | "al2023" | "bottlerocket";
  /** How nodes talk beside the ordinary network: EFA on EKS, GPUDirect or DRANET on GKE. @default not at all */
  readonly fabric?: "efa" | "gpudirect" | "dranet";
  /** Whether its number of nodes changes. @default false */
  readonly autoscales?: boolean;
  /** Labels of the nodes. @default not known, and not checked */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints of the nodes beside those of accelerators: what runs on every node must tolerate them. @default none */
  readonly taints?: readonly PartsTaint[];
  /** Patterns of its node groups by priority, for cluster-autoscaler; the highest grows first. @default it chooses itself */
  readonly expanderPriorities?: Readonly<Record<number, readonly string[]>>;
  /** Whether EKS's Auto Mode makes the nodes, rather than a node group. @default false */
  readonly autoMode?: boolean;
}

/** A taint, whatever its value. */
export interface PartsTaint {
  readonly key: string;
  readonly effect: string;
}

export const nvidiaStacks = ["device-plugin", "operator", "dra", "none"] as const;
export type NvidiaStack = (typeof nvidiaStacks)[number];
export const neuronStacks = ["device-plugin", "dra", "none"] as const;
export type NeuronStack = (typeof neuronStacks)[number];
export const efaStacks = ["device-plugin", "dranet", "none"] as const;
export type EfaStack = (typeof efaStacks)[number];
export const eksAutoscalers = ["cluster-autoscaler", "karpenter", "none"] as const;
export type EksAutoscaler = (typeof eksAutoscalers)[number];
export const modelCacheKinds = ["filestore", "gcs-fuse", "hyperdisk-ml", "efs", "fsx-lustre"] as const;
export type ModelCacheKind = (typeof modelCacheKinds)[number];

/** A storage class for models. */
export interface ModelCachePlan {
  readonly kind: ModelCacheKind;
  /** Name of the StorageClass. @default "model-cache-<kind>" */
  readonly name?: string;
}

/** Everything that can be installed, a chart or a manifest each, in the order of installation. */
export const clusterPartNames = [
  "node-feature-discovery",
  "nvidia-device-plugin",
  "nvidia-driver-installer",
  "nvidia-driver-installer-ubuntu",
  "gpu-operator",
  "nvidia-dra-driver",
  "neuron-device-plugin",
  "neuron-dra-driver",
  "efa-device-plugin",
  "aws-dranet",
  "nri-device-injector",
  "nccl-tcpx-installer",
  "nccl-tcpxo-installer",
  "nccl-rdma-installer",
  "nccl-rdma-installer-a4x",
  "nccl-rdma-installer-a4x-max",
  "cluster-autoscaler",
  "karpenter",
] as const;
export type ClusterPartName = (typeof clusterPartNames)[number];

/** A part that is to be installed. */
export interface ClusterPart {
  readonly name: ClusterPartName;
  /** Why. */
  readonly reason: string;
  /** Values of its chart that depend on the plan. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Something that needs no installing. */
export interface ProvidedPart {
  readonly what: string;
  readonly by: string;
  readonly reason: string;
}

/** What `clusterPartsFor` decided. */
export interface ClusterPartsDecision {
  /** In the order of installation. */
  readonly parts: readonly ClusterPart[];
  readonly provided: readonly ProvidedPart[];
  /** StorageClasses that are to be made. */
  readonly modelCaches: readonly Required<ModelCachePlan>[];
  /** Nothing is installed while there is one. */
  readonly problems: readonly Problem[];
}
