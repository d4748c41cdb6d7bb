import type { AcceleratorPoolArgs } from "../../index";
import { eksCluster } from "./nodePoolFixture";
import { type Give, type Inputs, poolLabels as labels, type Row } from "./nodePoolRows";

const onEks =
  (args: (give: Give) => Omit<AcceleratorPoolArgs, "cluster">, autoMode = false) =>
  (give: Give) => ({
    cluster: {
      ...eksCluster({
        region: give("us-east-2"),
        vpcId: give("vpc-1"),
        subnetIds: { "us-east-2a": give("subnet-a") },
        securityGroupId: give("sg-cluster"),
        nodeRoleArn: give("arn:aws:iam::1:role/nodes"),
        autoMode,
      }),
      name: give("serving"),
    },
    zones: ["us-east-2a"],
    ...args(give),
  });

const region = "us-east-2";
/** A launch template that says nothing else. */
const template = (more: Inputs = {}): Inputs => ({
  region,
  blockDeviceMappings: [
    {
      deviceName: "/dev/xvda",
      ebs: { volumeSize: 200, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
    },
  ],
  metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
  ...more,
});
/** A node group of EKS that says nothing else. */
const group = (rung: string, kind: string, resource: string, more: Inputs, accelerator?: string): Inputs => ({
  region,
  clusterName: "serving",
  nodeGroupNamePrefix: `p-${rung}-`,
  nodeRoleArn: "arn:aws:iam::1:role/nodes",
  subnetIds: ["subnet-a"],
  amiType: resource === "nvidia.com/gpu" ? "AL2023_x86_64_NVIDIA" : "AL2023_x86_64_NEURON",
  capacityType: "ON_DEMAND",
  launchTemplate: { id: `p-${rung}-template-id`, version: "3" },
  scalingConfig: { minSize: 0, maxSize: 2, desiredSize: 0 },
  labels: { ...(accelerator && { "k8s.amazonaws.com/accelerator": accelerator }), ...labels(kind) },
  taints: [{ key: resource, value: "true", effect: "NO_SCHEDULE" }],
  updateConfig: { maxUnavailable: 1, updateStrategy: "MINIMAL" },
  nodeRepairConfig: { enabled: true },
  ...more,
});
const all = { protocol: "-1", fromPort: 0, toPort: 0, self: true };
const efaGroup = {
  region,
  description: "EFA between the nodes of a pool",
  vpcId: "vpc-1",
  ingress: [all],
  egress: [all],
};
const efa = (count: number) => ({
  networkInterfaces: Array.from({ length: count }, (_, networkCardIndex) => ({
    networkCardIndex,
    deviceIndex: networkCardIndex === 0 ? 0 : 1,
    interfaceType: networkCardIndex === 0 ? "efa" : "efa-only",
    securityGroups: ["p-efa-id", "sg-cluster"],
    deleteOnTermination: "true",
  })),
});
const block = "cr-0123456789abcdef0";
const reserved = {
  capacityReservationSpecification: {
    capacityReservationPreference: "capacity-reservations-only",
    capacityReservationTarget: { capacityReservationId: block },
  },
};
const blockMarket = { instanceMarketOptions: { marketType: "capacity-block" }, ...reserved };
const neuron = "aws.amazon.com/neuron";
const gpu = "nvidia.com/gpu";
const efaResource = "vpc.amazonaws.com/efa";
/** What cluster-autoscaler is told of a group without nodes. */
const fromZero = (resources: Record<string, number>) =>
  Object.fromEntries(
    Object.entries(resources).map(([resource, count]) => [
      `k8s.io/cluster-autoscaler/node-template/resources/${resource}`,
      String(count),
    ]),
  );
const placed = { placement: { groupName: "placement" } };

/** Pools on EKS and what they are made of. */
export const eksRows: Row[] = [
  {
    title: "EKS: P5 with EFA, of a capacity block",
    args: onEks((give) => ({
      accelerator: "nvidia-h100-80gb",
      count: 8,
      maxNodes: give(2),
      rdma: {},
      capacity: [{ kind: "capacity-block", reservation: give(block) }],
    })),
    children: {
      "p-efa": efaGroup,
      "p-block-template": template({ instanceType: "p5.48xlarge", ...blockMarket, ...efa(32) }),
      "p-block": group(
        "block",
        "capacity-block",
        gpu,
        { capacityType: "CAPACITY_BLOCK", tags: fromZero({ [efaResource]: 32 }) },
        "nvidia-h100",
      ),
    },
  },
  {
    title: "EKS: P5en of a reservation",
    args: onEks((give) => ({
      accelerator: "nvidia-h200-141gb",
      machineType: "p5en.48xlarge",
      maxNodes: give(2),
      rdma: {},
      capacity: [{ kind: "reservation", reservation: give(block) }],
    })),
    children: {
      "p-efa": efaGroup,
      "p-res-template": template({ ...reserved, ...efa(16) }),
      "p-res": group(
        "res",
        "reservation",
        gpu,
        { instanceTypes: ["p5en.48xlarge"], tags: fromZero({ [efaResource]: 16 }) },
        "nvidia-h200",
      ),
    },
  },
  {
    title: "EKS: G6e spot, with labels, taints and a disk",
    args: onEks((give) => ({
      accelerator: "nvidia-l40s",
      machineType: "g6e.xlarge",
      maxNodes: give(2),
      labels: { team: give("search") },
      taints: [{ key: "team", value: give("search"), effect: "NoExecute" }],
      disk: { sizeGiB: give(100) },
      capacity: ["spot"],
    })),
    children: {
      "p-spot-template": template({
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: { volumeSize: 100, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
          },
        ],
      }),
      "p-spot": group("spot", "spot", gpu, {
        capacityType: "SPOT",
        instanceTypes: ["g6e.xlarge"],
        labels: { team: "search", "k8s.amazonaws.com/accelerator": "nvidia-l40s", ...labels("spot") },
        taints: [
          { key: gpu, value: "true", effect: "NO_SCHEDULE" },
          { key: "team", value: "search", effect: "NO_EXECUTE" },
        ],
      }),
    },
  },
  {
    title: "EKS: P4d in a placement group",
    args: onEks((give) => ({ accelerator: "nvidia-a100-40gb", maxNodes: give(2), placement: "compact" })),
    children: {
      "p-placement": { region, strategy: "cluster" },
      "p-od-template": template(placed),
      "p-od": group("od", "on-demand", gpu, { instanceTypes: ["p4d.24xlarge"] }, "nvidia-a100-40gb"),
    },
  },
  {
    title: "EKS: Trainium 2 with EFA",
    args: onEks((give) => ({
      accelerator: "aws-trainium2",
      machineType: "trn2.48xlarge",
      maxNodes: give(2),
      rdma: {},
    })),
    children: {
      "p-efa": efaGroup,
      "p-placement": { region, strategy: "cluster" },
      "p-od-template": template({ ...placed, ...efa(16) }),
      "p-od": group("od", "on-demand", neuron, {
        instanceTypes: ["trn2.48xlarge"],
        tags: fromZero({ [neuron]: 16, [efaResource]: 16 }),
      }),
    },
  },
  {
    title: "EKS: Inferentia 2",
    args: onEks((give) => ({ accelerator: "aws-inferentia2", machineType: "inf2.8xlarge", maxNodes: give(2) })),
    children: {
      "p-od-template": template(),
      "p-od": group("od", "on-demand", neuron, {
        instanceTypes: ["inf2.8xlarge"],
        tags: fromZero({ [neuron]: 1 }),
      }),
    },
  },
  {
    title: "EKS: A10G beside Auto Mode",
    args: onEks((give) => ({ accelerator: "nvidia-a10g", machineType: "g5.xlarge", maxNodes: give(2) }), true),
    children: {
      "p-od-template": template(),
      "p-od": group("od", "on-demand", gpu, { instanceTypes: ["g5.xlarge"] }, "nvidia-a10g"),
    },
  },
];
