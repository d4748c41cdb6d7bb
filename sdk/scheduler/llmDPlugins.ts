import type { ParameterDefinition, PluginCatalog, PluginDefinition } from "./catalog";
import { inferenceExtensionPlugins } from "./inferenceExtensionPlugins";
import { omit } from "./omit";
import { boolean, integer, object, share, string } from "./parameterTypes";
import type { PluginKind } from "./routers";

// llm-d's router 0.9.0 is not served as a Go module, so that no program here could be built to confirm this table. Sources:
// - [kserve] what KServe 0.20 writes for, and rewrites to, this router: `pkg/controller/v1alpha2/llmisvc/scheduler.go`, and the
//   samples and end-to-end tests of that version;
// - [registry] `registerInTreePlugins` of `cmd/epp/runner/runner.go` at opendatahub-io/llm-d-router 7994fa96, a state between
//   0.9.0 and 0.10.0 (stability levels, which 0.10 has, are not there yet), with the names from the packages' constants;
// - [docs] READMEs beside the plugins in llm-d/llm-d-router: bylabel 5b5d2ead, disagg 0b59e4ed, contextlengthaware 40a85909;
// - [code] llm-d/llm-d-router: activerequest 2b0e7579, nohitlru 0b59e4ed; its loader 03fdf919 for the configuration's shape;
// - [gie] carried over from the inference extension 1.5.0, whose code moved there.
// Parameters are "open" where none of these says what they are.

const open = (kind: PluginKind | readonly PluginKind[], meaning: string): PluginDefinition => ({
  kinds: typeof kind === "string" ? [kind] : kind,
  meaning,
  parameters: "open",
});

const producerName = (data: string): ParameterDefinition => string(`name of the producer of ${data}`);

/** [gie] with what llm-d may have added to its parameters. */
function carried(type: string, more: Partial<PluginDefinition> = {}): PluginDefinition {
  const original = inferenceExtensionPlugins[type] as PluginDefinition;
  const definition = omit(original, "produces", "consumes", "input");
  const bound = original.input === undefined || original.input === "none" ? {} : { input: original.input };
  return { ...definition, ...bound, ...(definition.parameters ? { furtherParameters: true as const } : {}), ...more };
}

const prefixScorerParameters = "parameters of the cache itself go to approx-prefix-cache-producer";

export const llmDPlugins: PluginCatalog = {
  // Scorers
  "queue-scorer": carried("queue-scorer"), // [kserve]
  "running-requests-size-scorer": carried("running-requests-size-scorer"), // [registry]
  "kv-cache-utilization-scorer": carried("kv-cache-utilization-scorer"), // [kserve]
  // [kserve] `withRemovePrefixCacheScorerParametersV09` takes away every other parameter.
  "prefix-cache-scorer": {
    kinds: ["scorer"],
    meaning: `prefers endpoints that have served the start of the prompt; ${prefixScorerParameters}`,
    parameters: { prefixMatchInfoProducerName: producerName("prefix matches") },
  },
  "precise-prefix-cache-scorer": open(
    "scorer",
    "prefers endpoints whose KV cache holds the start of the prompt, as they report over ZMQ", // [kserve]
  ),
  "lora-affinity-scorer": carried("lora-affinity-scorer"), // [kserve]
  "token-load-scorer": carried("token-load-scorer"), // [registry]
  "latency-scorer": carried("latency-scorer"), // [kserve]
  "active-request-scorer": {
    kinds: ["scorer"],
    meaning: "prefers endpoints with fewer requests in flight", // [code]
    parameters: {
      requestTimeout: string("without effect"),
      idleThreshold: integer("requests up to which an endpoint counts as idle", {
        default: 0,
        minimum: 0,
        lenient: true,
      }),
      maxBusyScore: share("best score of an endpoint that is not idle", { default: 1, lenient: true }),
      inFlightLoadProducerName: producerName("the load in flight"),
    },
  },
  "no-hit-lru-scorer": {
    kinds: ["scorer"],
    meaning: "spreads prompts that nobody has cached over the endpoints that had none for longest", // [code]
    parameters: {
      lruSize: integer("endpoints that are remembered", { default: 1024, minimum: 1, lenient: true }),
      prefixMatchInfoProducerName: producerName("prefix matches"),
      prefixPluginType: string("without effect"),
      prefixPluginName: string("without effect"),
    },
  },
  "load-aware-scorer": open("scorer", "prefers endpoints with few waiting requests, against a threshold"), // [registry]
  "session-affinity-scorer": open("scorer", "keeps a session with its endpoint"), // [registry]
  "context-length-aware": {
    kinds: ["scorer", "filter"],
    meaning: "prefers endpoints whose label says that they are for prompts of this length", // [docs]
    parameters: {
      label: string("label of pods with the range", { default: "llm-d.ai/context-length-range" }),
      enableFiltering: boolean("leave others out", { default: false }),
    },
    furtherParameters: true,
  },
  "endpoint-attribute-scorer": open("scorer", "prefers endpoints by one of their attributes"), // [registry]

  // Filters
  "prefill-filter": { kinds: ["filter"], meaning: "keeps endpoints that prefill, by the label llm-d.ai/role" }, // [docs]
  "decode-filter": { kinds: ["filter"], meaning: "keeps endpoints that decode, by the label llm-d.ai/role" }, // [docs]
  "encode-filter": { kinds: ["filter"], meaning: "keeps endpoints that encode, by the label llm-d.ai/role" }, // [docs]
  "label-selector-filter": open("filter", "keeps endpoints whose labels match matchLabels and matchExpressions"), // [docs]
  "by-label-selector": { ...open("filter", "as label-selector-filter"), deprecatedFor: "label-selector-filter" }, // [registry]
  "session-affinity-filter": open("filter", "keeps a session with its endpoint"), // [registry]
  "prefix-cache-affinity-filter": carried("prefix-cache-affinity-filter"), // [kserve]
  "slo-headroom-tier-filter": carried("slo-headroom-tier-filter"), // [registry]
  "header-based-testing-filter": carried("header-based-testing-filter"), // [registry]

  // Pickers
  "max-score-picker": carried("max-score-picker"), // [kserve]
  "random-picker": carried("random-picker"), // [registry]
  "weighted-random-picker": carried("weighted-random-picker"), // [kserve]

  // Profiles
  "single-profile-handler": carried("single-profile-handler"), // [kserve]
  "disagg-profile-handler": {
    kinds: ["profile-handler", "request-control"],
    meaning: "decodes, and prefills and encodes elsewhere where a decider says so", // [docs]
    parameters: {
      profiles: object("names of the profiles", {
        fields: {
          decode: string("profile that is always run", { default: "decode" }),
          prefill: string("profile that is run when its decider says so", { default: "prefill" }),
          encode: string("profile that is run when its decider says so", { default: "encode" }),
        },
      }),
      deciders: object("names of plugins; a stage without a decider is never run", {
        fields: {
          prefill: string("decides about prefilling elsewhere", { refersTo: "disaggregation-decider" }),
          encode: string("decides about encoding elsewhere", { refersTo: "disaggregation-decider" }),
        },
      }),
    },
    furtherParameters: true,
  },
  // [kserve] rewrites it to disagg-profile-handler.
  "pd-profile-handler": {
    ...open(["profile-handler"], "the older disagg-profile-handler"),
    deprecatedFor: "disagg-profile-handler",
  },
  "data-parallel-profile-handler": open("profile-handler", "picks a data-parallel rank"), // [registry]
  "header-profile-handler": open("profile-handler", "runs the profile that a header names"), // [registry]
  "always-disagg-pd-decider": { kinds: ["disaggregation-decider"], meaning: "always" }, // [kserve]
  "prefix-based-pd-decider": {
    kinds: ["disaggregation-decider"],
    meaning: "when enough of the prompt is not cached where it would be decoded", // [docs]
    parameters: {
      nonCachedTokens: integer("tokens without cache from which on to prefill elsewhere; 0 for never", {
        default: 0,
        minimum: 0,
      }),
    },
    furtherParameters: true,
  },
  "always-disagg-multimodal-decider": { kinds: ["disaggregation-decider"], meaning: "when there are images or sound" }, // [docs]
  "disagg-headers-handler": {
    kinds: ["request-control"],
    meaning: "tells the decoding endpoint where to prefill; disagg-profile-handler does it by itself", // [kserve], [docs]
    parameters: {
      prefillProfile: string("name of the profile", { default: "prefill" }),
      encodeProfile: string("name of the profile", { default: "encode" }),
    },
    deprecatedFor: "disagg-profile-handler",
  },
  // [kserve] rewrites it to disagg-headers-handler.
  "prefill-header-handler": {
    ...open("request-control", "the older disagg-headers-handler"),
    deprecatedFor: "disagg-profile-handler",
  },

  // Data of endpoints and requests
  "approx-prefix-cache-producer": carried("approx-prefix-cache-producer"), // [kserve]
  "predicted-latency-producer": carried("predicted-latency-producer"), // [kserve]
  "inflight-load-producer": {
    ...carried("inflight-load-producer"),
    parameters: "open", // [registry]
  },
  "precise-prefix-cache-producer": open("data-producer", "what the endpoints' KV caches hold, as they report over ZMQ"), // [docs]
  "token-producer": open("data-producer", "tokens of the prompt"), // [docs]
  tokenizer: { ...open("data-producer", "the older token-producer"), deprecatedFor: "token-producer" }, // [registry]
  "session-id-producer": open("data-producer", "session of a request"), // [docs]
  "mm-embeddings-cache-producer": open("data-producer", "which endpoints have embeddings of images and sound"), // [docs]

  // Admission, requests
  "latency-slo-admitter": carried("latency-slo-admitter"), // [registry]
  "probabilistic-admitter": open("admission", "refuses some sheddable requests when the pool is full"), // [registry]
  "request-attribute-reporter": carried("request-attribute-reporter"), // [registry]
  "destination-endpoint-served-verifier": carried("destination-endpoint-served-verifier"), // [registry]

  // Parsers
  "openai-parser": carried("openai-parser"), // [docs]
  "anthropic-parser": open("parser", "Anthropic's API; there when no parser is named"), // [docs]
  "vllmhttp-parser": open("parser", "vLLM's HTTP API; there when no parser is named"), // [docs]
  "vllmgrpc-parser": carried("vllmgrpc-parser"), // [registry]
  "vertexai-parser": open("parser", "Vertex AI's API"), // [registry]
  "passthrough-parser": carried("passthrough-parser"), // [registry]

  // Flow control
  "utilization-detector": carried("utilization-detector"), // [docs]
  "concurrency-detector": carried("concurrency-detector"), // [registry]
  "global-strict-fairness-policy": carried("global-strict-fairness-policy"), // [docs]
  "round-robin-fairness-policy": carried("round-robin-fairness-policy"), // [registry]
  "program-aware-fairness": open("fairness-policy", "serves programs of several requests in turn"), // [registry]
  "fcfs-ordering-policy": carried("fcfs-ordering-policy"), // [docs]
  "edf-ordering-policy": carried("edf-ordering-policy"), // [registry]
  "slo-deadline-ordering-policy": carried("slo-deadline-ordering-policy"), // [registry]
  "static-usage-limit-policy": carried("static-usage-limit-policy"), // [docs]

  // Data layer
  "metrics-data-source": carried("metrics-data-source"), // [docs]
  "core-metrics-extractor": {
    ...carried("core-metrics-extractor"), // [kserve]
    parameters: {
      ...(inferenceExtensionPlugins["core-metrics-extractor"]?.parameters as object),
      engineLabelKey: string("label of pods that names the engine", { default: "llm-d.ai/engine-type" }),
    },
  },
  "models-data-source": open("data-source", "reads the models of every endpoint"), // [registry]
  "models-data-extractor": open("extractor", "takes models from what models-data-source reads"), // [registry]
  "k8s-notification-source": carried("k8s-notification-source"), // [registry]
  "endpoint-notification-source": carried("endpoint-notification-source"), // [registry]
  "topology-extractor": open("extractor", "takes the topology of endpoints from their nodes"), // [registry]
};
