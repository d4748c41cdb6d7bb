import { isDefaulted } from "./canonical";
import { fieldOf } from "./structs";
import { type GoField, specType } from "./goTypes";
import { isObject, type Json, type JsonObject, Marked, unmarked } from "./marked";

/**
 * Where a value came from. A number is a source that set the whole value, `~number` its default from the CRD; the others are for values
 * that replaced something, and for objects and lists whose parts came from several sources.
 */
export type Origin = number | OriginOf | ObjectOrigin | ListOrigin;

/** What was there before. */
export interface Replaced {
  readonly value: Json;
  readonly origin: Origin;
}

/** A value that was set as a whole, in place of another. */
export class OriginOf {
  constructor(
    readonly by: Origin,
    readonly replaced: Replaced,
  ) {}
}

/** An object that several sources had a part in; what is not among `keys` has the origin that it had in `others`. */
export class ObjectOrigin {
  readonly keys = new Map<string, Origin>();
  constructor(readonly others: Origin) {}

  get(key: string): Origin {
    return this.keys.get(key) ?? partOf(this.others, key);
  }
}

/** A list that several sources had a part in. */
export class ListOrigin {
  constructor(readonly items: readonly Origin[]) {}
}

/** Origin of a part of a value. */
export function partOf(origin: Origin, key: string | number): Origin {
  if (typeof origin === "number") return origin;
  if (origin instanceof OriginOf) return partOf(origin.by, key);
  if (origin instanceof ObjectOrigin) return origin.get(String(key));
  return origin.items[Number(key)] ?? 0;
}

/** {@link partOf} with the defaults of the CRD told apart from what was given. */
export function partIn(value: JsonObject, origin: Origin, key: string): Origin {
  const part = partOf(origin, key);
  return typeof part === "number" && part >= 0 && isDefaulted(value, key) ? ~part : part;
}

/** One leaf of a spec and who set it. */
export interface FieldOrigin {
  /** Such as `template.containers[main].image`: elements of lists that are merged are named by their key, others by their index. */
  readonly path: string;
  readonly value: Json;
  /** Index of the source, or `~index` for a default of the CRD in what that source gave. */
  readonly source: number;
  /** What it replaced, the latest first. */
  readonly overrides: readonly { source: number; value: Json }[];
}

/** Lists the leaves of a spec with their origins, sorted by path as they lie in the spec. */
export function listOrigins(spec: JsonObject, origin: Origin): FieldOrigin[] {
  const found: FieldOrigin[] = [];
  const leaf = (path: string, value: Json, at: Origin): void => {
    found.push({ path, value, source: sourceOf(at), overrides: replacedBy(at) });
  };
  const walkObject = (value: JsonObject, at: Origin, path: string, type: string | undefined): void => {
    for (const key of Object.keys(value).sort()) {
      const part = partIn(value, at, key);
      const child = value[key];
      if (child !== undefined)
        walk(child, part, pathOf(path, key), type === undefined ? undefined : fieldOf(type, key));
    }
  };
  const walk = (value: Json, at: Origin, path: string, field: GoField | undefined): void => {
    if (isObject(value) && Object.keys(value).length > 0) {
      if (at instanceof OriginOf) leaf(path, {}, at);
      walkObject(value, at, path, field?.kind === "struct" ? field.type : undefined);
    } else if (Array.isArray(value) && (at instanceof ListOrigin || value.some((item) => isObject(item)))) {
      if (at instanceof OriginOf) leaf(path, [], at);
      value.forEach((item, index) => {
        const itemPath = `${path}[${nameOf(item, field?.mergeKey) ?? index}]`;
        if (isObject(item))
          walkObject(item, partOf(at, index), itemPath, field?.elem === "struct" ? field.type : undefined);
        else leaf(itemPath, item, partOf(at, index));
      });
    } else {
      leaf(path, value, at);
    }
  };
  walkObject(spec, origin, "", specType);
  return found;
}

/** The value of a merge key, which is a text or a number; paths show no secret. */
function nameOf(item: Json, mergeKey: string | undefined): string | number | undefined {
  const key = mergeKey && isObject(item) ? item[mergeKey] : undefined;
  const name = key instanceof Marked && key.secret ? undefined : unmarked(key);
  return typeof name === "string" || typeof name === "number" ? name : undefined;
}

/** Keys with dots, such as `nvidia.com/gpu`, are put into brackets. */
function pathOf(parent: string, key: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return `${parent}["${key}"]`;
  return parent === "" ? key : `${parent}.${key}`;
}

/** The source that set a value as a whole, or added to it last. */
export function sourceOf(origin: Origin): number {
  if (typeof origin === "number") return origin;
  if (origin instanceof OriginOf) return sourceOf(origin.by);
  // A scalar has no parts, and a list of scalars is replaced as a whole or joined: the last who added to it stands for it.
  return origin instanceof ObjectOrigin ? sourceOf(origin.others) : Math.max(...origin.items.map(sourceOf));
}

/** What a value replaced, the latest first: within what set it, then below that. */
function replacedBy(origin: Origin): { source: number; value: Json }[] {
  if (!(origin instanceof OriginOf)) return [];
  const { by, replaced } = origin;
  const below = { source: sourceOf(replaced.origin), value: replaced.value };
  return [...replacedBy(by), below, ...replacedBy(replaced.origin)];
}

/** The sources that had a part in a value, without those that were replaced. */
export function sourcesOf(origin: Origin): number[] {
  if (typeof origin === "number") return [origin];
  if (origin instanceof OriginOf) return sourcesOf(origin.by);
  const parts = origin instanceof ListOrigin ? origin.items : [origin.others, ...origin.keys.values()];
  return [...new Set(parts.flatMap(sourcesOf))];
}

/** Changes of origins at many paths, made in one go. */
export class OriginChanges {
  private readonly parts = new Map<string | number, OriginChanges>();
  private change: ((before: Origin) => Origin) | undefined;

  add(path: readonly (string | number)[], change: (before: Origin) => Origin): void {
    const node = path.reduce<OriginChanges>((current, step) => current.part(step), this);
    node.change = change;
  }

  /** The origin of the value with these changes. */
  applyTo(origin: Origin, value: Json | undefined): Origin {
    const own = this.change ? this.change(origin) : origin;
    if (this.parts.size === 0) return own;
    if (Array.isArray(value)) {
      const items = value.map((_, index) => partOf(own, index));
      for (const [step, part] of this.parts) {
        items[Number(step)] = part.applyTo(partOf(own, step), value[Number(step)]);
      }
      return new ListOrigin(items);
    }
    const changed = new ObjectOrigin(own);
    for (const [step, part] of this.parts) {
      const child = isObject(value) ? value[step] : undefined;
      changed.keys.set(String(step), part.applyTo(partOf(own, step), child));
    }
    return changed;
  }

  private part(step: string | number): OriginChanges {
    const known = this.parts.get(step);
    if (known) return known;
    const added = new OriginChanges();
    this.parts.set(step, added);
    return added;
  }
}
