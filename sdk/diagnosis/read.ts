import type { KubernetesObject } from "../kubernetes/client";

/** Any part of an object as the API sends it. */
export type Fields = Readonly<Record<string, unknown>>;

/** One entry of `status.conditions`, of any kind. */
export interface StatusCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** The object at a path; empty where there is none. */
export function fieldsAt(value: unknown, ...path: string[]): Fields {
  const found = valueAt(value, path);
  return isFields(found) ? found : {};
}

/** The list of objects at a path; empty where there is none. */
export function listAt(value: unknown, ...path: string[]): Fields[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found.filter(isFields) : [];
}

/** The text at a path; undefined where there is none, or an empty one. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The number at a path; 0 where there is none. */
export function numberAt(value: unknown, ...path: string[]): number {
  const found = valueAt(value, path);
  return typeof found === "number" ? found : 0;
}

/** Conditions of an object or of a part of its status. */
export function conditionsOf(value: unknown, ...path: string[]): StatusCondition[] {
  return listAt(value, ...path, "conditions").map((entry) => ({
    type: textAt(entry, "type") ?? "",
    status: textAt(entry, "status") ?? "Unknown",
    reason: textAt(entry, "reason"),
    message: textAt(entry, "message"),
    ...(typeof entry.observedGeneration === "number" && { observedGeneration: entry.observedGeneration }),
  }));
}

export function conditionOf(object: KubernetesObject, type: string): StatusCondition | undefined {
  return conditionsOf(object, "status").find((condition) => condition.type === type);
}

/** `<reason>: <message>`, or what there is of it. */
export function reasonOf(condition: StatusCondition): string {
  return [condition.reason, condition.message].filter(Boolean).join(": ") || "no reason given";
}

export function nameOf(object: KubernetesObject): string {
  return object.metadata.name ?? "";
}

/** Makes one line of a message, without what looks like a credential. */
export function oneLine(text: string): string {
  return redacted(text.replace(/\s+/g, " ").trim());
}

/** The message of a container may repeat what it was given. */
function redacted(text: string): string {
  return text
    .replace(/\bhf_[A-Za-z0-9]{8,}/g, "hf_…")
    .replace(/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, "$1 …")
    .replace(/:\/\/[^/\s:@]+:[^/\s@]+@/g, "://…@")
    .replace(
      /\b([\w-]*(?:token|password|passwd|secret|api[-_]?key|access[-_]?key(?:[-_]?id)?))(["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/gi,
      "$1$2…",
    );
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isFields(found)) return undefined;
    found = found[key];
  }
  return found;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
