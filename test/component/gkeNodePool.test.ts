import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { AcceleratorPool, type AcceleratorPoolArgs, type ClusterHandle } from "../../index";
import { named, register, type Registration } from "./mocks";
import { gkeCluster } from "./nodePoolFixture";

type Args = Omit<AcceleratorPoolArgs, "cluster"> & { cluster?: ClusterHandle };
const pool = (args: Args, name = "gpu") =>
  register(() => new AcceleratorPool(name, { cluster: gkeCluster(), ...args }));
const types = (registrations: Registration[]) => registrations.map(({ type, name }) => `${type} ${name}`);
/** What a cluster would make first. */
class System extends pulumi.CustomResource {}
const zone = ["us-central1-a"];

const common = {
  imageType: "COS_CONTAINERD",
  serviceAccount: "nodes@acme.iam.gserviceaccount.com",
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  metadata: { "disable-legacy-endpoints": "true" },
};
const labels = (name: string, kind: string) => ({ "pulumi-kserve.dev/pool": name, "pulumi-kserve.dev/capacity": kind });
const place = { cluster: "serving", location: "us-central1", project: "acme" };
const scarce = { strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 };

describe("AcceleratorPool on GKE", () => {
  it("makes H100 mega nodes with GPUDirect-TCPXO and their networks", async () => {
    const networks = Array.from({ length: 8 }, (_, index) => ({ network: `net-${index}`, subnetwork: `sub-${index}` }));
    const { registrations } = await pool({
      accelerator: "nvidia-h100-mega-80gb",
      count: 8,
      maxNodes: 4,
      zones: zone,
      rdma: { networks },
      placement: "compact",
      gpu: { driver: "latest" },
    });
    deepStrictEqual(types(registrations), [
      "pulumi-kserve:index:AcceleratorPool gpu",
      "gcp:container/nodePool:NodePool gpu-od",
    ]);
    deepStrictEqual(named(registrations, "gpu-od"), {
      type: "gcp:container/nodePool:NodePool",
      name: "gpu-od",
      custom: true,
      inputs: {
        ...place,
        nodeLocations: zone,
        autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 4, locationPolicy: "ANY" },
        initialNodeCount: 0,
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: scarce,
        placementPolicy: { type: "COMPACT" },
        networkConfig: { additionalNodeNetworkConfigs: networks },
        nodeConfig: {
          ...common,
          machineType: "a3-megagpu-8g",
          labels: labels("gpu", "on-demand"),
          bootDisk: { diskType: "pd-balanced", sizeGb: 200 },
          ephemeralStorageLocalSsdConfig: { localSsdCount: 16 },
          guestAccelerators: [
            {
              type: "nvidia-h100-mega-80gb",
              count: 8,
              gpuDriverInstallationConfig: { gpuDriverVersion: "LATEST" },
            },
          ],
          gvnic: { enabled: true },
        },
      },
      parent: "gpu",
      dependsOn: [],
      ignoreChanges: ["initialNodeCount"],
    });
  });

  it("makes A3 Ultra nodes whose RDMA networks DRANET makes", async () => {
    const { registrations } = await pool({
      accelerator: "nvidia-h200-141gb",
      maxNodes: 2,
      zones: zone,
      rdma: {},
      capacity: [{ kind: "reservation", reservation: "h200" }],
    });
    const { inputs } = named(registrations, "gpu-res");
    deepStrictEqual(inputs.networkConfig, { acceleratorNetworkProfile: "auto" });
    deepStrictEqual(inputs.nodeConfig, {
      ...common,
      machineType: "a3-ultragpu-8g",
      labels: { ...labels("gpu", "reservation"), "cloud.google.com/gke-networking-dra-driver": "true" },
      bootDisk: { diskType: "hyperdisk-balanced", sizeGb: 200 },
      ephemeralStorageLocalSsdConfig: { localSsdCount: 32 },
      guestAccelerators: [
        { type: "nvidia-h200-141gb", count: 8, gpuDriverInstallationConfig: { gpuDriverVersion: "DEFAULT" } },
      ],
      gvnic: { enabled: true },
      reservationAffinity: {
        consumeReservationType: "SPECIFIC_RESERVATION",
        key: "compute.googleapis.com/reservation-name",
        values: ["h200"],
      },
    });
  });

  it("makes A4X nodes of a reservation within one NVLink domain", async () => {
    const reservation = "projects/acme/reservations/gb200/reservationBlocks/block-1";
    const { registrations } = await pool({
      accelerator: "nvidia-gb200",
      minNodes: 18,
      maxNodes: 18,
      zones: zone,
      capacity: [{ kind: "reservation", reservation }],
    });
    deepStrictEqual(named(registrations, "gpu-policy"), {
      type: "gcp:compute/resourcePolicy:ResourcePolicy",
      name: "gpu-policy",
      custom: true,
      inputs: {
        project: "acme",
        region: "us-central1",
        workloadPolicy: { type: "HIGH_THROUGHPUT", acceleratorTopology: "1x72" },
      },
      parent: "gpu",
      dependsOn: [],
    });
    const { inputs, dependsOn } = named(registrations, "gpu-res");
    deepStrictEqual(dependsOn, ["gpu-policy"]);
    strictEqual((inputs.placementPolicy as { type: string }).type, "COMPACT");
    strictEqual(inputs.nodeCount, 18);
    strictEqual("autoscaling" in inputs || "initialNodeCount" in inputs, false);
    strictEqual((inputs.nodeConfig as { machineType: string }).machineType, "a4x-highgpu-4g");
  });

  it("makes a node pool for each rung of a ladder, with the same labels", async () => {
    const { registrations, result } = await pool(
      {
        accelerator: "nvidia-l4",
        count: 1,
        machineType: "g2-standard-12",
        maxNodes: 3,
        imageStreaming: true,
        preload: ["global/images/vllm"],
        taints: [{ key: "team", value: "search", effect: "NoSchedule" }],
        capacity: ["on-demand", { kind: "flex-start", maxRunHours: 24, queued: true }, { kind: "spot", maxNodes: 9 }],
      },
      "l4",
    );
    deepStrictEqual(registrations.map(({ name }) => name).sort(), ["l4", "l4-flex", "l4-od", "l4-spot"]);
    const flex = named(registrations, "l4-flex").inputs;
    deepStrictEqual(flex.management, { autoRepair: false, autoUpgrade: true });
    deepStrictEqual(flex.queuedProvisioning, { enabled: true });
    const { flexStart, maxRunDuration, reservationAffinity } = flex.nodeConfig as Record<string, unknown>;
    deepStrictEqual(
      { flexStart, maxRunDuration, reservationAffinity },
      { flexStart: true, maxRunDuration: "86400s", reservationAffinity: { consumeReservationType: "NO_RESERVATION" } },
    );
    const spot = named(registrations, "l4-spot").inputs;
    deepStrictEqual(spot.autoscaling, { totalMinNodeCount: 0, totalMaxNodeCount: 9, locationPolicy: "ANY" });
    const config = spot.nodeConfig as Record<string, unknown>;
    strictEqual(config.spot, true);
    deepStrictEqual(config.labels, labels("l4", "spot"));
    deepStrictEqual(config.taints, [{ key: "team", value: "search", effect: "NO_SCHEDULE" }]);
    deepStrictEqual(config.gcfsConfig, { enabled: true });
    deepStrictEqual(config.secondaryBootDisks, [{ diskImage: "global/images/vllm", mode: "CONTAINER_IMAGE_CACHE" }]);
    deepStrictEqual(result.tolerations, [
      { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      { key: "cloud.google.com/gke-queued", operator: "Exists", effect: "NoSchedule" },
      { key: "team", operator: "Equal", value: "search", effect: "NoSchedule" },
    ]);
    deepStrictEqual(result.expanderPriorities, {});
  });

  it("makes TPU nodes of one host without a topology, and slices of several hosts whole", async () => {
    const single = await pool(
      { accelerator: "tpu-v6e", count: 8, maxNodes: 2, zones: zone, capacity: ["spot"] },
      "tpu",
    );
    const { inputs } = named(single.registrations, "tpu-spot");
    strictEqual("placementPolicy" in inputs, false);
    deepStrictEqual(inputs.nodeConfig, {
      ...common,
      machineType: "ct6e-standard-8t",
      labels: labels("tpu", "spot"),
      bootDisk: { diskType: "hyperdisk-balanced", sizeGb: 200 },
      gvnic: { enabled: true },
      spot: true,
      reservationAffinity: { consumeReservationType: "NO_RESERVATION" },
    });

    const slice = await pool({ accelerator: "tpu-v6e", topology: "4x4", zones: zone }, "tpu");
    const multi = named(slice.registrations, "tpu-od").inputs;
    deepStrictEqual(multi.placementPolicy, { type: "COMPACT", tpuTopology: "4x4" });
    deepStrictEqual(multi.autoscaling, { minNodeCount: 0, maxNodeCount: 4, locationPolicy: "ANY" });
    strictEqual((multi.nodeConfig as { machineType: string }).machineType, "ct6e-standard-4t");
  });

  it("gives slices of Ironwood a workload policy instead of compact placement", async () => {
    const { registrations } = await pool({ accelerator: "tpu7x", topology: "2x2x2", minNodes: 2, zones: zone }, "tpu");
    deepStrictEqual(named(registrations, "tpu-policy").inputs.workloadPolicy, {
      type: "HIGH_THROUGHPUT",
      acceleratorTopology: "2x2x2",
    });
    const { inputs } = named(registrations, "tpu-od");
    strictEqual((inputs.placementPolicy as { type: string }).type, "TYPE_UNSPECIFIED");
    strictEqual(inputs.nodeCount, 2);
  });

  it("makes plain CPU nodes, with surge upgrades and balanced zones", async () => {
    const { registrations } = await pool(
      { machineType: "e2-standard-8", minNodes: 1, maxNodes: 5, zones: ["us-central1-a", "us-central1-b"] },
      "cpu",
    );
    const { inputs } = named(registrations, "cpu-od");
    deepStrictEqual(inputs.autoscaling, { totalMinNodeCount: 1, totalMaxNodeCount: 5, locationPolicy: "BALANCED" });
    strictEqual(inputs.initialNodeCount, 1);
    deepStrictEqual(inputs.upgradeSettings, { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 });
    deepStrictEqual(inputs.nodeConfig, {
      ...common,
      machineType: "e2-standard-8",
      labels: labels("cpu", "on-demand"),
      bootDisk: { diskType: "pd-balanced", sizeGb: 200 },
    });
  });

  it("labels machines in Google Cloud, starts with no more nodes than there may be, and is tolerated on Arm", async () => {
    const { registrations, result } = await pool(
      {
        machineType: "c4a-standard-8",
        architecture: "arm64",
        minNodes: 1,
        maxNodes: 2,
        zones: ["us-central1-a", "us-central1-b", "us-central1-c"],
        tags: { team: "search" },
      },
      "cpu",
    );
    const { nodeConfig, initialNodeCount } = named(registrations, "cpu-od").inputs;
    deepStrictEqual((nodeConfig as Record<string, unknown>).resourceLabels, { team: "search" });
    strictEqual(initialNodeCount, 0);
    deepStrictEqual(result.tolerations, [
      { key: "kubernetes.io/arch", operator: "Equal", value: "arm64", effect: "NoSchedule" },
    ]);
  });

  it("comes after what the cluster says, and lets a transform change a node pool", async () => {
    const { registrations } = await register(() => {
      const ready = new System("test:index:System", "system");
      return new AcceleratorPool("gpu", {
        cluster: { ...gkeCluster(), ready },
        accelerator: "nvidia-l4",
        maxNodes: 1,
        transforms: { nodePool: (args, kind) => ({ ...args, namePrefix: `${kind}-` }) },
      });
    });
    const { inputs, dependsOn } = named(registrations, "gpu-od");
    strictEqual(inputs.namePrefix, "on-demand-");
    deepStrictEqual(dependsOn, ["system"]);
  });

  it("checks Outputs when they resolve, and before anything is made", async () => {
    await rejects(
      pool({ accelerator: "nvidia-l4", maxNodes: pulumi.output(0), disk: { sizeGiB: pulumi.output(5) } }),
      (error: Error) => {
        deepStrictEqual(error.message.split("\n"), [
          'AcceleratorPool "gpu": 2 problems',
          "  - disk.sizeGiB: not a disk that a node can start from; given: 5; allowed: 20 to 65536",
          "  - maxNodes: not a number of nodes; given: 0; allowed: 1 or more",
        ]);
        return true;
      },
    );
  });

  it("says which arguments are none, at any depth", async () => {
    const args = {
      accelerator: "nvidia-l4",
      maxNode: 2,
      disk: { sizeGb: 100 },
      capacity: [{ kind: "spot", zone: "a" }],
    };
    await rejects(pool(args as unknown as Args), (error: Error) => {
      deepStrictEqual(error.message.split("\n").slice(1), [
        '  - maxNode: no such argument; fix: did you mean "maxNodes"?',
        '  - disk.sizeGb: no such argument; fix: did you mean "sizeGiB"?',
        '  - capacity[0].zone: no such argument; fix: did you mean "zones"?',
        "  - maxNodes: missing; allowed: 1 or more; fix: say how many nodes there may be",
      ]);
      return true;
    });
  });

  it("says which arguments are not of the form that they must have", async () => {
    const args = { accelerator: pulumi.output("nvidia-l4"), maxNodes: 2, zones: "us-central1-a", capacity: "spot" };
    const messageOf = async (given: object, cluster?: ClusterHandle) =>
      pool({ ...given, ...(cluster && { cluster }) } as unknown as Args).then(
        () => [],
        (error: Error) => error.message.split("\n").slice(1),
      );
    deepStrictEqual(await messageOf(args), [
      "  - accelerator: must be plain: it decides which machines and resources there are; fix: give the value itself; parts of it, such as numbers of nodes, may be Outputs",
      '  - zones: not a list; given: "us-central1-a"; fix: put it into [ ]',
      '  - capacity: not a list; given: "spot"; fix: put it into [ ]',
    ]);
    const handle = { cloud: "gke", name: "c" } as ClusterHandle;
    deepStrictEqual(await messageOf({ accelerator: "nvidia-l4", maxNodes: 1 }, handle), [
      "  - cluster: its handle says nothing of gke; fix: give a GkeCluster, an EksCluster, or an ExistingCluster with its gke or eks",
    ]);
  });

  it("passes on what is unknown in a preview", async () => {
    const { registrations } = await register(
      () =>
        new AcceleratorPool("gpu", {
          cluster: { ...gkeCluster(), name: pulumi.output(pulumi.unknown as string) },
          accelerator: "nvidia-l4",
          maxNodes: pulumi.output(pulumi.unknown as number),
        }),
      { preview: true },
    );
    const { inputs } = named(registrations, "gpu-od");
    strictEqual((inputs.nodeConfig as { machineType: string }).machineType, "g2-standard-4");
  });
});
