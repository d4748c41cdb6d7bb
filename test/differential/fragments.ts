import fc from "fast-check";

import { type GoField, goStruct, specType } from "../../sdk/compose/goTypes";
import { Focus } from "./focus";
import type { Plain, PlainObject } from "./oracle";
import { keyValue, leaf, mapKey, wrong } from "./values";

/** How deep specs get; only LoRA adapters, which are models themselves, could go on for ever. */
const deepest = 14;

export interface FragmentOptions {
  /** Values that no field can hold, and list elements without their key. @default true */
  mistakes?: boolean;
}

/** A spec whose fields are those of the focus. */
export function fragment(focus: Focus, options: FragmentOptions = {}): fc.Arbitrary<PlainObject> {
  return new Generator(focus, options.mistakes ?? true).struct(specType, 0);
}

/** Specs that meet at the same fields. They shrink without their focus changing. */
export function fragments(min: number, max: number, options: FragmentOptions = {}): fc.Arbitrary<PlainObject[]> {
  return focusSeed.chain((seed) => fc.array(fragment(new Focus(seed), options), { minLength: min, maxLength: max }));
}

/** A seed of {@link Focus}. */
export const focusSeed = fc.noShrink(fc.nat());

class Generator {
  private readonly structs = new Map<string, fc.Arbitrary<PlainObject>>();

  constructor(
    private readonly focus: Focus,
    private readonly mistakes: boolean,
  ) {}

  struct(type: string, depth: number, mergeKey?: string): fc.Arbitrary<PlainObject> {
    const id = `${type} ${depth} ${mergeKey ?? ""}`;
    const known = this.structs.get(id);
    if (known) return known;
    const fields = goStruct(type);
    const parts: Record<string, fc.Arbitrary<Plain | undefined>> = {};
    for (const name of this.focus.fieldsOf(type)) {
      const field = fields[name] as GoField;
      const nested = field.kind === "struct" || field.elem === "struct";
      if (nested && depth >= deepest) continue;
      const absent = this.focus.isOnTheWay(type, name) ? 20 : 80;
      parts[name] = fc.oneof(
        { withCrossShrink: true },
        { weight: 10 * absent, arbitrary: fc.constant(undefined) },
        { weight: 1800, arbitrary: this.value(field, depth + 1) },
        { weight: this.mistakes ? 2 : 0, arbitrary: wrong(field) },
        { weight: 40, arbitrary: fc.constant(null) },
      );
    }
    if (mergeKey !== undefined) parts[mergeKey] = this.key(mergeKey);
    const struct = fc.record(parts, { noNullPrototype: true }).map(withoutUndefined);
    this.structs.set(id, struct);
    return struct;
  }

  private key(mergeKey: string): fc.Arbitrary<Plain | undefined> {
    return fc.oneof(
      { weight: 1000, arbitrary: keyValue(mergeKey) },
      { weight: this.mistakes ? 1 : 0, arbitrary: fc.constant(undefined) },
    );
  }

  private value(field: GoField, depth: number): fc.Arbitrary<Plain> {
    switch (field.kind) {
      case "struct":
        return this.struct(field.type, depth);
      case "map":
        return fc.dictionary(mapKey(field), leaf(field.type), { maxKeys: 3, noNullPrototype: true });
      case "list":
        // What KServe makes of duplicates in a joined list depends on the capacities of Go's slices.
        if (field.union) return fc.uniqueArray(leaf(field.type), { maxLength: 4 });
        return fc.array(this.element(field, depth), { maxLength: field.mergeKey ? 4 : 3 });
      case "scalar":
      case "opaque":
        return leaf(field.type);
    }
  }

  private element(field: GoField, depth: number): fc.Arbitrary<Plain> {
    return field.elem === "struct" ? this.struct(field.type, depth, field.mergeKey) : leaf(field.type);
  }
}

function withoutUndefined(record: Record<string, Plain | undefined>): PlainObject {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
