import { accelerator, managedRouter, model, singleNode, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

export const tpu: GalleryEntry = {
  name: "tpu",
  title: "Google TPUs",
  description:
    "A pod takes all chips of its node: eight of a TPU v6e, over which the model is split. KServe has no preset for TPUs; its " +
    "ordinary one serves with vLLM's image for them, which runs as root.",
  makes: "a Deployment with 2 pods, each on a node of its own",
  accelerators: { "google.com/tpu": 16 },
  services: {
    tpu: {
      fragments: [
        model({ uri: "hf://Qwen/Qwen3-32B", modelName: "Qwen/Qwen3-32B" }),
        singleNode({ replicas: 2, tensor: 8 }),
        accelerator({ accelerator: "tpu-v6e", count: 8, memory: "256Gi" }),
        vllm({ maxModelLen: 8192 }),
        managedRouter(),
      ],
    },
  },
};
