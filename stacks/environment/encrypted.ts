import { Marked, secretText } from "../../sdk/compose/marked";

/** How Pulumi writes an encrypted value into a stack's configuration: `{ secure: <ciphertext> }`. */
function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [key, ...others] = Object.keys(value);
  return key === "secure" && others.length === 0 && typeof (value as { secure: unknown }).secure === "string";
}

/** Where encrypted values lie in a part of a configuration, such as `[0].spec.model.uri`. Each shared part is looked at once. */
export function encryptedPaths(value: unknown): string[] {
  const seen = new Set<object>();
  const found: string[] = [];
  const walk = (part: unknown, path: string): void => {
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    if (isEncrypted(part)) return void found.push(path);
    seen.add(part);
    if (Array.isArray(part)) part.forEach((item, index) => walk(item, `${path}[${index}]`));
    else for (const [key, child] of Object.entries(part)) walk(child, `${path}.${key}`);
  };
  walk(value, "");
  return found;
}

const encrypted = new Marked(undefined, { unknown: true, secret: true, carriers: [] });

/** Settings with their encrypted values marked as secret in specs, which are composed, and replaced by a text elsewhere. */
export function withMarkedSecrets(settings: Record<string, unknown>): Record<string, unknown> {
  return marked(settings, secretText, new Map()) as Record<string, unknown>;
}

function marked(value: unknown, secret: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isEncrypted(value)) return secret;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    copies.set(value, items);
    for (const item of value) items.push(marked(item, secret, copies));
    return items;
  }
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, child] of Object.entries(value)) {
    const within = key === "spec" && secret === secretText;
    const part = within ? marked(child, encrypted, new Map()) : marked(child, secret, copies);
    // A key such as "__proto__" stays one, to be found and refused.
    Object.defineProperty(copy, key, { value: part, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
