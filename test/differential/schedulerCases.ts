import { pluginCatalog } from "../../sdk/scheduler/catalog";
import { endpointPickerConfig } from "../../sdk/scheduler/config";
import {
  kvCacheScorer,
  latencyScorer,
  maxScorePicker,
  predictedLatencyProducer,
  prefixCacheAffinityFilter,
  prefixCacheScorer,
  queueScorer,
  schedulerPlugin,
} from "../../sdk/scheduler/plugins";
import { latencyScheduler, prefixReuseScheduler, throughputScheduler } from "../../sdk/scheduler/presets";
import { SchedulerRouter } from "../../sdk/scheduler/routers";
import { header } from "./schedulerConfigs";

const router = SchedulerRouter.inferenceExtension;
type Cases = Readonly<Record<string, object>>;
const queue = { name: "default", plugins: [{ pluginRef: "queue-scorer" }] };

/** Parameters that are none of the defaults. */
const parameters: Readonly<Record<string, object>> = {
  "prefix-cache-scorer": { blockSizeTokens: 64, maxPrefixBlocksToMatch: 128 },
  "approx-prefix-cache-producer": {
    autoTune: false,
    blockSizeTokens: 32,
    maxPrefixTokensToMatch: 8192,
    lruCapacityPerServer: 1000,
  },
  "token-load-scorer": { queueThresholdTokens: 1000 },
  "latency-scorer": { ttftWeight: 1, tpotWeight: 0, headroomSelectionStrategy: "most", compositeKVWeight: 2 },
  "predicted-latency-scorer": {
    samplingMean: 10,
    headroomSelectionStrategy: "composite-only",
    contextTTL: 60000000000,
    selectionMode: "max",
  },
  "prefix-cache-affinity-filter": { affinityThreshold: 0.5, explorationProbability: 0, maxTTFTPenaltyMs: 0 },
  "slo-headroom-tier-filter": { epsilonExploreNeg: 1 },
  "max-score-picker": { maxNumOfEndpoints: 3 },
  "random-picker": { maxNumOfEndpoints: 2 },
  "weighted-random-picker": { maxNumOfEndpoints: 2 },
  "predicted-latency-producer": {
    streamingMode: true,
    predictInPrepareData: false,
    endpointRoleLabel: "role",
    sloBufferFactor: 0.9,
  },
  "request-attribute-reporter": {
    attributes: [{ key: { namespace: "acme", name: "tokens" }, expression: "1 + 1", condition: "true" }],
  },
  "utilization-detector": {
    queueDepthThreshold: 10,
    kvCacheUtilThreshold: 1,
    metricsStalenessThreshold: "1.5s",
    headroom: 0.2,
  },
  "concurrency-detector": { maxConcurrency: 5, concurrencyMode: "tokens", maxTokenConcurrency: 1000, headroom: 1 },
  "static-usage-limit-policy": { threshold: 0.5 },
  "metrics-data-source": { scheme: "https", path: "/m", insecureSkipVerify: false },
  "core-metrics-extractor": {
    defaultEngine: "acme",
    engineConfigs: [{ name: "acme", queuedRequestsSpec: "acme:waiting{kind=all}", cacheBlockSizeLabelName: "size" }],
  },
  "k8s-notification-source": { group: "apps", version: "v1", kind: "Deployment" },
};

/** Every plugin with its parameters, the presets, and what else the builder makes. */
export const accepted: Cases = {
  ...Object.fromEntries(
    Object.keys(pluginCatalog(router)).map((type) => [
      `the plugin ${type}`,
      { ...header, plugins: [{ type, ...(parameters[type] ? { parameters: parameters[type] } : {}) }] },
    ]),
  ),
  "the preset for throughput": throughputScheduler({ router }),
  "the preset for prefix reuse": prefixReuseScheduler({ router, lora: 4, prefix: { blockSizeTokens: 64 } }),
  "the preset for latency": latencyScheduler({ router, streaming: true, prefix: { maxPrefixTokensToMatch: 262144 } }),
  "nothing but its kind": header,
  "flow control with bands": endpointPickerConfig({
    router,
    featureGates: ["flowControl"],
    plugins: [
      schedulerPlugin("round-robin-fairness-policy"),
      schedulerPlugin("edf-ordering-policy", undefined, { name: "edf" }),
    ],
    profiles: { default: [queueScorer(), maxScorePicker()] },
    saturationDetector: schedulerPlugin("concurrency-detector", { maxConcurrency: 10 }),
    parser: schedulerPlugin("vllmgrpc-parser"),
    flowControl: {
      maxBytes: "1Gi",
      maxRequests: 1000,
      defaultRequestTTL: "30s",
      defaultPriorityBand: { orderingPolicyRef: "edf" },
      priorityBands: [
        { priority: 1, maxRequests: "1k", fairnessPolicyRef: "round-robin-fairness-policy" },
        { priority: -1, maxBytes: "1M" },
      ],
    },
  }),
  "a filter and scorers, and a data layer of its own": endpointPickerConfig({
    router,
    plugins: [
      predictedLatencyProducer({ sloBufferFactor: 0.8 }),
      schedulerPlugin("metrics-data-source", { path: "/stats" }),
      schedulerPlugin("core-metrics-extractor"),
    ],
    profiles: {
      only: [
        prefixCacheAffinityFilter({ affinityThreshold: 0.9 }),
        prefixCacheScorer(0.5, { maxPrefixBlocksToMatch: 64 }),
        latencyScorer(2, { ttftWeight: 1 }),
        kvCacheScorer(),
      ],
    },
    dataLayer: {
      sources: [{ pluginRef: "metrics-data-source", extractors: [{ pluginRef: "core-metrics-extractor" }] }],
    },
  }),
};

const plugins = (...list: object[]): object => ({ ...header, plugins: list });

/** What the endpoint picker does not start with, and the builder does not make. */
export const rejected: Cases = {
  "an unknown field": { ...header, metadata: { name: "scheduler" } },
  "a misspelt field": { ...header, schedulingProfile: [] },
  "another kind": { ...header, kind: "SchedulerConfig" },
  "another group": { ...header, apiVersion: "llm-d.ai/v1alpha1" },
  "an unknown plugin": plugins({ type: "queue-scorrer" }),
  "a plugin of llm-d": plugins({ type: "decode-filter" }),
  "a plugin without a type": plugins({ name: "queue" }),
  "two plugins of one name": plugins({ type: "queue-scorer" }, { type: "queue-scorer" }),
  "a parameter of another type": plugins({ type: "max-score-picker", parameters: { maxNumOfEndpoints: "3" } }),
  "a fraction where a whole number is meant": plugins({
    type: "random-picker",
    parameters: { maxNumOfEndpoints: 1.5 },
  }),
  "parameters that are no object": plugins({ type: "max-score-picker", parameters: [3] }),
  "a parameter that is too large": plugins({
    type: "prefix-cache-affinity-filter",
    parameters: { affinityThreshold: 1.5 },
  }),
  "a parameter that is too small": plugins({ type: "concurrency-detector", parameters: { maxConcurrency: 0 } }),
  "a mode that does not exist": plugins({ type: "concurrency-detector", parameters: { concurrencyMode: "bytes" } }),
  "a duration without a unit": plugins({
    type: "utilization-detector",
    parameters: { metricsStalenessThreshold: "200" },
  }),
  "no size of blocks": plugins({ type: "prefix-cache-scorer", parameters: { autoTune: false, blockSizeTokens: 0 } }),
  "a missing parameter": plugins({ type: "k8s-notification-source", parameters: { version: "v1" } }),
  "an engine that is not there": plugins({ type: "core-metrics-extractor", parameters: { defaultEngine: "acme" } }),
  "a protocol that does not exist": plugins({ type: "metrics-data-source", parameters: { scheme: "ftp" } }),
  "a profile that refers to nothing": {
    ...plugins({ type: "kv-cache-utilization-scorer" }),
    schedulingProfiles: [queue],
  },
  "a profile without a name": {
    ...plugins({ type: "queue-scorer" }),
    schedulingProfiles: [{ plugins: queue.plugins }],
  },
  "two profiles of one name": { ...plugins({ type: "queue-scorer" }), schedulingProfiles: [queue, queue] },
  "two profiles without a handler": {
    ...plugins({ type: "queue-scorer" }),
    schedulingProfiles: [queue, { ...queue, name: "other" }],
  },
  "two profiles for the handler of one": {
    ...plugins({ type: "queue-scorer" }, { type: "single-profile-handler" }),
    schedulingProfiles: [queue, { ...queue, name: "other" }],
  },
  "two pickers in a profile": {
    ...plugins({ type: "max-score-picker" }, { type: "random-picker" }),
    schedulingProfiles: [
      { name: "default", plugins: [{ pluginRef: "max-score-picker" }, { pluginRef: "random-picker" }] },
    ],
  },
  "two pickers and no profile": plugins({ type: "max-score-picker" }, { type: "random-picker" }),
  "two profile handlers": plugins(
    { type: "single-profile-handler" },
    { type: "single-profile-handler", name: "other" },
  ),
  "a weight that is text": {
    ...plugins({ type: "queue-scorer" }),
    schedulingProfiles: [{ name: "default", plugins: [{ pluginRef: "queue-scorer", weight: "2" }] }],
  },
  "an unknown feature gate": { ...header, featureGates: ["flowcontrol"] },
  "a parser that is none": { ...plugins({ type: "queue-scorer" }), parser: { pluginRef: "queue-scorer" } },
  "a detector that is none": {
    ...plugins({ type: "queue-scorer" }),
    saturationDetector: { pluginRef: "queue-scorer" },
  },
  "two bands of one priority": {
    ...header,
    featureGates: ["flowControl"],
    flowControl: { priorityBands: [{ priority: 1 }, { priority: 1 }] },
  },
  "a limit that is no quantity": { ...header, flowControl: { maxBytes: "1 GB" } },
  "a producer and a consumer of the load in flight": plugins(
    { type: "token-load-scorer" },
    { type: "inflight-load-producer" },
  ),
};

/** What it finds out only with a cluster, when it binds extractors to sources. */
export const rejectedLater: Cases = {
  "a data layer without sources": { ...header, dataLayer: { sources: [] } },
  "an extractor of other data": {
    ...plugins({ type: "endpoint-notification-source" }, { type: "core-metrics-extractor" }),
    dataLayer: {
      sources: [{ pluginRef: "endpoint-notification-source", extractors: [{ pluginRef: "core-metrics-extractor" }] }],
    },
  },
};
