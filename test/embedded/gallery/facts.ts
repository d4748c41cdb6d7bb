import { waitFor } from "../composition/liveCluster";
import type { Look } from "./look";
import { containerOf, variable } from "./look";

/** What is seen, and what should be. */
export type Fact = (look: Look) => Promise<{ seen: unknown; expected: unknown }>;

/** What shows of each entry that it is what it says. */
export const facts: Readonly<Record<string, Fact>> = {
  "single-gpu": async (look) => ({
    seen: (await look.server("single-gpu")).resources?.limits,
    expected: { memory: "32Gi", "nvidia.com/gpu": "1" },
  }),

  "lora-adapters": async (look) => {
    const { pod } = await look.deployment("lora-adapters-kserve");
    const fetched = containerOf(pod, "storage-initializer").args ?? [];
    const { weights } = await look.picker("lora-adapters");
    const route = await look.spec("gateway.networking.k8s.io/v1", "HTTPRoute", "lora-adapters-kserve-route");
    const routed = JSON.stringify(route);
    return {
      seen: [
        fetched.filter((word) => word.includes("lora")).length,
        weights.includes("default lora-affinity-scorer 4"),
        ["sql", "chat"].map((adapter) => routed.includes(`"publishers/gallery/models/${adapter}"`)),
      ],
      expected: [4, true, [true, true]],
    };
  },

  "shared-configs": async (look) => {
    const serving = "serving.kserve.io/v1alpha2";
    const configs = await look.list(serving, "LLMInferenceServiceConfig");
    const names = ["one-h100", "gpt-oss-options", "managed-router"];
    const spec = await look.spec<{ baseRefs: { name: string }[] }>(serving, "LLMInferenceService", "gpt-oss-120b");
    const server = await look.server("gpt-oss-120b");
    return {
      seen: [
        configs.map(({ metadata }) => metadata.name).sort(),
        spec.baseRefs.map(({ name }) => name),
        variable(server, "SERVE_ARG_TOOL_CALL_PARSER"),
      ],
      expected: [[...names].sort(), names, "openai"],
    };
  },

  canary: async (look) => {
    type Route = { rules: { backendRefs?: { name: string; weight?: number }[] }[] };
    const routes = await look.list("gateway.networking.k8s.io/v1", "HTTPRoute");
    const backends = routes.flatMap(({ spec }) => (spec as Route).rules.flatMap(({ backendRefs = [] }) => backendRefs));
    const weights = backends
      .filter(({ name }) => name.startsWith("canary-"))
      .map(({ name, weight }) => `${name} ${weight}`);
    return {
      seen: ["canary-stable-inference-pool 90", "canary-candidate-inference-pool 10"].map((one) =>
        weights.includes(one),
      ),
      expected: [true, true],
    };
  },

  autoscaling: async (look) => {
    const { minReplicas, maxReplicas } = await look.spec<{ minReplicas: number; maxReplicas: number }>(
      "autoscaling/v2",
      "HorizontalPodAutoscaler",
      "autoscaling-kserve-hpa",
    );
    // The metric that is played asks for more than there are, whatever there are.
    await waitFor("the autoscaler has not made all pods", async () => {
      const pods = await look.pods(["autoscaling"]);
      const servers = pods.filter(({ spec }) => spec.nodeName?.startsWith("nvidia-"));
      return servers.length === 4 && servers.every(({ phase }) => phase === "Running");
    });
    return { seen: [minReplicas, maxReplicas], expected: [1, 4] };
  },

  "intelligent-scheduling": async (look) => ({
    seen: (await look.picker("intelligent-scheduling")).weights,
    expected: ["default queue-scorer 2", "default kv-cache-utilization-scorer 2", "default prefix-cache-scorer 3"],
  }),

  "precise-prefix-cache": async (look) => {
    const { containers, config } = await look.picker("precise-prefix-cache");
    const events = JSON.parse(
      variable(await look.server("precise-prefix-cache"), "SERVE_ARG_KV_EVENTS_CONFIG") ?? "",
    ) as {
      endpoint: string;
      topic: string;
    };
    const { ports } = await look.spec<{ ports: { name: string; port: number }[] }>(
      "v1",
      "Service",
      "precise-prefix-cache-epp-service",
    );
    const index = config.plugins.find(({ type }) => type === "precise-prefix-cache-scorer")?.parameters;
    return {
      seen: [
        containers,
        [events.endpoint, events.topic],
        ports.find(({ name }) => name === "zmq")?.port,
        [index?.kvEventsConfig, index?.tokenProcessorConfig],
      ],
      expected: [
        ["main", "tokenizer"],
        ["tcp://precise-prefix-cache-epp-service:5557", "kv@$(POD_IP)@Qwen/Qwen2.5-7B-Instruct"],
        5557,
        [{ zmqEndpoint: "tcp://*:5557" }, { blockSize: 64, hashSeed: "42" }],
      ],
    };
  },

  "predicted-latency": async (look) => ({
    seen: (await look.picker("predicted-latency")).containers.sort(),
    expected: ["main", "prediction-server", "training-server"],
  }),

  "kv-cache-offloading": async (look) => {
    const server = await look.server("kv-cache-offloading");
    return {
      seen: [
        server.volumeMounts?.some(({ mountPath }) => mountPath === "/mnt/kv-cache-0"),
        server.resources?.requests?.["ephemeral-storage"],
        server.command?.join(" ").includes("OffloadingConnector"),
      ],
      expected: [true, "100Gi", true],
    };
  },

  "prefill-decode": async (look) => {
    const decode = await look.deployment("prefill-decode-kserve");
    const prefill = await look.deployment("prefill-decode-kserve-prefill");
    const { weights } = await look.picker("prefill-decode");
    return {
      seen: [
        [decode.replicas, prefill.replicas],
        containerOf(decode.pod, "llm-d-routing-sidecar").name,
        containerOf(prefill.pod, "main").args?.[0],
        weights.filter((text) => text.includes("prefix-cache")),
      ],
      expected: [
        [1, 4],
        "llm-d-routing-sidecar",
        "--kv-transfer-config",
        ["prefill prefix-cache-scorer 3", "decode prefix-cache-scorer 3"],
      ],
    };
  },

  "wide-expert-parallel": async (look) => ({
    seen: [await look.groups("wide-expert-parallel-kserve-mn"), await nodesOf(look, "wide-expert-parallel")],
    expected: [{ groups: 1, size: 2 }, 2],
  }),

  "wide-ep-prefill-decode": async (look) => ({
    seen: [
      await look.groups("wide-ep-prefill-decode-kserve-mn"),
      await look.groups("wide-ep-prefill-decode-kserve-mn-prefill"),
      await nodesOf(look, "wide-ep-prefill-decode"),
    ],
    expected: [{ groups: 1, size: 2 }, { groups: 1, size: 2 }, 4],
  }),

  "device-claims": async (look) => {
    const claims = await look.list("resource.k8s.io/v1", "ResourceClaim");
    type Status = { allocation?: { devices: { results: { driver: string; pool: string }[] } } };
    return {
      seen: claims.flatMap(({ status }) =>
        ((status as Status).allocation?.devices.results ?? []).map(({ driver, pool }) => `${driver} ${pool}`),
      ),
      expected: Array(2).fill("gpu.nvidia.com nvidia-h100-80gb-dra-0"),
    };
  },

  "amd-gpu": imageOf("amd-gpu", "ghcr.io/llm-d/llm-d-rocm"),

  "mixed-vendors": async (look) => {
    const { selector } = await look.spec<{ selector: { matchLabels: Record<string, string> } }>(
      "inference.networking.k8s.io/v1",
      "InferencePool",
      "mixed-nvidia-inference-pool",
    );
    const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${key}=${value}`);
    const pods = await look.list("v1", "Pod", labels.join(","));
    const nodes = pods.map(({ spec }) => (spec as { nodeName: string }).nodeName.replace(/-\d+$/, ""));
    return {
      seen: nodes.sort(),
      expected: [...Array<string>(2).fill("amd-mi300x"), ...Array<string>(3).fill("nvidia-h100-80gb")],
    };
  },

  "intel-gpu": imageOf("intel-gpu", "ghcr.io/llm-d/llm-d-xpu"),

  tpu: async (look) => ({ seen: await nodesOf(look, "tpu"), expected: 2 }),

  neuron: imageOf("neuron", "public.ecr.aws/neuron/pytorch-inference-vllm-neuronx"),

  cpu: async (look) => {
    const server = await look.server("cpu");
    return {
      seen: [
        server.image.split(":")[0],
        variable(server, "VLLM_CPU_KVCACHE_SPACE"),
        Object.keys(server.resources?.limits ?? {}),
      ],
      expected: ["public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo", "1", ["memory"]],
    };
  },
};

function imageOf(service: string, repository: string): Fact {
  return async (look) => ({ seen: (await look.server(service)).image.split(":")[0], expected: repository });
}

/** Nodes on which a service's servers are. */
async function nodesOf(look: Look, service: string): Promise<number> {
  const pods = await look.pods([service]);
  const servers = pods.filter(({ spec }) => spec.nodeName?.startsWith("cpu-") === false);
  return new Set(servers.map(({ spec }) => spec.nodeName)).size;
}
