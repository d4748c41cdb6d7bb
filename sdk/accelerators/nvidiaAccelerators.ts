import type { Accelerator, EksAccelerator, Sourced } from "./types";

/** Of the Amazon Linux 2023 image of release v20260714. */
const driver: Sourced<string> = {
  value: "580.159.03 (kmod-nvidia-latest-dkms), nvidia-container-toolkit 1.19.1, efa 3.1.0",
  source: ["eksAmi"],
};

const eks = (label: string, more: EksAccelerator = {}): EksAccelerator => ({ label, driver, ...more });

/** NVIDIA GPUs; what no source says is absent. */
export const nvidiaAccelerators: readonly Accelerator[] = [
  {
    name: "nvidia-t4",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 16,
    memoryBasis: "reported",
    gke: { label: "nvidia-tesla-t4", note: "attached to N1 machines by type and count" },
    eks: eks("nvidia-t4"),
    source: ["gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-l4",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 22.3,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-l4",
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
    },
    eks: eks("nvidia-l4"),
    source: ["computeClasses", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-l40s",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 44.7,
    memoryBasis: "reported",
    eks: eks("nvidia-l40s"),
    source: ["karpenter"],
  },
  {
    name: "nvidia-a10g",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 22.3,
    memoryBasis: "reported",
    eks: eks("nvidia-a10g"),
    source: ["karpenter"],
  },
  {
    name: "nvidia-a100-40gb",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 40,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-tesla-a100",
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
      migPartitions: ["1g.5gb", "2g.10gb", "3g.20gb", "7g.40gb"],
    },
    eks: eks("nvidia-a100-40gb"),
    source: ["gkeGpus", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-a100-80gb",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 80,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-a100-80gb",
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
      migPartitions: ["1g.10gb", "2g.20gb", "3g.40gb", "7g.80gb"],
    },
    eks: eks("nvidia-a100-80gb"),
    source: ["autopilotGpus", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-h100-80gb",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 80,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-h100-80gb",
      minimumVersions: {
        value: {
          autopilot: "1.28.6-gke.1369000 / 1.29.1-gke.1575000",
          "autopilot with 1, 2 or 4 GPUs": "1.31.4-gke.1072000",
          "GPUDirect-TCPX on 1.27": "1.27.16-gke.2874000",
          "GPUDirect-TCPX on 1.28": "1.28.15-gke.3163000",
          "GPUDirect-TCPX on 1.29": "1.29.15-gke.2467000",
        },
        source: ["autopilotGpus", "toolkitGpuDirect"],
      },
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
      migPartitions: ["1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "7g.80gb"],
      note: "GPUDirect-TCPX needs 4 additional networks",
    },
    eks: eks("nvidia-h100"),
    source: ["autopilotGpus", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-h100-mega-80gb",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 80,
    memoryBasis: "nominal",
    gke: {
      label: "nvidia-h100-mega-80gb",
      minimumVersions: {
        value: {
          autopilot: "1.28.9-gke.1250000 / 1.29.4-gke.1542000",
          "GPUDirect-TCPXO on 1.28": "1.28.15-gke.3163000",
          "GPUDirect-TCPXO on 1.29": "1.29.15-gke.2467000",
          "GPUDirect-TCPXO on 1.30": "1.30.14-gke.1922000",
          "GPUDirect-TCPXO on 1.31": "1.31.14-gke.1243000",
          "GPUDirect-TCPXO on 1.32": "1.32.11-gke.1174000",
        },
        source: ["autopilotGpus", "toolkitGpuDirect"],
      },
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
      note: "GPUDirect-TCPXO needs 8 additional networks",
    },
    source: ["autopilotGpus", "gkeLabels", "gkeTaints", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-h200-141gb",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 141,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-h200-141gb",
      minimumVersions: {
        value: {
          standard: "1.31.4-gke.1183000",
          autopilot: "1.31.4-gke.1183000",
          "GPUDirect RDMA": "1.31.4-gke.1183000",
        },
        source: ["aiHypercomputer", "autopilotGpus"],
      },
      driver: { value: "R550; set LATEST on 1.31 before 1.31.5-gke.1169000", source: ["aiHypercomputer"] },
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses", "toolkitNodePool"],
      },
      capacityNote: "flex-start goes with compact placement",
      migPartitions: ["1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "7g.141gb"],
      note: "COS_CONTAINERD only for RDMA",
    },
    eks: eks("nvidia-h200"),
    source: ["autopilotGpus", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-b200",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 179,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-b200",
      minimumVersions: {
        value: {
          standard: "1.32.1-gke.1729000",
          autopilot: "1.32.2-gke.1422000",
          "GPUDirect RDMA": "1.32.2-gke.1475000",
        },
        source: ["aiHypercomputer", "autopilotGpus"],
      },
      driver: { value: "R570 (installed by default at min version)", source: ["aiHypercomputer"] },
      capacity: {
        value: { "on-demand": false, spot: true, "flex-start": true, reservation: true },
        source: ["aiHypercomputer"],
      },
      capacityNote: "reservations are bound: reservation-bound, flex-start, spot",
      migPartitions: ["1g.23gb", "1g.45gb", "2g.45gb", "3g.90gb", "7g.180gb"],
      note: "COS_CONTAINERD only for RDMA",
    },
    eks: eks("nvidia-b200"),
    source: ["autopilotGpus", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-b300",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 268.5,
    memoryBasis: "reported",
    eks: eks("nvidia-b300"),
    source: ["karpenter"],
  },
  {
    name: "nvidia-gb200",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 186,
    memoryBasis: "nominal",
    gke: {
      label: "nvidia-gb200",
      minimumVersions: {
        value: { "standard on 1.33 or later": "1.33.4-gke.1036000", "standard on 1.32": "1.32.8-gke.1108000" },
        source: ["aiHypercomputer"],
      },
      driver: { value: "R580 (default), CDMM on; MIG unsupported with CDMM", source: ["aiHypercomputer"] },
      capacity: {
        value: { "on-demand": false, spot: false, "flex-start": false, reservation: true },
        source: ["aiHypercomputer"],
      },
      capacityNote: "reservations are bound: reservation-bound only",
      note: "NVLink domains of 18 nodes (1x72); COS_CONTAINERD only for RDMA",
    },
    eks: eks("nvidia-gb200", {
      minimumKubernetes: { value: "1.33", source: ["eksUltraServer"] },
      note: "UltraServers of 9 or 18 instances; needs DRA, and neither Karpenter nor Auto Mode has it",
    }),
    source: ["gkeGpus", "gkeLabels", "gkeTaints", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-gb300",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    gke: {
      label: "nvidia-gb300",
      minimumVersions: { value: { standard: "1.34.3-gke.1318000" }, source: ["toolkitA4xMax"] },
      driver: { value: ">=580.95.05", source: ["toolkitA4xMax", "aiHypercomputer"] },
      capacity: {
        value: { "on-demand": false, spot: false, "flex-start": false, reservation: true },
        source: ["aiHypercomputer"],
      },
      capacityNote: "reservations are bound: reservation-bound only",
      note: "NVLink domains of 18 nodes (1x72); networking by DRANET only",
    },
    eks: eks("nvidia-gb300", { note: "its instance type was not verified" }),
    source: ["gkeLabels", "gkeTaints", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-rtx-pro-6000",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 96,
    memoryBasis: "reported",
    gke: {
      label: "nvidia-rtx-pro-6000",
      minimumVersions: {
        value: {
          "cluster-toolkit": "1.32.11-gke.1174000",
          fractional: "1.35.2-gke.1485000",
          autopilot: "1.34.1-gke.1829001",
        },
        source: ["toolkitG4", "autopilotGpus"],
      },
      driver: { value: "blueprint uses LATEST", source: ["toolkitG4Yaml"] },
      capacity: {
        value: { "on-demand": true, spot: true, "flex-start": true, reservation: true },
        source: ["computeClasses"],
      },
      migPartitions: ["1g.24gb", "2g.48gb", "4g.96gb"],
      note: "boot disks are hyperdisk-balanced only, and hyperdisk-ml cannot be attached",
    },
    eks: eks("nvidia-rtx-pro-6000"),
    source: ["computeClasses", "gkeLabels", "gkeTaints", "karpenter", "toolkitNodePoolReadme"],
  },
  {
    name: "nvidia-rtx-pro-4500",
    vendor: "nvidia",
    resource: "nvidia.com/gpu",
    memoryGiB: 32,
    memoryBasis: "reported",
    eks: eks("nvidia-rtx-pro-4500"),
    source: ["karpenter"],
  },
];
