import { isObject, type Json, type JsonObject, Marked, unmarked } from "./marked";

/** The value at a path of keys; undefined where there is none. */
export function at(value: Json | undefined, ...path: string[]): Json | undefined {
  let current = value;
  for (const key of path) {
    if (current instanceof Marked) return current;
    if (!isObject(current)) return undefined;
    current = current[key];
  }
  return current ?? undefined;
}

/** Thrown when what decides the presets is not known yet. */
export class UndecidedError extends Error {
  override readonly name = "UndecidedError";
  constructor(readonly path: string) {
    super(`${path} is not known yet`);
  }
}

/** {@link at}, for values that decide what is done. @throws UndecidedError when it is not known yet. */
export function decided(value: Json | undefined, ...path: string[]): Json | undefined {
  const found = at(value, ...path);
  if (found instanceof Marked && found.unknown) throw new UndecidedError(path.join("."));
  return unmarked(found);
}

/**
 * Suffixes of the presets that the controller puts under a service, lowest first.
 *
 * @param spec the service's own spec with its baseRefs merged over it.
 * @throws UndecidedError
 *
 * Source: `combineBaseRefsConfig` at 0.20.
 */
export function selectPresets(spec: JsonObject): string[] {
  const has = (...path: string[]): boolean => decided(spec, ...path) !== undefined;
  const selected: string[] = [];
  if (has("router", "scheduler") && !poolRefOf(spec)) selected.push("config-llm-scheduler");
  if (usesLatencyPredictor(spec)) selected.push("config-llm-scheduler-latency-predictor");
  if (has("router", "route") && !hasItems(decided(spec, "router", "route", "http", "refs"))) {
    selected.push("config-llm-router-route");
  }
  if (has("tracing")) selected.push("config-llm-tracing");
  if (has("prefill"))
    selected.push(...workloadPreset(at(spec, "prefill"), "prefill-"), ...workloadPreset(spec, "decode-"));
  else selected.push(...workloadPreset(spec, ""));
  return selected;
}

/** Every suffix that {@link selectPresets} may give. */
export const presetNames: readonly string[] = [
  "config-llm-scheduler",
  "config-llm-scheduler-latency-predictor",
  "config-llm-router-route",
  "config-llm-tracing",
  ...["", "prefill-", "decode-"].flatMap((role) =>
    ["template", "worker-data-parallel", "worker-pipeline-parallel"].map((kind) => `config-llm-${role}${kind}`),
  ),
];

/** A worker without parallelism has no preset; the validator refuses it later. */
function workloadPreset(workload: Json | undefined, role: "" | "prefill-" | "decode-"): string[] {
  if (decided(workload, "worker") === undefined) return [`config-llm-${role}template`];
  if (
    isPositive(decided(workload, "parallelism", "data")) ||
    isPositive(decided(workload, "parallelism", "dataLocal"))
  ) {
    return [`config-llm-${role}worker-data-parallel`];
  }
  return isPositive(decided(workload, "parallelism", "pipeline")) ? [`config-llm-${role}worker-pipeline-parallel`] : [];
}

/** Name of the InferencePool that the service refers to. @throws UndecidedError */
export function poolRefOf(spec: JsonObject): string | undefined {
  const name = decided(spec, "router", "scheduler", "pool", "ref", "name");
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Only an inline configuration counts. Source: `hasLatencyProducerInSpec`. */
function usesLatencyPredictor(spec: JsonObject): boolean {
  const plugins = decided(spec, "router", "scheduler", "config", "inline", "plugins");
  return Array.isArray(plugins) && plugins.some((plugin) => decided(plugin, "type") === "predicted-latency-producer");
}

/** Whether a list has elements. */
export function hasItems(value: Json | undefined): value is Json[] {
  return Array.isArray(value) && value.length > 0;
}

function isPositive(value: Json | undefined): boolean {
  return typeof value === "number" && value > 0;
}
