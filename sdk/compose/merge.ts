import { structFields } from "./structs";
import { entering, withoutNulls } from "./freeForm";
import { type GoField, specType } from "./goTypes";
import { isObject, type Json, type JsonObject, Marked, joinMarks, unmarked } from "./marked";
import { ListOrigin, ObjectOrigin, type Origin, OriginOf, partIn, partOf } from "./origins";

/** A spec with the origin of its parts. */
export interface Merged {
  readonly value: JsonObject;
  readonly origin: Origin;
}

/** Two specs that cannot be merged, where KServe's controller fails too. */
export class MergeError extends Error {
  override readonly name = "MergeError";
  constructor(
    /** Within the spec. */
    readonly path: readonly (string | number)[],
    readonly reason: string,
    readonly fix: string,
  ) {
    super(`${path.join(".")}: ${reason}`);
  }
}

/**
 * Merges one spec over another as KServe's controller does. Both are in canonical form, and so is the result; parts that did not change
 * are shared, nothing given is changed.
 *
 * Source: `mergeSpecs` of KServe's `config_merge.go`, which applies what differs between the second spec and an empty one as a strategic
 * merge patch (`strategicpatch` of k8s.io/apimachinery).
 *
 * @param source number of the second spec in origins.
 * @throws MergeError where the controller fails.
 */
export function mergeSpec(base: Merged, override: JsonObject, source: number): Merged {
  return mergeOver(base, { value: override, origin: source });
}

/** {@link mergeSpec} for a spec that is itself composed: its origins stay. @throws MergeError */
export function mergeOver(base: Merged, override: Merged): Merged {
  const merger = new Merger();
  const value = merger.struct(base.value, base.origin, patchOf(override.value), override.origin, specType);
  return { value, origin: merger.origin };
}

/** Merges specs in canonical form, each over those before it; the number of a source is its index. @throws MergeError */
export function mergeSpecs(specs: readonly JsonObject[]): Merged {
  const [first = {}, ...rest] = specs;
  return rest.reduce<Merged>((base, spec, index) => mergeSpec(base, spec, index + 1), { value: first, origin: 0 });
}

/**
 * What of a spec counts against an empty one: a URI that is empty does not, and pod templates have a list of containers, so that a
 * missing one removes nothing. Source: `LLMInferenceServiceSpec.SetDefaults`.
 */
function patchOf(spec: JsonObject): JsonObject {
  const patch = { ...spec, ...withContainers(spec, podTemplates) };
  if (isObject(patch.model) && patch.model.uri === "") {
    const model = { ...patch.model };
    delete model.uri;
    patch.model = model;
  }
  if (isObject(patch.prefill)) patch.prefill = { ...patch.prefill, ...withContainers(patch.prefill, podTemplates) };
  if (isObject(patch.router) && isObject(patch.router.scheduler)) {
    const { scheduler } = patch.router;
    patch.router = { ...patch.router, scheduler: { ...scheduler, ...withContainers(scheduler, ["template"]) } };
  }
  return patch;
}

const podTemplates = ["template", "worker"];

function withContainers(owner: JsonObject, names: readonly string[]): JsonObject {
  const added: JsonObject = {};
  for (const name of names) {
    const template = owner[name];
    if (isObject(template) && template.containers === null) added[name] = { ...template, containers: [] };
  }
  return added;
}

/** One merge; `origin` is that of the value which a method returned last. */
class Merger {
  origin: Origin = 0;
  private readonly path: (string | number)[] = [];

  struct(base: JsonObject, baseOrigin: Origin, patch: JsonObject, patchOrigin: Origin, type: string): JsonObject {
    const fields = structFields(type);
    const result = { ...base };
    const origins = new ObjectOrigin(baseOrigin);
    for (const name in patch) {
      const value = patch[name] as Json;
      const before = base[name];
      const by = partIn(patch, patchOrigin, name);
      if (before === undefined || before === null) {
        const field = fields.get(name);
        result[name] = field ? entering(value, field) : value;
        if (value !== null) origins.keys.set(name, by);
        continue;
      }
      const from = partOf(baseOrigin, name);
      const field = fields.get(name);
      this.path.push(name);
      result[name] = field ? this.field(before, from, value, by, field) : this.replace(before, from, value, by);
      this.path.pop();
      origins.keys.set(name, this.origin);
    }
    this.origin = origins;
    return result;
  }

  private field(base: Json, from: Origin, patch: Json, by: Origin, field: GoField): Json {
    if (patch === null) return this.replace(base, from, patch, by);
    // A part of what is not known cannot be told from the rest.
    if (isUnknown(base) && typeof patch === "object" && !(patch instanceof Marked))
      return this.replace(base, from, base, by);
    if (isObject(base) && isObject(patch)) {
      if (field.kind === "struct") return this.struct(base, from, patch, by, field.type);
      if (field.kind === "map") return this.map(base, from, patch, by);
      return this.free(base, from, patch, by);
    }
    if (Array.isArray(base) && Array.isArray(patch)) {
      if (field.mergeKey) return this.keyedList(base, from, patch, by, { type: field.type, key: field.mergeKey });
      if (field.union) return this.union(base, from, patch, by);
    }
    return this.replace(base, from, patch, by);
  }

  private replace(base: Json, from: Origin, patch: Json, by: Origin): Json {
    // Go writes "" for a text that must be there and was not given, so that nothing was replaced.
    this.origin = base === "" ? by : new OriginOf(by, { value: base, origin: from });
    return patch;
  }

  private map(base: JsonObject, from: Origin, patch: JsonObject, by: Origin): JsonObject {
    const result = { ...base };
    const origins = new ObjectOrigin(from);
    for (const key in patch) {
      result[key] = patch[key] as Json;
      origins.keys.set(key, keyOrigin(base, from, key, by));
    }
    this.origin = origins;
    return result;
  }

  /** JSON that the controller has no types for: it cannot look into values that both sides have, unless they are scalars. */
  private free(base: JsonObject, from: Origin, patch: JsonObject, by: Origin): JsonObject {
    const result = { ...base };
    const origins = new ObjectOrigin(from);
    for (const key in patch) {
      const value = patch[key] as Json;
      const before = base[key];
      if (value === null) {
        delete result[key];
        continue;
      }
      if ((isObject(before) && isObject(value)) || (Array.isArray(before) && Array.isArray(value))) {
        throw new MergeError(
          [...this.path, key],
          "is set in two places, and KServe's controller cannot merge lists or objects of free-form configuration",
          "set it in one place only, as a whole",
        );
      }
      result[key] = withoutNulls(value);
      origins.keys.set(key, keyOrigin(base, from, key, by));
    }
    this.origin = origins;
    return result;
  }

  /** A list of scalars that is joined; only finalizers are. */
  private union(base: readonly Json[], from: Origin, patch: readonly Json[], by: Origin): Json[] {
    const inPatch = new Set(patch.map(unmarked));
    const order = new Map<unknown, number>();
    base.forEach((item, index) => order.has(unmarked(item)) || order.set(unmarked(item), index));
    const left = unique(base.filter((item) => !inPatch.has(unmarked(item))));
    const right = unique(patch);
    const merged = interleave(left, right, (item) => order.get(unmarked(item)));
    this.origin = new ListOrigin(
      merged.map((item) => {
        const index = order.get(unmarked(item));
        return index === undefined ? partOf(by, patch.indexOf(item)) : partOf(from, index);
      }),
    );
    return merged;
  }

  /**
   * Elements with the same key are merged. The order is the patch's; an element that only the base has goes before the next element of
   * the patch that followed it in the base.
   */
  private keyedList(
    base: readonly Json[],
    from: Origin,
    patch: readonly Json[],
    by: Origin,
    { type, key }: { type: string; key: string },
  ): Json {
    const unknown = [...base, ...patch].flatMap((item) => unknownPart(item, key));
    if (unknown.length > 0) return this.replace(base as Json[], from, new Marked(undefined, joinMarks(unknown)), by);
    if (base.length === 0 && patch.length === 0) {
      this.origin = from;
      return base as Json[];
    }
    const merged: Element[] = base.map((item, index) => ({
      value: item as JsonObject,
      key: unmarked((item as JsonObject)[key]),
      origin: partOf(from, index),
    }));
    const first = new Map<unknown, Element>();
    const baseOrder = new Map<unknown, number>();
    merged.forEach((element, index) => {
      if (first.has(element.key)) return;
      first.set(element.key, element);
      baseOrder.set(element.key, index);
    });
    const patchOrder = new Map<unknown, number>();
    patch.forEach((item, index) => {
      const value = item as JsonObject;
      const keyValue = unmarked(value[key]);
      if (!patchOrder.has(keyValue)) patchOrder.set(keyValue, index);
      const element = first.get(keyValue);
      if (element && keyValue !== undefined) {
        this.path.push(index);
        element.value = this.struct(element.value, element.origin, value, partOf(by, index), type);
        // Naming the element does not set its name.
        (this.origin as ObjectOrigin).keys.delete(key);
        element.origin = this.origin;
        this.path.pop();
      } else {
        const added = { value, key: keyValue, origin: partOf(by, index) };
        first.set(keyValue, added);
        merged.push(added);
      }
    });
    const without = merged.find((element) => element.key === undefined);
    if (without)
      throw new MergeError(
        [...this.path],
        `an element has no ${key}, by which KServe's controller merges this list`,
        `give every element a ${key}`,
      );
    const right = sortedBy(
      merged.filter((element) => patchOrder.has(element.key)),
      (element) => patchOrder.get(element.key),
    );
    const left = sortedBy(
      merged.filter((element) => !patchOrder.has(element.key)),
      (element) => baseOrder.get(element.key),
    );
    const ordered = interleave(left, right, (element) => baseOrder.get(element.key));
    this.origin = new ListOrigin(ordered.map((element) => element.origin));
    return ordered.map((element) => element.value);
  }
}

interface Element {
  value: JsonObject;
  readonly key: unknown;
  origin: Origin;
}

/** An element of `left` goes before the first of `right` that both have a place in the base and that it comes before there. */
function interleave<T>(left: readonly T[], right: readonly T[], placeOf: (item: T) => number | undefined): T[] {
  const result: T[] = [];
  let i = 0;
  for (const item of right) {
    const place = placeOf(item);
    for (; i < left.length && place !== undefined && (placeOf(left[i] as T) ?? Infinity) < place; i++)
      result.push(left[i] as T);
    result.push(item);
  }
  return [...result, ...left.slice(i)];
}

function sortedBy<T>(items: readonly T[], place: (item: T) => number | undefined): T[] {
  return [...items].sort((a, b) => (place(a) ?? 0) - (place(b) ?? 0));
}

function unique(items: readonly Json[]): Json[] {
  const seen = new Set<unknown>();
  return items.filter((item) => !seen.has(unmarked(item)) && seen.add(unmarked(item)));
}

function isUnknown(value: unknown): value is Marked {
  return value instanceof Marked && value.unknown;
}

function unknownPart(item: Json, key: string): Marked[] {
  const part = isObject(item) ? item[key] : item;
  return isUnknown(part) ? [part] : [];
}

function keyOrigin(base: JsonObject, from: Origin, key: string, by: Origin): Origin {
  const before = base[key];
  const part = partOf(by, key);
  return before === undefined ? part : new OriginOf(part, { value: before, origin: partOf(from, key) });
}
