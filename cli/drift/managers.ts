import type { PathPart } from "./paths";

/** Who wrote fields of an object, when, and how. */
export interface Manager {
  readonly manager: string;
  readonly operation?: string;
  /** Such as `scale`, by which autoscalers set replicas. */
  readonly subresource?: string;
  /** When the manager last changed any of its fields, in RFC 3339. */
  readonly time?: string;
  /** Whether the field itself is the manager's; otherwise it is only the last one that has changed the object. */
  readonly certain: boolean;
}

type FieldSet = { readonly [key: string]: FieldSet };
interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly fieldsV1?: FieldSet;
}

/**
 * Who changed a field: of those that own it and are not the stack's own manager, the latest. Nobody owns what is gone; then it is
 * probably the latest of those that have written the object.
 *
 * @param object the live object, with its `metadata.managedFields`
 * @param own the stack's field manager
 */
export function managerOf(
  object: { readonly metadata?: unknown } | undefined,
  parts: readonly PathPart[],
  own: string | undefined,
): Manager | undefined {
  const { managedFields = [] } = (object?.metadata ?? {}) as { managedFields?: readonly Entry[] };
  const others = managedFields
    .filter(({ manager, subresource }) => manager !== own && subresource !== "status")
    .sort((left, right) => (right.time ?? "").localeCompare(left.time ?? ""));
  const owner = others.find(({ fieldsV1 }) => fieldsV1 && owns(fieldsV1, object, parts));
  const found = owner ?? others[0];
  if (!found?.manager) return undefined;
  const { manager, operation, subresource, time } = found;
  return { manager, operation, subresource, time, certain: owner !== undefined };
}

/** Whether a set of fields has a path, or a part of the object above it as a whole. */
function owns(fields: FieldSet, object: unknown, parts: readonly PathPart[]): boolean {
  let set: FieldSet = fields;
  let value = object;
  for (const part of parts) {
    // A set without members stands for all that is below it.
    if (Object.keys(set).length === 0) return true;
    const child = (value as Record<PathPart, unknown> | undefined)?.[part];
    const next = typeof part === "number" ? memberOf(set, child) : set[`f:${part}`];
    if (!next) return false;
    set = next;
    value = child;
  }
  return true;
}

/** The fields of a list's member, which is named by its key or by its value. */
function memberOf(set: FieldSet, item: unknown): FieldSet | undefined {
  for (const [key, fields] of Object.entries(set)) {
    if (key.startsWith("v:") && JSON.stringify(item) === key.slice(2)) return fields;
    if (!key.startsWith("k:") || typeof item !== "object" || item === null) continue;
    const wanted = Object.entries(JSON.parse(key.slice(2)) as Record<string, unknown>);
    if (wanted.every(([name, value]) => (item as Record<string, unknown>)[name] === value)) return fields;
  }
  return undefined;
}
