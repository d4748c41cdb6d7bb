import { accelerator, managedRouter, model, singleNode } from "../../../index";
import type { GalleryEntry } from "../entry";

export const amdGpu: GalleryEntry = {
  name: "amd-gpu",
  title: "AMD GPUs",
  description:
    "The recipe asks for `amd.com/gpu` and takes llm-d's image for ROCm in the place of the preset's, which is for CUDA.",
  makes: "a Deployment with 2 pods of one GPU, on nodes of AMD's device plugin",
  accelerators: { "amd.com/gpu": 2 },
  services: {
    "amd-gpu": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        singleNode({ replicas: 2 }),
        accelerator({ accelerator: "amd", cpu: "2", memory: "32Gi" }),
        managedRouter(),
      ],
    },
  },
};
