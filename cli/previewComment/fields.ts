import { isObject, type Json, type JsonObject, secretText } from "../../sdk/compose/marked";
import { setterAt, type OriginParts } from "../../sdk/compose/originParts";
import { listOrigins } from "../../sdk/compose/origins";
import type { Properties } from "./document";

/** One field of a service that differs between the two sides of a preview. */
export interface FieldChange {
  /** Such as `template.containers[main].image`. */
  readonly path: string;
  /** Undefined where there was none. */
  readonly before?: Json;
  /** Undefined where there is none any more. */
  readonly after?: Json;
  /** Who set the new value, of a field that is gone who had set it: such as `fragment "gpu"`. Undefined where the preview does not say it. */
  readonly setter?: string;
  /** Who had set the old value, where that was somebody else. */
  readonly earlierSetter?: string;
}

/** A service or config on one side: its object, and who set what. */
export interface ComposedSide {
  readonly object: Properties;
  /** Undefined where the preview does not say it. */
  readonly origins?: OriginParts;
}

/** What stands for a secret of which the provider says that it differs, and for one that moved in its list, of which nobody can tell. */
const secretMarks: Readonly<Record<string, string>> = {
  "\u0000changed": `${secretText} (changed)`,
  "\u0000moved": `${secretText} (perhaps changed)`,
};

/**
 * Compares two sides field by field, by the names of list elements where lists are merged by name.
 *
 * @param diffs paths that the provider says differ: the only thing by which a secret shows that it has changed.
 */
export function changedFields(
  before: ComposedSide | undefined,
  after: ComposedSide | undefined,
  diffs: readonly string[],
): FieldChange[] {
  const [old, fresh] = [fieldsOf(before?.object), fieldsOf(after && markSecrets(before?.object, after.object, diffs))];
  const paths = [...new Set([...old.keys(), ...fresh.keys()])];
  const containers = new Set(paths.flatMap(containersOf));
  return paths
    .filter((path) => {
      const [left, right] = [old.get(path), fresh.get(path)];
      if (JSON.stringify(left) === JSON.stringify(right)) return false;
      if (left !== undefined && right !== undefined) return true;
      // An empty object is no field of its own where a side has something in it, nor is the name of an element that comes or goes whole.
      return !(containers.has(path) && isEmpty(left ?? right)) && !repeatsName(path, left ?? right, paths);
    })
    .sort(byPath.compare)
    .map((path) => fieldChange(path, old.get(path), fresh.get(path), before, after));
}

/** The second element of a list goes before the tenth. */
const byPath = new Intl.Collator("en", { numeric: true });

function fieldChange(
  path: string,
  old: Json | undefined,
  fresh: Json | undefined,
  before: ComposedSide | undefined,
  after: ComposedSide | undefined,
): FieldChange {
  const earlier = old === undefined ? undefined : setterOf(before, path);
  const setter = fresh === undefined ? undefined : setterOf(after, path);
  const responsible = fresh === undefined ? earlier : setter;
  return {
    path,
    ...(old !== undefined && { before: old }),
    ...(fresh !== undefined && { after: shownSecret(fresh, old) }),
    ...(responsible !== undefined && { setter: responsible }),
    ...(fresh !== undefined && earlier !== undefined && earlier !== setter && { earlierSetter: earlier }),
  };
}

function setterOf(side: ComposedSide | undefined, path: string): string | undefined {
  if (!side?.origins) return undefined;
  // What fragments bring of these is named; the rest is the service's own.
  return path.startsWith("metadata.") && !Object.hasOwn(side.origins, path) ? "service" : setterAt(side.origins, path);
}

/** Fields of the spec, and labels and annotations, by path; what only the provider reads is left out. */
function fieldsOf(object: Properties | undefined): Map<string, Json> {
  const found = new Map<string, Json>();
  if (!object) return found;
  const metadata = (object.metadata ?? {}) as JsonObject;
  for (const part of ["labels", "annotations"]) {
    const map = metadata[part];
    if (isObject(map))
      for (const [key, value] of Object.entries(map))
        if (!key.startsWith("pulumi.com/")) found.set(`metadata.${part}["${key}"]`, value as Json);
  }
  const spec = object.spec;
  if (isObject(spec as Json)) for (const { path, value } of listOrigins(spec as JsonObject, 0)) found.set(path, value);
  return found;
}

function repeatsName(path: string, value: Json | undefined, paths: readonly string[]): boolean {
  const element = path.endsWith(".name") ? path.slice(0, -".name".length) : "";
  if (typeof value !== "string" || !element.endsWith(`[${value}]`)) return false;
  return paths.some((other) => other !== path && other.startsWith(`${element}.`));
}

function isEmpty(value: Json | undefined): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** Everything that a path lies in. */
function containersOf(path: string): string[] {
  return [...path.matchAll(/[.[]/g)].map(({ index }) => path.slice(0, index));
}

function shownSecret(fresh: Json, old: Json | undefined): Json {
  if (Array.isArray(fresh))
    return fresh.map((item, index) => shownSecret(item, Array.isArray(old) ? old[index] : undefined));
  if (isObject(fresh))
    return Object.fromEntries(
      Object.entries(fresh).map(([key, child]) => [key, shownSecret(child, isObject(old) ? old[key] : undefined)]),
    );
  const mark = typeof fresh === "string" && Object.hasOwn(secretMarks, fresh) ? secretMarks[fresh] : undefined;
  if (mark === undefined) return fresh;
  return old === secretText ? mark : secretText;
}

/** Both sides of a secret look the same; where the provider says that it differs, the new one is marked. */
function markSecrets(before: Properties | undefined, after: Properties, diffs: readonly string[]): Properties {
  const changed =
    before === undefined ? [] : diffs.map(stepsOf).filter((steps) => valueAt(after, steps) === secretText);
  if (changed.length === 0) return after;
  const copy = structuredClone(after) as JsonObject;
  for (const steps of changed) {
    const parent = valueAt(copy, steps.slice(0, -1)) as Record<string, Json>;
    parent[String(steps.at(-1))] = valueAt(before, steps) === secretText ? "\u0000changed" : "\u0000moved";
  }
  return copy;
}

function valueAt(value: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((current, step) => {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    return (current as Record<string, unknown>)[step];
  }, value);
}

/** Of a path as the engine writes it, such as `spec.template.containers[0].env[1].value` or `limits["nvidia.com/gpu"]`. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? "",
  );
}
