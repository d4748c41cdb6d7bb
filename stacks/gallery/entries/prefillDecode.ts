import {
  accelerator,
  disaggregated,
  managedRouter,
  model,
  nixlTransfer,
  prefillDecodeScheduler,
  schedulerFragment,
} from "../../../index";
import type { GalleryEntry } from "../entry";

export const prefillDecode: GalleryEntry = {
  name: "prefill-decode",
  title: "Prefill apart from decode",
  description:
    "Prompts are read by four servers of one GPU and answered by one of four, so that long prompts do not hold up running answers. " +
    "KV cache goes from one to the other by NIXL over RDMA, whose interfaces the nodes call `rdma/roce` here.",
  makes:
    "a Deployment for each role, llm-d's routing sidecar in the decode pods, and an endpoint picker with a profile for each role",
  accelerators: { "nvidia.com/gpu": 8 },
  services: {
    "prefill-decode": {
      fragments: [
        model({
          uri: "hf://RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic",
          modelName: "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic",
        }),
        disaggregated({ decode: { replicas: 1, tensor: 4 }, prefill: { replicas: 4 } }),
        accelerator({ accelerator: "nvidia-h100-80gb", count: 4, memory: "256Gi", resources: { "rdma/roce": 1 } }),
        accelerator({
          name: "prefill-gpu",
          accelerator: "nvidia-h100-80gb",
          memory: "128Gi",
          resources: { "rdma/roce": 1 },
          pods: ["prefill"],
        }),
        nixlTransfer(),
        managedRouter(),
        schedulerFragment(prefillDecodeScheduler({ queue: 2, kvCache: 2, prefixCache: 3 })),
      ],
    },
  },
};
