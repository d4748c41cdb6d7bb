import type { ExplainedField } from "../../sdk/compose/explain";
import { specType } from "../../sdk/compose/goTypes";
import { Marked } from "../../sdk/compose/marked";
import { structFields } from "../../sdk/compose/structs";
import { nearest } from "../../sdk/nearest";
import type { Problem } from "../../sdk/problems";
import type { Layer } from "./origins";
import { repeatedService } from "./serviceNames";

/** Settings of several layers as one. */
export interface Layered {
  readonly settings: Record<string, unknown>;
  /** What cannot be merged. */
  readonly problems: readonly Problem[];
}

/**
 * Merges layers of settings, the lowest first. Objects are merged by key. Services, fragments, pools and listeners are merged by name,
 * and in specs the lists that Kubernetes merges by a key of theirs; any other list replaces the one below. `null` removes a key, and an
 * element `{ name, remove: true }` the one of this name.
 */
export function mergeLayers(layers: readonly Layer[]): Layered {
  const merger = new Merger(layers);
  return { settings: merger.merge(), problems: merger.problems };
}

/** {@link mergeLayers}, with the layer that set each setting and what it overrode; what was removed comes last, as null. */
export function explainLayers(layers: readonly Layer[]): Layered & { readonly fields: readonly ExplainedField[] } {
  const history = new History();
  const merger = new Merger(layers, history);
  const settings = merger.merge();
  const paths: string[] = [];
  merger.leaves(settings, settingsRule, "", (path) => paths.push(path));
  return { settings, problems: merger.problems, fields: history.inOrder(paths) };
}

/** How a value of the settings is merged. */
interface Rule {
  part(key: string): Rule;
  /** Elements of a list are merged by a key of theirs. */
  readonly elements?: { readonly key: string; readonly rule: Rule };
}

const plain: Rule = { part: () => plain };
const partsOf = (parts: Readonly<Record<string, Rule>>): Rule => ({
  part: (key) => (Object.hasOwn(parts, key) ? (parts[key] ?? plain) : plain),
});
const listOf = (key: string, rule: Rule): Rule => ({ part: () => plain, elements: { key, rule } });

/** A spec is merged by the keys by which KServe's controller merges fragments. */
const structRule = (type: string): Rule => ({
  part(key) {
    const field = structFields(type).get(key);
    if (field?.kind === "struct") return structRule(field.type);
    return field?.mergeKey === undefined ? plain : listOf(field.mergeKey, structRule(field.type));
  },
});

const withSpec = partsOf({ spec: structRule(specType) });
const settingsRule = partsOf({
  services: listOf("name", withSpec),
  fragments: listOf("name", withSpec),
  acceleratorPools: listOf("name", plain),
  pools: listOf("name", plain),
  platform: partsOf({ gateway: partsOf({ listeners: listOf("name", plain) }) }),
});

/** Lists in which a layer must have each name once; in specs that matters only where one layer is merged into another. */
const namedLists = ["services", "fragments", "acceleratorPools", "pools", "platform.gateway.listeners"];

type JsonMap = Record<string, unknown>;

class Merger {
  readonly problems: Problem[] = [];
  private layer = "";

  constructor(
    private readonly layers: readonly Layer[],
    private readonly history?: History,
  ) {}

  merge(): JsonMap {
    let merged: unknown;
    for (const { name, settings } of this.layers) {
      this.layer = name;
      this.checkNames(settings);
      merged = this.value(merged, settings, settingsRule, "");
    }
    return (merged ?? {}) as JsonMap;
  }

  /** Every setting that is no object and no list merged by key. */
  leaves(value: unknown, rule: Rule, path: string, visit: (path: string, value: unknown) => void): void {
    const entries = isMap(value) ? Object.entries(value) : [];
    for (const [key, child] of entries) this.leaves(child, rule.part(key), stepTo(path, key), visit);
    const { elements } = rule;
    const items = elements && keyed(value, elements.key) ? value : [];
    for (const item of items) this.leaves(item, elements?.rule ?? plain, this.elementPath(path, item, rule), visit);
    if (entries.length === 0 && items.length === 0 && path !== "") visit(path, value);
  }

  private value(lower: unknown, upper: unknown, rule: Rule, path: string): unknown {
    if (lower === undefined) {
      this.leaves(upper, rule, path, (at, value) => this.history?.set(at, value, this.layer));
      return upper;
    }
    if (upper === null) {
      this.history?.remove(path, lower, this.layer);
      return undefined;
    }
    if (isMap(lower) && isMap(upper)) return this.map(lower, upper, rule, path);
    if (rule.elements && keyed(lower, rule.elements.key) && keyed(upper, rule.elements.key))
      return this.list(lower, upper, rule, path);
    if (this.history) {
      const before = this.history.take(path, lower);
      this.leaves(upper, rule, path, (at, value) =>
        this.history?.set(at, value, this.layer, at === path ? before : []),
      );
    }
    return upper;
  }

  private map(lower: JsonMap, upper: JsonMap, rule: Rule, path: string): JsonMap {
    const result = { ...lower };
    for (const [key, given] of Object.entries(upper)) {
      const below = Object.hasOwn(lower, key) ? lower[key] : undefined;
      const value = this.value(below, given, rule.part(key), stepTo(path, key));
      if (value === undefined) delete result[key];
      // A key such as "__proto__" stays one, to be found and refused.
      else Object.defineProperty(result, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return result;
  }

  private list(lower: readonly JsonMap[], upper: readonly JsonMap[], rule: Rule, path: string): JsonMap[] {
    const { rule: ofElement = plain } = rule.elements ?? {};
    const result = new Map(lower.map((item) => [this.elementPath(path, item, rule), item]));
    // What is listed twice below is not for this layer to lose.
    if (result.size < lower.length) return [...lower, ...upper];
    if (!namedLists.includes(path)) this.checkRepeated(upper, rule, path);
    for (const item of upper) {
      const at = this.elementPath(path, item, rule);
      const below = result.get(at);
      if (item.remove === true) this.remove(item, rule, at, result);
      else {
        // Naming an element does not set its name.
        const given = below === undefined ? item : without(item, rule.elements?.key);
        result.set(at, this.value(below, given, ofElement, at) as JsonMap);
      }
    }
    return [...result.values()];
  }

  private remove(item: JsonMap, { elements }: Rule, at: string, result: Map<string, JsonMap>): void {
    const below = result.get(at);
    const { key = "name" } = elements ?? {};
    const others = Object.keys(item).filter((other) => ![key, "namespace", "remove"].includes(other));
    if (below === undefined) {
      const names = [...result.values()].map((other) => String(other[key]));
      const guess = nearest(String(item[key]), names);
      this.problem(at, {
        message: "is removed, and no layer below has it",
        allowed: names.join(", ") || undefined,
        fix: guess === undefined ? "leave it out" : `did you mean "${guess}"?`,
      });
    } else if (others.length > 0) {
      this.problem(at, { message: `is removed, and has ${others.join(", ")} nevertheless`, fix: "leave one out" });
    }
    result.delete(at);
    this.history?.remove(at, below, this.layer);
  }

  private elementPath(path: string, item: unknown, rule: Rule): string {
    const key = (item as JsonMap)[rule.elements?.key ?? "name"] as string | number;
    return `${path}[${key}]`;
  }

  /** Two of one name in a layer, of which one would be lost in the other. */
  private checkNames(settings: JsonMap): void {
    for (const list of namedLists) {
      const steps = list.split(".");
      const rule = steps.reduce((of, key) => of.part(key), settingsRule);
      const value = steps.reduce<unknown>((of, key) => (isMap(of) ? of[key] : undefined), settings);
      if (rule.elements && keyed(value, rule.elements.key)) this.checkRepeated(value, rule, list);
    }
  }

  private checkRepeated(items: readonly JsonMap[], rule: Rule, path: string): void {
    const { key = "name" } = rule.elements ?? {};
    const seen = new Map<string, number>();
    for (const [index, item] of items.entries()) {
      const at = this.elementPath(path, item, rule);
      const first = seen.get(at);
      if (first === undefined) seen.set(at, index);
      else if (path === "services")
        this.problems.push({ ...repeatedService(index, first, item[key]), origin: this.layer });
      else
        this.problem(`${path}[${index}].${key}`, {
          given: item[key],
          message: `${path}[${first}] has this ${key} too`,
          fix: key === "name" ? "rename one of them" : "leave one of them out",
        });
    }
  }

  private problem(path: string, problem: Omit<Problem, "path">): void {
    this.problems.push({ path, ...problem, origin: this.layer });
  }
}

type Overrides = ExplainedField["overrides"];

/** Who set each setting, by path. */
class History {
  private readonly entries = new Map<string, ExplainedField>();
  private readonly removed: ExplainedField[] = [];

  set(path: string, value: unknown, source: string, overrides: Overrides = []): void {
    this.entries.set(path, { path, value, source, overrides });
  }

  /** Forgets what is at a path or below it. @returns what it was, the latest first. */
  take(path: string, value: unknown): Overrides {
    const own = this.entries.get(path);
    const below = [...this.entries.keys()].filter((key) => key.startsWith(`${path}.`) || key.startsWith(`${path}[`));
    const sources = [...new Set(below.map((key) => this.entries.get(key)?.source ?? ""))];
    for (const key of [path, ...below]) this.entries.delete(key);
    if (own) return [{ source: own.source, value: own.value }, ...own.overrides];
    return [{ source: sources.reverse().join(", "), value }];
  }

  remove(path: string, value: unknown, source: string): void {
    const overrides = this.take(path, value);
    if (value !== undefined) this.removed.push({ path, value: null, source, overrides });
  }

  inOrder(paths: readonly string[]): ExplainedField[] {
    const found = paths.flatMap((path) => this.entries.get(path) ?? []);
    return [...found, ...this.removed.filter(({ path }) => !this.entries.has(path))];
  }
}

function without(item: JsonMap, left: string | undefined): JsonMap {
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== left));
}

/** A list of objects that all have a key. */
function keyed(value: unknown, key: string): value is JsonMap[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isMap(item) && (typeof item[key] === "string" || typeof item[key] === "number"))
  );
}

/** An object that is merged by key: not what is marked, nor an encrypted value. */
function isMap(value: unknown): value is JsonMap {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Marked) return false;
  return typeof (value as { secure?: unknown }).secure !== "string";
}

/** The path of what an object has by a key. */
function stepTo(path: string, key: string): string {
  if (/[.[\]"]/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}
