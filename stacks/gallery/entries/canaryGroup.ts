import { accelerator, canary, managedRouter, model } from "../../../index";
import type { GalleryEntry } from "../entry";

const gpu = accelerator({ accelerator: "nvidia", cpu: "2", memory: "32Gi" });

export const canaryGroup: GalleryEntry = {
  name: "canary",
  title: "A canary beside the service that it may replace",
  description:
    "Two services of one group: the gateway sends one request in ten to the candidate. Both answer to one model name, for which " +
    "clients ask whichever serves them.",
  makes:
    "two Deployments with a pool and an endpoint picker each, and routes that divide requests between the pools by weight",
  accelerators: { "nvidia.com/gpu": 2 },
  services: {
    "canary-stable": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen2.5-7B-Instruct", modelName: "qwen-7b" }),
        gpu,
        managedRouter(),
        canary({ group: "qwen", weight: 90 }),
      ],
    },
    "canary-candidate": {
      fragments: [
        model({ uri: "hf://Qwen/Qwen3-8B", modelName: "qwen-7b" }),
        gpu,
        managedRouter(),
        canary({ group: "qwen", weight: 10 }),
      ],
    },
  },
};
