import type { KubernetesObject } from "../../sdk/kubernetes/client";

import { awaitRule, type AwaitRule, type Readiness } from "./await/rules";
import { withoutServerFields } from "./diff";
import { PartialError } from "./errors";
import { deepEqual, isObject, textAt, type Json, type JsonObject } from "./json";
import { describeObject, joinApiVersion, metadataOf, objectId, parseId, parseTypeToken } from "./kinds";
import { encodeProperties, type Properties } from "./properties";
import { requireCluster, type Session } from "./session";
import { fieldManagerOf, initialApiVersionOf, secretsOf, stateOf, withoutManagedFields } from "./state";

export interface ReadRequest {
  urn: string;
  type: string;
  id: string;
  /** Empty for an import. */
  oldInputs: Properties;
  oldState: Properties;
}

export interface ReadResult {
  /** Empty when the object does not exist. */
  id: string;
  inputs: Uint8Array | undefined;
  properties: Uint8Array | undefined;
}

const missing: ReadResult = { id: "", inputs: undefined, properties: undefined };

/**
 * Reads the live object, for a refresh or an import. What changed in the cluster of the fields that the program set goes into
 * the inputs, so that the next preview shows it as something to undo.
 *
 * @throws PartialError when it exists but is not ready, of the kinds whose readiness is plain to see.
 */
export async function readObject(session: Session, request: ReadRequest): Promise<ReadResult> {
  const kept = await readUnreachable(session, request);
  if (kept) return kept;
  const { client } = await requireCluster(session);
  const { apiVersion, kind } = identityOf(request);
  const { namespace, name } = parseId(request.id);
  const scoped = { group: "", version: "", ...parseTypeToken(request.type), kind };
  const cluster = (await session.cluster.scopeOf(scoped)) === "Cluster";
  const place = cluster ? undefined : (namespace ?? (await session.cluster.defaultNamespace()));
  const live = await client.get(apiVersion, kind, place, name);
  if (!live) return missing;

  const imported = Object.keys(request.oldInputs.value).length === 0;
  const inputs: JsonObject = imported
    ? importedInputs(live)
    : (refreshed(request.oldInputs.value, request.oldState.value, withoutManagedFields(live)) as JsonObject);
  const secrets = secretsOf(inputs, request.oldInputs.secrets);
  const state = stateOf(live, request.oldInputs, {
    fieldManager: fieldManagerOf(request.urn, inputs, request.oldState.value),
    initialApiVersion: initialApiVersionOf(inputs, request.oldState.value),
  });
  const id = request.id || objectId(live as unknown as JsonObject);
  const encoded = encodeProperties(inputs, secrets);
  const rule = imported ? undefined : awaitRule({ ...inputs, metadata: { ...metadataOf(inputs), name } });
  const readiness = rule?.onRefresh ? await judge(session, rule, live) : undefined;
  if (readiness && readiness.state !== "ready") {
    const what = describeObject(live as unknown as JsonObject);
    throw new PartialError(id, state, [`${what} is not ready`, ...readiness.reasons], encoded);
  }
  return { id, inputs: encoded, properties: state };
}

async function readUnreachable(session: Session, request: ReadRequest): Promise<ReadResult | undefined> {
  const { unreachable } = await session.cluster.connect();
  if (unreachable === undefined) return undefined;
  const { deleteUnreachable, skipUpdateUnreachable } = session.cluster.config;
  const reason = `the configured Kubernetes cluster cannot be reached: ${unreachable}`;
  if (deleteUnreachable) {
    session.log.log("warning", `removed from the state: ${reason}`, request.urn);
    return missing;
  }
  if (skipUpdateUnreachable) {
    session.log.log("warning", `kept as the state has it: ${reason}`, request.urn);
    return {
      id: request.id,
      inputs: encodeProperties(request.oldInputs.value, request.oldInputs.secrets),
      properties: encodeProperties(request.oldState.value, request.oldState.secrets),
    };
  }
  throw new Error(
    `${reason}; if the cluster is gone, remove its objects from the state by running again with ` +
      "PULUMI_K8S_DELETE_UNREACHABLE=true",
  );
}

function identityOf({ type, oldInputs, oldState }: ReadRequest): { apiVersion: string; kind: string } {
  for (const { value } of [oldInputs, oldState]) {
    const apiVersion = textAt(value, "apiVersion");
    const kind = textAt(value, "kind");
    if (apiVersion && kind) return { apiVersion, kind };
  }
  const token = parseTypeToken(type);
  if (!token) throw new Error(`${type} cannot be read: it names no group, version and kind`);
  return { apiVersion: joinApiVersion(token), kind: token.kind };
}

const serverAnnotations = ["kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision"];

/** Everything that a program could have written. */
function importedInputs(live: KubernetesObject): JsonObject {
  const inputs = { ...withoutManagedFields(live) };
  delete inputs.status;
  const metadata = withoutServerFields(metadataOf(inputs));
  if (isObject(metadata.annotations)) {
    const kept = Object.entries(metadata.annotations).filter(([key]) => !serverAnnotations.includes(key));
    if (kept.length > 0) metadata.annotations = Object.fromEntries(kept);
    else delete metadata.annotations;
  }
  return { ...inputs, metadata };
}

async function judge(session: Session, rule: AwaitRule, live: KubernetesObject): Promise<Readiness> {
  const object = live as unknown as JsonObject;
  if (!rule.needs) return rule.evaluate(object);
  const { client } = await requireCluster(session);
  const { apiVersion, kind, labelSelector } = rule.needs.related;
  const { items } = await client.list(apiVersion, kind, live.metadata.namespace, { labelSelector });
  return rule.needs.evaluate(object, items as unknown as JsonObject[]);
}

/**
 * The inputs with what changed in the cluster. A field whose live value is what the state recorded keeps its input: the API
 * server may have written it in another form (`0.5` CPU as `500m`) or not at all (`stringData`).
 *
 * @returns undefined when the field is gone.
 */
export function refreshed(input: Json, before: Json | undefined, live: Json | undefined): Json | undefined {
  if (deepEqual(before, live) || deepEqual(input, live)) return input;
  if (live === undefined) return undefined;
  if (isObject(input) && isObject(live)) {
    const earlier = isObject(before) ? before : {};
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(input)) {
      if (item === undefined) continue;
      const now = refreshed(item, earlier[key], live[key]);
      if (now !== undefined) result[key] = now;
    }
    return result;
  }
  if (Array.isArray(input) && Array.isArray(live))
    return refreshedList(input, Array.isArray(before) ? before : [], live);
  return live;
}

/** Items with names are matched by name, so that what others added does not count; other lists are taken by position. */
function refreshedList(input: Json[], before: Json[], live: Json[]): Json[] {
  const names = [input, before, live].map(namesOf);
  if (names.every((list) => list !== undefined)) {
    const at = (list: Json[], index: number, name: string): Json | undefined => list[names[index]?.indexOf(name) ?? -1];
    return input
      .map((item, index) => {
        const name = names[0]?.[index] ?? "";
        return refreshed(item, at(before, 1, name), at(live, 2, name));
      })
      .filter((item) => item !== undefined);
  }
  if (input.length !== live.length) return live;
  return input.map((item, index) => refreshed(item, before[index], live[index]) ?? null);
}

function namesOf(list: Json[]): string[] | undefined {
  const names = list.map((item) => (isObject(item) && typeof item.name === "string" ? item.name : undefined));
  return names.every((name) => name !== undefined) && new Set(names).size === names.length ? names : undefined;
}
