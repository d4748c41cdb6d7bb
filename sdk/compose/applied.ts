import { goStruct, specType } from "./goTypes";
import { isObject, type Json, type JsonObject } from "./marked";

/**
 * A canonical spec as it is applied: without the nulls that the API server refuses or drops, with a list of containers in every pod
 * template, as the webhook leaves it, and with sorted keys, so that what is declared is what is found again.
 */
export function applied(spec: JsonObject): JsonObject {
  return appliedStruct(spec, specType);
}

function appliedStruct(value: JsonObject, type: string): JsonObject {
  const fields = goStruct(type);
  const result: JsonObject = {};
  for (const name of Object.keys(value).sort()) {
    const child = value[name];
    const field = fields[name];
    if (child === undefined) continue;
    if (child === null) {
      if (type === podSpec && name === "containers") result[name] = [];
    } else if (field?.kind === "struct" && isObject(child)) {
      result[name] = appliedStruct(child, field.type);
    } else if (field?.kind === "list" && field.elem === "struct" && Array.isArray(child)) {
      result[name] = child.map((item) => (isObject(item) ? appliedStruct(item, field.type) : item));
    } else {
      result[name] = sorted(child);
    }
  }
  return result;
}

const podSpec = "core/v1.PodSpec";

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  );
}
