import { goTypes, type GoField } from "../goTypes";
import type { JsonObject } from "../marked";
import { embeddedStructs, namedEmbeddedStructs, namedTypes } from "./goNames";

/** Kinds of Go types, as far as a template can tell them apart. `opaque` structs marshal themselves, so their fields are not known. */
export type GoTypeKind =
  "invalid" | "bool" | "int" | "uint" | "float" | "string" | "struct" | "list" | "map" | "ptr" | "opaque";

export interface GoType {
  readonly kind: GoTypeKind;
  /** As Go writes it, such as `*v1alpha2.ParallelismSpec`. */
  readonly name: string;
  /** What a pointer points to, or what a list or map holds. */
  readonly elem?: GoType;
  readonly key?: GoType;
  /** For a struct. Undefined for a name that it does not have. */
  readonly field?: (name: string) => FieldRef | undefined;
  /** For an opaque struct: what its String method, which takes a pointer, makes of its JSON. Undefined when it has none. */
  readonly text?: (raw: unknown) => string;
  /** What a nil pointer to it prints, when that is not `<nil>`. */
  readonly nilText?: string;
}

/** Where a field's JSON is below its struct's, and its type. An embedded struct has the same JSON, an empty path. */
export interface FieldRef {
  readonly path: readonly string[];
  readonly type: GoType;
  /** Why a template may not read the field. */
  readonly refused?: string;
}

/**
 * A value as Go sees it: the JSON of it, and its type. `undefined` is the zero value: of a pointer nil, of everything else "", 0, false or
 * empty. Fields are looked up when they are asked for.
 */
export interface GoValue {
  readonly type: GoType;
  readonly raw: unknown;
  /** Reachable by a pointer, as everything is but the elements of maps: only then Go finds a String method that takes a pointer. */
  readonly addressable: boolean;
}

export const invalidType: GoType = { kind: "invalid", name: "invalid" };
/** Go's untyped nil. */
export const invalid: GoValue = { type: invalidType, raw: undefined, addressable: false };

export const stringType = scalarType("string", "string");
export const intType = scalarType("int", "int");
export const boolType = scalarType("bool", "bool");
export const float64Type = scalarType("float", "float64");

const scalarKinds: Readonly<Record<string, GoTypeKind>> = {
  string: "string",
  bool: "bool",
  int: "int",
  int32: "int",
  int64: "int",
  uint16: "uint",
  float64: "float",
};

const interned = new Map<string, GoType>();

/** Types are made once, so that equal types are the same object. */
function intern(id: string, make: () => GoType): GoType {
  let type = interned.get(id);
  if (!type) {
    type = make();
    interned.set(id, type);
  }
  return type;
}

function scalarType(kind: GoTypeKind, name: string): GoType {
  return { kind, name };
}

/** A scalar of the table, or what Go derives from it under another name. */
export function namedScalar(base: string, name = base): GoType {
  const kind = scalarKinds[base];
  if (!kind) throw new Error(`no scalar type ${base}`);
  if (name === "string") return stringType;
  if (name === "bool") return boolType;
  if (name === "int") return intType;
  return intern(`scalar ${base} ${name}`, () => scalarType(kind, name));
}

export function pointerTo(elem: GoType): GoType {
  return intern(`*${typeId(elem)}`, () => ({ kind: "ptr", name: `*${elem.name}`, elem }));
}

export function listOf(elem: GoType): GoType {
  return intern(`[]${typeId(elem)}`, () => ({ kind: "list", name: `[]${elem.name}`, elem }));
}

export function mapOf(key: GoType, elem: GoType, name = `map[${key.name}]${elem.name}`): GoType {
  return intern(`map ${name} ${typeId(elem)}`, () => ({ kind: "map", name, key, elem }));
}

const ids = new WeakMap<GoType, number>();
let lastId = 0;

/** Two packages may both have a `v1.Port`, so names do not identify types. */
function typeId(type: GoType): number {
  let id = ids.get(type);
  if (id === undefined) {
    lastId += 1;
    id = lastId;
    ids.set(type, id);
  }
  return id;
}

/** `serving/v1alpha2.ParallelismSpec` is `v1alpha2.ParallelismSpec` in Go's messages. */
function goName(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf("/") + 1);
}

/** Packages whose structs have a String method that was generated with their protocol buffers. */
const generatedPackages = /^(?:core|meta|autoscaling)\//;

/**
 * @param shown the struct's own name, when another has its fields in the table
 * @throws Error for a type that is not in the table
 */
export function structType(typeName: string, shown = typeName): GoType {
  return intern(`struct ${typeName} ${shown}`, () => {
    if (!goTypes[typeName]) throw new Error(`no Go type ${typeName}`);
    let fields: Map<string, FieldRef> | undefined;
    return {
      kind: "struct",
      name: goName(shown),
      field: (name) => (fields ??= fieldsOf(typeName)).get(name),
      ...(generatedPackages.test(shown) && { nilText: "nil" }),
    };
  });
}

function fieldsOf(typeName: string): Map<string, FieldRef> {
  const found = new Map<string, FieldRef>();
  for (const [json, field] of Object.entries(goTypes[typeName] ?? {})) {
    found.set(field.go, { path: [json], type: fieldType(typeName, json, field) });
  }
  for (const [name, embedded] of Object.entries(embeddedStructs[typeName] ?? {})) {
    // What the table does not list by itself has the outer struct's fields: more than Go allows, and never others.
    found.set(name, { path: [], type: structType(goTypes[embedded] ? embedded : typeName, embedded) });
  }
  const json = namedEmbeddedStructs[typeName];
  const embedded = json === undefined ? undefined : goTypes[typeName]?.[json]?.type;
  if (json !== undefined && embedded !== undefined) {
    for (const [name, field] of Object.entries(goTypes[embedded] ?? {})) {
      if (!found.has(field.go)) found.set(field.go, { path: [json, name], type: fieldType(embedded, name, field) });
    }
  }
  return found;
}

/** The name that Go gives a field's type, looked up in the struct and in what it embeds. */
function namedType(typeName: string, json: string): string | undefined {
  const own = namedTypes[typeName]?.[json];
  if (own !== undefined) return own;
  for (const embedded of Object.values(embeddedStructs[typeName] ?? {})) {
    const found = namedType(embedded, json);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldType(typeName: string, json: string, field: GoField): GoType {
  const type = valueType(field, namedType(typeName, json));
  return field.ptr ? pointerTo(type) : type;
}

function valueType(field: GoField, named: string | undefined): GoType {
  switch (field.kind) {
    case "scalar":
      return namedScalar(field.type, named);
    case "struct":
      return structType(field.type);
    case "opaque":
      return opaqueType(field.type);
    case "list":
      return listOf(elementType(field, named?.replace(/^\[\]/, "")));
    case "map": {
      const typed = /^map\[([^\]]+)\](.+)$/.exec(named ?? "");
      if (typed) return mapOf(namedScalar("string", typed[1]), elementType(field, typed[2]));
      if (named === "v1.ResourceList")
        return mapOf(namedScalar("string", "v1.ResourceName"), elementType(field, undefined), named);
      return mapOf(stringType, elementType(field, undefined));
    }
  }
}

function elementType(field: GoField, named: string | undefined): GoType {
  if (field.elem === "struct") return structType(field.type);
  if (field.elem === "opaque") return opaqueType(field.type);
  return namedScalar(field.type, named);
}

function textOrZero(raw: unknown): string {
  return typeof raw === "string" || typeof raw === "number" ? String(raw) : "0";
}

const opaqueTexts: Readonly<Record<string, (raw: unknown) => string>> = {
  "resource.Quantity": textOrZero,
  "intstr.IntOrString": textOrZero,
  "apis.URL": (raw) => (typeof raw === "string" ? raw : ""),
};

function opaqueType(typeName: string): GoType {
  return intern(`opaque ${typeName}`, () => {
    const text = opaqueTexts[typeName];
    const nilText = typeName === "runtime.RawExtension" ? { nilText: "nil" } : {};
    return { kind: "opaque", name: goName(typeName), ...(text ? { text } : {}), ...nilText };
  });
}

/** A struct made up of given fields. */
export function structOf(name: string, fields: Readonly<Record<string, FieldRef>>): GoType {
  const byName = new Map(Object.entries(fields));
  return { kind: "struct", name, field: (field) => byName.get(field) };
}

/** A pointer to a struct of the table; `undefined` is a nil pointer. */
export function structValue(typeName: string, value: JsonObject | undefined): GoValue {
  return { type: pointerTo(structType(typeName)), raw: value, addressable: true };
}

export function goString(text: string): GoValue {
  return { type: stringType, raw: text, addressable: false };
}

export function goInt(value: number): GoValue {
  return { type: intType, raw: value, addressable: false };
}

export function goBool(value: boolean): GoValue {
  return { type: boolType, raw: value, addressable: false };
}

export function isNilPointer(value: GoValue): boolean {
  return value.type.kind === "ptr" && (value.raw === undefined || value.raw === null);
}

/** What a pointer points to; anything else is returned as it is. A nil pointer stays. */
export function indirect(value: GoValue): GoValue {
  const { elem } = value.type;
  if (value.type.kind !== "ptr" || !elem || value.raw === undefined || value.raw === null) return value;
  return { type: elem, raw: value.raw, addressable: true };
}

// The zero value of each kind, where the JSON leaves it out.
export function rawString(value: GoValue): string {
  return typeof value.raw === "string" ? value.raw : "";
}

export function rawNumber(value: GoValue): number {
  return typeof value.raw === "number" ? value.raw : 0;
}

export function rawList(value: GoValue): readonly unknown[] {
  return Array.isArray(value.raw) ? (value.raw as unknown[]) : [];
}

export function rawMap(value: GoValue): Readonly<Record<string, unknown>> {
  return typeof value.raw === "object" && value.raw !== null ? (value.raw as Record<string, unknown>) : {};
}
