import { editDistance } from "../../sdk/nearest";
import type { Problem } from "../../sdk/problems";

/** Settings that are secret by their nature, wherever they come from and however they are written. */
const secretKeys = ["kubeconfig", "adminPassword", "privateKey"];

/** Whether what is at a path of the settings is, or lies in, something secret; one with a typing error is too. */
export function isSecretSetting(path: string): boolean {
  return path.split(/[.[\]"]+/).some((key) => secretKeys.some((secret) => isMeant(key, secret)));
}

function isMeant(key: string, secret: string): boolean {
  return Math.abs(key.length - secret.length) <= 2 && editDistance(key.toLowerCase(), secret.toLowerCase()) <= 2;
}

/** Texts and numbers that were encrypted in the configuration of programs of this process. */
const decrypted = new Set<string>();

/**
 * Notes what of a setting was encrypted, so that no problem shows it.
 *
 * @param encrypted the setting as it is in the stack's file; where there is none, everything is taken for secret
 */
export function rememberDecrypted(value: unknown, encrypted: unknown): void {
  const isSecret = encrypted === undefined || typeof (encrypted as { secure?: unknown } | null)?.secure === "string";
  if (typeof value === "string" || typeof value === "number") {
    if (isSecret) decrypted.add(String(value));
  } else if (typeof value === "object" && value !== null) {
    for (const [key, child] of Object.entries(value)) {
      rememberDecrypted(child, isSecret ? undefined : ((encrypted as Record<string, unknown> | null)?.[key] ?? null));
    }
  }
}

/** A problem of the settings without a value that is secret by its nature, or was encrypted. */
export function withoutSecretValue(problem: Problem): Problem {
  const { given, fix, ...rest } = problem;
  if (given === undefined) return problem;
  const text = typeof given === "string" ? given : JSON.stringify(given);
  if (!isSecretSetting(problem.path) && !decrypted.has(text)) return problem;
  // It says how to write the value, with the value.
  return { ...rest, ...(fix !== undefined && { fix: fix.includes(text) ? "quote it" : fix }) };
}
