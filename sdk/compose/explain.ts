import type { Composition } from "./compose";
import { type Json, Marked, secretText, unknownText } from "./marked";

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
    composition.origins().map(({ path, source, overrides }) => [
      path,
      {
        source: composition.sources.text(source),
        ...(overrides.length > 0 && {
          overrides: overrides.map((replaced) => ({
            source: composition.sources.text(replaced.source),
            value: printable(replaced.value),
          })),
        }),
      },
    ]),
  );
}

/** A value without secrets: marked parts are replaced by what they are. */
export function printable(value: Json): unknown {
  if (value instanceof Marked) {
    if (value.unknown) return unknownText;
    return value.secret ? secretText : value.value;
  }
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, printable(child)]));
}
