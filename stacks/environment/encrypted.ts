import { Marked, secretText } from "../../sdk/compose/marked";

/** Settings whose specs are composed, which can tell what in them is secret; elsewhere a `spec` is one like any other setting. */
export const composedSettings: ReadonlySet<string> = new Set(["fragments", "services"]);

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
  const copies = { composed: new Map<object, unknown>(), others: new Map<object, unknown>() };
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key,
      composedSettings.has(key)
        ? marked(value, secretText, encrypted, copies.composed)
        : marked(value, secretText, secretText, copies.others),
    ]),
  );
}

/** @param inSpecs what stands for encrypted values in specs, as `secret` does for those elsewhere */
function marked(value: unknown, secret: unknown, inSpecs: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isEncrypted(value)) return secret;
  const known = copies.get(value);
  if (known !== undefined) return known;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    copies.set(value, items);
    for (const item of value) items.push(marked(item, secret, inSpecs, copies));
    return items;
  }
  const copy: Record<string, unknown> = {};
  copies.set(value, copy);
  for (const [key, child] of Object.entries(value)) {
    const isSpec = key === "spec" && secret !== inSpecs;
    const part = isSpec ? marked(child, inSpecs, inSpecs, new Map()) : marked(child, secret, inSpecs, copies);
    // A key such as "__proto__" stays one, to be found and refused.
    Object.defineProperty(copy, key, { value: part, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}
