import {
  accelerator,
  managedRouter,
  model,
  schedulerFragment,
  singleNode,
  throughputScheduler,
  vllm,
} from "../../../index";
import type { GalleryEntry } from "../entry";

export const intelligentScheduling: GalleryEntry = {
  name: "intelligent-scheduling",
  title: "Load-aware and prefix-cache-aware scheduling",
  description:
    "llm-d's well-lit path for most deployments: each request goes where queues are short, KV cache is free, and the start of its " +
    "prompt was served before. The last is approximate: the endpoint picker remembers where it sent what, and asks nobody. llm-d's " +
    "guide installs it by a helmfile; here it is one service.",
  makes: "a Deployment with 8 pods of 2 GPUs, and an endpoint picker with the scorers' weights",
  accelerators: { "nvidia.com/gpu": 16 },
  services: {
    "intelligent-scheduling": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen3-32B", modelName: "Qwen/Qwen3-32B" }),
        singleNode({ replicas: 8, tensor: 2 }),
        accelerator({ accelerator: "nvidia-h100-80gb", count: 2, memory: "128Gi" }),
        vllm({ gpuMemoryUtilization: 0.95 }),
        managedRouter(),
        schedulerFragment(throughputScheduler({ queue: 2, kvCache: 2, prefixCache: 3 })),
      ],
    },
  },
};
