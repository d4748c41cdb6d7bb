import type { Composition } from "./compose";
import { type Json, Marked, secretText, unknownText } from "./marked";
import type { FieldOrigin } from "./origins";
import { SourceKind } from "./sources";

/** Who set one field, as an output of a service. */
export interface OriginEntry {
  /** Such as `fragment "gpu"` or `preset kserve-config-llm-template`. */
  readonly source: string;
  /** What it replaced, the latest first; left out when it replaced nothing. */
  readonly overrides?: readonly { readonly source: string; readonly value: unknown }[];
}

/** Who set each field of a composition, by path. Secrets are not shown. */
export function originEntries(composition: Composition): Record<string, OriginEntry> {
  return Object.fromEntries(
    explainFields(composition).map(({ path, source, overrides }) => [
      path,
      { source, ...(overrides.length > 0 && { overrides }) },
    ]),
  );
}

/** One field of a composition, with its history. Secrets are not shown. */
export interface ExplainedField {
  /** Such as `template.containers[main].image`. */
  readonly path: string;
  /** Undefined for an object or list that replaced another as a whole; its parts follow as fields of their own. */
  readonly value: unknown;
  /** Who set it, such as `fragment "gpu"`. */
  readonly source: string;
  /** What it replaced, the latest first. */
  readonly overrides: readonly { readonly source: string; readonly value: unknown }[];
  /** The preset that it comes from, when nothing but presets had a part in it. */
  readonly preset?: string;
}

/** The fields of a composition in the order of the spec. */
export function explainFields(composition: Composition): ExplainedField[] {
  const { sources } = composition;
  return composition.origins().map((field, index, all) => {
    const preset = presetOf(field, composition);
    return {
      path: field.path,
      value: hasParts(field, all[index + 1]) ? undefined : printable(field.value),
      source: sources.text(field.source),
      overrides: field.overrides.map(({ source, value }) => ({
        source: sources.text(source),
        value: printable(value),
      })),
      ...(preset !== undefined && { preset }),
    };
  });
}

function hasParts({ path }: FieldOrigin, next: FieldOrigin | undefined): boolean {
  return next !== undefined && (next.path.startsWith(`${path}.`) || next.path.startsWith(`${path}[`));
}

/** A template that the controller filled in is what was there before. */
function presetOf({ source, overrides }: FieldOrigin, { sources }: Composition): string | undefined {
  const setters = [source, ...overrides.map((replaced) => replaced.source)]
    .map((number) => sources.get(number))
    .filter((setter) => setter?.kind !== SourceKind.template);
  return setters.every((setter) => setter?.kind === SourceKind.preset) ? setters[0]?.name : undefined;
}

/** A value without secrets: marked parts are replaced by what they are. */
export function printable(value: Json): unknown {
  if (value instanceof Marked) {
    if (value.secret) return secretText;
    return value.unknown ? unknownText : value.value;
  }
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, printable(child)]));
}
