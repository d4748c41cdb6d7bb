import { type GoField, goTypes } from "./goTypes";
import { isObject, type Json, type JsonObject } from "./marked";

/** Types whose values are JSON of any form, which KServe's controller does not look into. */
const freeTypes: ReadonlySet<string> = new Set(["runtime.RawExtension", "meta/v1.FieldsV1"]);

/**
 * What a merge makes of a value where there was none before: free-form JSON in it loses its nulls, except in lists.
 *
 * Source: `discardNullValuesFromPatch` of k8s.io/apimachinery's `strategicpatch`; elsewhere nulls make no difference to typed values.
 */
export function entering(value: Json, field: GoField): Json {
  if (freeTypes.has(field.type)) return withoutNulls(value);
  if (field.kind === "struct") return isObject(value) ? enteringStruct(value, field.type) : value;
  if (field.elem !== "struct" || !Array.isArray(value) || fieldsToFree(field.type).length === 0) return value;
  return sameOr(
    value,
    value.map((item) => (isObject(item) ? enteringStruct(item, field.type) : item)),
  );
}

function enteringStruct(value: JsonObject, type: string): JsonObject {
  let result = value;
  for (const [name, field] of fieldsToFree(type)) {
    const part = value[name];
    if (part === undefined || part === null) continue;
    const entered = entering(part, field);
    if (entered !== part) result = { ...result, [name]: entered };
  }
  return result;
}

/** Free-form JSON without nulls, except those in lists; the same when there are none. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return sameOr(value, value.map(withoutNulls));
  if (!isObject(value)) return value;
  let result = value;
  for (const [key, part] of Object.entries(value)) {
    const kept = part === null ? part : withoutNulls(part);
    if (part !== null && kept === part) continue;
    if (result === value) result = { ...value };
    if (part === null) delete result[key];
    else result[key] = kept;
  }
  return result;
}

function sameOr(before: Json[], after: Json[]): Json[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

const known = new Map<string, readonly (readonly [string, GoField])[]>();

/** The fields of a struct that hold free-form JSON somewhere. */
function fieldsToFree(type: string): readonly (readonly [string, GoField])[] {
  const found = known.get(type);
  if (found) return found;
  // A struct that holds itself adds nothing to what it holds otherwise.
  known.set(type, []);
  const fields = Object.entries(goTypes[type] ?? {}).filter(
    ([, field]) => freeTypes.has(field.type) || (holdsStructs(field) && fieldsToFree(field.type).length > 0),
  );
  known.set(type, fields);
  return fields;
}

function holdsStructs({ kind, elem }: GoField): boolean {
  return kind === "struct" || elem === "struct";
}
