/** JSON as it is composed: leaves may be {@link Marked}. `undefined` is not part of it. */
export type Json = string | number | boolean | null | Marked | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** How a value is marked. */
export interface Marks {
  /** Not known yet, in a preview. */
  readonly unknown: boolean;
  /** Must not be printed, nor be in plain text in a state. */
  readonly secret: boolean;
  /** What the value came from, for whoever made the mark; the composition hands it on unseen. */
  readonly carriers: readonly object[];
}

/**
 * A part of a fragment that is not a plain value: secret, not known yet, or depending on other resources. A known one is a scalar;
 * an unknown one may stand for anything.
 */
export class Marked implements Marks {
  readonly unknown: boolean;
  readonly secret: boolean;
  readonly carriers: readonly object[];

  constructor(
    /** Undefined when unknown. */
    readonly value: string | number | boolean | null | undefined,
    marks: Marks,
  ) {
    this.unknown = marks.unknown;
    this.secret = marks.secret;
    this.carriers = marks.carriers;
  }

  /** The same marks on another value. */
  withValue(value: string | number | boolean | null): Marked {
    return new Marked(value, this);
  }

  /** Keeps secrets out of everything that prints values by their JSON. */
  toJSON(): unknown {
    if (this.secret) return secretText;
    return this.unknown ? unknownText : this.value;
  }
}

/** What is shown in the place of a secret. */
export const secretText = "[secret]";
/** What is shown in the place of a value that is not known yet. */
export const unknownText = "[unknown]";

/** Joins the marks of values that one value was made from. */
export function joinMarks(parts: readonly Marks[]): Marks {
  return {
    unknown: parts.some((part) => part.unknown),
    secret: parts.some((part) => part.secret),
    carriers: [...new Set(parts.flatMap((part) => part.carriers))],
  };
}

/** An object that composition walks into, and nothing else: neither a list nor a marked value. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Marked);
}

/** The plain value behind a mark. */
export function unmarked(value: Json | undefined): Json | undefined {
  return value instanceof Marked ? value.value : value;
}
