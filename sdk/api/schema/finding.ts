import { nearest } from "../../nearest";
import type { Problem } from "../../problems";
import { shownValue, type Step } from "../view";

/** A problem at a place that is not written down yet. */
export interface Finding extends Omit<Problem, "path"> {
  readonly at: readonly Step[];
}

/** More are not read by anybody. */
export const mostFindings = 100;

const longestKey = 100;

/** A field that does not exist. */
export function unknownField(name: string, known: readonly string[], what = "field"): Omit<Finding, "at"> {
  const guess = name.length <= longestKey ? nearest(name, known) : undefined;
  return {
    // Such as the metadata of a volumeClaimTemplate, which Kubernetes has fields for and KServe's CRD has none.
    message: known.length > 0 ? `no such ${what}` : "KServe's CRD has no fields here, so the API server would drop it",
    allowed: known.join(", ") || undefined,
    fix: guess ? `did you mean "${guess}"?` : undefined,
  };
}

/** A value of another type. */
export function wrongType(given: unknown, expected: string): Omit<Finding, "at"> {
  const isList = Array.isArray(given);
  const what = isList
    ? "a list"
    : given === null
      ? "null"
      : `${/^[aeiou]/.test(typeof given) ? "an" : "a"} ${typeof given}`;
  const scalar = typeof given === "number" || typeof given === "boolean";
  return {
    given: shownValue(given),
    message: `${what} instead of ${expected}`,
    allowed: expected,
    fix: expected === "a string" && scalar ? `quote it: "${given}"` : undefined,
  };
}

/** "at least 1", "at most 8" or "1 to 8". */
export function range(min: number | undefined, max: number | undefined, unit = ""): string {
  const suffix = unit && ` ${unit}`;
  if (min === undefined) return `at most ${max}${suffix}`;
  return max === undefined ? `at least ${min}${suffix}` : `${min} to ${max}${suffix}`;
}
