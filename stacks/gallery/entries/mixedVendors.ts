import { accelerator, managedRouter, model, singleNode } from "../../../index";
import type { GalleryEntry } from "../entry";

const qwen = model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "Qwen/Qwen2.5-7B-Instruct" });

export const mixedVendors: GalleryEntry = {
  name: "mixed-vendors",
  title: "GPUs of two vendors behind one URL",
  description:
    "Two services of one model. The one on NVIDIA GPUs has the route and the scheduler; the pods of the one on AMD GPUs carry the " +
    "labels that its InferencePool selects, and get requests too. The second has no route of its own.",
  makes: "two Deployments, and one InferencePool that selects the pods of both",
  accelerators: { "amd.com/gpu": 2, "nvidia.com/gpu": 3 },
  services: {
    "mixed-nvidia": {
      fragments: [
        qwen,
        singleNode({ replicas: 3 }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" }),
        managedRouter(),
      ],
    },
    "mixed-amd": {
      fragments: [qwen, singleNode({ replicas: 2 }), accelerator({ accelerator: "amd", cpu: "2", memory: "32Gi" })],
      spec: { labels: { "app.kubernetes.io/name": "mixed-nvidia" } },
    },
  },
};
