import type { AcceleratorPoolArgs } from "../../index";
import { gkeCluster } from "./nodePoolFixture";
import { type Give, type Inputs, poolLabels as labels, type Row } from "./nodePoolRows";

const onGke = (args: (give: Give) => Omit<AcceleratorPoolArgs, "cluster">) => (give: Give) => ({
  cluster: {
    ...gkeCluster({
      project: give("acme"),
      location: give("us-central1"),
      nodeServiceAccount: give("nodes@acme.iam.gserviceaccount.com"),
    }),
    name: give("serving"),
  },
  zones: ["us-central1-a"],
  ...args(give),
});

/** A node pool of GKE that says nothing else. */
const gke = (machineType: string, kind: string, nodeConfig: Inputs, pool: Inputs = {}): Inputs => ({
  cluster: "serving",
  location: "us-central1",
  project: "acme",
  nodeLocations: ["us-central1-a"],
  autoscaling: { totalMinNodeCount: 0, totalMaxNodeCount: 2, locationPolicy: "ANY" },
  initialNodeCount: 0,
  management: { autoRepair: true, autoUpgrade: true },
  upgradeSettings: { strategy: "SURGE", maxSurge: 0, maxUnavailable: 1 },
  nodeConfig: {
    machineType,
    imageType: "COS_CONTAINERD",
    serviceAccount: "nodes@acme.iam.gserviceaccount.com",
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    metadata: { "disable-legacy-endpoints": "true" },
    labels: labels(kind),
    bootDisk: { diskType: "hyperdisk-balanced", sizeGb: 200 },
    ...nodeConfig,
  },
  ...pool,
});
const gpus = (type: string, count: number, gpuDriverVersion = "DEFAULT") => ({
  guestAccelerators: [{ type, count, gpuDriverInstallationConfig: { gpuDriverVersion } }],
});
const gvnic = { gvnic: { enabled: true } };
const gkeSpot = { spot: true, reservationAffinity: { consumeReservationType: "NO_RESERVATION" } };
const slice = (hosts: number) => ({
  autoscaling: { minNodeCount: 0, maxNodeCount: hosts, locationPolicy: "ANY" },
});
const networks = Array.from({ length: 8 }, (_, index) => ({ network: `net-${index}`, subnetwork: `sub-${index}` }));

/** Pools on GKE and what they are made of. */
export const gkeRows: Row[] = [
  {
    title: "GKE: H100 mega with GPUDirect",
    args: onGke((give) => ({
      accelerator: "nvidia-h100-mega-80gb",
      maxNodes: give(2),
      rdma: {
        networks: networks.map(({ network, subnetwork }) => ({ network: give(network), subnetwork: give(subnetwork) })),
      },
      gpu: { driver: "latest" },
    })),
    children: {
      "p-od": gke(
        "a3-megagpu-8g",
        "on-demand",
        {
          ...gpus("nvidia-h100-mega-80gb", 8, "LATEST"),
          ...gvnic,
          bootDisk: { diskType: "pd-balanced", sizeGb: 200 },
          ephemeralStorageLocalSsdConfig: { localSsdCount: 16 },
        },
        { networkConfig: { additionalNodeNetworkConfigs: networks } },
      ),
    },
  },
  {
    title: "GKE: A4 of a reservation",
    args: onGke((give) => ({
      accelerator: "nvidia-b200",
      maxNodes: give(2),
      rdma: {},
      capacity: [{ kind: "reservation", reservation: give("b200") }],
    })),
    children: {
      "p-res": gke(
        "a4-highgpu-8g",
        "reservation",
        {
          ...gpus("nvidia-b200", 8),
          ...gvnic,
          labels: { ...labels("reservation"), "cloud.google.com/gke-networking-dra-driver": "true" },
          ephemeralStorageLocalSsdConfig: { localSsdCount: 32 },
          reservationAffinity: {
            consumeReservationType: "SPECIFIC_RESERVATION",
            key: "compute.googleapis.com/reservation-name",
            values: ["b200"],
          },
        },
        { networkConfig: { acceleratorNetworkProfile: "auto" } },
      ),
    },
  },
  {
    title: "GKE: L4 spot, with labels, taints and a disk",
    args: onGke((give) => ({
      accelerator: "nvidia-l4",
      count: 1,
      maxNodes: give(2),
      labels: { team: give("search") },
      taints: [{ key: "team", value: give("search"), effect: "NoSchedule" }],
      disk: { sizeGiB: give(100) },
      imageStreaming: true,
      preload: [give("global/images/vllm")],
      capacity: ["spot"],
    })),
    children: {
      "p-spot": gke("g2-standard-4", "spot", {
        ...gpus("nvidia-l4", 1),
        ...gkeSpot,
        labels: { team: "search", ...labels("spot") },
        taints: [{ key: "team", value: "search", effect: "NO_SCHEDULE" }],
        bootDisk: { diskType: "pd-balanced", sizeGb: 100 },
        gcfsConfig: { enabled: true },
        secondaryBootDisks: [{ diskImage: "global/images/vllm", mode: "CONTAINER_IMAGE_CACHE" }],
      }),
    },
  },
  {
    title: "GKE: TPU v6e of one host",
    args: onGke((give) => ({ accelerator: "tpu-v6e", count: 8, maxNodes: give(2) })),
    children: { "p-od": gke("ct6e-standard-8t", "on-demand", gvnic) },
  },
  {
    title: "GKE: TPU v6e of several hosts",
    args: onGke((give) => ({ accelerator: "tpu-v6e", topology: "4x4", maxNodes: give(4) })),
    children: {
      "p-od": gke("ct6e-standard-4t", "on-demand", gvnic, {
        ...slice(4),
        placementPolicy: { type: "COMPACT", tpuTopology: "4x4" },
      }),
    },
  },
  {
    title: "GKE: TPU v5p",
    args: onGke((give) => ({ accelerator: "tpu-v5p", topology: "2x2x4", maxNodes: give(4) })),
    children: {
      "p-od": gke(
        "ct5p-hightpu-4t",
        "on-demand",
        { bootDisk: { diskType: "pd-balanced", sizeGb: 200 } },
        {
          ...slice(4),
          placementPolicy: { type: "COMPACT", tpuTopology: "2x2x4" },
        },
      ),
    },
  },
  {
    title: "GKE: TPU7x",
    args: onGke((give) => ({ accelerator: "tpu7x", topology: "2x2x2", maxNodes: give(2) })),
    children: {
      "p-od": gke("tpu7x-standard-4t", "on-demand", gvnic, {
        ...slice(2),
        placementPolicy: { type: "TYPE_UNSPECIFIED", policyName: "policy" },
      }),
      "p-policy": {
        project: "acme",
        region: "us-central1",
        workloadPolicy: { type: "HIGH_THROUGHPUT", acceleratorTopology: "2x2x2" },
      },
    },
  },
];
