import { z } from "zod";

import { shownValue, type Step } from "../view";
import { type Finding, mostFindings, range, unknownField, wrongType } from "./finding";
import { findingParam } from "./specSchema";

type Issue = z.core.$ZodIssue;

/**
 * What zod found, in the words of the other checks. The issues must come from a parse with `reportInput`.
 *
 * @param what a field is called in messages
 */
export function findingsOf(issue: Issue, schema: z.core.$ZodType, what: "field" | "setting" = "field"): Finding[] {
  const at = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(schema, at);
    return issue.keys.slice(0, mostFindings).map((key) => ({ at: [...at, key], ...unknownField(key, known, what) }));
  }
  if (issue.code === "invalid_union") {
    const inner = issue.errors.at(-1) ?? [];
    return inner.flatMap((part) => findingsOf({ ...part, path: [...at, ...part.path] }, schema, what));
  }
  return [{ at, ...describeIssue(issue) }];
}

function describeIssue(issue: Exclude<Issue, { code: "unrecognized_keys" | "invalid_union" }>): Omit<Finding, "at"> {
  const { input } = issue;
  switch (issue.code) {
    case "custom": {
      const found = issue.params?.[findingParam] as Finding | undefined;
      if (!found) return { given: shownValue(input), message: issue.message };
      const { given, message, allowed, fix } = found;
      return { given, message, allowed, fix };
    }
    case "invalid_type":
      if (input === undefined) return { message: "missing", allowed: typeName(issue.expected) };
      if (typeof input === "number" && typeof issue.expected === "string" && issue.expected.startsWith("int")) {
        return { given: input, message: "not a whole number", allowed: "a whole number" };
      }
      return wrongType(input, typeName(issue.expected));
    case "invalid_value": {
      const allowed = issue.values.map((value) => JSON.stringify(value)).join(", ");
      return input === undefined
        ? { message: "missing", allowed }
        : { given: shownValue(input), message: "not one of the allowed values", allowed };
    }
    case "too_small":
    case "too_big":
      return { given: shownValue(input), ...describeSize(issue) };
    case "invalid_format":
      return {
        given: shownValue(input),
        message: "not in the required form",
        allowed: issue.pattern && `text that matches ${issue.pattern.replace(/^\/|\/$/g, "")}`,
      };
    default:
      return { given: shownValue(input), message: issue.message };
  }
}

const units: Readonly<Record<string, string>> = { string: "characters", array: "elements", map: "entries" };

function describeSize(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): Pick<Finding, "message" | "allowed"> {
  const unit = units[issue.origin] ?? "";
  const small = issue.code === "too_small";
  if (issue.input === "") return { message: "empty", allowed: "at least 1 characters" };
  const allowed = small ? range(Number(issue.minimum), undefined, unit) : range(undefined, Number(issue.maximum), unit);
  const [short, long] = issue.origin === "string" ? ["too short", "too long"] : ["too small", "too large"];
  return { message: small ? short : long, allowed };
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    record: "an object",
    object: "an object",
    array: "a list",
    int: "a whole number",
    number: "a number",
    string: "a string",
    boolean: "a boolean",
  };
  return names[expected] ?? expected;
}

/** The fields that the schema knows at a path; walks optional, union, list and map types. */
function knownKeys(schema: z.core.$ZodType, at: readonly Step[]): string[] {
  let current: z.core.$ZodType | undefined = schema;
  for (const key of at) {
    current = unwrap(current);
    if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodObject) current = (current.shape as Record<string, z.core.$ZodType>)[String(key)];
    else return [];
  }
  current = unwrap(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (type instanceof z.ZodOptional) return unwrap(type.unwrap());
  if (type instanceof z.ZodUnion) return unwrap(type.options.at(-1));
  return type;
}
