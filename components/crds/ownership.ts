import { createHash } from "node:crypto";

import type { KubernetesObject } from "../../sdk/kubernetes/client";
import { asApplied } from "./bundle";

interface ManagedFields {
  manager?: string;
  operation?: string;
  subresource?: string;
  time?: string;
  fieldsV1?: Fields;
}
type Fields = { [key: string]: Fields };

function managers(object: KubernetesObject): ManagedFields[] {
  return ((object.metadata.managedFields as ManagedFields[] | undefined) ?? []).filter((entry) => !entry.subresource);
}

/** Who else manages the object, the latest first. */
export function otherManagers(object: KubernetesObject, fieldManager: string): string[] {
  const others = managers(object)
    .filter((entry) => entry.manager !== fieldManager)
    .sort((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  return [...new Set(others.map((entry) => entry.manager ?? "unknown"))];
}

/** Whether the field manager has applied the object, and so may count it as its own. */
export function isManagedBy(object: KubernetesObject, fieldManager: string): boolean {
  return managers(object).some((entry) => entry.manager === fieldManager && entry.operation === "Apply");
}

/**
 * Digest of exactly the fields that the field manager owns, as the API server stores them. What others add, such as the CA
 * that cert-manager injects, is not in it; what others change is, because changing a field also takes it over.
 */
export function ownedDigest(object: KubernetesObject, fieldManager: string): string {
  const entry = managers(object).find((each) => each.manager === fieldManager && each.operation === "Apply");
  const owned = entry?.fieldsV1 ? ownedPart(object, entry.fieldsV1) : null;
  return createHash("sha256").update(canonical(owned)).digest("hex").slice(0, 16);
}

/** What a refresh says about an object. */
export function liveState(
  object: KubernetesObject | undefined,
  fieldManager: string,
  applied: string | undefined,
): string {
  if (!object) return "missing";
  if (object.metadata.deletionTimestamp) return "being deleted";
  if (applied === ownedDigest(object, fieldManager)) return asApplied;
  const [latest] = otherManagers(object, fieldManager);
  return latest ? `changed by "${latest}"` : "changed";
}

function ownedPart(value: unknown, fields: Fields): unknown {
  const keys = Object.keys(fields).filter((key) => key !== ".");
  // An empty set of fields stands for the whole value, a list without keys included.
  if (keys.length === 0) return value;
  const part: Record<string, unknown> = {};
  for (const key of keys) {
    const name = key.slice(2);
    if (key.startsWith("f:"))
      part[name] = ownedPart((value as Record<string, unknown> | undefined)?.[name], fields[key] ?? {});
    else if (key.startsWith("k:")) part[name] = ownedPart(itemWith(value, name), fields[key] ?? {});
    else part[key] = Array.isArray(value) && value.includes(JSON.parse(name));
  }
  return part;
}

/** The item of a list that has the values of a key such as `{"name":"v1"}`. */
function itemWith(list: unknown, key: string): unknown {
  const wanted = Object.entries(JSON.parse(key) as Record<string, unknown>);
  if (!Array.isArray(list)) return undefined;
  return (list as Record<string, unknown>[]).find((item) => wanted.every(([name, value]) => item[name] === value));
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, nested: unknown) =>
      nested && typeof nested === "object" && !Array.isArray(nested)
        ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
        : nested,
    ) ?? "null"
  );
}
