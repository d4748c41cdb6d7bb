import { asText, isObject, type Json, type JsonObject, objectAt, textAt } from "../../local/provider/json";
import { describeObject, isSecretKind, metadataOf } from "../../local/provider/kinds";
import type { Problem } from "../../sdk/problems";
import { leaves, type Manifest } from "./manifests";

/** What becomes of the contents of Secrets. */
export type SecretHandling =
  | { readonly mode: "placeholders" }
  | {
      readonly mode: "external-secrets";
      /** Where the External Secrets Operator finds the values. */
      readonly store: { readonly kind: "ClusterSecretStore" | "SecretStore"; readonly name: string };
      /** The key in that store: a text with {stack}, {namespace}, {name} and {key}. */
      readonly remoteKey: string;
    };

/** One value that a manifest leaves out. */
export interface LeftOut {
  readonly namespace: string;
  readonly secret: string;
  readonly key: string;
  /** The text in its place, or the key (and property) in the external store. */
  readonly place: string;
  /** The encrypted setting of the stack that it is made of, where it is one. */
  readonly setting?: string;
}

/** Manifests that show no secret. */
export interface WithoutSecrets {
  readonly manifests: readonly Manifest[];
  readonly leftOut: readonly LeftOut[];
  readonly problems: readonly Problem[];
}

/** What the values are told by. */
export interface KnownSecrets {
  /** What the program marked as secret, in plain text. */
  readonly texts: ReadonlySet<string>;
  /** Texts that stand for encrypted settings. */
  readonly encrypted: ReadonlyMap<string, string>;
}

/**
 * Replaces the contents of every Secret, and finds what is secret anywhere else, which cannot be written.
 *
 * @param stack for keys of an external store
 */
export function withoutSecrets(
  manifests: readonly Manifest[],
  known: KnownSecrets,
  handling: SecretHandling,
  stack: string,
): WithoutSecrets {
  const standIns = standInsOf(known);
  const tell = secretTeller(known, standIns);
  const leftOut: LeftOut[] = [];
  const problems: Problem[] = [];
  const shown = manifests.map((manifest): Manifest => {
    const { object, secrets } = manifest;
    if (!isSecretKind(object)) {
      problems.push(...leaks(manifest, tell));
      return manifest;
    }
    const { data, stringData, ...rest } = object;
    problems.push(...leaks({ ...manifest, object: rest }, tell));
    const values = { ...decoded(data), ...(isObject(stringData) ? stringData : {}) };
    const keys = Object.keys(values).sort();
    if (keys.length === 0) return manifest;
    const entries = keys.map((key): LeftOut => {
      const setting = settingOf(values[key], standIns);
      const place = {
        stack,
        namespace: textAt(metadataOf(object), "namespace") ?? "",
        secret: textAt(metadataOf(object), "name") ?? "",
        key,
      };
      const text =
        handling.mode === "placeholders" ? placeholder(place) : remotePlace(remoteRef(handling.remoteKey, place));
      return { namespace: place.namespace, secret: place.secret, key, place: text, ...(setting && { setting }) };
    });
    leftOut.push(...entries);
    const replaced =
      handling.mode === "placeholders"
        ? { ...rest, data: Object.fromEntries(entries.map(({ key, place }) => [key, place])) }
        : externalSecret(rest, keys, handling, stack);
    return { ...manifest, object: replaced, secrets: handling.mode === "placeholders" ? secrets : undefined };
  });
  problems.push(...ambiguous(leftOut, handling));
  return { manifests: shown, leftOut, problems };
}

/** Texts shorter than this are too common to be taken for the secret that they equal. */
const shortestText = 8;

/** Certificates are public, though they mostly stand beside their keys; one text with both is not. */
function isCertificate(text: string): boolean {
  const pem = text.startsWith("-----BEGIN") ? text : Buffer.from(text, "base64").toString("latin1");
  return pem.startsWith("-----BEGIN CERTIFICATE-----") && !pem.includes("PRIVATE KEY-----");
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A text that stands for an encrypted setting, as it is and as a Secret has it. */
interface StandIn {
  readonly texts: readonly [plain: string, base64: string];
  readonly setting: string;
}

function standInsOf({ encrypted }: KnownSecrets): StandIn[] {
  return [...encrypted].map(([text, setting]) => ({ texts: [text, base64(text)], setting }));
}

/** Those secret texts that must be in no file, the longest first. */
export function secretTextsToFind(known: KnownSecrets): string[] {
  return [...known.texts, ...standInsOf(known).flatMap(({ texts }) => texts)]
    .filter((text) => text.length >= shortestText && !isCertificate(text))
    .sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
}

type Teller = (value: Json, marked: boolean) => { setting?: string } | undefined;

function secretTeller(known: KnownSecrets, standIns: readonly StandIn[]): Teller {
  const texts = secretTextsToFind(known);
  return (value, marked) => {
    const text = asText(value);
    const setting = settingOf(value, standIns);
    if (setting !== undefined) return { setting };
    return marked || texts.some((secret) => text.includes(secret)) ? {} : undefined;
  };
}

function settingOf(value: Json | undefined, standIns: readonly StandIn[]): string | undefined {
  const text = asText(value);
  return standIns.find(({ texts }) => texts.some((standIn) => text.includes(standIn)))?.setting;
}

function leaks({ object, secrets, resource }: Manifest, tell: Teller): Problem[] {
  return [...leaves(object, secrets)].flatMap(({ path, value, secret }): Problem[] => {
    const told = tell(value, secret);
    if (!told) return [];
    const origin = told.setting === undefined ? "" : `, the setting ${told.setting}`;
    return [
      {
        path: `${describeObject(object)} (resource "${resource}"): ${path}`,
        message: `is secret${origin}, and its manifest would show it`,
        fix: "put it into a Secret and refer to that, as by valueFrom.secretKeyRef",
      },
    ];
  });
}

function decoded(data: Json | undefined): JsonObject {
  if (!isObject(data)) return {};
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(asText(value), "base64").toString("utf8")]),
  );
}

interface Place {
  readonly stack: string;
  readonly namespace: string;
  readonly secret: string;
  readonly key: string;
}

/** A variable as envsubst and Flux replace it, by base64: whatever a value is made of, that is one line, and ends no quotes. */
function placeholder({ namespace, secret, key }: Place): string {
  return `\${SECRET_${[namespace, secret, key].map(word).join("_")}}`;
}

function word(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

interface RemoteRef {
  readonly key: string;
  readonly property?: string;
}

/** Without {key} in it, the key of the store holds a value with one property for each key of the Secret. */
function remoteRef(template: string, place: Place): RemoteRef {
  const values: Record<string, string> = {
    stack: place.stack,
    namespace: place.namespace,
    name: place.secret,
    key: place.key,
  };
  const key = template.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
  return template.includes("{key}") ? { key } : { key, property: place.key };
}

function remotePlace({ key, property }: RemoteRef): string {
  return property === undefined ? key : `${key} ${property}`;
}

/** Source: external-secrets.io/v1 of the External Secrets Operator; a template without data of its own takes over every key. */
function externalSecret(
  secret: JsonObject,
  keys: readonly string[],
  { store, remoteKey }: Extract<SecretHandling, { mode: "external-secrets" }>,
  stack: string,
): JsonObject {
  const metadata = metadataOf(secret);
  const name = textAt(metadata, "name") ?? "";
  const namespace = textAt(metadata, "namespace") ?? "";
  const labels = objectAt(metadata, "labels");
  const annotations = objectAt(metadata, "annotations");
  const shown: JsonObject = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  const template: JsonObject = {
    ...(secret.type !== undefined && { type: secret.type }),
    ...(Object.keys(shown).length > 0 && { metadata: shown }),
  };
  const target: JsonObject = {
    name,
    creationPolicy: "Owner",
    ...(Object.keys(template).length > 0 && { template }),
    ...(secret.immutable !== undefined && { immutable: secret.immutable }),
  };
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name, namespace },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: store.kind, name: store.name },
      target,
      data: keys.map((key) => ({
        secretKey: key,
        remoteRef: { ...remoteRef(remoteKey, { stack, namespace, secret: name, key }) },
      })),
    },
  };
}

/** Two values in one place would become one. */
function ambiguous(leftOut: readonly LeftOut[], handling: SecretHandling): Problem[] {
  const first = new Map<string, LeftOut>();
  return leftOut.flatMap((entry): Problem[] => {
    const other = first.get(entry.place);
    first.set(entry.place, other ?? entry);
    if (!other) return [];
    const name = ({ namespace, secret, key }: LeftOut): string => `${namespace}/${secret} ${key}`;
    return [
      {
        path: `Secret ${name(entry)}`,
        given: entry.place,
        message: `would have the same place as Secret ${name(other)}`,
        fix:
          handling.mode === "placeholders"
            ? "give the two Secrets names that differ by more than case and punctuation"
            : "put {namespace}, {name} and {key} into --secret-key",
      },
    ];
  });
}
