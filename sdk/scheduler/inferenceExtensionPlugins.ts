import type { ParameterDefinition, Parameters, PluginCatalog, PluginDefinition } from "./catalog";
import { boolean, duration, integer, nanoseconds, number, object, objects, share, string } from "./parameterTypes";

// Source of everything here: `registerInTreePlugins` in `cmd/epp/runner/runner.go`, and the factories in
// `pkg/epp/framework/plugins`, of sigs.k8s.io/gateway-api-inference-extension 1.5.0. test/differential asks that code.

const prefixMatch = "PrefixCacheMatchInfo";
const latencyPrediction = "LatencyPredictionInfo";
const inFlightLoad = "InFlightLoad";

const approximatePrefix: Parameters = {
  autoTune: boolean("take block size and capacity from the servers' metrics", { default: true }),
  blockSizeTokens: integer("tokens in a block of the cache, where autoTune has none; positive without autoTune", {
    default: 16,
  }),
  blockSize: integer("the older name in characters; refused where blockSizeTokens is not set", { default: 0 }),
  maxPrefixBlocksToMatch: integer("blocks of a prompt that are looked at", { default: 256 }),
  maxPrefixTokensToMatch: integer("the same in tokens, which wins when positive", { default: 0, minimum: 0 }),
  lruCapacityPerServer: integer("blocks that are remembered of each server, without autoTune", { default: 31250 }),
};

const approximatePrefixRule: PluginDefinition["rule"] = (parameters) => {
  const blockSizeTokens = numberOr(parameters.blockSizeTokens, 16);
  if (numberOr(parameters.blockSize, 0) > 0 && blockSizeTokens <= 0) {
    return { name: "blockSize", message: "replaced by blockSizeTokens", allowed: "blockSizeTokens" };
  }
  if (parameters.autoTune === false && blockSizeTokens <= 0) {
    return { name: "blockSizeTokens", message: "too small without autoTune", allowed: "at least 1" };
  }
  return undefined;
};

const picker: Parameters = {
  maxNumOfEndpoints: integer("endpoints to pick, the others for retries", { default: 1, minimum: 1, lenient: true }),
};

const headroomStrategies = ["least", "most", "composite-least", "composite-most", "composite-only"];
const compositeWeights: Parameters = {
  compositeKVWeight: number("share of the KV cache where there is no prediction", { default: 1, minimum: 0 }),
  compositeQueueWeight: number("share of the queue where there is no prediction", { default: 1, minimum: 0 }),
  compositePrefixWeight: number("share of the prefix where there is no prediction", { default: 1, minimum: 0 }),
};
const samplingMean = number("mean distance of the tokens whose latency is sampled", { default: 1000, above: 0 });
const sloBufferFactor = number("multiplies latency objectives", { default: 1, above: 0 });
const contextTTL = nanoseconds("how long a request is remembered", { default: 300000000000 });
const endpointRoleLabel = string("label of pods that says whether they prefill or decode", { default: "" });

const metricSpec = (meaning: string): ParameterDefinition => string(meaning, { language: "metric" });

function scorer(meaning: string, more: Partial<PluginDefinition> = {}): PluginDefinition {
  return { kinds: ["scorer"], meaning, ...more };
}

export const inferenceExtensionPlugins: PluginCatalog = {
  // Scorers
  "queue-scorer": scorer("prefers endpoints with fewer waiting requests"),
  "running-requests-size-scorer": scorer("prefers endpoints with fewer running requests"),
  "kv-cache-utilization-scorer": scorer("prefers endpoints with more free KV cache"),
  "prefix-cache-scorer": scorer(
    "prefers endpoints that have served the start of the prompt; brings approx-prefix-cache-producer, to which it hands its parameters",
    { parameters: approximatePrefix, rule: approximatePrefixRule, consumes: [prefixMatch] },
  ),
  "lora-affinity-scorer": scorer("prefers endpoints that have the LoRA adapter loaded, then those with room for it"),
  "token-load-scorer": scorer("prefers endpoints with fewer tokens in flight", {
    parameters: {
      queueThresholdTokens: integer("tokens in flight that count as full", {
        default: 4194304,
        minimum: 1,
        lenient: true,
      }),
    },
    consumes: [inFlightLoad],
  }),
  "latency-scorer": scorer("prefers endpoints by the headroom between predicted latency and objective", {
    parameters: {
      ttftWeight: number("share of the time to the first token", { default: 0.8, minimum: 0, lenient: true }),
      tpotWeight: number("share of the time per further token", { default: 0.2, minimum: 0, lenient: true }),
      headroomSelectionStrategy: string("least packs endpoints, most spreads", {
        default: "least",
        values: ["least", "most"],
        lenient: true,
      }),
      ...Object.fromEntries(
        Object.entries(compositeWeights).map(([name, weight]) => [name, { ...weight, lenient: true as const }]),
      ),
    },
    consumes: [latencyPrediction, prefixMatch],
  }),
  "predicted-latency-scorer": {
    kinds: ["scorer", "data-producer", "admission"],
    meaning:
      "latency prediction, scoring and admission in one plugin, which the ones with latency in their names take apart",
    parameters: {
      samplingMean,
      maxSampledTokens: integer("tokens sampled of each request", { default: 0, minimum: 0 }),
      sloBufferFactor,
      negHeadroomTTFTWeight: number("ttftWeight where objectives are missed", { default: 0.8, minimum: 0 }),
      negHeadroomTPOTWeight: number("tpotWeight where objectives are missed", { default: 0.2, minimum: 0 }),
      headroomTTFTWeight: number("share of the time to the first token", { default: 0.8, minimum: 0 }),
      headroomTPOTWeight: number("share of the time per further token", { default: 0.2, minimum: 0 }),
      headroomSelectionStrategy: string("how headroom becomes a score", {
        default: "least",
        values: headroomStrategies,
        lenient: true,
      }),
      ...compositeWeights,
      epsilonExploreSticky: share("how often affinity is left aside", { default: 0.01 }),
      epsilonExploreNeg: share("how often endpoints that miss objectives are tried", { default: 0.01 }),
      affinityGateTau: share("share of the prefix from which on affinity counts", { default: 0.8 }),
      affinityGateTauGlobal: share("the same over all endpoints", { default: 0.99 }),
      affinityMaxTTFTPenaltyMs: number("milliseconds that affinity may cost", { default: 5000, minimum: 0 }),
      contextTTL,
      selectionMode: string("linear draws by weight, max takes the best", {
        default: "linear",
        values: ["linear", "max"],
        lenient: true,
      }),
      streamingMode: boolean("responses are streamed", { default: true }),
      endpointRoleLabel,
    },
    produces: [latencyPrediction],
    consumes: [prefixMatch],
  },

  // Filters
  "prefix-cache-affinity-filter": {
    kinds: ["filter"],
    meaning: "keeps the endpoints that have the prompt's start, unless they would be much slower",
    parameters: {
      affinityThreshold: number("share of the prefix from which on an endpoint is kept; 0 keeps all", {
        default: 0.8,
        maximum: 1,
      }),
      explorationProbability: share("how often all are kept", { default: 0.01 }),
      maxTTFTPenaltyMs: number("milliseconds to the first token that affinity may cost; 0 for any", {
        default: 5000,
        minimum: 0,
      }),
    },
    consumes: [latencyPrediction, prefixMatch],
  },
  "slo-headroom-tier-filter": {
    kinds: ["filter"],
    meaning: "keeps the endpoints that are predicted to meet the latency objectives",
    parameters: {
      epsilonExploreNeg: share("how often those that miss them are kept instead", { default: 0.01 }),
    },
    consumes: [latencyPrediction],
  },
  "header-based-testing-filter": { kinds: ["filter"], meaning: "for conformance tests" },

  // Pickers
  "max-score-picker": { kinds: ["picker"], meaning: "picks the best score", parameters: picker },
  "random-picker": { kinds: ["picker"], meaning: "picks at random", parameters: picker },
  "weighted-random-picker": {
    kinds: ["picker"],
    meaning: "picks at random, weighted by score",
    parameters: picker,
  },

  // Profiles, requests and admission
  "single-profile-handler": {
    kinds: ["profile-handler"],
    meaning: "runs the only profile; there when nothing else is",
  },
  "approx-prefix-cache-producer": {
    kinds: ["data-producer"],
    meaning: "remembers which endpoint was sent which prompt starts",
    parameters: approximatePrefix,
    rule: approximatePrefixRule,
    produces: [prefixMatch],
  },
  "predicted-latency-producer": {
    kinds: ["data-producer"],
    meaning:
      "predicts latencies with the servers that KServe's latency predictor preset starts beside the endpoint picker",
    parameters: {
      samplingMean,
      maxDecodeTokenSamplesForPrediction: integer("tokens sampled of each request", { default: 0, minimum: 0 }),
      sloBufferFactor,
      contextTTL,
      streamingMode: boolean("responses are streamed", { default: false }),
      endpointRoleLabel,
      predictInPrepareData: boolean("predict, and not only train", { default: true }),
    },
    produces: [latencyPrediction],
    consumes: [prefixMatch],
  },
  "inflight-load-producer": {
    kinds: ["data-producer", "extractor"],
    meaning: "counts requests and tokens in flight",
    produces: [inFlightLoad],
    input: "none",
  },
  "latency-slo-admitter": {
    kinds: ["admission"],
    meaning: "refuses sheddable requests whose latency objectives no endpoint would meet",
    parameters: {},
    consumes: [latencyPrediction],
  },
  "request-attribute-reporter": {
    kinds: ["request-control"],
    meaning: "reports a value computed from the usage to the gateway, as dynamic metadata",
    parameters: {
      attributes: objects("the value", {
        required: true,
        length: 1,
        fields: {
          key: object("where it is reported", {
            required: true,
            fields: {
              namespace: string("top-level key of the metadata", { default: "envoy.lb" }),
              name: string("key in the namespace", { required: true }),
            },
          }),
          expression: string("in CEL over usage", { required: true, language: "cel" }),
          condition: string("in CEL over usage, whether to report", { language: "cel" }),
        },
      }),
    },
  },
  "destination-endpoint-served-verifier": { kinds: ["request-control"], meaning: "for conformance tests" },

  // Parsers
  "openai-parser": { kinds: ["parser"], meaning: "OpenAI's API; there when nothing else is named" },
  "vllmgrpc-parser": { kinds: ["parser"], meaning: "vLLM's gRPC API" },
  "passthrough-parser": { kinds: ["parser"], meaning: "does not look into requests" },

  // Flow control
  "utilization-detector": {
    kinds: ["saturation-detector", "filter"],
    meaning: "says by queues and KV cache how full the pool is; there when nothing else is named",
    parameters: {
      queueDepthThreshold: integer("waiting requests at which an endpoint is full", { default: 5, above: 0 }),
      kvCacheUtilThreshold: number("share of the KV cache at which an endpoint is full", {
        default: 0.8,
        above: 0,
        maximum: 1,
      }),
      metricsStalenessThreshold: duration("age from which on metrics count as full", { default: "200ms", above: 0 }),
      headroom: number("share by which the filter lets an endpoint exceed that", { default: 0, minimum: 0 }),
    },
  },
  "concurrency-detector": {
    kinds: ["saturation-detector", "filter"],
    meaning: "says by requests or tokens in flight how full the pool is",
    parameters: {
      maxConcurrency: integer("requests at which an endpoint is full", { default: 100, above: 0 }),
      headroom: number("share by which the filter lets an endpoint exceed that", { default: 0, minimum: 0 }),
      concurrencyMode: string("what is counted", { default: "requests", values: ["requests", "tokens"] }),
      maxTokenConcurrency: integer("tokens at which an endpoint is full", { default: 1000000, above: 0 }),
    },
  },
  "global-strict-fairness-policy": {
    kinds: ["fairness-policy"],
    meaning: "serves the first of all flows; the default",
  },
  "round-robin-fairness-policy": { kinds: ["fairness-policy"], meaning: "serves flows in turn" },
  "fcfs-ordering-policy": { kinds: ["ordering-policy"], meaning: "first come, first served; the default" },
  "edf-ordering-policy": { kinds: ["ordering-policy"], meaning: "earliest deadline first" },
  "slo-deadline-ordering-policy": {
    kinds: ["ordering-policy"],
    meaning: "earliest deadline first, by the header x-slo-ttft-ms",
  },
  "static-usage-limit-policy": {
    kinds: ["usage-limit-policy"],
    meaning: "the same limit for every priority; the default",
    parameters: { threshold: number("share of the pool's capacity", { default: 1 }) },
  },

  // Data layer
  "metrics-data-source": {
    kinds: ["data-source"],
    meaning: "reads the metrics of every endpoint; there when dataLayer is not given",
    parameters: {
      scheme: string("protocol", { default: "http", values: ["http", "https"] }),
      path: string("path of the URL", { default: "/metrics" }),
      insecureSkipVerify: boolean("trust any certificate", { default: true }),
    },
    output: "metrics",
  },
  "core-metrics-extractor": {
    kinds: ["extractor"],
    meaning: "takes queues, KV cache and LoRA adapters from metrics; there when dataLayer is not given",
    parameters: {
      engineLabelKey: string("label of pods that names the engine", {
        default: "inference.networking.k8s.io/engine-type",
      }),
      defaultEngine: string("engine of pods without the label", { default: "vllm" }),
      engineConfigs: objects("metrics of engines, over the built-in ones", {
        fields: {
          name: string("of the engine", { required: true }),
          queuedRequestsSpec: metricSpec("waiting requests"),
          runningRequestsSpec: metricSpec("running requests"),
          kvUsageSpec: metricSpec("share of the KV cache in use"),
          loraSpec: metricSpec("LoRA adapters"),
          cacheInfoSpec: metricSpec("configuration of the KV cache"),
          cacheBlockSizeLabelName: string("label with the block size", { default: "block_size" }),
          cacheNumBlocksLabelName: string("label with the number of blocks", { default: "num_gpu_blocks" }),
          cacheBlockSizeSpec: metricSpec("block size"),
          cacheNumBlocksSpec: metricSpec("number of blocks"),
        },
      }),
    },
    rule: engineRule,
    input: "metrics",
  },
  "k8s-notification-source": {
    kinds: ["data-source"],
    meaning: "watches objects of one kind",
    parameters: {
      group: string("API group; empty for the core group", { default: "" }),
      version: string("API version", { required: true }),
      kind: string("kind of the objects", { required: true }),
    },
    output: "notifications",
  },
  "endpoint-notification-source": {
    kinds: ["data-source"],
    meaning: "says when endpoints come and go",
    output: "endpoints",
  },
};

const builtInEngines = ["vllm", "sglang", "trtllm-serve", "triton-tensorrt-llm"];

function engineRule(parameters: Readonly<Record<string, unknown>>): ReturnType<NonNullable<PluginDefinition["rule"]>> {
  const configs = Array.isArray(parameters.engineConfigs) ? (parameters.engineConfigs as { name?: unknown }[]) : [];
  const names: unknown[] = [];
  for (const [index, config] of configs.entries()) {
    const name = config?.name;
    if (name === "default") {
      return { name: `engineConfigs[${index}].name`, message: "reserved", allowed: "any other name" };
    }
    if (typeof name === "string" && names.includes(name)) {
      return { name: `engineConfigs[${index}].name`, message: "there twice", allowed: "each engine once" };
    }
    names.push(name);
  }
  const known = [...new Set([...names.filter((name) => typeof name === "string"), ...builtInEngines])];
  const engine = parameters.defaultEngine;
  if (typeof engine === "string" && engine !== "" && !known.includes(engine)) {
    return { name: "defaultEngine", message: "no such engine", allowed: known.join(", ") };
  }
  return undefined;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
