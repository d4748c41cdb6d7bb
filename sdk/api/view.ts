import { Marked, secretText, unknownText } from "../compose/marked";

/** One step of a path: a field, a key of a map, or an index of a list. */
export type Step = string | number;

/** A path in messages, such as `spec.template.containers[0].resources.limits["nvidia.com/gpu"]`, after what it starts with. */
export function pathText(start: string, steps: readonly Step[]): string {
  const text = steps.map(stepText).join("");
  return start + (start === "" || start.endsWith(" ") ? text.replace(/^\./, "") : text);
}

function stepText(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (step.length > longestShown) return `[${JSON.stringify(`${step.slice(0, longestShown)}…`)}]`;
  return /^[A-Za-z0-9_-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}

const longestShown = 200;

/** What a message shows of a value: long texts are cut, and what has parts is left out. */
export function shownValue(value: unknown): unknown {
  if (typeof value === "object" && value !== null) return undefined;
  if (typeof value === "string" && value.length > longestShown) return `${value.slice(0, longestShown)}…`;
  return value;
}

/** A value of which nothing can be said yet: an unknown of a preview, or an Output or promise that nobody has resolved. */
export function isOpaque(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return typeof value === "function";
  if (value instanceof Marked) return value.unknown;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null;
}

/**
 * A place in a spec, set or not. What is unknown is neither {@link present} nor {@link absent}, {@link positive} nor
 * {@link notPositive}, so that rules which ask for these say nothing about it.
 */
export class View {
  readonly unknown: boolean;
  private readonly value: unknown;
  /** As it was given, marks and all. */
  readonly raw: unknown;
  /** Whether it must not be shown, nor anything that was computed from it. */
  readonly isSecret: boolean;

  constructor(
    raw: unknown,
    private readonly parent?: View,
    private readonly step: Step = "",
  ) {
    this.raw = raw;
    this.unknown = parent?.unknown === true || isOpaque(raw);
    this.isSecret = parent?.isSecret === true || (raw instanceof Marked && raw.secret);
    const value = raw instanceof Marked ? raw.value : raw;
    this.value = this.unknown || value === null ? undefined : value;
  }

  /** From the root to here. */
  get steps(): Step[] {
    return this.parent ? [...this.parent.steps, this.step] : [];
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  /** Surely not set. Null counts as not set, as in Go. */
  get absent(): boolean {
    return !this.unknown && this.value === undefined;
  }

  /** Surely a number above 0. */
  get positive(): boolean {
    return typeof this.value === "number" && this.value > 0;
  }

  /** Surely not set, or a number of at most 0. */
  get notPositive(): boolean {
    return this.absent || (typeof this.value === "number" && this.value <= 0);
  }

  /** Surely not set, or "" or a list without elements: what Go cannot tell from not set. */
  get empty(): boolean {
    return this.absent || this.value === "" || (Array.isArray(this.value) && this.value.length === 0);
  }

  /** Surely JSON of at most two characters, such as `{}`. */
  get trivial(): boolean {
    const { value } = this;
    if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
    return value !== undefined && String(JSON.stringify(value)).length < 3;
  }

  get text(): string | undefined {
    return typeof this.value === "string" ? this.value : undefined;
  }

  get number(): number | undefined {
    return typeof this.value === "number" ? this.value : undefined;
  }

  get boolean(): boolean | undefined {
    return typeof this.value === "boolean" ? this.value : undefined;
  }

  /** The value for a problem's `given`: never a secret, and nothing that has parts. */
  get given(): unknown {
    return this.isSecret ? undefined : shownValue(this.value);
  }

  /** The value in a sentence. */
  get shown(): string {
    if (this.isSecret) return secretText;
    if (this.unknown) return unknownText;
    return JSON.stringify(shownValue(this.value)) ?? "";
  }

  get(...keys: readonly string[]): View {
    let view: View = new View(this.child(keys[0] ?? ""), this, keys[0]);
    for (const key of keys.slice(1)) view = new View(view.child(key), view, key);
    return view;
  }

  private child(key: string): unknown {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }

  /** The keys of an object or map; none when it is unknown. */
  get keys(): string[] {
    const { value } = this;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  }

  /** The elements of a list; none when it is unknown. */
  get items(): View[] {
    return Array.isArray(this.value) ? this.value.map((item: unknown, index) => new View(item, this, index)) : [];
  }

  /** The first part that has no parts itself, which is where an origin is known. */
  get firstLeaf(): View {
    const { value } = this;
    if (typeof value !== "object" || value === null) return this;
    if (Array.isArray(value)) return this.items[0]?.firstLeaf ?? this;
    const key = Object.keys(value)[0];
    return key === undefined ? this : this.get(key).firstLeaf;
  }
}
