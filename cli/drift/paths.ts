import { secretText } from "../../sdk/compose/marked";

/** One part of a property path: a key, or an index of a list. */
export type PathPart = string | number;

/**
 * The parts of a path as the engine writes it, such as `spec.listeners[0].port` or `metadata.labels["app.kubernetes.io/name"]`. Pulumi's own
 * Kubernetes provider quotes only keys with dots, quotes and brackets, and escapes nothing but quotes.
 */
export function partsOfPath(path: string): PathPart[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(([, quoted, index, key]) => {
    if (quoted !== undefined) return quoted.replace(/\\(["\\])/g, "$1");
    return index === undefined ? (key ?? "") : Number(index);
  });
}

/** The value at a path; undefined where there is none. What is in a secret is that secret. */
export function valueAt(root: unknown, parts: readonly PathPart[]): unknown {
  let value = root;
  for (const part of parts) {
    if (value === secretText) return secretText;
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PathPart, unknown>)[part];
  }
  return value;
}
