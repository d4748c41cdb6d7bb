import { type GoField, goTypes } from "./goTypes";
import type { Json, JsonObject } from "./marked";

/** A field with its JSON name. */
export interface NamedField extends GoField {
  readonly name: string;
}

/** A struct, with what is asked of it often. */
export interface StructFields {
  readonly fields: ReadonlyMap<string, NamedField>;
  /** Written even when nothing is given. */
  readonly always: readonly NamedField[];
  readonly defaulted: readonly NamedField[];
}

const compiled = new Map<string, StructFields>();

/** The struct of a type of the table, looked up once. */
export function structOf(type: string): StructFields {
  const known = compiled.get(type);
  if (known) return known;
  const fields = Object.entries(goTypes[type] ?? {}).map(([name, field]) => ({ ...field, name }));
  const struct: StructFields = {
    fields: new Map(fields.map((field) => [field.name, field])),
    always: fields.filter((field) => !field.omit),
    defaulted: fields.filter((field) => field.default !== undefined),
  };
  compiled.set(type, struct);
  return struct;
}

/** The fields of a struct by their JSON names. */
export function structFields(type: string): ReadonlyMap<string, GoField> {
  return structOf(type).fields;
}

/** The field of a struct. */
export function fieldOf(type: string, name: string): GoField | undefined {
  return structOf(type).fields.get(name);
}

/** Of Go's integer types; those of 64 bits as far as JavaScript can count. */
export const integerRanges: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint16: [0, 2 ** 16 - 1],
};

/** What Go writes for a field that nothing was said about. */
export function zeroOf(field: GoField): Json {
  if (field.ptr || field.kind === "list" || field.kind === "map") return null;
  if (field.kind === "struct") return zeroStruct(field.type);
  return zeroScalar(field.type);
}

/** What Go writes for a struct that nothing was said about. */
export function zeroStruct(type: string): JsonObject {
  return Object.fromEntries(structOf(type).always.map((field) => [field.name, zeroOf(field)]));
}

/** What Go writes for a value that nothing was said about. */
export function zeroScalar(type: string): Json {
  if (type === "string" || type === "apis.URL") return "";
  if (type === "bool") return false;
  if (type === "resource.Quantity") return "0";
  if (type in integerRanges || type === "intstr.IntOrString") return 0;
  return null;
}

/** To Go a list or map that is there and empty is no zero value. */
export function isZero(value: JsonObject, given: JsonObject, type: string): boolean {
  if (Object.keys(given).some((name) => isCollection(fieldOf(type, name)) && given[name] !== null)) return false;
  return JSON.stringify(value) === JSON.stringify(zeroStruct(type));
}

function isCollection(field: GoField | undefined): boolean {
  return field?.kind === "list" || field?.kind === "map";
}
