import { load } from "js-yaml";

import { childName, childNames } from "../api/names";
import { ConfigurationError } from "../problems";
import type { Draft } from "./draft";
import { isObject, type Json, type JsonObject, unmarked } from "./marked";
import { at, decided, hasItems, poolRefOf } from "./presets";
import { type Sources, SourceKind } from "./sources";

/** What the steps after the merge need to know about the service. */
export interface PostMergeService {
  readonly name: string;
  readonly namespace: string;
  /** The controller's. */
  readonly systemNamespace: string;
  readonly annotations: Readonly<Record<string, Json>>;
}

/** Texts of ConfigMaps; undefined for one that is not known here. */
export type ConfigMapLookup = (namespace: string, name: string) => Readonly<Record<string, string>> | undefined;

/**
 * What the controller fills in before it renders templates: the pool's selector and the endpoint picker's service account.
 *
 * Source: `combineBaseRefsConfig` at 0.20.
 */
export function fillBeforeTemplates(draft: Draft, service: PostMergeService, sources: Sources): void {
  const step = (name: string): number => sources.add(SourceKind.postMerge, name);
  const pool = at(draft.value, "router", "scheduler", "pool", "spec");
  const labels = at(pool, "selector", "matchLabels");
  if (isObject(pool) && !(isObject(labels) && Object.keys(labels).length > 0)) {
    const selector = {
      "app.kubernetes.io/name": service.name,
      "app.kubernetes.io/part-of": "llminferenceservice",
      "kserve.io/component": "workload",
    };
    draft.set(["router", "scheduler", "pool", "spec", "selector", "matchLabels"], selector, step("pool selector"));
  }
  const template = at(draft.value, "router", "scheduler", "template");
  if (isObject(template) && !at(template, "serviceAccountName")) {
    const path = ["router", "scheduler", "template", "serviceAccountName"];
    draft.set(path, childName(service.name, "-epp-sa"), step("service account of the endpoint picker"));
  }
}

/** What the controller changes after it has rendered templates, in its order. */
export function finish(draft: Draft, service: PostMergeService, sources: Sources, configMaps: ConfigMapLookup): void {
  claimDevices(draft, service, sources);
  pointAtGateways(draft, sources);
  pointAtBackends(draft, service, sources);
  resolveSchedulerConfig(draft, service, sources, configMaps);
  setPickerPort(draft, sources);
}

/** Source: `injectManagedDRAIntoConfig`. */
function claimDevices(draft: Draft, service: PostMergeService, sources: Sources): void {
  if (!("serving.kserve.io/exp-dra-device-class" in service.annotations)) return;
  const source = sources.add(SourceKind.postMerge, "device claim");
  const named = unmarked(service.annotations["serving.kserve.io/exp-dra-container-name"]);
  const wanted = typeof named === "string" ? named.trim() : "";
  for (const path of [["template"], ["worker"], ["prefill", "template"], ["prefill", "worker"]]) {
    const pod = at(draft.value, ...path);
    if (!isObject(pod)) continue;
    const claims = listAt(pod, "resourceClaims");
    if (!claims.some((claim) => at(claim, "name") === claimName)) {
      const claim = { name: claimName, resourceClaimTemplateName: childName(service.name, "-managed-dra") };
      draft.set([...path, "resourceClaims", claims.length], claim, source);
    }
    const containers = listAt(pod, "containers");
    const index = wanted ? containers.findIndex((container) => at(container, "name") === wanted) : 0;
    const container = containers[index];
    if (!container) continue;
    const used = listAt(at(container, "resources"), "claims");
    if (used.some((claim) => at(claim, "name") === claimName)) continue;
    draft.set([...path, "containers", index, "resources", "claims", used.length], { name: claimName }, source);
  }
}

const claimName = "managed-device";

/** A managed route is attached to the gateways that the service refers to. Source: `ToParentRefs`. */
function pointAtGateways(draft: Draft, sources: Sources): void {
  const refs = decided(draft.value, "router", "gateway", "refs");
  if (!isObject(at(draft.value, "router", "route", "http", "spec")) || !hasItems(refs)) return;
  const parentRefs = refs.map((ref) => {
    const [namespace, sectionName] = [at(ref, "namespace"), at(ref, "sectionName")];
    return {
      group: "gateway.networking.k8s.io",
      kind: "Gateway",
      ...(namespace !== undefined && namespace !== "" && { namespace }),
      name: at(ref, "name") ?? "",
      ...(sectionName !== undefined && { sectionName }),
    };
  });
  const source = sources.add(SourceKind.postMerge, "parentRefs from gateway.refs");
  draft.set(["router", "route", "http", "spec", "parentRefs"], parentRefs, source);
}

/** Backends that are the service's own pool become its Service without a scheduler, or the pool that it refers to. */
function pointAtBackends(draft: Draft, service: PostMergeService, sources: Sources): void {
  const names = childNames(service.name);
  const hasScheduler = decided(draft.value, "router", "scheduler") !== undefined;
  const poolRef = poolRefOf(draft.value);
  if (hasScheduler && !poolRef) return;
  const change: JsonObject =
    hasScheduler && poolRef ? { name: poolRef } : { group: "", kind: "Service", name: names.workloadService };
  const step = hasScheduler ? "backends from pool.ref" : "Service as backend without a scheduler";
  const rules = listAt(at(draft.value, "router", "route", "http", "spec"), "rules");
  rules.forEach((rule, ruleIndex) => {
    listAt(rule, "backendRefs").forEach((backend, index) => {
      if (unmarked(at(backend, "kind")) !== "InferencePool" || unmarked(at(backend, "name")) !== names.inferencePool)
        return;
      const path = ["router", "route", "http", "spec", "rules", ruleIndex, "backendRefs", index];
      for (const [key, value] of Object.entries(change)) {
        draft.set([...path, key], value, sources.add(SourceKind.postMerge, step));
      }
    });
  });
}

/**
 * A ConfigMap's endpoint picker configuration takes the place of the reference to it, where the ConfigMap is known here; else the
 * controller does it.
 */
function resolveSchedulerConfig(
  draft: Draft,
  service: PostMergeService,
  sources: Sources,
  configMaps: ConfigMapLookup,
): void {
  const path = ["router", "scheduler", "config"];
  const config = at(draft.value, ...path);
  const name = unmarked(at(config, "ref", "name"));
  if (!isObject(config) || typeof name !== "string") return;
  const shared = name.startsWith("config-scheduler-") ? configMaps(service.systemNamespace, name) : undefined;
  const data = configMaps(service.namespace, name) ?? shared;
  if (!data) return;
  const key = unmarked(at(config, "ref", "key")) || "epp";
  if (typeof key !== "string") return;
  const text = Object.hasOwn(data, key) ? data[key] : undefined;
  if (text === undefined) {
    throw new ConfigurationError(`LLMInferenceService "${service.name}"`, [
      {
        path: "spec.router.scheduler.config.ref.key",
        given: key,
        message: `the ConfigMap "${name}" has no such key`,
        allowed: Object.keys(data).sort().join(", "),
      },
    ]);
  }
  draft.set(path, { inline: load(text) as Json }, sources.add(SourceKind.postMerge, `ConfigMap "${name}"`));
}

/** Source: the comment on GIE before 1.2.0 in `combineBaseRefsConfig`. */
function setPickerPort(draft: Draft, sources: Sources): void {
  const path = ["router", "scheduler", "pool", "spec", "endpointPickerRef"];
  if (!isObject(at(draft.value, "router", "scheduler", "pool", "spec"))) return;
  const picker = at(draft.value, ...path);
  const kind = unmarked(at(picker, "kind")) ?? "";
  if (at(picker, "port", "number") || (kind !== "Service" && kind !== "")) return;
  draft.set([...path, "port"], { number: 9002 }, sources.add(SourceKind.postMerge, "port of the endpoint picker"));
}

function listAt(value: Json | undefined, key: string): readonly Json[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}
