import { createHash, randomBytes } from "node:crypto";

import { parseTimeoutSeconds } from "./await/timeout";
import { parseWaitFor } from "./await/waitFor";
import { isObject, textAt, type JsonObject } from "./json";
import {
  annotation,
  annotations,
  isBuiltIn,
  isSecretKind,
  isTrue,
  joinApiVersion,
  kindOf,
  metadataOf,
  parseTypeToken,
  type Kind,
  type Scope,
} from "./kinds";
import { isUnknown, joinSecrecy, type Properties, type Secrecy } from "./properties";

/** How the engine wants objects to be named that the program did not name. */
export interface Autonaming {
  proposedName: string;
  mode: "propose" | "enforce" | "disable";
}

export interface CheckRequest {
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  type: string;
  /** The resource's name in the program. */
  name: string;
  /** The inputs of before, read when they are needed. */
  olds(): JsonObject;
  news: Properties;
  randomSeed: Uint8Array;
  autonaming: Autonaming | undefined;
  defaultNamespace: string;
  scopeOf(kind: Kind): Promise<Scope>;
}

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckResult {
  inputs: JsonObject;
  secrets: Secrecy;
  failures: CheckFailure[];
}

/** Completes and verifies what the program gave: identity, name, namespace, annotations. */
export async function checkInputs(request: CheckRequest): Promise<CheckResult> {
  const failures: CheckFailure[] = [];
  const inputs: JsonObject = { ...request.news.value };
  const kind = checkKind(request.type, inputs, failures);
  if (inputs.metadata !== undefined && !isObject(inputs.metadata) && !isUnknown(inputs.metadata)) {
    failures.push({ property: "metadata", reason: `expected an object, given: ${typeof inputs.metadata}` });
  }
  if (failures.length > 0 || !kind) return { inputs, secrets: request.news.secrets, failures };

  if (!isUnknown(inputs.metadata)) {
    inputs.metadata = nameObject(request, { ...metadataOf(inputs) }, failures);
    await placeObject(request, kind, metadataOf(inputs));
  }
  checkAnnotations(inputs, failures);
  return { inputs, secrets: joinSecrecy(request.news.secrets, alwaysSecret(inputs)), failures };
}

/** The contents of a Secret are secret whether the program says so or not. */
export function alwaysSecret(object: JsonObject): Secrecy {
  return isSecretKind(object) ? { data: true, stringData: true } : undefined;
}

/** Groups of types that are no Kubernetes objects but the official provider's own. */
const providerOwn = new Set(["helm.sh", "kustomize", "yaml"]);

function checkKind(type: string, inputs: JsonObject, failures: CheckFailure[]): Kind | undefined {
  const token = parseTypeToken(type);
  if (!token || providerOwn.has(token.group)) throw new Error(unsupportedType(type));
  for (const property of ["apiVersion", "kind"]) {
    if (!textAt(inputs, property)) {
      const allowed = property === "kind" ? token.kind : joinApiVersion(token);
      failures.push({ property, reason: `required; for the type ${type} use "${allowed}"` });
    }
  }
  if (failures.length > 0) return undefined;
  const given = kindOf(inputs);
  const own = isBuiltIn(token);
  if (own && token.kind === `${given.kind}Patch`) throw new Error(unsupportedType(type));
  if (own && token.kind.endsWith("List") && given.kind === token.kind) throw new Error(unsupportedType(type));
  if (token.kind !== given.kind) {
    failures.push({ property: "kind", reason: `"${given.kind}" does not fit the type ${type}; use "${token.kind}"` });
  }
  if (token.group !== given.group) {
    const allowed = joinApiVersion(token);
    failures.push({
      property: "apiVersion",
      reason: `"${textAt(inputs, "apiVersion") ?? ""}" does not fit the type ${type}; use "${allowed}"`,
    });
  }
  return given;
}

/** Why a type cannot be handled, and what can be used instead. */
export function unsupportedType(type: string): string {
  return (
    `${type} is not supported by pulumi-kserve's stand-in for the Kubernetes provider, which is for the embedded ` +
    "environment only. It handles objects (kubernetes:<group>/<version>:<Kind>), and the components " +
    "kubernetes:yaml/v2:ConfigFile, kubernetes:yaml/v2:ConfigGroup and kubernetes:helm.sh/v4:Chart"
  );
}

/** An object keeps the name that it was given at its creation. */
function nameObject(request: CheckRequest, metadata: JsonObject, failures: CheckFailure[]): JsonObject {
  if (metadata.name !== undefined || metadata.generateName !== undefined) return metadata;
  const old = request.olds();
  const oldName = textAt(metadataOf(old), "name");
  let name: string;
  if (oldName && isTrue(old, annotations.autonamed)) name = oldName;
  else if (request.autonaming?.mode === "disable") {
    failures.push({ property: "metadata.name", reason: "required, because automatic naming is disabled" });
    return metadata;
  } else if (request.autonaming?.proposedName) name = request.autonaming.proposedName;
  else name = `${request.name}-${suffix(request.randomSeed)}`;
  const given = isObject(metadata.annotations) ? metadata.annotations : {};
  return { ...metadata, name, annotations: { ...given, [annotations.autonamed]: "true" } };
}

function suffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).digest() : randomBytes(4);
  return bytes.subarray(0, 4).toString("hex");
}

async function placeObject(request: CheckRequest, kind: Kind, metadata: JsonObject): Promise<void> {
  if (metadata.namespace !== undefined) return;
  if ((await request.scopeOf(kind)) === "Namespaced") metadata.namespace = request.defaultNamespace;
}

function checkAnnotations(inputs: JsonObject, failures: CheckFailure[]): void {
  const verify = (key: string, parse: (text: string) => unknown): void => {
    const text = annotation(inputs, key);
    if (text === undefined || isUnknown(text)) return;
    try {
      parse(text);
    } catch (error) {
      failures.push({
        property: `metadata.annotations["${key}"]`,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  };
  verify(annotations.waitFor, parseWaitFor);
  verify(annotations.timeoutSeconds, parseTimeoutSeconds);
  verify(annotations.deletionPropagation, parsePropagation);
}

/** @throws Error when the text is none of the three policies. */
export function parsePropagation(text: string): "Background" | "Foreground" | "Orphan" {
  switch (text.toLowerCase()) {
    case "background":
      return "Background";
    case "foreground":
      return "Foreground";
    case "orphan":
      return "Orphan";
    default:
      throw new Error(`given: "${text}"; allowed: background, foreground, orphan`);
  }
}
