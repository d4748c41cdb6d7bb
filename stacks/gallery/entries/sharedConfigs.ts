import { accelerator, CompositionMode, managedRouter, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

const mode = CompositionMode.references;
const fragments = [
  accelerator({ name: "one-h100", accelerator: "nvidia-h100-80gb", memory: "128Gi" }),
  vllm({ name: "gpt-oss-options", gpuMemoryUtilization: 0.9, toolCallParser: "openai" }),
  managedRouter({ name: "managed-router" }),
];

export const sharedConfigs: GalleryEntry = {
  name: "shared-configs",
  title: "Fragments that services share in the cluster",
  description:
    'Two sizes of gpt-oss, alike in all but the model. `mode: "references"` publishes each fragment once, as a ' +
    "LLMInferenceServiceConfig, so that others can see and use it; the preview shows the same effective spec as inline. KServe's " +
    "e2e-gpt-oss sample has its configs behind Envoy's AI gateway, which this package does not install.",
  makes: "three LLMInferenceServiceConfigs, and for each service a Deployment that is composed from them",
  accelerators: { "nvidia.com/gpu": 2 },
  services: {
    "gpt-oss-20b": {
      mode,
      fragments,
      spec: { model: { uri: "hf://openai/gpt-oss-20b", name: "openai/gpt-oss-20b" } },
    },
    "gpt-oss-120b": {
      mode,
      fragments,
      spec: { model: { uri: "hf://openai/gpt-oss-120b", name: "openai/gpt-oss-120b" } },
    },
  },
};
