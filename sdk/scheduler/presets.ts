import { RecipeChecks } from "../recipes/recipeChecks";
import { type EndpointPickerConfig, endpointPickerConfig } from "./config";
import {
  approximatePrefixProducer,
  decodeFilter,
  disaggregatedProfileHandler,
  kvCacheScorer,
  latencyScorer,
  loraAffinityScorer,
  maxScorePicker,
  predictedLatencyProducer,
  prefillFilter,
  type PrefixCacheOptions,
  prefixCacheAffinityFilter,
  prefixCacheScorer,
  queueScorer,
  type SchedulerPlugin,
  singleProfileHandler,
  weightedRandomPicker,
} from "./plugins";
import type { SchedulerRouter } from "./routers";

/** Weights of the usual scorers; 0 leaves one out. */
export interface SchedulerWeights {
  /** Of free queues. */
  readonly queue?: number;
  /** Of free KV cache. */
  readonly kvCache?: number;
  /** Of prompt starts that were served before. */
  readonly prefixCache?: number;
  /** Of loaded LoRA adapters. @default 0 */
  readonly lora?: number;
}

export interface WeightedSchedulerArgs extends SchedulerWeights {
  /** What will read it. @default "llm-d-router-0.9.0" */
  readonly router?: SchedulerRouter;
  /** How prompt starts are remembered. @default as the servers' metrics say */
  readonly prefix?: PrefixCacheOptions;
}

export interface PrefillDecodeSchedulerArgs extends Omit<WeightedSchedulerArgs, "router"> {
  /** Prefill elsewhere always, or from so many tokens on that are not cached where they would be decoded. @default "always" */
  readonly prefill?: "always" | { readonly nonCachedTokens: number };
}

function scorers(weights: SchedulerWeights, prefix?: PrefixCacheOptions): SchedulerPlugin[] {
  const all: [number | undefined, (weight: number) => SchedulerPlugin][] = [
    [weights.queue, queueScorer],
    [weights.kvCache, kvCacheScorer],
    [weights.prefixCache, (weight) => prefixCacheScorer(weight, prefix)],
    [weights.lora, loraAffinityScorer],
  ];
  return all.flatMap(([weight, scorer]) => (weight === undefined || weight === 0 ? [] : [scorer(weight)]));
}

const weightNames = ["queue", "kvCache", "prefixCache", "lora"] as const;

/** What a compiler would find, and weights that score nothing. */
function checkWeights(args: WeightedSchedulerArgs, others: readonly string[], checks: RecipeChecks): void {
  checks.fields("", args, [...weightNames, "prefix", ...others]);
  for (const name of weightNames) {
    const weight: unknown = args[name];
    if (weight === undefined || (typeof weight === "number" && weight >= 0 && Number.isFinite(weight))) continue;
    checks.report({ path: name, given: weight, message: "not a weight", allowed: "a number of at least 0" });
  }
  if (weightNames.every((name) => !args[name])) {
    checks.report({
      path: weightNames.join(", "),
      message: "without any weight servers are picked at random",
      allowed: "a weight above 0 for at least one of them",
    });
  } else if (args.prefix !== undefined && !args.prefixCache) {
    checks.report({
      path: "prefix",
      message: "nothing scores prompt starts",
      fix: "give prefixCache a weight, or remove prefix",
    });
  }
}

function weightedScheduler(
  recipe: string,
  defaults: SchedulerWeights,
  args: WeightedSchedulerArgs,
): EndpointPickerConfig {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const all: WeightedSchedulerArgs = { ...defaults, ...(Object.fromEntries(given) as WeightedSchedulerArgs) };
  const checks = new RecipeChecks(recipe);
  checkWeights(all, ["router"], checks);
  checks.done();
  const { router, prefix, ...weights } = all;
  return endpointPickerConfig({
    ...(router ? { router } : {}),
    plugins: [singleProfileHandler()],
    profiles: { default: [...scorers(weights, prefix), maxScorePicker()] },
  });
}

/**
 * For prefill and decode on different servers: both are chosen by the same scorers, of the given weights. For llm-d's router,
 * which alone can do it.
 *
 * @throws ConfigurationError
 */
export function prefillDecodeScheduler(args: PrefillDecodeSchedulerArgs): EndpointPickerConfig {
  const { prefill, prefix, ...weights } = args;
  const checks = new RecipeChecks("prefillDecodeScheduler");
  checkWeights(args, ["prefill"], checks);
  checkPrefill(prefill, checks);
  checks.done();
  const chosen = scorers(weights, prefix);
  return endpointPickerConfig({
    plugins: [disaggregatedProfileHandler(prefill)],
    profiles: {
      prefill: [prefillFilter(), ...chosen, maxScorePicker()],
      decode: [decodeFilter(), ...chosen, maxScorePicker()],
    },
  });
}

/** The decider takes 0 tokens for never. */
function checkPrefill(prefill: PrefillDecodeSchedulerArgs["prefill"], checks: RecipeChecks): void {
  if (prefill === undefined || prefill === "always") return;
  if (typeof prefill === "object") {
    checks.fields("prefill", prefill, ["nonCachedTokens"]);
    checks.integer("prefill.nonCachedTokens", prefill.nonCachedTokens, { min: 1, required: true });
  } else {
    const allowed = '"always", or { nonCachedTokens: 512 }';
    checks.report({ path: "prefill", given: prefill, message: "not one of the allowed values", allowed });
  }
}

/**
 * For many different prompts: load first.
 *
 * @default queue 3, kvCache 2, prefixCache 1
 * @throws ConfigurationError
 */
export function throughputScheduler(args: WeightedSchedulerArgs = {}): EndpointPickerConfig {
  return weightedScheduler("throughputScheduler", { queue: 3, kvCache: 2, prefixCache: 1 }, args);
}

/**
 * For long shared prompt starts, such as chats and agents: the cache first.
 *
 * @default queue 1, kvCache 1, prefixCache 5
 * @throws ConfigurationError
 */
export function prefixReuseScheduler(args: WeightedSchedulerArgs = {}): EndpointPickerConfig {
  return weightedScheduler("prefixReuseScheduler", { queue: 1, kvCache: 1, prefixCache: 5 }, args);
}

/**
 * For latency objectives: endpoints are chosen by the latency that is predicted of them. KServe adds its latency predictor,
 * which takes 10 CPUs and 8 GiB beside each endpoint picker.
 *
 * @throws ConfigurationError
 */
export function latencyScheduler(
  args: { readonly router?: SchedulerRouter; readonly prefix?: PrefixCacheOptions; readonly streaming?: boolean } = {},
): EndpointPickerConfig {
  const checks = new RecipeChecks("latencyScheduler");
  checks.fields("", args, ["router", "prefix", "streaming"]);
  checks.done();
  return endpointPickerConfig({
    ...(args.router ? { router: args.router } : {}),
    plugins: [
      singleProfileHandler(),
      approximatePrefixProducer(args.prefix),
      predictedLatencyProducer(args.streaming === undefined ? undefined : { streamingMode: args.streaming }),
    ],
    profiles: { default: [prefixCacheAffinityFilter(), latencyScorer(), weightedRandomPicker()] },
  });
}
