/**
 * Every version that this project pins, in one table. Go tools are pinned a second time, with checksums, by the go.mod and
 * go.sum files in local/toolchain/modules; a unit test holds the two together.
 */
export const versions = {
  /** Pulumi engine and CLI. */
  pulumi: "3.259.0",
  /** Kubernetes of the embedded control plane. */
  kubernetes: "1.34.4",
  etcd: "3.6.5",
  kwok: "0.8.0",
  helm: "3.19.0",
  /** KServe, whose controller acts on LLMInferenceServices. */
  kserve: "0.20.0",
  /** The minor version before, from which the test of the upgrade comes: of it there are files alone, in a module of their own. */
  kserveBefore: "0.19.0",
  gatewayApi: "1.5.1",
  /** The minor version before, at which a cluster may stay until what else is in it knows the newer one. */
  gatewayApiBefore: "1.4.1",
  /** Gateway API inference extension (InferencePool, endpoint picker). */
  inferenceExtension: "1.5.0",
  leaderWorkerSet: "0.8.0",
  certManager: "1.17.0",
  /** Charts of Istio. Source: llm-d.ai/docs/resources/gateway/istio, which installs it with Gateway API 1.5.1 and inference extension 1.5.0. */
  istio: "1.29.2",
  envoyGateway: "1.8.1",
  /** Envoy AI Gateway, which teaches Envoy Gateway what an InferencePool is. Built on the version of Envoy Gateway above. */
  envoyAiGateway: "1.0.0",
  /** Charts of agentgateway. Source: llm-d.ai/docs/resources/gateway/agentgateway, with Gateway API 1.5.1 and inference extension 1.5.0. */
  agentgateway: "1.1.0",
  /** Charts of kgateway, the last minor version whose own proxies know InferencePools. Source: its release notes of v2.1.2; kgateway#12437. */
  kgateway: "2.1.2",
  /** Envoy beside a standalone endpoint picker. Source: what Envoy Gateway 1.9.1 runs; sdk/gateways/standaloneImages.ts has its digest. */
  envoy: "1.39.1",
  /** Chart of NVIDIA's device plugin. Source: rwlove/home-ops, kubernetes/apps/kube-system/nvidia-device-plugin, which installs it. */
  nvidiaDevicePlugin: "0.18.2",
  /** Chart of NVIDIA's GPU operator. Source: a test of the rendered commands, beside DRA driver 0.5.0 (read in July 2026). */
  gpuOperator: "v26.3.3",
  /** Chart of NVIDIA's DRA driver. Source: NVIDIA's AICR recipes, which state `kubeVersion: ">=1.32.0-0"` for it. */
  nvidiaDraDriver: "0.5.0",
  /** Chart of node feature discovery. Source: modelplaneai/modelplane, functions/compose-serving-stack, which installs it with the DRA driver. */
  nodeFeatureDiscovery: "0.18.3",
  /** Chart of Neuron's device plugin, DRA driver and scheduler extension. Source: `helm show values` of public.ecr.aws/neuron/neuron-helm-chart. */
  neuronChart: "1.10.0",
  /** Chart of the EFA device plugin. Source: aws/eks-charts@5239609, stable/aws-efa-k8s-device-plugin/Chart.yaml. */
  efaDevicePlugin: "v0.5.30",
  /** Chart of AWS's DRANET. Source: aws/eks-charts@5239609, stable/aws-dranet/Chart.yaml. */
  awsDranet: "1.0.0",
  /** Chart of cluster-autoscaler. Source: modelplaneai/modelplane@90ba117, functions/compose-eks-cluster, which installs it. */
  clusterAutoscaler: "9.57.0",
  /** Chart of Karpenter. Source: a public set-up of EKS that installs it (read in July 2026). */
  karpenter: "1.14.0",
  /** Image of inference-perf. Source of number and digest: a public set-up of measurements that runs it, by its digest. */
  inferencePerf: "0.6.1",
  /** KEDA, and its chart. Source: kserve-deps.env of KServe 0.20.0, whose manage.keda-helm.sh installs the chart by this number. */
  keda: "2.18.0",
  /** The workload variant autoscaler (WVA), and its chart. Source: kserve-deps.env of KServe 0.20.0 and its manage.wva-helm.sh. */
  workloadVariantAutoscaler: "0.7.0",
  /** Chart of prometheus-adapter. Source: kserve-deps.env of KServe 0.20.0. */
  prometheusAdapter: "5.3.0",
  /** Chart kube-prometheus-stack, with prometheus-operator 0.90.1. Source: kserve-deps.env of KServe 0.20.0. */
  kubePrometheusStack: "83.4.0",
  /** Chart of the OpenTelemetry collector. Source: open-telemetry/opentelemetry-helm-charts@0028bf0, charts/opentelemetry-collector/Chart.yaml. */
  openTelemetryCollector: "0.158.3",
  /** Chart of external-dns, with external-dns 0.20.0. Source: public set-ups that install it (read in November 2026). */
  externalDns: "1.20.0",
} as const;
