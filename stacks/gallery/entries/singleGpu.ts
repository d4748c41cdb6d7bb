import { accelerator, managedRouter, model } from "../../../index";
import type { GalleryEntry } from "../entry";

export const singleGpu: GalleryEntry = {
  name: "single-gpu",
  title: "One model on one GPU",
  description:
    "The smallest complete service: a model from Hugging Face's hub, one NVIDIA GPU of any kind, and KServe's route and scheduler " +
    "as they come.",
  makes: "a Deployment with one pod, an HTTPRoute, an InferencePool and its endpoint picker",
  accelerators: { "nvidia.com/gpu": 1 },
  services: {
    "single-gpu": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" }),
        managedRouter(),
      ],
    },
  },
};
