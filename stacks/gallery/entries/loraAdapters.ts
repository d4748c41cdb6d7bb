import { accelerator, managedRouter, model } from "../../../index";
import type { GalleryEntry } from "../entry";

export const loraAdapters: GalleryEntry = {
  name: "lora-adapters",
  title: "One base model with LoRA adapters",
  description:
    "Clients ask for the base model or for an adapter by name; adapters are fetched beside the model. The scheduler " +
    "that KServe configures prefers servers that have the adapter in question loaded. KServe's sample serves the same adapter twice.",
  makes:
    "a Deployment whose storage initializer fetches model and adapters, and an HTTPRoute that knows all three names",
  accelerators: { "nvidia.com/gpu": 1 },
  needs: [{ kind: "Secret", name: "hf-token", why: "key HF_TOKEN, a token of Hugging Face that may read Llama 2" }],
  services: {
    "lora-adapters": {
      fragments: [
        model({
          uri: "hf://meta-llama/Llama-2-7b-hf",
          modelName: "meta-llama/Llama-2-7b-hf",
          adapters: [
            { name: "sql", uri: "hf://yard1/llama-2-7b-sql-lora-test" },
            { name: "chat", uri: "hf://vineetsharma/qlora-adapter-Llama-2-7b-hf-TweetSumm" },
          ],
          maxLoraRank: 64,
          maxAdapters: 2,
          credentials: { secretName: "hf-token" },
        }),
        accelerator({ accelerator: "nvidia", cpu: "2", memory: "48Gi" }),
        managedRouter(),
      ],
    },
  },
};
