/** Every accelerator of the catalogue; the names are those of GKE where GKE has a plain one. */
export const acceleratorNames = [
  "nvidia-t4",
  "nvidia-l4",
  "nvidia-l40s",
  "nvidia-a10g",
  "nvidia-a100-40gb",
  "nvidia-a100-80gb",
  "nvidia-h100-80gb",
  "nvidia-h100-mega-80gb",
  "nvidia-h200-141gb",
  "nvidia-b200",
  "nvidia-b300",
  "nvidia-gb200",
  "nvidia-gb300",
  "nvidia-rtx-pro-6000",
  "nvidia-rtx-pro-4500",
  "tpu-v4",
  "tpu-v5e",
  "tpu-v5p",
  "tpu-v6e",
  "tpu7x",
  "aws-inferentia2",
  "aws-trainium1",
  "aws-trainium2",
  "aws-trainium3",
] as const;
export type AcceleratorName = (typeof acceleratorNames)[number];

export type AcceleratorVendor = "nvidia" | "google" | "aws";

/** Name of the extended resource that pods ask for, one for each chip. */
export type AcceleratorResource = "nvidia.com/gpu" | "google.com/tpu" | "aws.amazon.com/neuron";

export const clouds = ["gke", "eks"] as const;
/** Managed Kubernetes whose machines, labels and taints the catalogue knows. */
export type Cloud = (typeof clouds)[number];

export const capacityKinds = ["on-demand", "spot", "flex-start", "reservation", "capacity-block"] as const;
/** How a machine is bought: `flex-start` is of GKE's Dynamic Workload Scheduler, `capacity-block` of EC2. */
export type CapacityKind = (typeof capacityKinds)[number];

/** `true` and `false` were read in a source; a kind that is absent is not known. */
export type Capacity = Readonly<Partial<Record<CapacityKind, boolean>>>;

/** A fact that was read somewhere, with where. */
export interface Sourced<T> {
  readonly value: T;
  /** Keys of `acceleratorSources`. */
  readonly source: readonly string[];
}

/** What GKE knows of an accelerator. */
export interface GkeAccelerator {
  /** Value of `cloud.google.com/gke-accelerator` (GPU) or `cloud.google.com/gke-tpu-accelerator` (TPU), and of the node pool's type. */
  readonly label: string;
  /** Lowest versions of GKE by what is used, several for releases of several minors. */
  readonly minimumVersions?: Sourced<Readonly<Record<string, string>>>;
  readonly driver?: Sourced<string>;
  /** Of all its machines, where a machine does not say otherwise. */
  readonly capacity?: Sourced<Capacity>;
  /** What restricts a kind of capacity. */
  readonly capacityNote?: string;
  /** Names of MIG partitions. */
  readonly migPartitions?: readonly string[];
  readonly note?: string;
}

/** What is known of an accelerator on EKS. */
export interface EksAccelerator {
  /**
   * Value of the label `k8s.amazonaws.com/accelerator` that this package gives nodes with GPUs; EKS itself sets none. Absent for
   * Neuron, because cluster-autoscaler waits for `nvidia.com/gpu` on every node that has the label.
   */
  readonly label?: string;
  /** Driver of the pinned AMI release. */
  readonly driver?: Sourced<string>;
  /** A version that can be compared, such as "1.33". */
  readonly minimumKubernetes?: Sourced<string>;
  readonly note?: string;
}

/** An accelerator of the catalogue. */
export interface Accelerator {
  readonly name: AcceleratorName;
  readonly vendor: AcceleratorVendor;
  readonly resource: AcceleratorResource;
  /** Memory of one chip in GiB: as the cloud's API reports it, else the vendor's figure; undefined where no source was read. */
  readonly memoryGiB?: number;
  /** Where `memoryGiB` is from: `reported` by the API, or `nominal`, which counts GB as GiB. */
  readonly memoryBasis?: "reported" | "nominal";
  /** NeuronCores of one chip. */
  readonly coresPerChip?: number;
  /** Undefined where GKE does not have it. */
  readonly gke?: GkeAccelerator;
  /** Undefined where EKS does not have it. */
  readonly eks?: EksAccelerator;
  /** Keys of `acceleratorSources`. */
  readonly source: readonly string[];
}

interface MachineBase {
  readonly machineType: string;
  readonly accelerator: AcceleratorName;
  /** Chips of one machine. */
  readonly count: number;
  readonly architecture: "amd64" | "arm64";
  readonly vcpu?: number;
  readonly memoryGiB?: number;
  readonly capacity: Capacity;
  readonly note?: string;
  /** Keys of `acceleratorSources`. */
  readonly source: readonly string[];
}

/** Network interfaces besides the first one. */
export interface AdditionalNics {
  /** Interfaces without RDMA. */
  readonly netdev: number;
  readonly type: "gVNIC" | "IDPF";
  /** Interfaces with RDMA. */
  readonly rdma: number;
  /** Bytes. */
  readonly mtu: number;
  readonly gpuDirect?: "TCPX" | "TCPXO" | "RDMA";
}

/** A machine type of Google Compute Engine. */
export interface GkeMachine extends MachineBase {
  readonly cloud: "gke";
  /** Share of one chip, for machines that have less than one. */
  readonly fraction?: number;
  /** Local SSDs that the machine always has. */
  readonly localSsds?: number;
  /** Numbers of local SSDs that can be asked for. */
  readonly localSsdChoices?: readonly number[];
  /** The first one is GKE's default. */
  readonly bootDiskTypes: readonly string[];
  readonly attachDiskTypes: readonly string[];
  /** Most nodes of a compact placement; undefined where there is none. */
  readonly compactPlacementNodes?: number;
  /** Slices by a workload policy. */
  readonly workloadPolicy: boolean;
  /** GKE's node auto-provisioning takes it only when it is named. */
  readonly explicitOnly: boolean;
  readonly nics?: AdditionalNics;
}

/** An instance type of EC2. */
export interface EksMachine extends MachineBase {
  readonly cloud: "eks";
  readonly amiTypes: readonly string[];
  readonly localNvmeGB?: number;
  readonly networkMbps?: number;
  /** EFA interfaces at most; 0 where it has none, undefined where it has some and the number was not read. */
  readonly efaInterfaces?: number;
  readonly networkCards?: number;
}

export type Machine = GkeMachine | EksMachine;

/** A shape in which TPU chips are linked. */
export interface TpuTopology {
  readonly accelerator: AcceleratorName;
  readonly topology: string;
  readonly machineType: string;
  readonly chips: number;
  /** Machines of one slice; each is a node. */
  readonly hosts: number;
  readonly source: readonly string[];
}
