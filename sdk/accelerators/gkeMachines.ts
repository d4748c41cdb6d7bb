import { gkeDisks, gkeNics as nics } from "./gkeHardware";
import { nvidiaAccelerators } from "./nvidiaAccelerators";
import { tpuAccelerators } from "./tpuAccelerators";
import type { AcceleratorName, Capacity, GkeMachine } from "./types";

type Details = Partial<
  Pick<
    GkeMachine,
    | "capacity"
    | "architecture"
    | "fraction"
    | "localSsds"
    | "localSsdChoices"
    | "compactPlacementNodes"
    | "workloadPolicy"
    | "explicitOnly"
    | "nics"
    | "note"
  >
>;

const gkeCapacity = (accelerator: AcceleratorName): Capacity =>
  [...nvidiaAccelerators, ...tpuAccelerators].find(({ name }) => name === accelerator)?.gke?.capacity?.value ?? {};

function machine(
  accelerator: AcceleratorName,
  machineType: string,
  [count, vcpu, memoryGiB]: readonly [number, number, number],
  family: keyof typeof gkeDisks,
  details: Details = {},
): GkeMachine {
  return {
    cloud: "gke",
    machineType,
    accelerator,
    count,
    architecture: "amd64",
    vcpu,
    memoryGiB,
    capacity: gkeCapacity(accelerator),
    bootDiskTypes: gkeDisks[family].boot,
    attachDiskTypes: gkeDisks[family].attach,
    workloadPolicy: false,
    explicitOnly: false,
    ...details,
    source: [
      "gkeMachines",
      ...(machineType.startsWith("ct") || machineType.startsWith("tpu") ? ["gkeTpus"] : []),
      ...(details.nics ? ["gkeNics"] : []),
    ],
  };
}

/** Machine types of GKE with accelerators: chips, vCPU and GiB of memory in this order. */
export const gkeMachines: readonly GkeMachine[] = [
  machine("nvidia-l4", "g2-standard-4", [1, 4, 16], "g2", { localSsdChoices: [1], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-8", [1, 8, 32], "g2", { localSsdChoices: [1], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-12", [1, 12, 48], "g2", { localSsdChoices: [1], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-16", [1, 16, 64], "g2", { localSsdChoices: [1], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-24", [2, 23, 96], "g2", {
    localSsdChoices: [2],
    compactPlacementNodes: 150,
    note: "GKE's autoscaler counts 23 vCPU where the name says 24",
  }),
  machine("nvidia-l4", "g2-standard-32", [1, 32, 128], "g2", { localSsdChoices: [1], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-48", [4, 48, 192], "g2", { localSsdChoices: [4], compactPlacementNodes: 150 }),
  machine("nvidia-l4", "g2-standard-96", [8, 96, 384], "g2", { localSsdChoices: [8], compactPlacementNodes: 150 }),
  machine("nvidia-a100-40gb", "a2-highgpu-1g", [1, 12, 85], "a2", {
    localSsdChoices: [1, 2, 4, 8],
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-40gb", "a2-highgpu-2g", [2, 24, 170], "a2", {
    localSsdChoices: [2, 4, 8],
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-40gb", "a2-highgpu-4g", [4, 48, 340], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsdChoices: [4, 8],
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-40gb", "a2-highgpu-8g", [8, 96, 680], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsdChoices: [8],
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-40gb", "a2-megagpu-16g", [16, 96, 1360], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsdChoices: [8],
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-1g", [1, 12, 170], "a2", { localSsds: 1, compactPlacementNodes: 150 }),
  machine("nvidia-a100-80gb", "a2-ultragpu-2g", [2, 24, 340], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsds: 2,
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-4g", [4, 48, 680], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsds: 4,
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-8g", [8, 96, 1360], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    localSsds: 8,
    compactPlacementNodes: 150,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-1g-nolssd", [1, 12, 170], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 150,
    explicitOnly: true,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-2g-nolssd", [2, 24, 340], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 150,
    explicitOnly: true,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-4g-nolssd", [4, 48, 680], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 150,
    explicitOnly: true,
  }),
  machine("nvidia-a100-80gb", "a2-ultragpu-8g-nolssd", [8, 96, 1360], "a2", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 150,
    explicitOnly: true,
  }),
  machine("nvidia-h100-80gb", "a3-highgpu-1g", [1, 26, 234], "a3", { localSsds: 2, compactPlacementNodes: 96 }),
  machine("nvidia-h100-80gb", "a3-highgpu-2g", [2, 52, 468], "a3", { localSsds: 4, compactPlacementNodes: 96 }),
  machine("nvidia-h100-80gb", "a3-highgpu-4g", [4, 104, 936], "a3", { localSsds: 8, compactPlacementNodes: 96 }),
  machine("nvidia-h100-80gb", "a3-highgpu-8g", [8, 208, 1872], "a3", {
    localSsds: 16,
    compactPlacementNodes: 96,
    nics: nics.tcpx,
  }),
  machine("nvidia-h100-80gb", "a3-edgegpu-8g", [8, 208, 1872], "a3", {
    capacity: { "on-demand": true, "flex-start": false, reservation: true },
    localSsds: 16,
    compactPlacementNodes: 96,
    nics: nics.tcpx,
  }),
  machine("nvidia-h100-80gb", "a3-highgpu-1g-nolssd", [1, 26, 234], "a3", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
  }),
  machine("nvidia-h100-80gb", "a3-highgpu-2g-nolssd", [2, 52, 468], "a3", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
  }),
  machine("nvidia-h100-80gb", "a3-highgpu-4g-nolssd", [4, 104, 936], "a3", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
  }),
  machine("nvidia-h100-80gb", "a3-highgpu-8g-nolssd", [8, 208, 1872], "a3", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
  }),
  machine("nvidia-h100-mega-80gb", "a3-megagpu-8g", [8, 208, 1872], "a3", {
    localSsds: 16,
    compactPlacementNodes: 96,
    nics: nics.tcpxo,
  }),
  machine("nvidia-h100-mega-80gb", "a3-megagpu-8g-nolssd", [8, 208, 1872], "a3", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
  }),
  machine("nvidia-h200-141gb", "a3-ultragpu-8g", [8, 224, 2952], "a3Ultra", {
    localSsds: 32,
    compactPlacementNodes: 96,
    nics: nics.rdma8,
  }),
  machine("nvidia-h200-141gb", "a3-ultragpu-8g-nolssd", [8, 224, 2952], "a3Ultra", {
    capacity: { "on-demand": true, "flex-start": true, reservation: true },
    compactPlacementNodes: 96,
    explicitOnly: true,
    nics: nics.rdma8,
  }),
  machine("nvidia-b200", "a4-highgpu-8g", [8, 224, 3968], "a4", {
    localSsds: 32,
    compactPlacementNodes: 1500,
    nics: nics.rdma8,
  }),
  machine("nvidia-b200", "a4-highgpu-8g-nolssd", [8, 224, 3968], "a4", {
    capacity: { "on-demand": false, "flex-start": true, reservation: true },
    compactPlacementNodes: 1500,
    explicitOnly: true,
    nics: nics.rdma8,
  }),
  machine("nvidia-gb200", "a4x-highgpu-4g", [4, 140, 884], "a4", {
    architecture: "arm64",
    localSsds: 4,
    workloadPolicy: true,
    nics: nics.rdma4,
  }),
  machine("nvidia-gb200", "a4x-highgpu-4g-nolssd", [4, 140, 884], "a4", {
    architecture: "arm64",
    workloadPolicy: true,
    explicitOnly: true,
    nics: nics.rdma4,
  }),
  machine("nvidia-gb300", "a4x-maxgpu-4g-metal", [4, 144, 960], "a4", {
    architecture: "arm64",
    localSsds: 4,
    workloadPolicy: true,
    explicitOnly: true,
    nics: nics.metal,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-6", [1, 6, 22], "g4", {
    fraction: 0.125,
    compactPlacementNodes: 1500,
    explicitOnly: true,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-12", [1, 12, 45], "g4", {
    fraction: 0.25,
    localSsdChoices: [1],
    compactPlacementNodes: 1500,
    explicitOnly: true,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-24", [1, 24, 90], "g4", {
    fraction: 0.5,
    localSsdChoices: [2],
    compactPlacementNodes: 1500,
    explicitOnly: true,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-48", [1, 48, 180], "g4", {
    localSsdChoices: [4],
    compactPlacementNodes: 1500,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-96", [2, 96, 360], "g4", {
    localSsdChoices: [8],
    compactPlacementNodes: 1500,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-192", [4, 192, 720], "g4", {
    localSsdChoices: [16],
    compactPlacementNodes: 1500,
  }),
  machine("nvidia-rtx-pro-6000", "g4-standard-384", [8, 384, 1440], "g4", {
    localSsdChoices: [32],
    compactPlacementNodes: 1500,
  }),
  machine("tpu-v4", "ct4p-hightpu-4t", [4, 240, 407], "ct4p"),
  machine("tpu-v5e", "ct5lp-hightpu-1t", [1, 24, 48], "ct5lp"),
  machine("tpu-v5e", "ct5lp-hightpu-4t", [4, 112, 192], "ct5lp"),
  machine("tpu-v5e", "ct5lp-hightpu-8t", [8, 224, 384], "ct5lp"),
  machine("tpu-v5p", "ct5p-hightpu-4t", [4, 208, 448], "ct5lp"),
  machine("tpu-v6e", "ct6e-standard-1t", [1, 44, 176], "ct6e", { workloadPolicy: true, nics: nics.tpu1 }),
  machine("tpu-v6e", "ct6e-standard-4t", [4, 180, 720], "ct6e", { workloadPolicy: true, nics: nics.tpu2 }),
  machine("tpu-v6e", "ct6e-standard-8t", [8, 180, 1440], "ct6e", { workloadPolicy: true, nics: nics.tpu4 }),
  machine("tpu7x", "tpu7x-standard-1t", [1, 56, 248], "tpu7x", { workloadPolicy: true }),
  machine("tpu7x", "tpu7x-standard-4t", [4, 224, 992], "tpu7x", { workloadPolicy: true, nics: nics.tpu2 }),
  machine("tpu7x", "tpu7x-ultranet-4t", [4, 224, 992], "tpu7x", { workloadPolicy: true, explicitOnly: true }),
];
