import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { type AcceleratorName, acceleratorNames } from "../../sdk/accelerators/types";
import type { KubernetesObject } from "../../sdk/kubernetes/client";
import type { NodePool } from "../../sdk/preflight/plan";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import type { NodeGroup } from "./types";

/** What every node of a kind is like. */
export interface NodeKind {
  readonly description: string;
  /** Nodes of this kind in a cluster that says nothing about them. */
  readonly defaultNodes: number;
  readonly capacity: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints?: readonly { key: string; value: string; effect: string }[];
  /** Devices that a driver of dynamic resource allocation offers on each node. */
  readonly devices?: NodeDevices;
}

/** Equal devices of one node; the DeviceClass has the driver's name, as that of NVIDIA's driver. */
export interface NodeDevices {
  readonly driver: string;
  readonly count: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly capacity: Readonly<Record<string, string>>;
}

const subject = "nodes of the embedded cluster";
const zone = { "topology.kubernetes.io/region": "local", "topology.kubernetes.io/zone": "local-a" };

/**
 * The nodes that can be played. Machine shapes, labels and taints are those of GKE (a3-highgpu-8g, ct6e-standard-8t) together with
 * the labels that NVIDIA's feature discovery sets and the one that EKS users set; those that a cluster does not have by itself are of
 * Azure and EKS. As on GKE, pods that ask for the tainted
 * resource are given the toleration by the API server's admission plugin ExtendedResourceToleration.
 */
export const nodeKinds: Readonly<Record<string, NodeKind>> = {
  cpu: {
    description: "no accelerator; room for the pods of several hundred services",
    defaultNodes: 2,
    capacity: { cpu: "1000", memory: "8Ti", "ephemeral-storage": "10Ti", pods: "5000" },
    labels: { "node.kubernetes.io/instance-type": "local-cpu" },
  },
  "nvidia-h100-80gb": {
    description: "8 NVIDIA H100 80 GB with RDMA over Converged Ethernet",
    defaultNodes: 4,
    capacity: {
      cpu: "208",
      memory: "1872Gi",
      "ephemeral-storage": "6Ti",
      pods: "250",
      "nvidia.com/gpu": "8",
      "rdma/roce": "8",
    },
    labels: {
      "node.kubernetes.io/instance-type": "a3-highgpu-8g",
      "cloud.google.com/gke-accelerator": "nvidia-h100-80gb",
      "cloud.google.com/gke-accelerator-count": "8",
      "k8s.amazonaws.com/accelerator": "nvidia-h100",
      "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
      "nvidia.com/gpu.count": "8",
      "nvidia.com/gpu.memory": "81559",
      "nvidia.com/gpu.present": "true",
    },
    taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
  },
  "tpu-v6e": {
    description: "8 chips of Google TPU v6e (Trillium), one 2x4 slice",
    defaultNodes: 2,
    capacity: {
      cpu: "180",
      memory: "1440Gi",
      "ephemeral-storage": "1Ti",
      pods: "250",
      "google.com/tpu": "8",
    },
    labels: {
      "node.kubernetes.io/instance-type": "ct6e-standard-8t",
      "cloud.google.com/gke-tpu-accelerator": "tpu-v6e-slice",
      "cloud.google.com/gke-tpu-topology": "2x4",
      "cloud.google.com/gke-accelerator-count": "8",
    },
    taints: [{ key: "google.com/tpu", value: "present", effect: "NoSchedule" }],
  },
  "nvidia-h100-80gb-dra": {
    description: "8 NVIDIA H100 80 GB that NVIDIA's DRA driver offers as devices, without nvidia.com/gpu",
    defaultNodes: 0,
    capacity: { cpu: "208", memory: "1872Gi", "ephemeral-storage": "6Ti", pods: "250" },
    labels: {
      "node.kubernetes.io/instance-type": "a3-highgpu-8g",
      "cloud.google.com/gke-accelerator": "nvidia-h100-80gb",
    },
    taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
    devices: {
      driver: "gpu.nvidia.com",
      count: 8,
      attributes: { type: "gpu", productName: "NVIDIA H100 80GB HBM3", architecture: "Hopper" },
      capacity: { memory: "81559Mi" },
    },
  },
  "amd-mi300x": {
    description: "8 AMD Instinct MI300X",
    defaultNodes: 0,
    capacity: { cpu: "96", memory: "1850Gi", "ephemeral-storage": "1Ti", pods: "250", "amd.com/gpu": "8" },
    labels: { "node.kubernetes.io/instance-type": "Standard_ND96isr_MI300X_v5" },
    taints: [{ key: "amd.com/gpu", value: "present", effect: "NoSchedule" }],
  },
  "intel-max-1550": {
    description: "8 Intel Data Center GPU Max 1550 with the i915 driver",
    defaultNodes: 0,
    capacity: { cpu: "224", memory: "1Ti", "ephemeral-storage": "1Ti", pods: "250", "gpu.intel.com/i915": "8" },
    labels: { "node.kubernetes.io/instance-type": "local-intel-max-1550" },
    taints: [{ key: "gpu.intel.com/i915", value: "present", effect: "NoSchedule" }],
  },
  "aws-trainium2": {
    description: "16 chips of AWS Trainium 2",
    defaultNodes: 0,
    capacity: {
      cpu: "192",
      memory: "2Ti",
      "ephemeral-storage": "1Ti",
      pods: "250",
      "aws.amazon.com/neuron": "16",
      "vpc.amazonaws.com/efa": "16",
    },
    labels: { "node.kubernetes.io/instance-type": "trn2.48xlarge" },
    taints: [{ key: "aws.amazon.com/neuron", value: "true", effect: "NoSchedule" }],
  },
};

/** Each node has a /16 of 10.128.0.0/9 for its pods. */
const maximumNodes = 120;

/**
 * The groups of a new cluster: the defaults, each replaced by what was asked for its kind.
 *
 * @throws ConfigurationError with every unknown kind, kind given twice and size that is out of range.
 */
export function nodeGroups(asked: readonly NodeGroup[] = []): NodeGroup[] {
  const problems: Problem[] = [];
  asked.forEach(({ kind, nodes }, index) => {
    const path = `nodes[${index}]`;
    if (!Object.hasOwn(nodeKinds, kind)) {
      problems.push({ path, given: kind, message: "unknown node kind", allowed: Object.keys(nodeKinds).join(", ") });
    } else if (asked.findIndex((other) => other.kind === kind) !== index) {
      problems.push({ path, given: kind, message: "the kind is given twice", fix: "give each kind once" });
    }
    if (!Number.isInteger(nodes) || nodes < 0 || nodes > maximumNodes) {
      problems.push({
        path,
        given: nodes,
        message: `not a number of ${kind} nodes`,
        allowed: `0 to ${maximumNodes}`,
      });
    }
  });
  assertNoProblems(subject, problems);
  const groups = Object.entries(nodeKinds).map(([kind, { defaultNodes }]) => ({
    kind,
    nodes: asked.find((group) => group.kind === kind)?.nodes ?? defaultNodes,
  }));
  const total = groups.reduce((sum, { nodes }) => sum + nodes, 0);
  if (total > maximumNodes) {
    problems.push({
      path: "nodes",
      given: total,
      message: "too many nodes in all",
      allowed: `at most ${maximumNodes}`,
    });
  }
  if (groups.some(({ kind, nodes }) => kind === "cpu" && nodes === 0)) {
    const message = "controllers and schedulers need a node without accelerators";
    problems.push({ path: "nodes", given: "cpu=0", message, allowed: "cpu=1 or more" });
  }
  assertNoProblems(subject, problems);
  return groups;
}

/** The groups as the preflight of services takes them; kwok makes no further nodes. */
export function nodePools(groups: readonly NodeGroup[]): NodePool[] {
  return groups.flatMap(({ kind, nodes }) => {
    const shape = nodeKinds[kind];
    if (!shape || nodes === 0) return [];
    const { cpu = "0", memory = "0", ...resources } = shape.capacity;
    const accelerator = (acceleratorNames as readonly string[]).includes(kind) ? kind : undefined;
    const resource = accelerator && findAccelerator(accelerator as AcceleratorName).resource;
    return [
      {
        name: kind,
        minNodes: nodes,
        maxNodes: nodes,
        cpu,
        memory,
        resources,
        labels: { "pulumi-kserve.dev/node-kind": kind, ...zone, ...shape.labels },
        ...(accelerator && { accelerator }),
        ...(resource && { acceleratorsPerNode: Number(resources[resource]) }),
        ...(shape.taints && { taints: shape.taints }),
      },
    ];
  });
}

/** The Node objects of the groups, each with a pod network of its own in 10.128.0.0/9 and Ready from the start. */
export function nodeObjects(groups: readonly NodeGroup[], kubernetesVersion: string, now: Date): KubernetesObject[] {
  const names = groups.flatMap(({ kind, nodes }) => Array.from({ length: nodes }, (_, index) => ({ kind, index })));
  return names.map(({ kind, index }, position) => {
    const shape = nodeKinds[kind];
    if (!shape) throw new Error(`unknown node kind ${kind}`);
    const name = `${kind}-${index}`;
    const podNetwork = `10.${128 + position}.0.0/16`;
    return {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/os": "linux",
          "kubernetes.io/hostname": name,
          "pulumi-kserve.dev/node-kind": kind,
          ...zone,
          ...shape.labels,
        },
        annotations: { "node.alpha.kubernetes.io/ttl": "0" },
      },
      spec: { podCIDR: podNetwork, podCIDRs: [podNetwork], ...(shape.taints ? { taints: shape.taints } : {}) },
      status: {
        allocatable: shape.capacity,
        capacity: shape.capacity,
        addresses: [
          { type: "InternalIP", address: `10.127.0.${position + 1}` },
          { type: "Hostname", address: name },
        ],
        conditions: nodeConditions(now.toISOString()),
        nodeInfo: nodeInfo(kubernetesVersion),
        phase: "Running",
      },
    };
  });
}

/**
 * What a DRA driver publishes: its DeviceClass, and a ResourceSlice with the devices of each node, which goes when the node goes. The names
 * of attributes are those of NVIDIA's driver.
 */
export function deviceObjects(groups: readonly NodeGroup[], nodes: readonly KubernetesObject[]): KubernetesObject[] {
  return groups.flatMap(({ kind, nodes: count }) => {
    const devices = nodeKinds[kind]?.devices;
    if (!devices || count === 0) return [];
    const { driver } = devices;
    const expression = `device.driver == "${driver}" && device.attributes["${driver}"].type == "gpu"`;
    const ofKind = nodes.filter(({ metadata }) => metadata.labels?.["pulumi-kserve.dev/node-kind"] === kind);
    return [
      {
        apiVersion: "resource.k8s.io/v1",
        kind: "DeviceClass",
        metadata: { name: driver },
        spec: { selectors: [{ cel: { expression } }] },
      },
      ...ofKind.map((node) => resourceSlice(devices, node)),
    ];
  });
}

function resourceSlice({ driver, count, attributes, capacity }: NodeDevices, { metadata }: KubernetesObject) {
  const { name = "", uid = "" } = metadata;
  const texts = Object.entries(attributes).map(([key, string]) => [key, { string }]);
  const quantities = Object.entries(capacity).map(([key, value]) => [key, { value }]);
  return {
    apiVersion: "resource.k8s.io/v1",
    kind: "ResourceSlice",
    metadata: { name: `${name}-${driver}`, ownerReferences: [{ apiVersion: "v1", kind: "Node", name, uid }] },
    spec: {
      driver,
      nodeName: name,
      pool: { name, generation: 1, resourceSliceCount: 1 },
      devices: Array.from({ length: count }, (_, index) => ({
        name: `gpu-${index}`,
        attributes: Object.fromEntries(texts) as Record<string, unknown>,
        capacity: Object.fromEntries(quantities) as Record<string, unknown>,
      })),
    },
  };
}

function nodeConditions(now: string) {
  const condition = (type: string, status: "True" | "False", reason: string) => ({
    type,
    status,
    reason,
    message: "played by kwok",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return [
    condition("Ready", "True", "KubeletReady"),
    condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
    condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
    condition("PIDPressure", "False", "KubeletHasSufficientPID"),
    condition("NetworkUnavailable", "False", "RouteCreated"),
  ];
}

function nodeInfo(kubernetesVersion: string) {
  return {
    architecture: "amd64",
    bootID: "",
    containerRuntimeVersion: "kwok",
    kernelVersion: "kwok",
    kubeProxyVersion: `v${kubernetesVersion}`,
    kubeletVersion: `v${kubernetesVersion}`,
    machineID: "",
    operatingSystem: "linux",
    osImage: "kwok",
    systemUUID: "",
  };
}
