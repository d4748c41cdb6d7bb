import type { AcceleratorName, EksMachine } from "./types";

const nvidiaAmis = ["AL2023_x86_64_NVIDIA", "BOTTLEROCKET_x86_64_NVIDIA"];
const neuronAmis = ["AL2023_x86_64_NEURON", "BOTTLEROCKET_x86_64"];
const sources = ["karpenter", "karpenterLimits", "eksctlInstances", "eksctlAmis"];

type Details = Partial<Omit<EksMachine, "cloud" | "accelerator" | "machineType" | "count" | "vcpu" | "memoryGiB">>;

function machine(
  accelerator: AcceleratorName,
  machineType: string,
  [count, vcpu, memoryGiB]: readonly [number, number, number],
  [localNvmeGB, networkMbps]: readonly [number | undefined, number],
  details: Details,
): EksMachine {
  return {
    cloud: "eks",
    machineType,
    accelerator,
    count,
    architecture: "amd64",
    vcpu,
    memoryGiB,
    amiTypes: accelerator.startsWith("nvidia-") ? nvidiaAmis : neuronAmis,
    ...(localNvmeGB === undefined ? {} : { localNvmeGB }),
    networkMbps,
    efaInterfaces: 0,
    networkCards: 1,
    capacity: {},
    source: sources,
    ...details,
  };
}

/** Instance types of EC2 with accelerators: chips, vCPU, GiB of memory; GB of local NVMe, Mbit/s of network. */
export const eksMachines: readonly EksMachine[] = [
  machine("nvidia-t4", "g4dn.xlarge", [1, 4, 16], [125, 5000], { capacity: { "capacity-block": false } }),
  machine("nvidia-t4", "g4dn.2xlarge", [1, 8, 32], [225, 10000], { capacity: { "capacity-block": false } }),
  machine("nvidia-t4", "g4dn.4xlarge", [1, 16, 64], [225, 20000], { capacity: { "capacity-block": false } }),
  machine("nvidia-t4", "g4dn.8xlarge", [1, 32, 128], [900, 50000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-t4", "g4dn.12xlarge", [4, 48, 192], [900, 50000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-t4", "g4dn.16xlarge", [1, 64, 256], [900, 50000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-t4", "g4dn.metal", [8, 96, 384], [1800, 100000], { efaInterfaces: 1, capacity: {} }),
  machine("nvidia-l4", "g6.xlarge", [1, 4, 16], [250, 2500], { capacity: { spot: true, "capacity-block": false } }),
  machine("nvidia-l4", "g6.2xlarge", [1, 8, 32], [450, 5000], { capacity: { spot: true, "capacity-block": false } }),
  machine("nvidia-l4", "g6.4xlarge", [1, 16, 64], [600, 10000], { capacity: { spot: true, "capacity-block": false } }),
  machine("nvidia-l4", "g6.8xlarge", [1, 32, 128], [900, 25000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-l4", "g6.12xlarge", [4, 48, 192], [3760, 40000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-l4", "g6.16xlarge", [1, 64, 256], [1880, 25000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-l4", "g6.24xlarge", [4, 96, 384], [3760, 50000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-l4", "g6.48xlarge", [8, 192, 768], [7520, 100000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-l4", "gr6.4xlarge", [1, 16, 128], [600, 10000], { capacity: { "capacity-block": false } }),
  machine("nvidia-l4", "gr6.8xlarge", [1, 32, 256], [900, 25000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-l40s", "g6e.xlarge", [1, 4, 32], [250, 2500], { capacity: { "capacity-block": false } }),
  machine("nvidia-l40s", "g6e.2xlarge", [1, 8, 64], [450, 5000], { capacity: { "capacity-block": false } }),
  machine("nvidia-l40s", "g6e.4xlarge", [1, 16, 128], [600, 20000], { capacity: { "capacity-block": false } }),
  machine("nvidia-l40s", "g6e.8xlarge", [1, 32, 256], [900, 25000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-l40s", "g6e.12xlarge", [4, 48, 384], [3800, 100000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-l40s", "g6e.16xlarge", [1, 64, 512], [1900, 35000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-l40s", "g6e.24xlarge", [4, 96, 768], [3800, 200000], {
    efaInterfaces: 2,
    networkCards: 2,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-l40s", "g6e.48xlarge", [8, 192, 1536], [7600, 400000], {
    efaInterfaces: 4,
    networkCards: 4,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.xlarge", [1, 4, 16], [250, 2500], { capacity: { spot: true, "capacity-block": false } }),
  machine("nvidia-a10g", "g5.2xlarge", [1, 8, 32], [450, 5000], { capacity: { spot: true, "capacity-block": false } }),
  machine("nvidia-a10g", "g5.4xlarge", [1, 16, 64], [600, 10000], {
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.8xlarge", [1, 32, 128], [900, 25000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.12xlarge", [4, 48, 192], [3800, 40000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.16xlarge", [1, 64, 256], [1900, 25000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.24xlarge", [4, 96, 384], [3800, 50000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a10g", "g5.48xlarge", [8, 192, 768], [7600, 100000], {
    efaInterfaces: 1,
    capacity: { spot: true, "capacity-block": false },
  }),
  machine("nvidia-a100-40gb", "p4d.24xlarge", [8, 96, 1152], [8000, 400000], {
    efaInterfaces: 4,
    networkCards: 4,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-a100-80gb", "p4de.24xlarge", [8, 96, 1152], [8000, 400000], {
    efaInterfaces: 4,
    networkCards: 4,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-h100-80gb", "p5.4xlarge", [1, 16, 256], [3800, 100000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-h100-80gb", "p5.48xlarge", [8, 192, 2048], [30400, 3200000], {
    efaInterfaces: 32,
    networkCards: 32,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-h200-141gb", "p5e.48xlarge", [8, 192, 2048], [30400, 3200000], {
    efaInterfaces: 32,
    networkCards: 32,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-h200-141gb", "p5en.48xlarge", [8, 192, 2048], [30400, 3200000], {
    efaInterfaces: 16,
    networkCards: 16,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-b200", "p6-b200.48xlarge", [8, 192, 2048], [30400, 3200000], {
    efaInterfaces: 8,
    networkCards: 8,
    capacity: { "capacity-block": true },
  }),
  machine("nvidia-b300", "p6-b300.48xlarge", [8, 192, 4096], [30400, 6400000], {
    efaInterfaces: 16,
    networkCards: 17,
    capacity: { "capacity-block": true },
    note: "one of its network cards, the first, has no EFA",
  }),
  {
    cloud: "eks",
    machineType: "p6e-gb200.36xlarge",
    accelerator: "nvidia-gb200",
    count: 4,
    architecture: "arm64",
    amiTypes: ["AL2023_ARM_64_NVIDIA"],
    capacity: { "capacity-block": true },
    note: "has EFA; vCPU, memory and the number of interfaces were not read",
    source: ["eksUltraServer", "ec2Types", "efaPlugin"],
  },
  machine("nvidia-rtx-pro-6000", "g7e.2xlarge", [1, 8, 64], [1900, 50000], { capacity: { "capacity-block": false } }),
  machine("nvidia-rtx-pro-6000", "g7e.4xlarge", [1, 16, 128], [1900, 50000], { capacity: { "capacity-block": false } }),
  machine("nvidia-rtx-pro-6000", "g7e.8xlarge", [1, 32, 256], [1900, 100000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-6000", "g7e.12xlarge", [2, 48, 512], [3800, 400000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-6000", "g7e.24xlarge", [4, 96, 1024], [7600, 800000], {
    efaInterfaces: 2,
    networkCards: 2,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-6000", "g7e.48xlarge", [8, 192, 2048], [15200, 1600000], {
    efaInterfaces: 4,
    networkCards: 4,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-4500", "g7.2xlarge", [1, 8, 32], [440, 60000], { capacity: { "capacity-block": false } }),
  machine("nvidia-rtx-pro-4500", "g7.4xlarge", [1, 16, 64], [875, 60000], { capacity: { "capacity-block": false } }),
  machine("nvidia-rtx-pro-4500", "g7.8xlarge", [1, 32, 128], [930, 80000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-4500", "g7.12xlarge", [2, 48, 192], [1900, 175000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-4500", "g7.24xlarge", [4, 96, 384], [3800, 350000], {
    efaInterfaces: 1,
    capacity: { "capacity-block": false },
  }),
  machine("nvidia-rtx-pro-4500", "g7.48xlarge", [8, 192, 768], [7600, 700000], {
    efaInterfaces: 2,
    networkCards: 2,
    capacity: { "capacity-block": false },
  }),
  machine("aws-inferentia2", "inf2.xlarge", [1, 4, 16], [undefined, 2083], { capacity: { "capacity-block": false } }),
  machine("aws-inferentia2", "inf2.8xlarge", [1, 32, 128], [undefined, 16667], {
    capacity: { "capacity-block": false },
  }),
  machine("aws-inferentia2", "inf2.24xlarge", [6, 96, 384], [undefined, 50000], {
    capacity: { "capacity-block": false },
  }),
  machine("aws-inferentia2", "inf2.48xlarge", [12, 192, 768], [undefined, 100000], {
    capacity: { "capacity-block": false },
  }),
  machine("aws-trainium1", "trn1.2xlarge", [1, 8, 32], [474, 3125], { capacity: { "capacity-block": false } }),
  machine("aws-trainium1", "trn1.32xlarge", [16, 128, 512], [7600, 800000], {
    efaInterfaces: 8,
    networkCards: 8,
    capacity: { "capacity-block": true },
  }),
  machine("aws-trainium1", "trn1n.32xlarge", [16, 128, 512], [7600, 1600000], {
    efaInterfaces: 16,
    networkCards: 16,
    capacity: { "capacity-block": false },
  }),
  machine("aws-trainium2", "trn2.48xlarge", [16, 192, 2048], [7600, 3200000], {
    efaInterfaces: 16,
    networkCards: undefined,
    capacity: { "capacity-block": true },
  }),
  {
    cloud: "eks",
    machineType: "trn2u.48xlarge",
    accelerator: "aws-trainium2",
    count: 16,
    architecture: "amd64",
    vcpu: 192,
    memoryGiB: 2048,
    amiTypes: neuronAmis,
    capacity: {},
    note: "UltraServer of 4 instances with 64 chips",
    source: ["neuron"],
  },
];
