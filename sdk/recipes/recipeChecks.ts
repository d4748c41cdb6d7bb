import { isQuantity } from "../api/quantity";
import { shownValue } from "../api/view";
import { nearest } from "../nearest";
import { assertNoProblems, type Problem } from "../problems";

/** What every recipe takes. */
export interface RecipeOptions {
  /** Name of the fragment, in origins and messages. @default the recipe's own, such as "model" */
  name?: string;
  /** Priority of the fragment: higher wins. @default 0 */
  priority?: number;
}

/** Whether a value is there now, so that it can be looked at: Outputs and promises are checked when the service is composed. */
export function isKnown(value: unknown): boolean {
  return typeof value !== "object" || value === null || !("apply" in value || "then" in value);
}

/** What is allowed of a text. */
export interface TextRule {
  readonly pattern: RegExp;
  readonly allowed: string;
  readonly longest?: number;
  readonly required?: boolean;
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/** `metadata.name` of most kinds, such as Secrets and ServiceAccounts. */
export const objectName: TextRule = {
  pattern: new RegExp(`^${label}(\\.${label})*$`),
  allowed: "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
  longest: 253,
};

/** Name of a container, a port or a Service's label. */
export const labelName: TextRule = {
  pattern: new RegExp(`^${label}$`),
  allowed: "lower-case letters, digits and '-', beginning and ending with a letter or digit",
  longest: 63,
};

/** Finds what is wrong with the arguments of one recipe or component, all of it. Paths are those of the arguments. */
export class RecipeChecks {
  private readonly problems: Problem[] = [];

  /** @param kind what has the arguments. */
  constructor(
    private readonly name: string,
    private readonly kind = "recipe",
  ) {}

  report(problem: Problem): void {
    this.problems.push(problem);
  }

  /** @throws ConfigurationError with every problem that was found. */
  done(): void {
    assertNoProblems(`${this.kind} ${this.name}`, this.problems);
  }

  /** Arguments that the recipe does not have: programs in JavaScript are not told by a compiler. */
  fields(path: string, given: object, allowed: readonly string[]): void {
    const value: unknown = given;
    if (typeof value !== "object" || value === null) {
      this.report({ path, given: value, message: "not an object", allowed: `an object with ${allowed.join(", ")}` });
      return;
    }
    for (const field of Object.keys(given)) {
      if (allowed.includes(field)) continue;
      const guess = nearest(field, allowed);
      this.report({
        path: path === "" ? field : `${path}.${field}`,
        message: "no such argument",
        allowed: allowed.join(", "),
        ...(guess && { fix: `did you mean "${guess}"?` }),
      });
    }
  }

  text(path: string, value: unknown, { pattern, allowed, longest, required }: TextRule): void {
    if (!isKnown(value)) return;
    if (value === undefined) {
      if (required) this.report({ path, message: "missing", allowed });
    } else if (typeof value !== "string" || !pattern.test(value)) {
      this.report({ path, given: value, message: value === "" ? "empty" : "not of the form that is needed", allowed });
    } else if (longest !== undefined && value.length > longest) {
      this.report({ path, given: value, message: `${value.length} characters`, allowed: `at most ${longest}` });
    }
  }

  integer(path: string, value: unknown, range: { min: number; max?: number; required?: boolean }): void {
    if (!isKnown(value)) return;
    const allowed = `a whole number ${range.max === undefined ? `of at least ${range.min}` : `from ${range.min} to ${range.max}`}`;
    if (value === undefined) {
      if (range.required) this.report({ path, message: "missing", allowed });
      return;
    }
    const fits =
      Number.isInteger(value) && (value as number) >= range.min && (value as number) <= (range.max ?? Infinity);
    if (!fits) this.report({ path, given: value, message: "out of range", allowed });
  }

  /** The elements of a list, with their paths; none of what is not a list. */
  list<T>(path: string, value: readonly T[] | undefined): (readonly [path: string, item: T])[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value.map((item: T, index) => [`${path}[${index}]`, item] as const);
    this.report({ path, given: shownValue(value), message: "not a list", allowed: "a list" });
    return [];
  }

  /** The elements of a list that are objects, with their paths; others are reported. */
  objects<T extends object>(
    path: string,
    value: readonly T[] | undefined,
    fields: readonly string[],
  ): (readonly [path: string, item: T])[] {
    return this.list(path, value).filter(([at, item]) => {
      this.fields(at, item, fields);
      return typeof item === "object" && (item as unknown) !== null;
    });
  }

  boolean(path: string, value: unknown): void {
    if (value === undefined || typeof value === "boolean" || !isKnown(value)) return;
    this.report({ path, given: shownValue(value), message: "neither true nor false", allowed: "true, false" });
  }

  /** One of a few words. */
  choice(path: string, value: unknown, words: readonly string[]): void {
    if (!isKnown(value) || value === undefined || words.includes(value as string)) return;
    const guess = typeof value === "string" ? nearest(value, words) : undefined;
    this.report({
      path,
      given: value,
      message: "not one of the allowed values",
      allowed: words.map((word) => `"${word}"`).join(", "),
      ...(guess && { fix: `did you mean "${guess}"?` }),
    });
  }

  quantity(path: string, value: unknown, { required = false } = {}): void {
    if (!isKnown(value)) return;
    const allowed = 'a quantity above 0, such as "64Gi"';
    if (value === undefined) {
      if (required) this.report({ path, message: "missing", allowed });
    } else if ((typeof value !== "string" && typeof value !== "number") || !isQuantity(value)) {
      this.report({ path, given: value, message: "not a quantity", allowed });
    } else if (!/^[^-]*[1-9]/.test(String(value).replace(/[a-zA-Z].*$/, ""))) {
      this.report({ path, given: value, message: "not above 0", allowed });
    }
  }

  /** Exactly one of several arguments. */
  oneOf(path: string, given: object, fields: readonly string[]): void {
    const set = fields.filter((field) => (given as Record<string, unknown>)[field] !== undefined);
    if (set.length === 1) return;
    this.report({
      path,
      message: set.length === 0 ? `says none of ${fields.join(", ")}` : `${set.join(" and ")} exclude each other`,
      allowed: `exactly one of ${fields.join(", ")}`,
    });
  }
}
