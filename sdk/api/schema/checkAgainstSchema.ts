import { Marked } from "../../compose/marked";
import type { Problem } from "../../problems";
import { isOpaque, pathText, shownValue, type Step } from "../view";
import { type Finding, mostFindings, range, unknownField, wrongType } from "./finding";
import { patternOf, type SchemaKind, type SchemaNode, schemaNode, type SchemaRoot, schemaRoot } from "./schemaTable";

/** How a value is compared with the CRD. */
export interface SchemaCheck {
  /** What the value is. @default "spec" */
  readonly root?: SchemaRoot;
  /** Which CRD; that of configs allows templates in some places. @default "service" */
  readonly kind?: SchemaKind;
  /** The value is merged with others, so that nothing in it is missing. @default false */
  readonly partial?: boolean;
}

/**
 * Compares a value with the OpenAPI schema of KServe's CRD, as the API server does: types, required fields, ranges, lengths, patterns,
 * enumerations, unique keys of lists. Fields that the schema does not have, which the API server drops, are problems too. Null is what is
 * not set; of unknown values nothing is said; secrets are not shown.
 *
 * The value must have passed `checkStructure`.
 */
export function checkAgainstSchema(value: unknown, path: string, check: SchemaCheck = {}): Problem[] {
  return findAgainstSchema(value, check).map(({ at, ...problem }) => ({ path: pathText(path, at), ...problem }));
}

/** {@link checkAgainstSchema} with paths that are not joined yet. */
export function findAgainstSchema(
  value: unknown,
  { root = "spec", kind = "service", partial = false }: SchemaCheck,
): Finding[] {
  const checker = new Checker(partial);
  checker.check(schemaRoot(kind, root), value);
  return checker.findings;
}

const integerRanges: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  integer: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

class Checker {
  readonly findings: Finding[] = [];
  private readonly at: Step[] = [];
  /** Within a secret, of which nothing is shown. */
  private secret = false;

  constructor(private readonly partial: boolean) {}

  check(node: SchemaNode, value: unknown): void {
    if (typeof value === "string" && node.type === "string") return this.text(node, value);
    if (this.findings.length >= mostFindings || isOpaque(value)) return;
    if (value instanceof Marked) {
      const outer = this.secret;
      this.secret ||= value.secret;
      this.check(node, value.value);
      this.secret = outer;
      return;
    }
    switch (node.type) {
      case "any":
        return;
      case "object":
        return this.object(node, value);
      case "array":
        return this.list(node, value);
      case "string":
        return this.report(wrongType(value, "a string"));
      case "boolean":
        return typeof value === "boolean" ? undefined : this.report(wrongType(value, "a boolean"));
      case "quantity":
        return this.quantity(node, value);
      case "intOrString":
        if (typeof value === "string" || Number.isInteger(value)) return;
        return this.report(wrongType(value, "a whole number or a string"));
      default:
        return this.number(node, value);
    }
  }

  private object(node: SchemaNode, value: unknown): void {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return this.report(wrongType(value, "an object"));
    }
    const given = value as Record<string, unknown>;
    const keys = Object.keys(given);
    for (const key of keys) {
      if (this.findings.length >= mostFindings) return;
      const part = given[key];
      // The API server drops nulls from objects.
      if (part === undefined || part === null) continue;
      const index = node.fields?.get(key) ?? node.values;
      this.at.push(key);
      if (index !== undefined) this.check(schemaNode(index), part);
      else if (!node.open) this.report(unknownField(key, [...(node.fields?.keys() ?? [])]));
      this.at.pop();
    }
    if (!this.partial) this.required(node, given);
    const count = keys.length;
    if ((!this.partial && count < (node.minProperties ?? 0)) || count > (node.maxProperties ?? Infinity)) {
      this.report({ message: `${count} entries`, allowed: range(node.minProperties, node.maxProperties, "entries") });
    }
  }

  private required(node: SchemaNode, given: Readonly<Record<string, unknown>>): void {
    for (const key of node.required ?? []) {
      if ((Object.hasOwn(given, key) ? given[key] : undefined) != null) continue;
      this.at.push(key);
      const index = node.fields?.get(key);
      const expected = index !== undefined && schemaNode(index).type;
      this.report({ message: "missing", allowed: expected ? typeNames[expected] : undefined });
      this.at.pop();
    }
  }

  private list(node: SchemaNode, value: unknown): void {
    if (!Array.isArray(value)) return this.report(wrongType(value, "a list"));
    const count = value.length;
    if ((!this.partial && count < (node.minItems ?? 0)) || count > (node.maxItems ?? Infinity)) {
      this.report({ message: `${count} elements`, allowed: range(node.minItems, node.maxItems, "elements") });
    }
    const item = node.items === undefined ? undefined : schemaNode(node.items);
    for (let index = 0; item && index < count; index++) {
      this.at.push(index);
      this.check(item, value[index]);
      this.at.pop();
    }
    if (node.unique) this.unique(node.unique, value);
  }

  private unique(keys: NonNullable<SchemaNode["unique"]>, list: readonly unknown[]): void {
    const first = new Map<string, number>();
    if (list.length < 2) return;
    list.forEach((item, index) => {
      const key = identity(item, keys);
      if (key === undefined) return;
      const earlier = first.get(key);
      if (earlier === undefined) {
        first.set(key, index);
        return;
      }
      this.at.push(index);
      const names = keys.map(([name]) => name).join(" and ");
      this.report({ message: names ? `has the ${names} of element ${earlier}` : `the same as element ${earlier}` });
      this.at.pop();
    });
  }

  private text(node: SchemaNode, value: string): void {
    if (node.pattern === undefined && node.minLength === undefined && node.maxLength === undefined && !node.enum)
      return;
    const { minLength, maxLength = Infinity } = node;
    const tooShort = value.length < (minLength ?? 0);
    // Go counts characters, of which some are two in JavaScript.
    if (tooShort || (value.length > maxLength && [...value.slice(0, 2 * maxLength + 1)].length > maxLength)) {
      const allowed = range(minLength === 0 ? undefined : minLength, node.maxLength, "characters");
      return this.report({
        given: shownValue(value),
        message: value === "" ? "empty" : tooShort ? "too short" : `too long: ${value.length} characters`,
        allowed,
      });
    }
    if (this.enumeration(node, value)) this.pattern(node, value);
  }

  private enumeration(node: SchemaNode, value: string | number): boolean {
    if (!node.enum || node.enum.includes(value)) return true;
    this.report({
      given: shownValue(value),
      message: "not one of the allowed values",
      allowed: node.enum.map((entry) => JSON.stringify(entry)).join(", "),
    });
    return false;
  }

  private pattern(node: SchemaNode, value: string): void {
    if (node.pattern === undefined || patternOf(node.pattern).test(value)) return;
    const isQuantity = node.type === "quantity";
    this.report({
      given: shownValue(value),
      message: isQuantity ? "not a quantity" : "not in the required form",
      allowed: isQuantity
        ? 'a number with an optional unit, such as "500m" or "64Gi"'
        : `text that matches ${node.pattern}`,
    });
  }

  /** Fractions are written as texts before they are sent, so that 0.5 is as good as "500m". */
  private quantity(node: SchemaNode, value: unknown): void {
    if (typeof value === "string") this.pattern(node, value);
    else if (typeof value !== "number" || !Number.isFinite(value)) this.report(wrongType(value, "a quantity"));
  }

  private number(node: SchemaNode, value: unknown): void {
    const limits = integerRanges[node.type];
    const expected = limits ? "a whole number" : "a number";
    if (typeof value !== "number" || !Number.isFinite(value)) return this.report(wrongType(value, expected));
    if (limits && !Number.isInteger(value)) {
      return this.report({ given: value, message: "not a whole number", allowed: expected });
    }
    const [least, most] = limits ?? [-Infinity, Infinity];
    const [min, max] = [node.min ?? least, node.max ?? most];
    if (value >= min && value <= max) {
      this.enumeration(node, value);
      return;
    }
    const allowed = value < min ? range(min, node.max) : range(node.min, max);
    this.report({ given: value, message: value < min ? "too small" : "too large", allowed });
  }

  private report({ given, fix, ...finding }: Omit<Finding, "at">): void {
    if (this.findings.length >= mostFindings) return;
    const at = [...this.at];
    // A fix may repeat what was given.
    if (this.secret) this.findings.push({ at, ...finding });
    else
      this.findings.push({ at, ...(given !== undefined && { given }), ...finding, ...(fix !== undefined && { fix }) });
  }
}

const typeNames: Readonly<Record<SchemaNode["type"], string>> = {
  any: "a value",
  object: "an object",
  array: "a list",
  string: "a string",
  boolean: "a boolean",
  integer: "a whole number",
  int32: "a whole number",
  int64: "a whole number",
  number: "a number",
  quantity: "a quantity",
  intOrString: "a whole number or a string",
};

/** What tells an element from others; undefined when it is not known, or has no such key. */
function identity(item: unknown, keys: NonNullable<SchemaNode["unique"]>): string | undefined {
  const plain = item instanceof Marked ? item.value : item;
  if (plain === undefined || plain === null) return undefined;
  if (keys.length === 0) return typeof plain === "object" ? undefined : JSON.stringify(plain);
  if (typeof plain !== "object" || isOpaque(plain)) return undefined;
  const values = keys.map(([name, fallback]) => {
    const value = (Object.hasOwn(plain, name) ? (plain as Record<string, unknown>)[name] : undefined) ?? fallback;
    return value instanceof Marked ? value.value : value;
  });
  return values.some((value) => value === undefined || typeof value === "object") ? undefined : JSON.stringify(values);
}
