import type { AdditionalNics } from "./types";

/** Disk types by family, from GKE's autoscaler (source `gkeMachines`); the first one boots by default. */
export const gkeDisks = {
  g2: {
    boot: ["pd-balanced", "pd-ssd"],
    attach: ["hyperdisk-throughput", "hyperdisk-ml", "pd-balanced", "pd-ssd", "pd-standard"],
  },
  a2: {
    boot: ["pd-standard", "pd-balanced", "pd-ssd"],
    attach: ["hyperdisk-balanced", "hyperdisk-ml", "pd-balanced", "pd-extreme", "pd-ssd", "pd-standard"],
  },
  a3: {
    boot: ["pd-balanced", "pd-ssd", "hyperdisk-balanced"],
    attach: [
      "hyperdisk-balanced",
      "hyperdisk-balanced-high-availability",
      "hyperdisk-extreme",
      "hyperdisk-throughput",
      "hyperdisk-ml",
      "pd-balanced",
      "pd-ssd",
    ],
  },
  a3Ultra: {
    boot: ["hyperdisk-balanced"],
    attach: [
      "hyperdisk-balanced",
      "hyperdisk-balanced-high-availability",
      "hyperdisk-extreme",
      "hyperdisk-throughput",
      "hyperdisk-ml",
      "pd-balanced",
      "pd-ssd",
    ],
  },
  a4: { boot: ["hyperdisk-balanced"], attach: ["hyperdisk-balanced", "hyperdisk-extreme", "hyperdisk-ml"] },
  g4: {
    boot: ["hyperdisk-balanced"],
    attach: ["hyperdisk-balanced", "hyperdisk-balanced-high-availability", "hyperdisk-extreme", "hyperdisk-throughput"],
  },
  ct4p: {
    boot: ["pd-standard", "pd-balanced", "pd-ssd", "hyperdisk-balanced"],
    attach: ["hyperdisk-balanced", "pd-balanced", "pd-extreme", "pd-ssd", "pd-standard"],
  },
  ct5lp: { boot: ["pd-balanced", "pd-ssd"], attach: ["hyperdisk-balanced", "hyperdisk-ml", "pd-balanced", "pd-ssd"] },
  ct6e: { boot: ["hyperdisk-balanced"], attach: ["hyperdisk-balanced", "hyperdisk-ml"] },
  tpu7x: {
    boot: ["hyperdisk-balanced"],
    attach: ["hyperdisk-balanced", "hyperdisk-extreme", "hyperdisk-throughput", "hyperdisk-ml"],
  },
} as const;

/** Additional interfaces, from GKE's autoscaler (source `gkeNics`). */
export const gkeNics = {
  tcpx: { netdev: 4, type: "gVNIC", rdma: 0, mtu: 8244, gpuDirect: "TCPX" },
  tcpxo: { netdev: 8, type: "gVNIC", rdma: 0, mtu: 8244, gpuDirect: "TCPXO" },
  rdma8: { netdev: 1, type: "gVNIC", rdma: 8, mtu: 8896, gpuDirect: "RDMA" },
  rdma4: { netdev: 1, type: "gVNIC", rdma: 4, mtu: 8896, gpuDirect: "RDMA" },
  metal: { netdev: 1, type: "IDPF", rdma: 8, mtu: 8896, gpuDirect: "RDMA" },
  tpu1: { netdev: 1, type: "gVNIC", rdma: 0, mtu: 8896 },
  tpu2: { netdev: 2, type: "gVNIC", rdma: 0, mtu: 8896 },
  tpu4: { netdev: 4, type: "gVNIC", rdma: 0, mtu: 8896 },
} as const satisfies Record<string, AdditionalNics>;
