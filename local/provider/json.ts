/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object; a missing key reads as undefined. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at a key, or an empty one. */
export function objectAt(value: JsonObject | undefined, key: string): JsonObject {
  const found = value?.[key];
  return isObject(found) ? found : {};
}

/** The non-empty text at a key. */
export function textAt(value: JsonObject | undefined, key: string): string | undefined {
  const found = value?.[key];
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The number at a key, or 0. */
export function numberAt(value: JsonObject | undefined, key: string): number {
  const found = value?.[key];
  return typeof found === "number" ? found : 0;
}

/** The objects of the array at a key. */
export function objectsAt(value: JsonObject | undefined, key: string): JsonObject[] {
  const found = value?.[key];
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** A scalar as text; objects and lists as JSON. */
export function asText(value: Json | undefined): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function deepEqual(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => deepEqual(item, right[index]))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length && keys.every((key) => key in right && deepEqual(left[key], right[key]))
  );
}

/** A property path as the engine writes it: `spec.containers[0].image`, `metadata.labels["a.b/c"]`. */
export function propertyPath(path: readonly (string | number)[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(part)) text += text === "" ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** The opposite of {@link propertyPath}. @returns an empty path for one with wildcards */
export function parsePropertyPath(text: string): (string | number)[] {
  const path: (string | number)[] = [];
  const part = /\.?([^.[\]"*]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/gy;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return [];
    const [, name, index, quoted] = match;
    path.push(name ?? (index === undefined ? (JSON.parse(`"${quoted ?? ""}"`) as string) : Number(index)));
  }
  return path;
}

/** Copies what lies at a path, where both values have a place for it. */
export function copyProperty(from: Json, to: Json, path: readonly (string | number)[]): void {
  const [head, ...rest] = path;
  const at = (value: Json): Json | undefined => {
    if (typeof head === "number") return Array.isArray(value) ? value[head] : undefined;
    return isObject(value) && head !== undefined ? value[head] : undefined;
  };
  const source = at(from);
  const target = at(to);
  if (source === undefined || target === undefined) return;
  if (rest.length > 0) copyProperty(source, target, rest);
  else if (typeof head === "number" && Array.isArray(to)) to[head] = source;
  else if (typeof head === "string" && isObject(to)) to[head] = source;
}
