import { block, eks, eksZone, l4, p5, type Case } from "./pools";

export const eksCases: Record<string, Case> = {
  "EFA on a machine without": {
    of: { ...eks, accelerator: "nvidia-l4", count: 1, machineType: "g6.xlarge", zones: eksZone },
    wrong: { rdma: { mode: "efa" } },
    path: "rdma",
    says: /g6.xlarge has no EFA/,
    right: {},
  },
  "EFA in two zones": {
    of: p5,
    wrong: { zones: ["us-east-2a", "us-east-2b"] },
    path: "zones",
    says: /in one zone, which must be named/,
    right: {},
  },
  "EFA in a zone that is not named": {
    of: p5,
    wrong: { zones: undefined as never },
    path: "zones",
    says: /missing; interfaces/,
    right: {},
  },
  "more EFA interfaces than there are": {
    of: p5,
    wrong: { rdma: { mode: "efa", interfaces: 33 } },
    path: "rdma.interfaces",
    says: /1 to 32/,
    right: { rdma: { mode: "efa", interfaces: 16 } },
  },
  "EFA of a number that nobody read": {
    of: { ...p5, accelerator: "nvidia-gb200", count: 4, capacity: [block] },
    wrong: {},
    path: "rdma.interfaces",
    says: /was not read in any source/,
    right: { rdma: { mode: "efa", interfaces: 17 } },
  },
  "DRANET on EKS": { of: p5, wrong: { rdma: { mode: "dranet" } }, path: "rdma.mode", says: /is of GKE/, right: {} },
  "a placement group for a capacity block": {
    of: p5,
    wrong: { capacity: [block], placement: "compact" },
    path: "capacity[0].kind",
    says: /take no placement group/,
    right: { capacity: [block] },
  },
  "Bottlerocket for Arm GPUs": {
    of: { ...p5, accelerator: "nvidia-gb200", count: 4, capacity: [block], rdma: { mode: "efa", interfaces: 17 } },
    wrong: { operatingSystem: "bottlerocket" },
    path: "operatingSystem",
    says: /AL2023_ARM_64_NVIDIA/,
    right: {},
  },
  "an operating system of the other cloud": {
    of: l4,
    wrong: { operatingSystem: "bottlerocket" },
    path: "operatingSystem",
    says: /container-optimized, ubuntu/,
    right: {},
  },
  "a disk of the other cloud": {
    of: p5,
    wrong: { disk: { type: "pd-ssd" } },
    path: "disk.type",
    says: /gp3, io1, io2/,
    right: { disk: { type: "gp3", iops: 6000 } },
  },
};
