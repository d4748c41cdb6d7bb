import {
  accelerator,
  disaggregated,
  managedRouter,
  model,
  nixlTransfer,
  prefillDecodeScheduler,
  schedulerFragment,
  vllm,
} from "../../../index";
import type { GalleryEntry } from "../entry";

const prefill = ["prefill", "prefillWorker"] as const;
const decode = ["template", "worker"] as const;
const spread = { data: 16, dataLocal: 8, tensor: 1, expert: true };
const node = { accelerator: "nvidia-h100-80gb", count: 8, memory: "512Gi", resources: { "rdma/roce": 8 } } as const;

export const wideExpertParallelPrefillDecode: GalleryEntry = {
  name: "wide-ep-prefill-decode",
  title: "Wide expert parallelism with prefill apart from decode",
  description:
    "llm-d's wide-EP path: DeepSeek-R1 once for prompts and once for answers, each over two nodes. The roles differ in how experts " +
    "exchange tokens: for throughput in prefill, for latency in decode.",
  makes:
    "two LeaderWorkerSets, each with one group of 2 pods of 8 GPUs, and an endpoint picker with a profile for each role",
  accelerators: { "nvidia.com/gpu": 32 },
  needs: [
    {
      kind: "PersistentVolumeClaim",
      name: "deepseek-r1",
      why: "ReadWriteMany or ReadOnlyMany, with the model's files",
    },
  ],
  services: {
    "wide-ep-prefill-decode": {
      fragments: [
        model({ uri: "pvc://deepseek-r1", modelName: "deepseek-ai/DeepSeek-R1-0528" }),
        disaggregated({ decode: { replicas: 1, ...spread }, prefill: { replicas: 1, ...spread } }),
        accelerator({ ...node, pods: [...decode, ...prefill] }),
        vllm({ env: { VLLM_ALL2ALL_BACKEND: "deepep_low_latency", KSERVE_INFER_ROCE: "true" }, pods: decode }),
        vllm({
          name: "vllm-prefill",
          env: { VLLM_ALL2ALL_BACKEND: "deepep_high_throughput", KSERVE_INFER_ROCE: "true" },
          pods: prefill,
        }),
        nixlTransfer({ pods: [...decode, ...prefill] }),
        managedRouter(),
        schedulerFragment(prefillDecodeScheduler({ queue: 1, kvCache: 1, prefixCache: 2 })),
      ],
    },
  },
};
