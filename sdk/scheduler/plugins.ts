/** A plugin for {@link endpointPickerConfig}. */
export interface SchedulerPlugin {
  readonly type: string;
  /** @default the type */
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Of a scorer. @default 1 */
  readonly weight?: number;
  /** Plugins that must be declared before it, and belong to no profile. */
  readonly needs?: readonly SchedulerPlugin[];
}

/** Any plugin by its type, those of images of your own too. */
export function schedulerPlugin(
  type: string,
  parameters?: Readonly<Record<string, unknown>>,
  options: { readonly name?: string; readonly weight?: number } = {},
): SchedulerPlugin {
  return { type, ...(parameters ? { parameters } : {}), ...options };
}

const weighted = (type: string, weight: number | undefined, parameters?: object): SchedulerPlugin => ({
  type,
  ...(parameters ? { parameters: parameters as Record<string, unknown> } : {}),
  ...(weight === undefined ? {} : { weight }),
});

/** Prefers endpoints with fewer waiting requests. */
export const queueScorer = (weight?: number): SchedulerPlugin => weighted("queue-scorer", weight);

/** Prefers endpoints with fewer running requests. */
export const runningRequestsScorer = (weight?: number): SchedulerPlugin =>
  weighted("running-requests-size-scorer", weight);

/** Prefers endpoints with more free KV cache. */
export const kvCacheScorer = (weight?: number): SchedulerPlugin => weighted("kv-cache-utilization-scorer", weight);

/** Prefers endpoints that have the LoRA adapter loaded. */
export const loraAffinityScorer = (weight?: number): SchedulerPlugin => weighted("lora-affinity-scorer", weight);

export interface PrefixCacheOptions {
  /** Take block size and capacity from the servers' metrics. @default true */
  readonly autoTune?: boolean;
  /** Tokens in a block of the cache, where autoTune has none. @default 16 */
  readonly blockSizeTokens?: number;
  /** Blocks of a prompt that are looked at. @default 256 */
  readonly maxPrefixBlocksToMatch?: number;
  /** The same in tokens, which wins when positive. @default 0 */
  readonly maxPrefixTokensToMatch?: number;
  /** Blocks that are remembered of each server, without autoTune. @default 31250 */
  readonly lruCapacityPerServer?: number;
}

/** Remembers which endpoint was sent which prompt starts. */
export const approximatePrefixProducer = (options: PrefixCacheOptions = {}): SchedulerPlugin =>
  weighted("approx-prefix-cache-producer", undefined, options);

/**
 * Prefers endpoints that have served the start of the prompt. The options are parameters of the producer beside it: KServe 0.20
 * takes them from the scorer away.
 */
export function prefixCacheScorer(weight?: number, options?: PrefixCacheOptions): SchedulerPlugin {
  const scorer = weighted("prefix-cache-scorer", weight);
  return options === undefined ? scorer : { ...scorer, needs: [approximatePrefixProducer(options)] };
}

/** Prefers endpoints with fewer requests in flight; llm-d's router only. */
export const activeRequestScorer = (
  weight?: number,
  options?: { readonly idleThreshold?: number; readonly maxBusyScore?: number },
): SchedulerPlugin => weighted("active-request-scorer", weight, options);

/** Spreads prompts that nobody has cached; llm-d's router only. */
export const noHitLruScorer = (weight?: number, options?: { readonly lruSize?: number }): SchedulerPlugin =>
  weighted("no-hit-lru-scorer", weight, options);

export interface LatencyScorerOptions {
  /** Share of the time to the first token. @default 0.8 */
  readonly ttftWeight?: number;
  /** Share of the time per further token; 0 where responses are not streamed. @default 0.2 */
  readonly tpotWeight?: number;
  /** "least" packs endpoints, "most" spreads. @default "least" */
  readonly headroomSelectionStrategy?: "least" | "most";
}

/** Prefers endpoints by the headroom between predicted latency and objective; needs {@link predictedLatencyProducer}. */
export const latencyScorer = (weight?: number, options?: LatencyScorerOptions): SchedulerPlugin =>
  weighted("latency-scorer", weight, options);

/** Predicts latencies. It makes KServe start its latency predictor beside the endpoint picker. */
export const predictedLatencyProducer = (options?: {
  /** Responses are streamed. @default false */
  readonly streamingMode?: boolean;
  /** Multiplies latency objectives. @default 1 */
  readonly sloBufferFactor?: number;
}): SchedulerPlugin => weighted("predicted-latency-producer", undefined, options);

/** Keeps endpoints that have the prompt's start, unless they would be much slower. */
export const prefixCacheAffinityFilter = (options?: {
  /** Share of the prefix from which on an endpoint is kept. @default 0.8 */
  readonly affinityThreshold?: number;
  /** Milliseconds to the first token that affinity may cost; 0 for any. @default 5000 */
  readonly maxTTFTPenaltyMs?: number;
}): SchedulerPlugin => weighted("prefix-cache-affinity-filter", undefined, options);

/** Keeps endpoints that prefill; llm-d's router only. */
export const prefillFilter = (): SchedulerPlugin => ({ type: "prefill-filter" });

/** Keeps endpoints that decode; llm-d's router only. */
export const decodeFilter = (): SchedulerPlugin => ({ type: "decode-filter" });

/** Picks the best score. */
export const maxScorePicker = (): SchedulerPlugin => ({ type: "max-score-picker" });

/** Picks at random, weighted by score. */
export const weightedRandomPicker = (): SchedulerPlugin => ({ type: "weighted-random-picker" });

/** Picks at random. */
export const randomPicker = (): SchedulerPlugin => ({ type: "random-picker" });

/** Runs the only profile. */
export const singleProfileHandler = (): SchedulerPlugin => ({ type: "single-profile-handler" });

/**
 * Decodes, and prefills elsewhere: always, or when at least so many tokens of the prompt are not cached where it would be
 * decoded (0 for never). llm-d's router only. Its profiles are called prefill and decode.
 */
export function disaggregatedProfileHandler(
  prefill: "always" | { readonly nonCachedTokens: number } = "always",
): SchedulerPlugin {
  const decider: SchedulerPlugin =
    prefill === "always"
      ? { type: "always-disagg-pd-decider" }
      : { type: "prefix-based-pd-decider", parameters: { nonCachedTokens: prefill.nonCachedTokens } };
  return { type: "disagg-profile-handler", parameters: { deciders: { prefill: decider.type } }, needs: [decider] };
}
