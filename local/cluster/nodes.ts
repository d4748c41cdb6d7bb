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
}

const subject = "nodes of the embedded cluster";
const zone = { "topology.kubernetes.io/region": "local", "topology.kubernetes.io/zone": "local-a" };

/**
 * The nodes that can be played. Machine shapes, labels and taints are those of GKE (a3-highgpu-8g, ct6e-standard-8t) together with
 * the labels that NVIDIA's feature discovery sets and the one that EKS users set. As on GKE, pods that ask for the tainted
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
