import { accelerator, managedRouter, model, multiNode, vllm } from "../../../index";
import type { GalleryEntry } from "../entry";

export const wideExpertParallel: GalleryEntry = {
  name: "wide-expert-parallel",
  title: "A mixture of experts over several nodes",
  description:
    "DeepSeek-R1 over 16 GPUs of two nodes: attention is copied to each GPU (data parallelism), experts are spread over all of them. " +
    "A volume holds the model, because each pod would fetch 690 GB otherwise. KServe's sample pins NCCL and NVSHMEM to one cluster's " +
    "network; KSERVE_INFER_ROCE makes the preset find the interfaces.",
  makes: "a LeaderWorkerSet with one group of data / dataLocal = 2 pods of 8 GPUs",
  accelerators: { "nvidia.com/gpu": 16 },
  needs: [
    {
      kind: "PersistentVolumeClaim",
      name: "deepseek-r1",
      why: "ReadWriteMany or ReadOnlyMany, with the model's files",
    },
  ],
  services: {
    "wide-expert-parallel": {
      fragments: [
        model({ uri: "pvc://deepseek-r1", modelName: "deepseek-ai/DeepSeek-R1-0528" }),
        multiNode({ data: 16, dataLocal: 8, tensor: 1, expert: true }),
        accelerator({
          accelerator: "nvidia-h100-80gb",
          count: 8,
          memory: "512Gi",
          resources: { "rdma/roce": 8 },
          pods: ["template", "worker"],
        }),
        vllm({
          gpuMemoryUtilization: 0.95,
          maxModelLen: 8192,
          env: { KSERVE_INFER_ROCE: "true", VLLM_ALL2ALL_BACKEND: "deepep_high_throughput" },
          pods: ["template", "worker"],
        }),
        managedRouter(),
      ],
    },
  },
};
