/** Where the facts of the catalogue were read: repository, commit and file, or page. None was run against a cloud. */
export const acceleratorSources: Readonly<Record<string, string>> = {
  aiHypercomputer:
    'Google docs text "Create a custom AI-optimized GKE cluster" (docs.cloud.google.com/ai-hypercomputer (copy of the public page)',
  autopilotGpus: "docs.cloud.google.com/kubernetes-engine/docs/how-to/autopilot-gpus (copy of the public page)",
  computeClasses:
    "GoogleCloudPlatform/accelerated-platforms@9320f3b:platforms/gke/base/core/custom_compute_class/templates/manifests/**",
  dynamicWorkloadScheduler: "https://cloud.google.com/kubernetes-engine/docs/concepts/dws",
  ec2Types: "awslabs/amazon-eks-ami@81fec2e:nodeadm/vendor/.../service/ec2/types/enums.go (InstanceType enum)",
  efaPlugin: "aws/eks-charts@5239609:stable/aws-efa-k8s-device-plugin/{Chart,values}.yaml",
  eksAmi: "awslabs/amazon-eks-ami@81fec2e:CHANGELOG.md (AMI release v20260714, K8s 1.36)",
  eksUltraServer: "https://docs.amazonaws.cn/zh_cn/eks/latest/userguide/ml-eks-nvidia-ultraserver.md",
  eksctlAmis: "eksctl-io/eksctl@99984ad:pkg/apis/eksctl.io/v1alpha5/amitype.go",
  eksctlInstances: "eksctl-io/eksctl@99984ad:pkg/utils/instance/instance_types.go (CBRSupported/EFASupported/CPUArch)",
  gkeGpus:
    "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/machinetypes/deprecated_machine_types_gpu_config.go",
  gkeLabels: "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/labels/system_labels.go",
  gkeMachines:
    "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/machinetypes/deprecated_machine_types_config.go",
  gkeNics: "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/machinetypes/dranet.go",
  gkeTaints:
    "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/gke_manager.go#filterOutSystemTaints; pkg/provisioningrequests/pods/pods.go (gke-queued)",
  gkeTpus: "GoogleCloudPlatform/cluster-autoscaler@7d25050:pkg/cloudprovider/gke/machinetypes/deprecated_tpu_config.go",
  ironwood: "https://docs.cloud.google.com/kubernetes-engine/docs/concepts/tpu-ironwood",
  karpenter: "aws/karpenter-provider-aws@1d92708:website/content/en/preview/reference/instance-types.md",
  karpenterLimits:
    "aws/karpenter-provider-aws@1d92708:pkg/providers/instancetype/zz_generated.vpclimits.go (generated 2026-08-06)",
  neuron:
    "aws-neuron/aws-neuron-sdk@81ce03a:about-neuron/arch/neuron-hardware/{inferentia2,trainium,trainium2,inf2-arch,trn1-arch,trn2-arch,trn3-arch}.rst",
  neuronEks: "aws-neuron/aws-neuron-sdk@81ce03a:deploy/eks/{prerequisites,dra}.rst",
  toolkitA4xMax: "GoogleCloudPlatform/cluster-toolkit@1047080:examples/gke-a4x-max-bm/README.md",
  toolkitG4: "GoogleCloudPlatform/cluster-toolkit@1047080:examples/gke-g4/README.md",
  toolkitG4Yaml: "GoogleCloudPlatform/cluster-toolkit@1047080:examples/gke-g4/gke-g4.yaml",
  toolkitGpuDirect: "GoogleCloudPlatform/cluster-toolkit@1047080:modules/compute/gke-node-pool/gpu_direct.tf",
  toolkitNodePool: "GoogleCloudPlatform/cluster-toolkit@1047080:modules/compute/gke-node-pool/main.tf",
  toolkitNodePoolReadme: "GoogleCloudPlatform/cluster-toolkit@1047080:modules/compute/gke-node-pool/README.md",
  toolkitTpu: "GoogleCloudPlatform/cluster-toolkit@1047080:modules/internal/tpu-definition/main.tf",
  toolkitTpu7x: "GoogleCloudPlatform/cluster-toolkit@1047080:examples/gke-tpu-7x/{README.md,gke-tpu-7x.yaml}",
  toolkitTpu7xFlex:
    "GoogleCloudPlatform/cluster-toolkit@1047080:examples/gke-consumption-options/dws-flex-start/gke-tpu-7x",
  tpu7x: "https://docs.cloud.google.com/tpu/docs/tpu7x",
  tpuV4: "https://cloud.google.com/tpu/docs/v4",
  tpuV5e: "https://docs.cloud.google.com/tpu/docs/v5e",
  tpuV5p: "https://docs.cloud.google.com/tpu/docs/v5p",
  tpuV6e: "https://docs.cloud.google.com/tpu/docs/v6e.md.txt",
  xpk: "AI-Hypercomputer/xpk@367c838:src/xpk/core/system_characteristics.py",
};
