import { canonicalQuantity, isQuantity } from "../api/quantity";
import { nearest } from "../nearest";
import type { Problem } from "../problems";
import { type GoField, specType } from "./goTypes";
import { canonicalUrl, GoUrlError } from "./goUrl";
import { isObject, type Json, type JsonObject, Marked } from "./marked";
import { integerRanges, isZero, type NamedField, structOf, zeroOf, zeroScalar, zeroStruct } from "./structs";

/** A canonical object, and what was wrong with what was given. */
export interface Canonical {
  readonly value: JsonObject;
  readonly problems: readonly Problem[];
}

const defaultedFields = new WeakMap<object, Set<string>>();

/** Whether a field of a canonical object was filled in by a default of the CRD. */
export function isDefaulted(object: JsonObject, field: string): boolean {
  return defaultedFields.get(object)?.has(field) ?? false;
}

export interface CanonicalOptions {
  /** Beginning of the paths in problems. @default "spec" */
  path?: string;
  /** Fill in what the API server adds to an object when it is stored. @default false */
  defaults?: boolean;
}

/** etcd takes 1.5 MiB for an object; what is near that is a mistake. */
const largestBytes = 1 << 20;
/** Of free-form JSON; the rest is as deep as its types. */
const deepest = 100;
/** The only form of a time that Go's types take. */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const unsafeKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * The form that a spec has after KServe's controller has read it into its Go types and written it again: zero values of optional fields
 * are gone, required ones are there, quantities and URIs are as Go writes them. Strategic merge works on this form.
 *
 * Everything that the types cannot hold is a problem: unknown fields, values of another type, numbers out of range. Nothing is thrown
 * whatever is given, and time and memory are bounded by the limits of what the API server stores.
 */
export function canonicalSpec(given: unknown, options: CanonicalOptions = {}): Canonical {
  return canonicalOf(given, specType, options);
}

/** {@link canonicalSpec} for any type of the table. */
export function canonicalOf(
  given: unknown,
  type: string,
  { path = "spec", defaults = false }: CanonicalOptions,
): Canonical {
  const reader = new Reader(path, defaults);
  const value = isObject(given) ? reader.struct(given, type) : {};
  if (!isObject(given)) reader.problem("must be an object", given);
  return { value, problems: reader.problems };
}

class Reader {
  readonly problems: Problem[] = [];
  private readonly path: (string | number)[] = [];
  private bytes = 0;

  constructor(
    private readonly start: string,
    private readonly defaults: boolean,
  ) {}

  problem(message: string, given?: unknown, more: Pick<Problem, "allowed" | "fix"> = {}): void {
    const path = this.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
    if (this.problems.length < 100) this.problems.push({ path: this.start + path, ...shown(given), message, ...more });
  }

  struct(given: JsonObject, type: string): JsonObject {
    const { fields, always, defaulted } = structOf(type);
    const result: JsonObject = {};
    for (const name of Object.keys(given)) {
      const value = given[name] as Json | undefined;
      if (value === undefined) continue;
      const field = fields.get(name);
      if (!field) {
        this.unknownField(name, fields);
        continue;
      }
      if (value === null && this.defaults && field.default !== undefined) continue;
      this.path.push(name);
      const canonical = this.field(field.emptied && this.defaults ? {} : value, field);
      this.path.pop();
      if (canonical !== undefined) result[name] = canonical;
    }
    if (this.defaults && defaulted.length > 0) this.addDefaults(result, given, defaulted);
    for (const field of always) if (!(field.name in result)) result[field.name] = zeroOf(field);
    return result;
  }

  private addDefaults(result: JsonObject, given: JsonObject, fields: readonly NamedField[]): void {
    for (const field of fields) {
      if (given[field.name] !== undefined && given[field.name] !== null) continue;
      const value = this.field(field.default as Json, field);
      if (value === undefined) continue;
      result[field.name] = value;
      const names = defaultedFields.get(result);
      if (names) names.add(field.name);
      else defaultedFields.set(result, new Set([field.name]));
    }
  }

  /** @returns undefined for what is left out. */
  private field(value: Json, field: NamedField): Json | undefined {
    if (value === null) return field.omit ? undefined : zeroOf(field);
    if (value instanceof Marked) return this.marked(value, field);
    switch (field.kind) {
      case "struct":
        return this.structField(value, field);
      case "list":
        return this.list(value, field);
      case "map":
        return this.map(value, field);
      case "scalar":
        return this.optional(this.scalar(value, field.type), field);
      case "opaque":
        return this.optional(this.opaque(value, field.type), field);
    }
  }

  private marked(value: Marked, field: NamedField): Json | undefined {
    if (value.unknown) return value;
    const before = this.problems.length;
    const plain = this.field(value.value ?? null, field);
    // What is wrong may be said, what was given may not.
    if (value.secret)
      for (let i = before; i < this.problems.length; i++) this.problems[i] = withoutGiven(this.problems[i]);
    if (plain === undefined || typeof plain === "object") return plain;
    return value.withValue(plain);
  }

  /** Go leaves out zero values of optional fields that are not pointers. */
  private optional(value: Json | undefined, field: NamedField): Json | undefined {
    if (field.omit && !field.ptr && (value === "" || value === 0 || value === false)) return undefined;
    return value;
  }

  private structField(value: Json, field: NamedField): Json | undefined {
    if (!isObject(value)) {
      this.problem("must be an object", value);
      return undefined;
    }
    const result = this.struct(value, field.type);
    return field.omit && !field.ptr && isZero(result, value, field.type) ? undefined : result;
  }

  private list(value: Json, field: NamedField): Json | undefined {
    if (!Array.isArray(value)) {
      this.problem("must be a list", value);
      return undefined;
    }
    if (value.length === 0 && field.omit) return undefined;
    return value.map((item, index) => {
      this.path.push(index);
      const canonical = this.item(item, field);
      this.path.pop();
      return canonical;
    });
  }

  private item(value: Json | undefined, { elem, type }: NamedField): Json {
    if (value instanceof Marked && value.unknown) return value;
    if (elem === "struct") {
      if (value === undefined || value === null) return zeroStruct(type);
      if (isObject(value)) return this.struct(value, type);
      this.problem("must be an object", value);
      return {};
    }
    if (value === undefined || value === null) return zeroScalar(type);
    if (value instanceof Marked) return value.withValue(this.plainItem(value.value ?? null, elem, type, value.secret));
    return this.plainItem(value, elem, type, false);
  }

  private plainItem(value: Json, elem: GoField["elem"], type: string, secret: boolean): string | number | boolean {
    const before = this.problems.length;
    const result = elem === "opaque" ? this.opaque(value, type) : this.scalar(value, type);
    if (secret) for (let i = before; i < this.problems.length; i++) this.problems[i] = withoutGiven(this.problems[i]);
    return result as string | number | boolean;
  }

  private map(value: Json, field: NamedField): Json | undefined {
    if (!isObject(value)) {
      this.problem("must be an object", value);
      return undefined;
    }
    const result: JsonObject = {};
    let empty = true;
    for (const key of Object.keys(value)) {
      if (value[key] === undefined || !this.isSafe(key)) continue;
      empty = false;
      this.count(key.length);
      this.path.push(key);
      result[key] = this.item(value[key], field);
      this.path.pop();
    }
    return empty && field.omit ? undefined : result;
  }

  private scalar(value: Json, type: string): string | number | boolean {
    switch (type) {
      case "string":
        if (typeof value !== "string") this.problem("must be a text", value, quoteFix(value));
        else this.count(value.length);
        return typeof value === "string" ? value : "";
      case "bool":
        if (typeof value !== "boolean") this.problem("must be true or false", value);
        return value === true;
      default: {
        const range = integerRanges[type];
        if (!range) throw new Error(`no scalar type ${type}`);
        if (typeof value === "number" && Number.isInteger(value) && value >= range[0] && value <= range[1])
          return value;
        this.problem("must be a whole number", value, { allowed: `${range[0]} to ${range[1]}` });
        return 0;
      }
    }
  }

  private opaque(value: Json, type: string): Json | undefined {
    switch (type) {
      case "resource.Quantity":
        return this.quantity(value);
      case "intstr.IntOrString":
        if (typeof value === "string") this.count(value.length);
        return typeof value === "string" ? value : this.scalar(value, "int32");
      case "apis.URL":
        return this.url(value);
      case "meta/v1.Time":
        return this.time(value);
      default:
        if (!isObject(value)) this.problem("must be an object", value);
        return isObject(value) ? this.free(value, 0) : undefined;
    }
  }

  private quantity(value: Json): string {
    if ((typeof value === "string" || typeof value === "number") && isQuantity(value)) return canonicalQuantity(value);
    this.problem("no quantity", value, { allowed: 'a number with an optional suffix, such as "500m", "2" or "16Gi"' });
    return "0";
  }

  private url(value: Json): string {
    if (typeof value !== "string") {
      this.problem("must be a text", value);
      return "";
    }
    this.count(value.length);
    try {
      return canonicalUrl(value);
    } catch (error) {
      if (!(error instanceof GoUrlError)) throw error;
      this.problem(`no URI: ${error.message}`, value);
      return "";
    }
  }

  private time(value: Json): Json {
    const time = typeof value === "string" && rfc3339.test(value) ? Date.parse(value) : NaN;
    if (Number.isNaN(time)) this.problem("no time", value, { allowed: 'such as "2026-01-31T12:00:00Z"' });
    return Number.isNaN(time) ? null : `${new Date(time).toISOString().slice(0, 19)}Z`;
  }

  /** JSON of no type; a copy, without what JSON does not have. */
  private free(value: Json | undefined, depth: number): Json {
    if (depth > deepest) {
      this.problem(`nested deeper than ${deepest} levels`);
      return null;
    }
    if (Array.isArray(value)) return value.map((item, index) => this.step(index, () => this.free(item, depth + 1)));
    if (isObject(value)) {
      const result: JsonObject = {};
      for (const key of Object.keys(value)) {
        if (value[key] === undefined || !this.isSafe(key)) continue;
        this.count(key.length);
        result[key] = this.step(key, () => this.free(value[key], depth + 1));
      }
      return result;
    }
    if (typeof value === "string") this.count(value.length);
    else if (
      typeof value === "number" ? !Number.isFinite(value) : typeof value === "function" || typeof value === "bigint"
    )
      this.problem("no JSON", `a ${typeof value}`);
    return value ?? null;
  }

  private isSafe(key: string): boolean {
    if (!unsafeKeys.has(key) && !key.startsWith("$")) return true;
    this.problem(
      key.startsWith("$")
        ? `the key "${key}" would be an instruction to strategic merge, which KServe's controller carries out`
        : `the key "${key}" is not accepted, because it can change the prototype of objects`,
      undefined,
      { fix: "rename it" },
    );
    return false;
  }

  private unknownField(name: string, fields: ReadonlyMap<string, NamedField>): void {
    const known = [...fields.keys()];
    const guess = nearest(name, known);
    this.step(name.slice(0, 100), () =>
      this.problem("no such field", undefined, {
        allowed: known.join(", "),
        fix: guess ? `did you mean "${guess}"?` : undefined,
      }),
    );
  }

  private count(length: number): void {
    const before = this.bytes;
    this.bytes += length;
    if (before <= largestBytes && this.bytes > largestBytes) {
      this.problem(`more than ${largestBytes >> 20} MiB of text, which is more than the API server keeps`, undefined, {
        fix: "put large content into a ConfigMap, and mount it",
      });
    }
  }

  private step<T>(name: string | number, work: () => T): T {
    this.path.push(name);
    try {
      return work();
    } finally {
      this.path.pop();
    }
  }
}

function quoteFix(value: Json): Pick<Problem, "fix"> {
  return typeof value === "number" || typeof value === "boolean" ? { fix: `quote it: "${value}"` } : {};
}

/** Large values say nothing in a message. */
function shown(given: unknown): Pick<Problem, "given"> {
  if (given === undefined || (typeof given === "object" && given !== null)) return {};
  return { given: typeof given === "string" && given.length > 200 ? `${given.slice(0, 200)}…` : given };
}

function withoutGiven(problem: Problem | undefined): Problem {
  const { path, message, allowed } = problem as Problem;
  return { path, message, allowed };
}
