import { type ChartSource, chartSource } from "../charts";
import { versions } from "../versions";
import type { ClusterPartName } from "./types";

/** Where a part comes from. */
export type PartArtifact = PartChart | PartManifest;

/** A chart at its official address. */
export interface PartChart extends ChartSource {
  readonly kind: "chart";
}

/** A file of a repository at one commit. */
export interface PartManifest {
  readonly kind: "manifest";
  readonly url: string;
}

const eksCharts = "https://aws.github.io/eks-charts";

function chart(address: string, version: string, namespace = "kube-system", release?: string): PartChart {
  return { kind: "chart", ...chartSource(address, version, namespace, release) };
}

/** A file at a commit at which it was seen: upstream has no releases. */
function installer(commit: string, path: string): PartManifest {
  const repository = "https://raw.githubusercontent.com/GoogleCloudPlatform/container-engine-accelerators";
  return { kind: "manifest", url: `${repository}/${commit}/${path}` };
}

const neuron = "oci://public.ecr.aws/neuron/neuron-helm-chart";

/** Every part's official address; the versions are those of sdk/versions.ts. */
export const partArtifacts: Readonly<Record<ClusterPartName, PartArtifact>> = {
  "node-feature-discovery": chart(
    "oci://registry.k8s.io/nfd/charts/node-feature-discovery",
    versions.nodeFeatureDiscovery,
    "node-feature-discovery",
    "nfd",
  ),
  "nvidia-device-plugin": chart(
    "https://nvidia.github.io/k8s-device-plugin/nvidia-device-plugin",
    versions.nvidiaDevicePlugin,
  ),
  "nvidia-driver-installer": installer(
    "068b15a980977bdaab46eb73e1ac8fba47e41f60",
    "nvidia-driver-installer/cos/daemonset-preloaded.yaml",
  ),
  "nvidia-driver-installer-ubuntu": installer(
    "068b15a980977bdaab46eb73e1ac8fba47e41f60",
    "nvidia-driver-installer/ubuntu/daemonset-preloaded.yaml",
  ),
  "gpu-operator": chart("https://helm.ngc.nvidia.com/nvidia/gpu-operator", versions.gpuOperator, "gpu-operator"),
  "nvidia-dra-driver": chart(
    "oci://registry.k8s.io/dra-driver-nvidia/charts/dra-driver-nvidia-gpu",
    versions.nvidiaDraDriver,
    "dra-driver-nvidia-gpu",
  ),
  "neuron-device-plugin": chart(neuron, versions.neuronChart, "kube-system", "neuron"),
  "neuron-dra-driver": chart(neuron, versions.neuronChart, "neuron-dra-driver", "neuron"),
  "efa-device-plugin": chart(`${eksCharts}/aws-efa-k8s-device-plugin`, versions.efaDevicePlugin, "kube-system", "efa"),
  "aws-dranet": chart(`${eksCharts}/aws-dranet`, versions.awsDranet),
  "nri-device-injector": installer(
    "d4919d335f6cddb2d1b1f7242090ff9e93316579",
    "nri_device_injector/nri-device-injector.yaml",
  ),
  "nccl-tcpx-installer": installer(
    "db325df93989b62ffb6959393c827e54a00f5d2d",
    "gpudirect-tcpx/nccl-tcpx-installer.yaml",
  ),
  "nccl-tcpxo-installer": installer(
    "e14ee8a4998b4952775281047f019bb7a6bacff8",
    "gpudirect-tcpxo/nccl-tcpxo-installer.yaml",
  ),
  "nccl-rdma-installer": installer(
    "2c776f7e9656a2b6476f19938b738b4186000ce3",
    "gpudirect-rdma/nccl-rdma-installer.yaml",
  ),
  "nccl-rdma-installer-a4x": installer(
    "503e4b7bd381a5a18acfc17b6f4fc5343f35380d",
    "gpudirect-rdma/nccl-rdma-installer-a4x.yaml",
  ),
  "nccl-rdma-installer-a4x-max": installer(
    "81edde84038dec78f3eb4ff5f71fab1bd01ddff6",
    "gpudirect-rdma/nccl-rdma-installer-a4x-max.yaml",
  ),
  "cluster-autoscaler": chart("https://kubernetes.github.io/autoscaler/cluster-autoscaler", versions.clusterAutoscaler),
  karpenter: chart("oci://public.ecr.aws/karpenter/karpenter", versions.karpenter),
};
