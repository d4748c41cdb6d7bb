import type { Accelerator } from "./types";

/** Google TPUs; what no source says is absent. */
export const tpuAccelerators: readonly Accelerator[] = [
  {
    name: "tpu-v4",
    vendor: "google",
    resource: "google.com/tpu",
    memoryGiB: 32,
    memoryBasis: "nominal",
    gke: {
      label: "tpu-v4-podslice",
      capacity: { value: { "flex-start": false }, source: ["dynamicWorkloadScheduler"] },
    },
    source: ["gkeLabels", "gkeTaints", "toolkitTpu", "tpuV4"],
  },
  {
    name: "tpu-v5e",
    vendor: "google",
    resource: "google.com/tpu",
    memoryGiB: 16,
    memoryBasis: "nominal",
    gke: {
      label: "tpu-v5-lite-podslice",
      capacity: { value: { spot: true, "flex-start": true }, source: ["computeClasses", "dynamicWorkloadScheduler"] },
      capacityNote: "flex-start: us-west4-a only; GKE>=1.33.0-gke.1712000",
    },
    source: ["gkeLabels", "gkeTaints", "toolkitTpu", "tpuV5e"],
  },
  {
    name: "tpu-v5p",
    vendor: "google",
    resource: "google.com/tpu",
    memoryGiB: 95,
    memoryBasis: "nominal",
    gke: {
      label: "tpu-v5p-slice",
      capacity: { value: { spot: true, "flex-start": true }, source: ["computeClasses", "dynamicWorkloadScheduler"] },
      capacityNote: "flex-start: us-east5-a only",
      note: "also AxBxC of multiples of 4 with A<=B<=C and at most 140 cubes of 4x4x4",
    },
    source: ["gkeLabels", "gkeTaints", "toolkitTpu", "tpu7x", "tpuV5p"],
  },
  {
    name: "tpu-v6e",
    vendor: "google",
    resource: "google.com/tpu",
    memoryGiB: 32,
    memoryBasis: "nominal",
    gke: {
      label: "tpu-v6e-slice",
      capacity: { value: { spot: true, "flex-start": true }, source: ["computeClasses", "dynamicWorkloadScheduler"] },
      note: "Trillium",
    },
    source: ["gkeLabels", "gkeTaints", "toolkitTpu", "tpuV6e"],
  },
  {
    name: "tpu7x",
    vendor: "google",
    resource: "google.com/tpu",
    memoryGiB: 192,
    memoryBasis: "nominal",
    gke: {
      label: "tpu7x",
      minimumVersions: {
        value: {
          standard: "1.34.0-gke.2201000",
          autopilot: "1.34.1-gke.3084001",
          "cluster-toolkit": "1.34.3-gke.1318000",
        },
        source: ["ironwood", "toolkitTpu7x"],
      },
      capacity: { value: { "flex-start": true }, source: ["toolkitTpu7xFlex"] },
      note: "Ironwood; a slice of several hosts needs a workload policy (ResourcePolicy of type HIGH_THROUGHPUT with acceleratorTopology), compact placement is rejected",
    },
    source: ["gkeLabels", "gkeTaints", "toolkitTpu", "tpu7x"],
  },
];
