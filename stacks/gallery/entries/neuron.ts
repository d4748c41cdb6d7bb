import { accelerator, managedRouter, model, singleNode, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

export const neuron: GalleryEntry = {
  name: "neuron",
  title: "AWS Trainium",
  description:
    "Two chips of a Trainium 2 have eight logical NeuronCores, over which the model is split. Neither KServe nor llm-d has a guide " +
    "for Neuron: this is KServe's ordinary preset with AWS's image of vLLM, which runs as root and compiles the model as it starts.",
  makes: "a Deployment with one pod of two chips",
  accelerators: { "aws.amazon.com/neuron": 2 },
  services: {
    neuron: {
      fragments: [
        model({ uri: "hf://Qwen/Qwen3-8B", modelName: "Qwen/Qwen3-8B" }),
        singleNode({ tensor: 8 }),
        accelerator({ accelerator: "aws-trainium2", count: 2, memory: "128Gi" }),
        vllm({ maxModelLen: 4096, maxNumSeqs: 8 }),
        managedRouter(),
      ],
    },
  },
};
