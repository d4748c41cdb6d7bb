import { accelerator, kvCacheOffloading, managedRouter, model, singleNode } from "../../../index";
import type { GalleryEntry } from "../entry";

export const tieredKvCache: GalleryEntry = {
  name: "kv-cache-offloading",
  title: "KV cache in tiers: GPU, CPU, disk",
  description:
    "llm-d's tiered prefix cache: what does not fit into the GPU's memory goes to the pod's, and from there to the node's disk. " +
    "KServe's sample puts it under `spec.workload`, a field that its API does not have. The preset passes it to vLLM from 0.22 on " +
    "only; older images serve without it.",
  makes: "a Deployment whose pods have a volume at /mnt/kv-cache-0, and vLLM's OffloadingConnector",
  accelerators: { "nvidia.com/gpu": 1 },
  services: {
    "kv-cache-offloading": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        singleNode(),
        accelerator({ accelerator: "nvidia", cpu: "4", memory: "64Gi" }),
        kvCacheOffloading({ cpu: "10Gi", tiers: [{ nodeDisk: "100Gi" }] }),
        managedRouter(),
      ],
    },
  },
};
