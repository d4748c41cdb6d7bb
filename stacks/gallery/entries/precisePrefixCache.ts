import { accelerator, managedRouter, model, precisePrefixCache, singleNode } from "../../../index";
import type { GalleryEntry } from "../entry";

export const precisePrefixCacheRouting: GalleryEntry = {
  name: "precise-prefix-cache",
  title: "Routing by what the KV caches hold",
  description:
    "llm-d's precise prefix-cache path: every server reports over ZMQ which blocks it stores and drops, and the endpoint picker " +
    "looks a prompt's blocks up in its index. Block size and hash seed must be the same on both sides; the recipe says them once.",
  makes:
    "a Deployment with 2 pods that publish KV events, and an endpoint picker with a tokenizer beside it, which fetches the model too",
  accelerators: { "nvidia.com/gpu": 2 },
  services: {
    "precise-prefix-cache": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        singleNode({ replicas: 2 }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" }),
        managedRouter(),
        precisePrefixCache({ blockSize: 64, hashSeed: "42" }),
      ],
    },
  },
};
