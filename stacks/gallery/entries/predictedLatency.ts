import { accelerator, latencyScheduler, managedRouter, model, schedulerFragment, singleNode } from "../../../index";
import type { GalleryEntry } from "../entry";

export const predictedLatency: GalleryEntry = {
  name: "predicted-latency",
  title: "Scheduling by predicted latency",
  description:
    "The endpoint picker learns from served requests how long a server takes, and sends each request where its latency is predicted " +
    "to fit its objective. Naming the predictor in an inline configuration makes KServe 0.20 add it; from a ConfigMap it does not.",
  makes:
    "a Deployment with 3 pods, and an endpoint picker with a training and a prediction server: 10 CPUs and 8 GiB more",
  accelerators: { "nvidia.com/gpu": 3 },
  services: {
    "predicted-latency": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" }),
        singleNode({ replicas: 3 }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" }),
        managedRouter(),
        schedulerFragment(latencyScheduler({ streaming: true })),
      ],
    },
  },
};
