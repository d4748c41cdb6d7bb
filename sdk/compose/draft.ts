import { isObject, type Json, type JsonObject } from "./marked";
import type { Merged } from "./merge";
import { type Origin, OriginChanges, OriginOf } from "./origins";

/** Where something lies in a spec. */
export type Path = readonly (string | number)[];

/** A spec that the steps after the merge change, each as a source of its own. What was given stays as it is. */
export class Draft implements Merged {
  private current: JsonObject;
  private known: Origin;
  /** Changes of origins, which are made when somebody asks: most services are composed, and never explained. */
  private pending: { readonly changes: OriginChanges; readonly value: JsonObject }[] = [];

  constructor(start: Merged) {
    this.current = start.value;
    this.known = start.origin;
  }

  get value(): JsonObject {
    return this.current;
  }

  get origin(): Origin {
    for (const { changes, value } of this.pending) this.known = changes.applyTo(this.known, value);
    this.pending = [];
    return this.known;
  }

  /** Sets a value on behalf of a source. */
  set(path: Path, value: Json, source: number): void {
    const before = valueAt(this.current, path);
    const changes = new OriginChanges();
    changes.add(path, (origin) =>
      before === undefined || before === null ? source : new OriginOf(source, { value: before, origin }),
    );
    this.replace(withValueAt(this.current, path, value) as JsonObject, changes);
  }

  /** Takes another value as a whole, of which only the origins of some parts change. */
  replace(value: JsonObject, changes: OriginChanges): void {
    this.pending.push({ changes, value: this.current });
    this.current = value;
  }
}

function valueAt(value: Json | undefined, [step, ...rest]: Path): Json | undefined {
  if (step === undefined) return value;
  if (typeof step === "number") return Array.isArray(value) ? valueAt(value[step], rest) : undefined;
  return isObject(value) ? valueAt(value[step], rest) : undefined;
}

function withValueAt(owner: Json | undefined, [step, ...rest]: Path, value: Json): Json {
  if (step === undefined) return value;
  if (typeof step === "number") {
    const copy = Array.isArray(owner) ? [...owner] : [];
    copy[step] = withValueAt(copy[step], rest, value);
    return copy;
  }
  const copy = isObject(owner) ? owner : {};
  return { ...copy, [step]: withValueAt(copy[step], rest, value) };
}
