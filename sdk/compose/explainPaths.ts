import { nearest } from "../nearest";
import type { ExplainedField } from "./explain";
import { pathSteps } from "./explainTree";

/** A path at which a composition has nothing. */
export class UnknownPathError extends Error {
  override readonly name = "UnknownPathError";
}

/**
 * The fields at a path or below it. `template.containers.main` is as good as `template.containers[main]`, and the path may start at `spec`.
 *
 * @param whole what the fields are of, in the error
 * @throws UnknownPathError where there are none, with the nearest ones.
 */
export function fieldsAt(fields: readonly ExplainedField[], path: string, whole = "the spec"): ExplainedField[] {
  const wanted = normalPath(path);
  const found = fields.filter((field) => isAtOrBelow(normalPath(field.path), wanted));
  if (found.length === 0) throw unknownPath(fields, path, whole);
  return found;
}

/** Whether a path is a given one or lies in it. */
export function isWithin(path: string, wanted: string): boolean {
  return isAtOrBelow(normalPath(path), normalPath(wanted));
}

/** Whether one of two paths lies in the other. */
export function touches(path: string, other: string): boolean {
  return isWithin(path, other) || isWithin(other, path);
}

function isAtOrBelow(path: string, top: string): boolean {
  return top === "" || path === top || path.startsWith(`${top}.`);
}

function normalPath(path: string): string {
  return path
    .replace(/"?\]/g, "")
    .replace(/\["?/g, ".")
    .replace(/^\.?(spec(\.|$))?/, "");
}

function unknownPath(fields: readonly ExplainedField[], path: string, whole: string): UnknownPathError {
  const known = new Set(fields.flatMap((field) => beginnings(field.path)));
  const wanted = normalPath(path);
  // The deepest part that exists, and what is in it.
  const top = [...known]
    .filter((candidate) => isAtOrBelow(wanted, normalPath(candidate)))
    .reduce((longest, candidate) => (candidate.length > longest.length ? candidate : longest), "");
  const prefix = normalPath(top);
  const depth = top === "" ? 1 : beginnings(top).length + 1;
  const inside = [...known].filter(
    (candidate) => beginnings(candidate).length === depth && (top === "" || isAtOrBelow(normalPath(candidate), prefix)),
  );
  const close = nearest(path, [...known]);
  const guess = close === undefined ? ";" : `; did you mean ${close}?`;
  const names = inside.map((candidate) => candidate.slice(top.length).replace(/^\./, ""));
  const shown = names.length > 20 ? [...names.slice(0, 20), "…"] : names;
  return new UnknownPathError(`nothing sets ${path}${guess} ${top || whole} has: ${shown.join(", ")}`);
}

/** The path of a field and of everything that it lies in. */
export function beginnings(path: string): string[] {
  const found: string[] = [];
  let at = 0;
  for (const step of pathSteps(path)) {
    const end = path.indexOf(step, at) + step.length;
    at = path.startsWith('"]', end) ? end + 2 : end;
    const bracket = step.indexOf("[");
    // A list is there beside its elements.
    if (bracket > 0 && !path.startsWith('"]', end)) found.push(path.slice(0, at - step.length + bracket));
    found.push(path.slice(0, at));
  }
  return [...new Set(found)];
}
