import { checkSpec } from "../api/schema/checkSpec";
import { checkStructure } from "../api/structure";
import { nearest } from "../nearest";
import type { Problem } from "../problems";
import { type Canonical, canonicalSpec } from "./canonical";
import type { JsonObject } from "./marked";

/** A named part of a service's spec, with all its inputs resolved. */
export interface Fragment {
  /** In origins and messages; `metadata.name` when it is published as a LLMInferenceServiceConfig. */
  readonly name: string;
  /** Higher wins; fragments of the same priority keep their order. @default 0 */
  readonly priority?: number;
  readonly spec: unknown;
}

/** A fragment in canonical form, beside what was given. */
export interface ReadFragment {
  readonly name: string;
  readonly given: unknown;
  readonly spec: JsonObject;
}

const configName = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** Reads fragments and puts them in order, lowest first; problems name the fragment and the path. */
export function readFragments(fragments: readonly Fragment[]): { fragments: ReadFragment[]; problems: Problem[] } {
  const problems = fragments.flatMap((fragment, index) => checkFragment(fragment, index, fragments));
  const read = fragments.map((fragment) => {
    const { value, problems: found } = readSpec(fragment.spec, `fragment "${fragment.name}": spec`);
    problems.push(...found);
    if (value.baseRefs !== undefined) {
      problems.push({
        path: `fragment "${fragment.name}": spec.baseRefs`,
        message: "a fragment cannot refer to other configs, because KServe allows it in a service only",
        fix: "name the configs in the service's baseRefs",
      });
    }
    return { name: fragment.name, given: fragment.spec, spec: value, priority: fragment.priority ?? 0 };
  });
  return { fragments: read.sort((a, b) => a.priority - b.priority), problems };
}

/**
 * A spec of which nothing is required, checked and in canonical form.
 *
 * @param checkedLater what is made of it is checked as a whole; then only what cannot be read is looked at here.
 */
export function readSpec(given: unknown, path: string, checkedLater = false): Canonical {
  const structure = checkStructure(given, path);
  if (structure.length > 0) return { value: {}, problems: structure };
  const canonical = canonicalSpec(given, { path });
  if (checkedLater && canonical.problems.length === 0) return canonical;
  const fields = checkSpec(given, { form: "fragment", path });
  return fields.length > 0 ? { value: canonical.value, problems: fields } : canonical;
}

function checkFragment({ name, priority }: Fragment, index: number, all: readonly Fragment[]): Problem[] {
  const path = `fragments[${index}]`;
  const problems: Problem[] = [];
  if (typeof name !== "string" || name.length > 253 || !configName.test(name)) {
    problems.push({
      path: `${path}.name`,
      given: typeof name === "string" ? name.slice(0, 300) : undefined,
      message: "no name that a Kubernetes object can have",
      allowed:
        "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit, at most 253 characters",
    });
  }
  if (priority !== undefined && !Number.isFinite(priority)) {
    problems.push({
      path: `${path}.priority`,
      given: String(priority),
      message: "no number",
      allowed: "any number, default 0",
    });
  }
  const first = all.findIndex((fragment) => fragment.name === name);
  if (first < index) {
    problems.push({
      path: `${path}.name`,
      given: name,
      message: `fragments[${first}] has this name too, so that nobody could tell which of them set a field`,
      fix: "rename one of them",
    });
  }
  return problems;
}

/** A problem for a config that is nowhere, with the nearest name of those that are known. */
export function missingConfig(
  path: string,
  name: string,
  namespaces: readonly string[],
  known: readonly string[],
): Problem {
  const guess = nearest(name, known);
  return {
    path,
    given: name,
    message: `there is no LLMInferenceServiceConfig of this name in namespace ${namespaces.join(" or ")}`,
    fix: guess ? `did you mean "${guess}"?` : "create it first, or remove it from baseRefs",
  };
}
