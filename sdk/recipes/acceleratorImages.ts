/**
 * Images that serve with vLLM where the preset's, which is for NVIDIA, does not; each with where it was read. They are not pulled in
 * any test of this package.
 */
export const acceleratorImages = {
  /** Source: `docs/samples/llmisvc/multi-gpu-vendor` of KServe 0.20. */
  amd: { image: "ghcr.io/llm-d/llm-d-rocm:v0.8.0" },
  /** Source: llm-d's releases, which have the same tag for each kind of hardware. */
  intel: { image: "ghcr.io/llm-d/llm-d-xpu:v0.8.0" },
  /** Source: the guides of llm-d 0.9, which take it for TPU v6e and TPU7x. It runs as root. */
  google: { image: "docker.io/vllm/vllm-tpu:v0.26.0", runsAsRoot: true },
  /** Source: AWS Deep Learning Containers for Neuron, SDK 2.28. It runs as root. */
  aws: {
    image: "public.ecr.aws/neuron/pytorch-inference-vllm-neuronx:0.13.0-neuronx-py312-sdk2.28.0-ubuntu24.04",
    runsAsRoot: true,
  },
  /** Source: `docs/samples/llmisvc/opt-125m-cpu` of KServe 0.20. It runs as root. */
  cpu: { image: "public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.19.0", runsAsRoot: true },
} as const satisfies Record<string, { image: string; runsAsRoot?: boolean }>;
