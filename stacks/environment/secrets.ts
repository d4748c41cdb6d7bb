import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { load } from "js-yaml";

import { Marked } from "../../sdk/compose/marked";

/**
 * A setting with the secret texts of its specs marked. Pulumi gives a program whole settings, decrypted, and says only that something in
 * them was encrypted; what it was stands in the stack's configuration file.
 *
 * @param encrypted the setting as it is in that file; where there is none, every text in a spec is taken for secret.
 */
export function markSecrets(value: unknown, encrypted: unknown): unknown {
  return marked(value, encrypted, false);
}

/** A setting of a stack as its configuration file has it, which lies in the project's folder. @returns undefined when there is none. */
export function encryptedSetting(key: string, stack: string, folder: string): unknown {
  for (let at = folder; ; at = dirname(at)) {
    const file = join(at, `Pulumi.${stack}.yaml`);
    if (existsSync(file))
      return (load(readFileSync(file, "utf8")) as { config?: Record<string, unknown> }).config?.[key];
    if (dirname(at) === at) return undefined;
  }
}

function marked(value: unknown, encrypted: unknown, inSpec: boolean): unknown {
  const isSecret = encrypted === undefined || isEncrypted(encrypted);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return isSecret && inSpec ? new Marked(value, { unknown: false, secret: true, carriers: [] }) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const part = (key: string | number): unknown =>
    isSecret ? encrypted : (encrypted as Record<string | number, unknown>)[key];
  if (Array.isArray(value)) return value.map((item, index) => marked(item, part(index), inSpec));
  const copy: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    // A key such as "__proto__" stays one, to be found and refused.
    const content = marked(child, part(key), inSpec || key === "spec");
    Object.defineProperty(copy, key, { value: content, enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { secure?: unknown }).secure === "string";
}
