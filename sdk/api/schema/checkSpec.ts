import { createRequire } from "node:module";

import { Marked } from "../../compose/marked";
import type { Problem } from "../../problems";
import { isOpaque, pathText, type Step } from "../view";
import { findAgainstSchema } from "./checkAgainstSchema";
import { type Finding, mostFindings } from "./finding";
import type { SpecForm } from "./specSchema";

/** What is checked, and where it is. */
export interface SpecCheck {
  /** What the spec has to be. */
  readonly form: SpecForm;
  /** Where the spec is in what the user gave. @default "spec" */
  readonly path?: string;
}

/**
 * Checks the fields of a `spec`: unknown ones, types, enumerations, ranges, patterns, and what is required unless it is a fragment. All
 * problems at once. Null is what is not set; of unknown values nothing is said; secrets are not shown.
 *
 * The spec must have passed `checkStructure`.
 */
export function checkSpec(spec: unknown, { form, path = "spec" }: SpecCheck): Problem[] {
  if (isOpaque(spec)) return [];
  return findInSpec(spec, form)
    .map((finding) => withMarks(finding, spec))
    .filter((finding) => finding !== undefined)
    .map(({ at, ...problem }) => ({ path: pathText(path, at), ...problem }));
}

/** Loading zod takes longer than all checks of a program together, so it waits for the first one. */
const lazyRequire = createRequire(__filename);
const schemas = new Map<SpecForm, (spec: unknown) => Finding[]>();

function findInSpec(spec: unknown, form: SpecForm): Finding[] {
  const plain = plainTree(spec);
  // The CRD's own schema says quickly that all is well; what is wrong zod says better.
  const kind = form === "config" ? "config" : "service";
  const isFine = (): boolean => findAgainstSchema(plain, { kind, partial: form === "fragment" }).length === 0;
  return !hasAdapters(plain) && isFine() ? [] : findWithZod(plain, form);
}

/** The CRD has no schema for LoRA adapters, because their type contains itself. */
function hasAdapters(spec: unknown): boolean {
  const { model } = (spec ?? {}) as { model?: { lora?: { adapters?: unknown } } };
  return model?.lora?.adapters !== undefined;
}

function findWithZod(spec: unknown, form: SpecForm): Finding[] {
  let find = schemas.get(form);
  if (!find) {
    const { createSpecSchema } = lazyRequire("./specSchema") as typeof import("./specSchema");
    const { findingsOf } = lazyRequire("./issues") as typeof import("./issues");
    const schema = createSpecSchema(form);
    find = (value) => {
      const { error } = schema.safeParse(value, { reportInput: true });
      return error
        ? withoutRepeats(error.issues.slice(0, mostFindings).flatMap((issue) => findingsOf(issue, schema)))
        : [];
    };
    schemas.set(form, find);
  }
  return find(spec);
}

/** The first finding at each place: an empty text need not be told that it does not match a pattern. */
function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  const distinct = findings.filter(({ at }) => {
    const place = JSON.stringify(at);
    return !seen.has(place) && seen.add(place);
  });
  return distinct.slice(0, mostFindings);
}

/** The tree without marks, nulls and unknown parts; the same object where there are none. */
function plainTree(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Marked) return value.value ?? undefined;
  if (isOpaque(value)) return undefined;
  return Array.isArray(value) ? plainList(value) : plainObject(value as Record<string, unknown>);
}

function plainList(list: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined;
  list.forEach((item, index) => {
    const plain = plainTree(item);
    if (plain !== item) (copy ??= [...list])[index] = plain;
  });
  return copy ?? list;
}

function plainObject(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const part = object[key];
    const plain = part === null ? undefined : plainTree(part);
    if (plain === part) continue;
    copy ??= { ...object };
    if (plain === undefined) delete copy[key];
    else copy[key] = plain;
  }
  return copy ?? object;
}

/** Nothing is said about what is unknown, and of a secret not what it is. */
function withMarks({ given, fix, ...finding }: Finding, spec: unknown): Finding | undefined {
  let secret = false;
  let current: unknown = spec;
  for (const step of finding.at as readonly (Step | undefined)[]) {
    const holder = current as Readonly<Record<Step, unknown>> | null | undefined;
    if (typeof holder !== "object" || holder === null || step === undefined || !Object.hasOwn(holder, step)) break;
    current = holder[step];
    if (isOpaque(current)) return undefined;
    if (current instanceof Marked) secret ||= current.secret;
  }
  // A fix may repeat what was given.
  return secret ? finding : { ...finding, ...(given !== undefined && { given }), ...(fix !== undefined && { fix }) };
}
