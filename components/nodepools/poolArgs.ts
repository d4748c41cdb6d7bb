import type { NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup";
import type { LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate";
import type { ResourcePolicyArgs } from "@pulumi/gcp/compute/resourcePolicy";
import type { NodePoolArgs } from "@pulumi/gcp/container/nodePool";
import type * as pulumi from "@pulumi/pulumi";

import type { AcceleratorName, CapacityKind } from "../../sdk/accelerators/types";
import type { ClusterHandle } from "../clusters/clusterHandle";

/** Arguments of {@link AcceleratorPool}. What decides which resources there are is plain; the rest may be Outputs. */
export interface AcceleratorPoolArgs {
  cluster: ClusterHandle;
  /** A name of the catalogue. @default none: a pool of CPUs, with `machineType` */
  accelerator?: AcceleratorName;
  /** Chips of one node. @default those of the smallest machine */
  count?: number;
  /** @default the smallest machine that has what is asked for */
  machineType?: string;
  /** Of the machine. For CPUs on GKE "arm64" has pods tolerate the taint of such nodes; on EKS the machine type says it. @default any */
  architecture?: "amd64" | "arm64";
  /** Of a TPU slice, such as "4x4"; a slice of several hosts is one node pool. @default a slice of one host */
  topology?: string;
  /** Nodes of each rung that are always there. @default 0 */
  minNodes?: pulumi.Input<number>;
  /** Most nodes of each rung; the same as `minNodes` for a fixed number. @default the hosts of a TPU slice; else required */
  maxNodes?: pulumi.Input<number>;
  /** Ways to get machines, the preferred first; each is a node pool of its own. @default ["on-demand"] */
  capacity?: readonly (CapacityKind | CapacityRungArgs)[];
  /** @default those of the cluster */
  zones?: readonly string[];
  disk?: PoolDiskArgs;
  /** Local SSDs of GKE's machines. @default as temporary storage of pods, on machines that always have them */
  localSsd?: LocalSsdArgs;
  /** Beside those that lead services here. @default none */
  labels?: Record<string, pulumi.Input<string>>;
  /** Beside that of the accelerator. `fragment` tolerates them. @default none */
  taints?: readonly PoolTaintArgs[];
  /** Network between GPUs or TPUs of several nodes: EFA, GPUDirect, RDMA. @default none */
  rdma?: RdmaArgs;
  /** Whether machines are close to each other. @default "none"; with EFA a placement group, TPU slices always */
  placement?: "compact" | "none";
  /** Images are read while containers run already; GKE. @default the cluster's: on in clusters of GkeCluster */
  imageStreaming?: boolean;
  /** Disk images with container images, for disks of every node; GKE. @default none */
  preload?: readonly pulumi.Input<string>[];
  /** Driver and division of GPUs; GKE. @default GKE's default driver, whole GPUs */
  gpu?: GpuArgs;
  /** @default "container-optimized" on GKE, "amazon-linux" on EKS */
  operatingSystem?: "container-optimized" | "ubuntu" | "amazon-linux" | "bottlerocket";
  /** Of Kubernetes on the nodes; on GKE only where the cluster is in no release channel. @default the control plane's; on GKE with upgrades by GKE */
  version?: pulumi.Input<string>;
  /** GKE. @default the cluster's */
  maxPodsPerNode?: number;
  /** Whether nodes that fail are replaced. @default true, but for flex-start */
  autoRepair?: boolean;
  /** @default one node at a time; with an accelerator without machines beyond the pool's, which are scarce */
  upgrade?: UpgradeArgs;
  /** Of what is made in AWS; on GKE labels of the machines in Google Cloud. @default none */
  tags?: Record<string, pulumi.Input<string>>;
  /** Change what is given to a resource; everything that is not an argument here can be set so. */
  transforms?: PoolTransforms;
}

/** One way to get machines. */
export interface CapacityRungArgs {
  kind: CapacityKind;
  /** Of `reservation` and `capacity-block`: on GKE "<name>" or "projects/…/reservations/…", on EKS "cr-…" or the ARN of a resource group. */
  reservation?: pulumi.Input<string>;
  /** @default the pool's */
  minNodes?: pulumi.Input<number>;
  /** @default the pool's */
  maxNodes?: pulumi.Input<number>;
  /** @default the pool's */
  zones?: readonly string[];
  /** Of flex-start: nodes come all at once for a ProvisioningRequest. @default false */
  queued?: boolean;
  /** Of flex-start: hours until a node is taken away. @default GKE's, seven days */
  maxRunHours?: number;
}

/** Disk that nodes start from. */
export interface PoolDiskArgs {
  /** @default 200: images of model servers have ten and more */
  sizeGiB?: pulumi.Input<number>;
  /** @default the machine's first on GKE, "pd-balanced" without accelerator; "gp3" on EKS */
  type?: string;
  /** On EKS io1 and io2 need it. @default the type's */
  iops?: pulumi.Input<number>;
  /** MiB/s. @default the type's */
  throughput?: pulumi.Input<number>;
}

/** Local SSDs of a machine. */
export interface LocalSsdArgs {
  /** As temporary storage of pods, or as block devices. */
  use: "ephemeral" | "block";
  /** @default as many as the machine always has, or the fewest that it can have */
  count?: number;
}

/** A taint of the nodes. */
export interface PoolTaintArgs {
  key: string;
  /** @default none */
  value?: pulumi.Input<string>;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** Network between accelerators. */
export interface RdmaArgs {
  /** @default "efa" on EKS; on GKE "networks" when they are given, else "dranet", which makes them itself */
  mode?: "efa" | "networks" | "dranet";
  /** GKE: one for each additional interface, those without RDMA first. */
  networks?: readonly { network: pulumi.Input<string>; subnetwork: pulumi.Input<string> }[];
  /** EKS: EFA interfaces. @default all that the machine has */
  interfaces?: number;
}

/** Driver and division of NVIDIA's GPUs on GKE. */
export interface GpuArgs {
  /** "none" when something else installs it. @default "default" */
  driver?: "default" | "latest" | "none";
  /** MIG partition, such as "1g.10gb". @default whole GPUs */
  partition?: string;
  /** @default none */
  sharing?: "time-sharing" | "mps";
  /** Containers that share one GPU. */
  clients?: number;
}

/** How nodes get a new version. */
export interface UpgradeArgs {
  /** "blue-green" needs as many machines again. @default "surge" */
  strategy?: "surge" | "blue-green";
  /** GKE: nodes beyond the pool's. @default 0 with an accelerator, else 1 */
  maxSurge?: number;
  /** Nodes that are missing meanwhile. @default 1 with an accelerator, else 0 on GKE and 1 on EKS */
  maxUnavailable?: number;
}

/** Each takes what a resource would get and returns what it gets. */
export interface PoolTransforms {
  nodePool?: (args: NodePoolArgs, kind: CapacityKind) => NodePoolArgs;
  resourcePolicy?: (args: ResourcePolicyArgs) => ResourcePolicyArgs;
  nodeGroup?: (args: NodeGroupArgs, kind: CapacityKind) => NodeGroupArgs;
  launchTemplate?: (args: LaunchTemplateArgs, kind: CapacityKind) => LaunchTemplateArgs;
}
