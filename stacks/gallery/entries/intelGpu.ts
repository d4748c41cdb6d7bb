import { accelerator, managedRouter, model, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

export const intelGpu: GalleryEntry = {
  name: "intel-gpu",
  title: "Intel GPUs",
  description:
    "llm-d's backend for XPU: `gpu.intel.com/i915`, or `intel-xe` where the nodes have the newer driver, and llm-d's image for it.",
  makes: "a Deployment with one pod of one GPU, on nodes of Intel's device plugin",
  accelerators: { "gpu.intel.com/i915": 1 },
  services: {
    "intel-gpu": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen3-0.6B", modelName: "Qwen/Qwen3-0.6B" }),
        accelerator({ accelerator: "intel-i915", cpu: "4", memory: "24Gi" }),
        vllm({ enforceEager: true, dtype: "float16" }),
        managedRouter(),
      ],
    },
  },
};
