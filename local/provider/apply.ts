import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

import type { WatchHub } from "./await/hub";
import { awaitRule } from "./await/rules";
import { timeoutMs } from "./await/timeout";
import { waitUntilReady, type WaitOutcome } from "./await/wait";
import { describeApiError, fieldConflicts, PartialError, type FieldConflict } from "./errors";
import { copyProperty, parsePropertyPath, textAt, type JsonObject } from "./json";
import {
  annotations,
  describeObject,
  isCrd,
  isTrue,
  kindOf,
  metadataOf,
  objectId,
  parseId,
  toApiObject,
} from "./kinds";
import { previewCreate, previewUpdate } from "./preview";
import type { Properties } from "./properties";
import { waitUntilGone } from "./remove";
import { requireCluster, withRetries, type Session } from "./session";
import { fieldManagerOf, initialApiVersionOf, isManagedBy, ownFieldManager, stateOf } from "./state";

export interface CreateRequest {
  urn: string;
  inputs: Properties;
  /** From the resource's `customTimeouts`; 0: not set. */
  timeoutSeconds: number;
  preview: boolean;
}

export interface UpdateRequest extends CreateRequest {
  id: string;
  /** Property paths of the resource option `ignoreChanges`. */
  ignoreChanges: readonly string[];
  oldInputs: Properties;
  oldState: Properties;
}

export interface Applied {
  /** Empty in a preview. */
  id: string;
  properties: Uint8Array;
}

/**
 * Creates an object and waits until it is ready.
 *
 * An object that exists already is an error, as with the official provider, unless it is ours: an update whose engine was
 * killed between the request and the writing of the state leaves an object that the state does not know. Such an object has
 * fields under this resource's own field manager, whose name is made from the URN, and is taken over.
 *
 * @throws PartialError when it was created but did not become ready.
 */
export async function createObject(session: Session, request: CreateRequest): Promise<Applied> {
  if (request.preview) return { id: "", properties: await previewCreate(session, request) };
  const { client, hub } = await requireCluster(session);
  const inputs = request.inputs.value;
  const object = await apiObject(session, inputs);
  const fieldManager = fieldManagerOf(request.urn, inputs);
  const limit = timeoutMs(request.timeoutSeconds, inputs);
  const live = await attempt(object, inputs, "create", () =>
    withRetries(session, request.urn, limit, () => createNow(session, request, { client, hub, object, fieldManager })),
  );
  return finish(session, request, { client, hub, live, fieldManager, oldState: undefined, verb: "created" });
}

/** Changes an object through server-side apply and waits until it is ready. @throws PartialError when it does not become so. */
export async function updateObject(session: Session, request: UpdateRequest): Promise<Applied> {
  if (request.preview) return { id: request.id, properties: await previewUpdate(session, request) };
  const { client, hub } = await requireCluster(session);
  const inputs = request.inputs.value;
  const object = await updatedObject(session, client, request);
  const fieldManager = fieldManagerOf(request.urn, inputs, request.oldState.value);
  const before = fieldManagerOf(request.urn, request.oldInputs.value, request.oldState.value);
  const live = await attempt(object, inputs, "update", () =>
    withRetries(session, request.urn, timeoutMs(request.timeoutSeconds, inputs), async () => {
      const applied = await applyObject(session, client, object, fieldManager, false);
      if (before !== fieldManager) await relinquish(client, applied, before);
      return applied;
    }),
  );
  return finish(session, request, {
    client,
    hub,
    live,
    fieldManager,
    oldState: request.oldState.value,
    verb: "updated",
  });
}

interface CreateContext {
  client: KubernetesClient;
  hub: WatchHub;
  object: KubernetesObject;
  fieldManager: string;
}

async function createNow(session: Session, request: CreateRequest, context: CreateContext): Promise<KubernetesObject> {
  const { client, hub, object, fieldManager } = context;
  const { apiVersion, kind, metadata } = object;
  if (!metadata.name) {
    const path = await client.pathOf(apiVersion, kind, metadata.namespace);
    return (await client.request("POST", path, { body: object, query: { fieldManager } })) as KubernetesObject;
  }
  const existing = await client.get(apiVersion, kind, metadata.namespace, metadata.name);
  if (existing?.metadata.deletionTimestamp) {
    const limitMs = timeoutMs(request.timeoutSeconds, request.inputs.value);
    await waitUntilGone(session, { client, hub, urn: request.urn, object: existing, limitMs });
  } else if (existing && isManagedBy(existing, ownFieldManager(request.urn))) {
    session.log.log(
      "info",
      `took over ${describe(object)}, which an earlier update of this stack had created`,
      request.urn,
    );
  } else if (existing && !mayTakeOver(session, request.inputs.value)) {
    throw new AlreadyExistsError(describe(object), objectId(object as unknown as JsonObject));
  }
  return applyObject(session, client, object, fieldManager, false);
}

export function mayTakeOver(session: Session, inputs: JsonObject): boolean {
  const { upsertExistingObjects, patchForce } = session.cluster.config;
  return upsertExistingObjects || patchForce || isTrue(inputs, annotations.patchForce);
}

class AlreadyExistsError extends Error {
  constructor(object: string, id: string) {
    super(
      `${object} already exists and is not managed by this resource. To manage it here, import it (pulumi import, or the ` +
        `resource option import: "${id}"), or let this resource take it over with the annotation ` +
        `${annotations.patchForce}: "true" or the provider option upsertExistingObjects. If the resource was renamed in the ` +
        "program, give it an alias of its old name",
    );
  }
}

/** Turns what the API server says into an error that names the object. */
async function attempt<T>(
  object: KubernetesObject,
  inputs: JsonObject,
  action: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof Error && error.name === "UnreachableError")) throw error;
    throw new Error(describeApiError(describe(object), action, error, inputs), { cause: error });
  }
}

/** Managers whose fields are taken over without asking, as the official provider does: people's and its own older modes. */
function isTakenOver(conflict: FieldConflict, fieldManager: string): boolean {
  if (conflict.subresource !== undefined) return false;
  const { manager } = conflict;
  return manager === fieldManager || manager === "pulumi-kubernetes" || /^(kubectl|before-first-apply)/.test(manager);
}

/** Server-side apply. @throws ApiError; one with {@link fieldConflicts} when fields belong to another manager. */
export async function applyObject(
  session: Session,
  client: KubernetesClient,
  object: KubernetesObject,
  fieldManager: string,
  dryRun: boolean,
): Promise<KubernetesObject> {
  const force = session.cluster.config.patchForce || isTrue(object as unknown as JsonObject, annotations.patchForce);
  try {
    return await client.apply(object, { fieldManager, force, dryRun });
  } catch (error) {
    const conflicts = fieldConflicts(error);
    if (conflicts.length === 0 || !conflicts.every((conflict) => isTakenOver(conflict, fieldManager))) throw error;
    return client.apply(object, { fieldManager, force: true, dryRun });
  }
}

/** Gives up the fields that were owned under an older name. */
async function relinquish(client: KubernetesClient, live: KubernetesObject, fieldManager: string): Promise<void> {
  const { apiVersion, kind, metadata } = live;
  const nothing = { apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace } };
  if (isManagedBy(live, fieldManager)) await client.apply(nothing, { fieldManager });
}

/** The object as it is sent: without a namespace where its kind has none, and with its name where the server made it up. */
export async function apiObject(session: Session, inputs: JsonObject, id?: string): Promise<KubernetesObject> {
  const object = toApiObject(inputs) as JsonObject;
  const metadata = { ...metadataOf(object) };
  if (id !== undefined && !textAt(metadata, "name")) metadata.name = parseId(id).name;
  if ((await session.cluster.scopeOf(kindOf(inputs))) === "Cluster") delete metadata.namespace;
  else metadata.namespace ??= await session.cluster.defaultNamespace();
  // An object of which nothing is set but its name would have no trace of who applied it; an empty map leaves one.
  metadata.annotations ??= {};
  return { ...object, metadata } as unknown as KubernetesObject;
}

/** What an update sends: the inputs, with the live values of what is to be ignored, so that it stays as others have set it. */
export async function updatedObject(
  session: Session,
  client: KubernetesClient,
  request: UpdateRequest,
): Promise<KubernetesObject> {
  const object = await apiObject(session, request.inputs.value, request.id);
  if (request.ignoreChanges.length === 0) return object;
  const { namespace, name } = object.metadata;
  const live = await client.get(object.apiVersion, object.kind, namespace, name ?? "");
  const target = structuredClone(object) as unknown as JsonObject;
  for (const path of live ? request.ignoreChanges : []) {
    copyProperty(live as unknown as JsonObject, target, parsePropertyPath(path));
  }
  return target as unknown as KubernetesObject;
}

interface Finish {
  client: KubernetesClient;
  hub: WatchHub;
  live: KubernetesObject;
  fieldManager: string;
  oldState: JsonObject | undefined;
  verb: string;
}

async function finish(session: Session, request: CreateRequest, context: Finish): Promise<Applied> {
  const { client, hub, live, fieldManager, oldState, verb } = context;
  const inputs = request.inputs.value;
  const rule = awaitRule(withName(inputs, live));
  const limit = timeoutMs(request.timeoutSeconds, inputs);
  const outcome: WaitOutcome = rule
    ? await waitUntilReady({
        hub,
        client,
        object: live,
        rule,
        timeoutMs: limit,
        signal: session.signal,
        progress: (text) => session.log.progress(request.urn, `waiting: ${text}`),
      })
    : { state: "ready", live, reasons: [] };
  if (isCrd(inputs)) client.forgetDiscovery();
  session.log.progress(request.urn, "");
  const options = { fieldManager, initialApiVersion: initialApiVersionOf(inputs, oldState) };
  const properties = stateOf(outcome.live, request.inputs, options);
  const id = objectId(outcome.live as unknown as JsonObject);
  if (outcome.state === "ready") return { id, properties };
  const ended = {
    failed: "but failed",
    timeout: `but did not become ready within ${limit / 1000} s`,
    gone: "but is gone",
    cancelled: "but the update was cancelled before it became ready",
  }[outcome.state];
  throw new PartialError(id, properties, [`${describe(live)} was ${verb}, ${ended}`, ...outcome.reasons]);
}

/** The rules of some kinds need the name, which may have been made up by the server. */
function withName(inputs: JsonObject, live: KubernetesObject): JsonObject {
  return { ...inputs, metadata: { ...metadataOf(inputs), name: live.metadata.name } };
}

function describe(object: KubernetesObject): string {
  return describeObject(object as unknown as JsonObject);
}
