import { Struct } from "google-protobuf/google/protobuf/struct_pb";

import { isObject, type Json, type JsonObject } from "./json";
import { decodeStruct, encodeStruct } from "./wire";

// How the engine marks special values inside a Struct: an object with this key, whose value names the kind.
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** Stands for a value that is known only after an update. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The engine has one marker per type of the unknown value. */
const unknownMarkers = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Which parts of a value are secret: all of it, or what lies at these keys (positions, in a list). */
export type Secrecy = true | { [key: string]: Secrecy } | undefined;

/** A property bag taken apart: the plain values (unknowns kept as their markers) and what of them is secret. */
export interface Properties {
  readonly value: JsonObject;
  readonly secrets: Secrecy;
  /** Whether any value is unknown. */
  readonly unknown: boolean;
}

export function isUnknown(value: Json | undefined): boolean {
  return typeof value === "string" && unknownMarkers.has(value);
}

export function containsUnknown(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isObject(value)) return Object.values(value).some(containsUnknown);
  return isUnknown(value);
}

/**
 * Takes a property bag apart. Keys whose value is null are left out, as the API server would.
 *
 * @param struct in its wire form, or read already
 */
export function decodeProperties(struct: Uint8Array | Struct | undefined): Properties {
  if (struct === undefined) return takeApart({});
  return takeApart(struct instanceof Uint8Array ? decodeStruct(struct) : struct.toJavaScript());
}

/** {@link decodeProperties} of a bag in the engine's JSON form. */
export function takeApart(raw: JsonObject): Properties {
  const [value, secrets] = unwrap(raw);
  const object = isObject(value) ? value : {};
  return { value: object, secrets, unknown: containsUnknown(object) };
}

/** The opposite of {@link decodeProperties}: the wire form of a Struct. */
export function encodeProperties(value: JsonObject, secrets: Secrecy): Uint8Array {
  return encodeStruct(wrapSecrets(value, secrets) as JsonObject);
}

/** A Struct as the protobuf library has it. */
export function toStruct(bytes: Uint8Array): Struct {
  return Struct.deserializeBinary(bytes);
}

/** The engine's JSON form of a value of which some parts are secret. */
export function wrapSecrets(value: Json, secrets: Secrecy): Json {
  if (secrets === true) return { [signatureKey]: secretSignature, value: wrapSecrets(value, undefined) };
  if (Array.isArray(value)) return value.map((item, index) => wrapSecrets(item, secrets?.[index]));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = wrapSecrets(item, secrets?.[key]);
  }
  return result;
}

/** Joins two shapes: secret in either is secret. */
export function joinSecrecy(left: Secrecy, right: Secrecy): Secrecy {
  if (left === undefined || right === true) return right;
  if (right === undefined || left === true) return left;
  const joined = { ...left };
  for (const [key, shape] of Object.entries(right)) joined[key] = joinSecrecy(joined[key], shape);
  return joined;
}

/** A reference to a resource, as a property value. */
export function resourceReference(urn: string, id: string): JsonObject {
  return { [signatureKey]: resourceSignature, urn, id };
}

/** Text, path or address of an asset, when the value is one. */
export function assetSource(value: Json | undefined): { kind: "text" | "path" | "uri"; source: string } | undefined {
  if (!isObject(value) || value[signatureKey] !== assetSignature) return undefined;
  for (const kind of ["text", "path", "uri"] as const) {
    const source = value[kind];
    if (typeof source === "string" && source !== "") return { kind, source };
  }
  return { kind: "text", source: "" };
}

/** Every secret scalar, as text, with its base64 form: what must not appear in messages. */
export function secretTexts(value: Json | undefined, secrets: Secrecy): string[] {
  const texts = new Set<string>();
  const collect = (item: Json | undefined, shape: Secrecy): void => {
    if (shape === undefined || item === undefined || item === null) return;
    if (Array.isArray(item)) item.forEach((entry, index) => collect(entry, shape === true ? true : shape[index]));
    else if (isObject(item)) {
      for (const [key, entry] of Object.entries(item)) collect(entry, shape === true ? true : shape[key]);
    } else if (shape === true && !isUnknown(item) && String(item) !== "") {
      const text = String(item);
      texts.add(text);
      texts.add(Buffer.from(text).toString("base64"));
      // The data of a Secret is given in base64; the API server may quote either form.
      if (/^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0) {
        const decoded = Buffer.from(text, "base64").toString("utf8");
        if (decoded !== "" && !decoded.includes("\ufffd")) texts.add(decoded);
      }
    }
  };
  collect(value, secrets);
  return [...texts].sort((left, right) => right.length - left.length);
}

/** Replaces secrets in a message. Short ones are replaced only where they stand as a quoted or whole value. */
export function redact(message: string, secrets: readonly string[]): string {
  let result = message;
  for (const secret of secrets) {
    if (secret.length >= 4) result = result.replaceAll(secret, "[secret]");
    else {
      const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      result = result.replace(new RegExp(`(["'\`])${literal}\\1`, "g"), "$1[secret]$1");
      result = result.replace(new RegExp(`(value: )${literal}(?![\\w.-])`, "g"), "$1[secret]");
    }
  }
  return result;
}

/**
 * Makes a list with a secret part secret as a whole. For values that are not the program's own: the API server may move the
 * items of a list, and a position would then point at another.
 */
export function withSecretLists(value: Json | undefined, secrets: Secrecy): Secrecy {
  if (secrets === undefined || secrets === true) return secrets;
  if (Array.isArray(value)) return true;
  if (!isObject(value)) return secrets;
  const result: Record<string, Secrecy> = {};
  for (const [key, shape] of Object.entries(secrets)) result[key] = withSecretLists(value[key], shape);
  return result;
}

function unwrap(raw: Json | undefined): [Json, Secrecy] {
  if (Array.isArray(raw)) {
    let shapes: Record<string, Secrecy> | undefined;
    const items = raw.map((entry, index) => {
      const [item, shape] = unwrap(entry);
      if (shape !== undefined) (shapes ??= {})[index] = shape;
      return item;
    });
    return [items, shapes];
  }
  if (!isObject(raw)) return [raw ?? null, undefined];
  switch (raw[signatureKey]) {
    case undefined:
      return unwrapObject(raw);
    case secretSignature:
      return [unwrap(raw.value)[0], true];
    case outputSignature: {
      if (raw.value === undefined) return [unknownValue, raw.secret === true ? true : undefined];
      const [value, shape] = unwrap(raw.value);
      return [value, raw.secret === true ? true : shape];
    }
    case resourceSignature:
      return [raw.id ?? raw.urn ?? null, undefined];
    case assetSignature:
    case archiveSignature:
      return [raw, undefined];
    default:
      throw new Error(`a property value of an unknown kind (${JSON.stringify(raw[signatureKey])})`);
  }
}

function unwrapObject(raw: JsonObject): [Json, Secrecy] {
  const value: JsonObject = {};
  let shapes: Record<string, Secrecy> | undefined;
  for (const [key, item] of Object.entries(raw)) {
    const [plain, shape] = unwrap(item);
    if (plain === null) continue;
    value[key] = plain;
    if (shape !== undefined) (shapes ??= {})[key] = shape;
  }
  return [value, shapes];
}
