import { isObject, type Json, secretText, unknownText } from "../../sdk/compose/marked";
import type { Properties } from "./document";

/** By which the engine marks a value that is more than JSON. Source: `Sig` in resource/sig of github.com/pulumi/pulumi/sdk/v3. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for a value that is not known yet. Source: `UnknownStringValue` and the others in resource/plugin/rpc.go of the same module. */
const unknownValues: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value as it may be shown: nothing of a secret, whichever way it is marked. */
export function masked(value: unknown): Json {
  if (unknownValues.has(value)) return unknownText;
  if (Array.isArray(value)) return value.map(masked);
  if (!isObject(value as Json)) return (value ?? null) as Json;
  const object = value as Record<string, unknown>;
  if (isSecret(object)) return secretText;
  return Object.fromEntries(
    Object.entries(object)
      .filter(([key]) => key !== "__inputs" && key !== "__initialApiVersion" && key !== "__fieldManager")
      .map(([key, child]) => [key, masked(child)]),
  );
}

/** {@link masked} for all properties of a resource. */
export function maskedProperties(value: unknown): Properties {
  return typeof value === "object" && value !== null ? (masked(value) as Properties) : {};
}

/** With the engine's mark, or as configuration files have it, `{secure: …}`. */
function isSecret(object: Record<string, unknown>): boolean {
  if (object[signatureKey] === secretSignature) return true;
  // Older engines wrote only the text that is encrypted.
  if (signatureKey in object && ("ciphertext" in object || "plaintext" in object)) return true;
  const keys = Object.keys(object);
  return keys.length === 1 && keys[0] === "secure" && typeof object.secure === "string";
}
