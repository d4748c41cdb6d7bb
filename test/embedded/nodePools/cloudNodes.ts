import type { Machine } from "../../../index";
import type { KubernetesObject } from "../../../sdk/kubernetes/client";
import type { Registration } from "../../component/mocks";

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

/** What tells one node from another. */
interface NodeFeatures {
  labels: Record<string, string>;
  taints: Taint[];
  resources: Record<string, string>;
}

/** As GKE names them on nodes, by the series of the machine type. Source: the page "TPUs in GKE". */
const tpuLabels: Record<string, string> = {
  ct4p: "tpu-v4-podslice",
  ct5lp: "tpu-v5-lite-podslice",
  ct5p: "tpu-v5p-slice",
  ct6e: "tpu-v6e-slice",
  tpu7x: "tpu7x",
};
/** Slices of one host by the chips of the host; series with links in three dimensions first. */
const singleHost: Record<"cube" | "flat", Record<string, string>> = {
  cube: { 1: "1x1x1", 4: "2x2x1" },
  flat: { 1: "1x1", 4: "2x2", 8: "2x4" },
};
const effects: Record<string, string> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};

/**
 * The node that a cloud would make of what was asked of its API, with what the cloud and its device plugins add. Nothing here is from
 * the pool's fragment; of the catalogue only what the API is not told: cores, memory, architecture, and the chips of EC2's machines.
 */
export function nodeOf(machine: Machine, children: readonly Registration[], name: string): KubernetesObject {
  const { labels, taints, resources } =
    machine.cloud === "gke" ? gkeNode(machine, children) : eksNode(machine, children);
  const allocatable = {
    cpu: String(machine.vcpu ?? 8),
    memory: `${machine.memoryGiB ?? 64}Gi`,
    "ephemeral-storage": "200Gi",
    pods: "110",
    ...resources,
  };
  const now = new Date().toISOString();
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: {
        "kubernetes.io/arch": machine.architecture,
        "kubernetes.io/os": "linux",
        "kubernetes.io/hostname": name,
        "node.kubernetes.io/instance-type": machine.machineType,
        ...labels,
      },
    },
    spec: { ...(taints.length > 0 && { taints }) },
    status: {
      allocatable,
      capacity: allocatable,
      conditions: [
        { type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime: now, lastTransitionTime: now },
      ],
    },
  };
}

interface GkeInputs {
  nodeConfig: {
    machineType: string;
    labels: Record<string, string>;
    taints?: Taint[];
    guestAccelerators?: { type: string; count: number }[];
    spot?: boolean;
    flexStart?: boolean;
  };
  placementPolicy?: { tpuTopology?: string };
}

/** GKE labels and taints nodes with accelerators by itself, and those on Arm. */
function gkeNode({ architecture }: Machine, children: readonly Registration[]): NodeFeatures {
  const { nodeConfig, placementPolicy } = only(children, "gcp:container/nodePool:NodePool") as unknown as GkeInputs;
  const { machineType, guestAccelerators, labels, taints = [], spot, flexStart } = nodeConfig;
  const policies = children.filter(({ type }) => type === "gcp:compute/resourcePolicy:ResourcePolicy");
  const workload = policies[0]?.inputs.workloadPolicy as { acceleratorTopology: string } | undefined;
  const own = {
    ...labels,
    ...(spot && { "cloud.google.com/gke-spot": "true" }),
    ...(flexStart && { "cloud.google.com/gke-flex-start": "true" }),
  };
  const given = taints.map((taint) => ({ ...taint, effect: effects[taint.effect]! }));
  const arm = architecture === "arm64" ? [{ key: "kubernetes.io/arch", value: "arm64", effect: "NoSchedule" }] : [];
  const made = (resource: string, count: string, more: Record<string, string>): NodeFeatures => ({
    labels: { ...own, "cloud.google.com/gke-accelerator-count": count, ...more },
    taints: [...given, ...arm, { key: resource, value: "present", effect: "NoSchedule" }],
    resources: { [resource]: count },
  });
  const [gpu] = guestAccelerators ?? [];
  if (gpu) return made("nvidia.com/gpu", String(gpu.count), { "cloud.google.com/gke-accelerator": gpu.type });
  const [, series = "", chips = ""] = /^(ct\w+|tpu\w+)-.*-(\d)t$/.exec(machineType) ?? [];
  const shape = ["ct4p", "ct5p", "tpu7x"].includes(series) ? "cube" : "flat";
  return made("google.com/tpu", chips, {
    "cloud.google.com/gke-tpu-accelerator": tpuLabels[series]!,
    "cloud.google.com/gke-tpu-topology":
      placementPolicy?.tpuTopology ?? workload?.acceleratorTopology ?? singleHost[shape][chips]!,
  });
}

interface EksInputs {
  amiType: string;
  labels: Record<string, string>;
  taints?: Taint[];
}

/** EKS adds no labels nor taints; the plugins of the AMI's vendor and of EFA offer the devices. */
function eksNode({ count }: Machine, children: readonly Registration[]): NodeFeatures {
  const { amiType, labels, taints = [] } = only(children, "aws:eks/nodeGroup:NodeGroup") as unknown as EksInputs;
  const { networkInterfaces = [] } = only(children, "aws:ec2/launchTemplate:LaunchTemplate");
  const efa = (networkInterfaces as { interfaceType: string }[]).filter(({ interfaceType }) =>
    interfaceType.startsWith("efa"),
  ).length;
  return {
    labels,
    taints: taints.map((taint) => ({ ...taint, effect: effects[taint.effect]! })),
    resources: {
      [amiType.includes("NEURON") ? "aws.amazon.com/neuron" : "nvidia.com/gpu"]: String(count),
      ...(efa > 0 && { "vpc.amazonaws.com/efa": String(efa) }),
    },
  };
}

function only(children: readonly Registration[], type: string): Record<string, unknown> {
  const found = children.filter((child) => child.type === type);
  if (found.length !== 1) throw new Error(`${found.length} of ${type}`);
  return found[0]!.inputs;
}
