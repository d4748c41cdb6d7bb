import { isObject, type Json, type JsonObject } from "./marked";
import type { Merged } from "./merge";
import { type Origin, OriginChanges, OriginOf } from "./origins";

/** Where something lies in a spec. */
export type Path = readonly (string | number)[];

/** A spec that the steps after the merge change, each as a source of its own. What was given stays as it is. */
export class Draft implements Merged {
  value: JsonObject;
  origin: Origin;

  constructor(start: Merged) {
    this.value = start.value;
    this.origin = start.origin;
  }

  /** Sets a value on behalf of a source. */
  set(path: Path, value: Json, source: number): void {
    const before = valueAt(this.value, path);
    const changes = new OriginChanges();
    changes.add(path, (origin) =>
      before === undefined || before === null ? source : new OriginOf(source, { value: before, origin }),
    );
    this.origin = changes.applyTo(this.origin, this.value);
    this.value = withValueAt(this.value, path, value) as JsonObject;
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
