import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { AcceleratorPool, type AcceleratorPoolArgs } from "../../index";
import { named, register } from "./mocks";
import { eksCluster } from "./nodePoolFixture";

const pool = (args: Omit<AcceleratorPoolArgs, "cluster">, name = "gpu") =>
  register(() => new AcceleratorPool(name, { cluster: eksCluster(), ...args }), {
    outputs: ({ type }): Record<string, unknown> =>
      type === "aws:ec2/launchTemplate:LaunchTemplate"
        ? { latestVersion: 3 }
        : type === "aws:ec2/placementGroup:PlacementGroup"
          ? { name: "placement" }
          : {},
  });
const labels = (name: string, kind: string) => ({ "pulumi-kserve.dev/pool": name, "pulumi-kserve.dev/capacity": kind });
const zones = ["us-east-2a"];
const metadataOptions = { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 };
const disk = (volumeSize = 200, deviceName = "/dev/xvda") => ({
  deviceName,
  ebs: { volumeSize, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
});
const gpuTaint = { key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE" };

interface NetworkInterface {
  networkCardIndex: number;
  deviceIndex: number;
  interfaceType: string;
}

describe("AcceleratorPool on EKS", () => {
  it("keeps the arguments that replace a node group, so that the next run can name the one that changed", async () => {
    const { registrations } = await pool({ accelerator: "nvidia-h100-80gb", count: 8, maxNodes: 2, zones });
    deepStrictEqual(named(registrations, "gpu").inputs.replacing, {
      "gpu-od": { accelerator: "nvidia-h100-80gb", count: 8, machineType: "p5.48xlarge", zones },
    });
  });

  it("makes P5 nodes with EFA: security group, placement group, launch template, node group", async () => {
    const { registrations, result } = await pool({
      accelerator: "nvidia-h100-80gb",
      count: 8,
      maxNodes: 2,
      zones,
      rdma: {},
      disk: { sizeGiB: 500 },
    });
    const all = { protocol: "-1", fromPort: 0, toPort: 0, self: true };
    deepStrictEqual(named(registrations, "gpu-efa").inputs, {
      description: "EFA between the nodes of a pool",
      vpcId: "vpc-1",
      ingress: [all],
      egress: [all],
    });
    deepStrictEqual(named(registrations, "gpu-placement").inputs, { strategy: "cluster" });
    const template = named(registrations, "gpu-od-template");
    deepStrictEqual(template.dependsOn, ["gpu-efa", "gpu-placement"]);
    strictEqual(template.parent, "gpu");
    const { networkInterfaces, ...rest } = template.inputs;
    deepStrictEqual(rest, {
      blockDeviceMappings: [disk(500)],
      metadataOptions,
      placement: { groupName: "placement" },
    });
    const interfaces = networkInterfaces as NetworkInterface[];
    strictEqual(interfaces.length, 32);
    const securityGroups = ["gpu-efa-id", "sg-cluster"];
    const rest1 = { securityGroups, deleteOnTermination: "true" };
    deepStrictEqual(interfaces[0], { networkCardIndex: 0, deviceIndex: 0, interfaceType: "efa", ...rest1 });
    deepStrictEqual(interfaces[31], { networkCardIndex: 31, deviceIndex: 1, interfaceType: "efa-only", ...rest1 });
    deepStrictEqual(named(registrations, "gpu-od"), {
      type: "aws:eks/nodeGroup:NodeGroup",
      name: "gpu-od",
      custom: true,
      inputs: {
        clusterName: "serving",
        nodeGroupNamePrefix: "gpu-od-",
        nodeRoleArn: "arn:aws:iam::1:role/nodes",
        subnetIds: ["subnet-a"],
        amiType: "AL2023_x86_64_NVIDIA",
        capacityType: "ON_DEMAND",
        instanceTypes: ["p5.48xlarge"],
        launchTemplate: { id: "gpu-od-template-id", version: "3" },
        scalingConfig: { minSize: 0, maxSize: 2, desiredSize: 0 },
        labels: { "k8s.amazonaws.com/accelerator": "nvidia-h100", ...labels("gpu", "on-demand") },
        taints: [gpuTaint],
        updateConfig: { maxUnavailable: 1, updateStrategy: "MINIMAL" },
        nodeRepairConfig: { enabled: true },
        tags: { "k8s.io/cluster-autoscaler/node-template/resources/vpc.amazonaws.com/efa": "32" },
      },
      parent: "gpu",
      dependsOn: ["gpu-od-template"],
      ignoreChanges: ["scalingConfig.desiredSize"],
    });
    deepStrictEqual(result.resources, { "nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32" });
  });

  it("takes the instances of a capacity block: type and market in the template, no placement group", async () => {
    const reservation = "cr-0123456789abcdef0";
    const { registrations } = await pool({
      accelerator: "nvidia-h200-141gb",
      machineType: "p5en.48xlarge",
      minNodes: 2,
      maxNodes: 2,
      zones,
      rdma: {},
      capacity: [{ kind: "capacity-block", reservation }],
    });
    strictEqual(
      registrations.some(({ type }) => type.includes("PlacementGroup")),
      false,
    );
    const { networkInterfaces, ...template } = named(registrations, "gpu-block-template").inputs;
    strictEqual((networkInterfaces as unknown[]).length, 16);
    deepStrictEqual(template, {
      blockDeviceMappings: [disk()],
      metadataOptions,
      instanceType: "p5en.48xlarge",
      instanceMarketOptions: { marketType: "capacity-block" },
      capacityReservationSpecification: {
        capacityReservationPreference: "capacity-reservations-only",
        capacityReservationTarget: { capacityReservationId: reservation },
      },
    });
    const group = named(registrations, "gpu-block").inputs;
    strictEqual(group.capacityType, "CAPACITY_BLOCK");
    strictEqual("instanceTypes" in group, false);
    deepStrictEqual(group.scalingConfig, { minSize: 2, maxSize: 2, desiredSize: 2 });
  });

  it("makes nothing when an Output turns out to be wrong, and names a reservation that is an Output", async () => {
    const made: string[] = [];
    const capacity = (reservation: string) => [
      { kind: "reservation" as const, reservation: pulumi.output(reservation) },
    ];
    const program = (reservation: string) => () =>
      new AcceleratorPool("gpu", {
        cluster: eksCluster(),
        accelerator: "nvidia-h100-80gb",
        count: 8,
        maxNodes: 1,
        zones,
        rdma: {},
        placement: "compact",
        capacity: capacity(reservation),
      });
    const outputs = ({ type, name }: { type: string; name: string }): Record<string, unknown> => {
      if (type.startsWith("aws:")) made.push(name);
      return { latestVersion: 1 };
    };
    await rejects(
      register(program("h100"), { outputs }),
      /capacity\[0\]\.reservation: not a reservation; given: "h100"/,
    );
    deepStrictEqual(made, []);
    const { registrations } = await register(program("cr-0123456789abcdef0"), { outputs });
    deepStrictEqual(made.sort(), ["gpu-efa", "gpu-placement", "gpu-res", "gpu-res-template"]);
    const { capacityReservationSpecification } = named(registrations, "gpu-res-template").inputs;
    deepStrictEqual(capacityReservationSpecification, {
      capacityReservationPreference: "capacity-reservations-only",
      capacityReservationTarget: { capacityReservationId: "cr-0123456789abcdef0" },
    });
  });

  it("leaves the first card of P6-B300 without EFA", async () => {
    const { registrations } = await pool({ accelerator: "nvidia-b300", maxNodes: 2, zones, rdma: {} });
    const interfaces = named(registrations, "gpu-od-template").inputs.networkInterfaces as NetworkInterface[];
    strictEqual(interfaces.length, 17);
    deepStrictEqual(
      interfaces.map(({ deviceIndex, interfaceType }) => `${deviceIndex} ${interfaceType}`),
      ["0 interface", ...Array.from({ length: 16 }, () => "0 efa-only")],
    );
  });

  it("keeps the layout of the machine where fewer EFA interfaces are asked for", async () => {
    const { registrations } = await pool({
      accelerator: "nvidia-h100-80gb",
      count: 8,
      maxNodes: 2,
      zones,
      rdma: { interfaces: 3 },
    });
    const interfaces = named(registrations, "gpu-od-template").inputs.networkInterfaces as NetworkInterface[];
    deepStrictEqual(
      interfaces.map(({ deviceIndex, interfaceType }) => `${deviceIndex} ${interfaceType}`),
      ["0 efa", "1 efa-only", "1 efa-only"],
    );
  });

  it("tells the autoscaler and what runs on its nodes of its ladder and its taints", async () => {
    const { result } = await pool({
      accelerator: "nvidia-l40s",
      count: 1,
      maxNodes: 8,
      capacity: ["spot", "on-demand"],
      taints: [{ key: "team", value: "search", effect: "NoExecute" }],
    });
    const expanderPriorities = { 20: ["^eks-gpu-spot-.*"], 10: ["^eks-gpu-od-.*"] };
    deepStrictEqual(result.expanderPriorities, expanderPriorities);
    deepStrictEqual(result.parts, {
      name: "gpu",
      accelerator: "nvidia-l40s",
      machineType: "g6e.xlarge",
      autoscales: true,
      taints: [{ key: "team", effect: "NoExecute" }],
      expanderPriorities,
      labels: { ...labels("gpu", "spot") },
    });
  });

  it("makes Trainium 2 nodes with EFA, by a reservation, and taints them", async () => {
    const { registrations } = await pool(
      {
        accelerator: "aws-trainium2",
        machineType: "trn2.48xlarge",
        maxNodes: 2,
        zones,
        rdma: {},
        capacity: [{ kind: "reservation", reservation: "arn:aws:resource-groups:us-east-2:1:group/trn" }],
      },
      "trn",
    );
    const { networkInterfaces, capacityReservationSpecification, placement } = named(
      registrations,
      "trn-res-template",
    ).inputs;
    strictEqual((networkInterfaces as unknown[]).length, 16);
    strictEqual(placement, undefined);
    deepStrictEqual(capacityReservationSpecification, {
      capacityReservationPreference: "capacity-reservations-only",
      capacityReservationTarget: {
        capacityReservationResourceGroupArn: "arn:aws:resource-groups:us-east-2:1:group/trn",
      },
    });
    const { amiType, labels: nodeLabels, taints } = named(registrations, "trn-res").inputs;
    deepStrictEqual(
      { amiType, nodeLabels, taints },
      {
        amiType: "AL2023_x86_64_NEURON",
        nodeLabels: labels("trn", "reservation"),
        taints: [{ key: "aws.amazon.com/neuron", value: "true", effect: "NO_SCHEDULE" }],
      },
    );
  });

  it("makes spot nodes on Bottlerocket in all zones of the cluster", async () => {
    const { registrations } = await pool({
      accelerator: "nvidia-l40s",
      count: 1,
      maxNodes: 8,
      capacity: ["spot"],
      operatingSystem: "bottlerocket",
      tags: { team: "search" },
    });
    const { amiType, capacityType, subnetIds, tags } = named(registrations, "gpu-spot").inputs;
    deepStrictEqual(
      { amiType, capacityType, subnetIds, tags },
      {
        amiType: "BOTTLEROCKET_x86_64_NVIDIA",
        capacityType: "SPOT",
        subnetIds: ["subnet-a", "subnet-b"],
        tags: { team: "search" },
      },
    );
    deepStrictEqual(named(registrations, "gpu-spot-template").inputs, {
      blockDeviceMappings: [disk(200, "/dev/xvdb")],
      metadataOptions,
      tags: { team: "search" },
      tagSpecifications: [{ resourceType: "instance", tags: { team: "search" } }],
    });
  });

  it("takes the image of the processor that a machine type without accelerators has", async () => {
    const arm = await pool({ machineType: "m7g.2xlarge", maxNodes: 2 }, "cpu");
    strictEqual(named(arm.registrations, "cpu-od").inputs.amiType, "AL2023_ARM_64_STANDARD");
    const bottlerocket = await pool(
      { machineType: "c8gd.4xlarge", maxNodes: 2, operatingSystem: "bottlerocket" },
      "cpu",
    );
    strictEqual(named(bottlerocket.registrations, "cpu-od").inputs.amiType, "BOTTLEROCKET_ARM_64");
  });

  it("makes plain CPU nodes, which may be replaced one by one beyond the pool's number", async () => {
    const { registrations, result } = await pool(
      { machineType: "m7i.2xlarge", minNodes: 2, maxNodes: 4, version: "1.33" },
      "cpu",
    );
    const { amiType, updateConfig, labels: nodeLabels, version, ...rest } = named(registrations, "cpu-od").inputs;
    deepStrictEqual(
      { amiType, updateConfig, nodeLabels, version, taints: rest.taints },
      {
        amiType: "AL2023_x86_64_STANDARD",
        updateConfig: { maxUnavailable: 1 },
        nodeLabels: labels("cpu", "on-demand"),
        version: "1.33",
        taints: undefined,
      },
    );
    deepStrictEqual(result.resources, {});
  });
});
