import { isOpaque, shownValue } from "../api/view";
import {
  addDefault,
  type Handle,
  type Instance,
  isHidden,
  listOf,
  needDefault,
  objectOf,
  resolve,
  textOf,
} from "./handle";
import { goDurationSeconds } from "./goDuration";
import { omit } from "./omit";
import { type PluginKind, SchedulerRouter } from "./routers";
import { join, unknownName } from "./shape";

const featureGates: Readonly<Record<SchedulerRouter, readonly string[]>> = {
  [SchedulerRouter.inferenceExtension]: ["dataLayer", "enableLegacyMetrics", "flowControl"],
  [SchedulerRouter.llmD]: ["flowControl", "haPopulateNonLeaderDatastore"],
};

/** Which feature gates are on; undefined when not all of them are known. */
export function checkFeatureGates(handle: Handle, gates: unknown): ReadonlySet<string> | undefined {
  const on = new Set<string>();
  for (const [index, gate] of listOf(gates).entries()) {
    const text = gate === null ? "" : textOf(gate);
    if (text === undefined) continue;
    const path = `${join(handle.path, "featureGates")}[${index}]`;
    const known = featureGates[handle.router];
    // llm-d's gates can be turned off: "flowControl=false".
    const [name = "", value] = handle.router === SchedulerRouter.llmD ? text.split("=") : [text];
    if (!known.includes(name)) handle.report(path, { given: text, ...unknownName("feature gate", name, known) });
    else if (value !== undefined && !/^\s*(1|t|true|0|f|false)\s*$/i.test(value)) {
      handle.report(path, { message: "neither true nor false", given: text, allowed: `${name}=true or ${name}=false` });
    } else if (value === undefined || /^\s*(1|t|true)\s*$/i.test(value)) on.add(name);
    else on.delete(name);
  }
  return isHidden(gates) || listOf(gates).some(isHidden) ? undefined : on;
}

export function checkParsers(handle: Handle, root: Readonly<Record<string, unknown>>): void {
  if (root.parser === undefined || root.parser === null) needDefault(handle, "openai-parser", "parser");
  else if (!handle.instances.has("openai-parser")) addDefault(handle, "openai-parser");
  checkOneReference(handle, root.parser, "parser", "parser");
  if (handle.router !== SchedulerRouter.llmD) return;
  for (const type of ["anthropic-parser", "vllmhttp-parser"]) if (!handle.instances.has(type)) addDefault(handle, type);
  for (const [index, parser] of listOf(objectOf(root.requestHandler).parsers).entries()) {
    const path = `${join(handle.path, "requestHandler")}.parsers[${index}].pluginRef`;
    if (!isOpaque(parser)) resolve(handle, objectOf(parser).pluginRef, path, "parser");
  }
}

export function checkSaturation(handle: Handle, root: Readonly<Record<string, unknown>>): void {
  const detectors = [root.saturationDetector, objectOf(root.flowControl).saturationDetector];
  const named = detectors.some((detector) => isOpaque(detector) || Boolean(objectOf(detector).pluginRef));
  if (!named) needDefault(handle, "utilization-detector", "saturation-detector");
  else if (!handle.instances.has("utilization-detector")) addDefault(handle, "utilization-detector");
  checkOneReference(handle, root.saturationDetector, "saturationDetector", "saturation-detector", { optional: true });
  const inner = objectOf(root.flowControl).saturationDetector;
  checkOneReference(handle, inner, "flowControl.saturationDetector", "saturation-detector", { optional: true });
}

function checkOneReference(
  handle: Handle,
  value: unknown,
  field: string,
  kind: PluginKind,
  options: { readonly optional?: boolean } = {},
): void {
  if (value === undefined || value === null || isOpaque(value)) return;
  const path = handle.path === "" ? field : `${handle.path}.${field}`;
  resolve(handle, objectOf(value).pluginRef, join(path, "pluginRef"), kind, options);
}

export function checkDataLayer(handle: Handle, dataLayer: unknown, gates: ReadonlySet<string> | undefined): void {
  if (isOpaque(dataLayer) || !gates) return;
  const path = join(handle.path, "dataLayer");
  const given = dataLayer !== undefined && dataLayer !== null;
  if (gates.has("enableLegacyMetrics")) {
    const what = { message: "not read with the feature gate enableLegacyMetrics", fix: "remove one of the two" };
    if (given) handle.report(path, what, true);
    return;
  }
  if (!given) {
    needDefault(handle, "metrics-data-source", "data-source");
    needDefault(handle, "core-metrics-extractor", "extractor");
    const [source, extractor] = [
      handle.instances.get("metrics-data-source"),
      handle.instances.get("core-metrics-extractor"),
    ];
    checkBinding(handle, source, extractor, join(extractor?.path ?? path, "name"));
    return;
  }
  const { sources } = objectOf(dataLayer);
  if (isOpaque(sources)) return;
  if (handle.router === SchedulerRouter.inferenceExtension && listOf(sources).length === 0) {
    const fix = "leave dataLayer out for the usual metrics, or use the feature gate enableLegacyMetrics";
    handle.report(join(path, "sources"), { message: "missing", allowed: "at least one source", fix });
  }
  const watched = new Set<string>();
  for (const [index, source] of listOf(sources).entries()) {
    if (!isOpaque(source)) checkSource(handle, source, `${join(path, "sources")}[${index}]`, watched);
  }
}

function checkSource(handle: Handle, given: unknown, path: string, watched: Set<string>): void {
  const { pluginRef, extractors } = objectOf(given);
  const source = resolve(handle, pluginRef, join(path, "pluginRef"), "data-source");
  if (source?.type === "k8s-notification-source") {
    const { group, version, kind } = objectOf(source.parameters);
    const watches = JSON.stringify([group ?? "", version, kind]);
    if (watched.has(watches)) {
      handle.report(join(path, "pluginRef"), {
        message: "objects of this kind are watched already",
        given: source.name,
      });
    }
    watched.add(watches);
  }
  for (const [index, reference] of listOf(extractors).entries()) {
    if (isOpaque(reference)) continue;
    const at = join(`${join(path, "extractors")}[${index}]`, "pluginRef");
    const extractor = resolve(handle, objectOf(reference).pluginRef, at, "extractor");
    checkBinding(handle, source, extractor, at);
  }
}

function checkBinding(
  handle: Handle,
  source: Instance | undefined,
  extractor: Instance | undefined,
  path: string,
): void {
  const [output, input] = [source?.definition.output, extractor?.definition.input];
  if (output === undefined || input === undefined || output === input) return;
  const message = `${extractor?.type} cannot read what ${source?.type} gives`;
  handle.report(path, { message, given: extractor?.name });
}

const defaultPolicies = [
  ["fcfs-ordering-policy", "ordering-policy"],
  ["global-strict-fairness-policy", "fairness-policy"],
  ["static-usage-limit-policy", "usage-limit-policy"],
] as const;

export function checkFlowControl(handle: Handle, flowControl: unknown, gates: ReadonlySet<string> | undefined): void {
  if (!gates) return;
  if (gates.has("flowControl")) for (const [type, kind] of defaultPolicies) needDefault(handle, type, kind);
  if (flowControl === undefined || flowControl === null || isOpaque(flowControl)) return;
  const path = join(handle.path, "flowControl");
  const given = objectOf(flowControl);
  const rest: Readonly<Record<string, unknown>> = omit(given, "saturationDetector");
  if (!gates.has("flowControl")) {
    if (Object.keys(rest).length === 0) return;
    const what = { message: "not read without its feature gate", fix: "add flowControl to featureGates" };
    handle.report(path, what, true);
    return;
  }
  const ttl = textOf(rest.defaultRequestTTL);
  if (ttl !== undefined && (goDurationSeconds(ttl) ?? 0) < 0) {
    handle.report(join(path, "defaultRequestTTL"), { message: "too small", given: ttl, allowed: "at least 0s" });
  }
  const usage = join(path, "usageLimitPolicyPluginRef");
  resolve(handle, rest.usageLimitPolicyPluginRef, usage, "usage-limit-policy", { optional: true });
  checkLimits(handle, rest, path);
  if (rest.defaultPriorityBand !== null) checkBand(handle, rest.defaultPriorityBand, join(path, "defaultPriorityBand"));
  const priorities = new Set<unknown>();
  for (const [index, band] of listOf(rest.priorityBands).entries()) {
    const at = `${join(path, "priorityBands")}[${index}]`;
    if (isOpaque(band)) continue;
    const priority = objectOf(band).priority ?? 0;
    if (isOpaque(priority)) continue;
    if (priorities.has(priority)) {
      handle.report(join(at, "priority"), { message: "two bands have this priority", given: shownValue(priority) });
    }
    priorities.add(priority);
    checkBand(handle, band, at);
  }
}

function checkBand(handle: Handle, band: unknown, path: string): void {
  if (band === undefined || isOpaque(band)) return;
  const { fairnessPolicyRef, orderingPolicyRef } = objectOf(band);
  const optional = { optional: true };
  resolve(handle, fairnessPolicyRef, join(path, "fairnessPolicyRef"), "fairness-policy", optional);
  resolve(handle, orderingPolicyRef, join(path, "orderingPolicyRef"), "ordering-policy", optional);
  checkLimits(handle, objectOf(band), path);
}

function checkLimits(handle: Handle, limits: Readonly<Record<string, unknown>>, path: string): void {
  for (const field of ["maxBytes", "maxRequests"]) {
    const value = limits[field];
    const text = typeof value === "number" ? String(value) : textOf(value);
    if (text?.trim().startsWith("-") === true && !/^-0*(\.0*)?[A-Za-z]*$/.test(text.trim())) {
      handle.report(join(path, field), { message: "too small", given: shownValue(value), allowed: "at least 0" });
    }
  }
}

/**
 * The inference extension compares what a producer and a consumer of endpoint data declare, by identity where they are pointers:
 * those of the load in flight are never the same.
 *
 * Source: `buildDAG` in `pkg/epp/datalayer/data_graph.go` at 1.5.0.
 */
export function checkDataFlow(handle: Handle): void {
  if (handle.router !== SchedulerRouter.inferenceExtension) return;
  const all = [...handle.instances.values()];
  const producer = all.find(({ definition }) => definition.produces?.includes("InFlightLoad"));
  const consumer = all.find(({ definition }) => definition.consumes?.includes("InFlightLoad"));
  if (!producer || !consumer) return;
  handle.report(consumer.path ?? handle.path, {
    message: `${handle.router} does not start with both ${producer.type} and ${consumer.type}`,
    given: consumer.name,
    fix: `leave one of them out; ${consumer.type} alone sees no load`,
  });
}
