import { accelerator, managedRouter, model, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

export const cpu: GalleryEntry = {
  name: "cpu",
  title: "No accelerator at all",
  description: "For trying out and for tests: a model of 125 million parameters with vLLM's image for CPUs.",
  makes: "a Deployment with one pod on any node",
  services: {
    cpu: {
      fragments: [
        model({ uri: "hf://facebook/opt-125m", modelName: "facebook/opt-125m" }),
        accelerator({ accelerator: "cpu", cpu: "1", memory: "10Gi" }),
        // GiB of memory for the KV cache.
        vllm({ env: { VLLM_CPU_KVCACHE_SPACE: "1" } }),
        managedRouter(),
      ],
    },
  },
};
