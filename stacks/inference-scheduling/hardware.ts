import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { type AcceleratorName, acceleratorNames } from "../../sdk/accelerators/types";
import type { AcceleratorArgs, OtherHardware } from "../../sdk/recipes/accelerator";
import type { VllmArgs } from "../../sdk/recipes/vllm";

/** Hardware backends of llm-d's guide. */
export const hardwareNames = ["cuda", "xpu", "tpu", "cpu"] as const;
export type HardwareName = (typeof hardwareNames)[number];

/** What an accelerator may be called. */
export type GuideAccelerator = AcceleratorName | OtherHardware;

/** What a backend serves and is served by, unless the settings say otherwise. */
export interface HardwareDefaults {
  readonly accelerator: GuideAccelerator;
  /** At Hugging Face. */
  readonly model: string;
  readonly replicas: number;
  /** Accelerators of one replica; none where there are no accelerators. */
  readonly tensor?: number;
  readonly pod: Pick<AcceleratorArgs, "cpu" | "memory" | "sharedMemory" | "cloud">;
  readonly vllm?: VllmArgs;
}

const guideModel = "Qwen/Qwen3-32B";
const smallModel = "Qwen/Qwen3-0.6B";

const gpu = {
  model: guideModel,
  replicas: 8,
  tensor: 2,
  pod: { cpu: "32", memory: "100Gi", sharedMemory: "20Gi" },
  vllm: { gpuMemoryUtilization: 0.95 },
} as const;

/**
 * The backends. Sources: the guide "inference-scheduling" of llm-d (16 accelerators as 8 replicas of 2, of any kind; 64 cores and 64 GB for
 * each replica on CPUs), and its `ms-inference-scheduling/values*.yaml`: CPU, memory and options of the servers, TPU v6e as two slices 2x4.
 */
const backends: Readonly<Record<HardwareName, HardwareDefaults>> = {
  cuda: { ...gpu, accelerator: "nvidia" },
  // The driver of Data Center GPU Max 1550, which the guide names.
  xpu: { ...gpu, accelerator: "intel-i915", vllm: { ...gpu.vllm, dtype: "float16" } },
  tpu: {
    accelerator: "tpu-v6e",
    model: guideModel,
    replicas: 2,
    tensor: 8,
    // Only GKE's labels tell slices apart.
    pod: { memory: "256Gi", cloud: "gke" },
  },
  cpu: {
    accelerator: "cpu",
    model: smallModel,
    replicas: 2,
    pod: { cpu: "64", memory: "64Gi" },
    // GiB of memory for the KV cache; vLLM's default holds four of the benchmark's prompts.
    vllm: { enforceEager: true, env: { VLLM_CPU_KVCACHE_SPACE: "40" } },
  },
};

/** DigitalOcean's nodes with one GPU, and a model that needs no token. Source: `digitalocean-values.yaml` of the guide. */
const digitalOcean: HardwareDefaults = {
  accelerator: "nvidia",
  model: smallModel,
  replicas: 2,
  tensor: 1,
  pod: { cpu: "4", memory: "16Gi" },
  vllm: { gpuMemoryUtilization: 0.85 },
};

/** What a backend is by default behind a gateway controller. */
export function hardwareDefaults(hardware: HardwareName, controller?: string): HardwareDefaults {
  return hardware === "cuda" && controller === "digitalocean" ? digitalOcean : backends[hardware];
}

/** The accelerators that are of a backend. */
export function acceleratorsOf(hardware: HardwareName): readonly GuideAccelerator[] {
  const ofVendor = (vendor: string) => acceleratorNames.filter((name) => findAccelerator(name).vendor === vendor);
  switch (hardware) {
    case "cuda":
      return ["nvidia", ...ofVendor("nvidia")];
    case "xpu":
      return ["intel-i915", "intel-xe"];
    case "tpu":
      return ofVendor("google");
    case "cpu":
      return ["cpu"];
  }
}
