import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

import { apiObject, applyObject, mayTakeOver, updatedObject, type CreateRequest, type UpdateRequest } from "./apply";
import { describeApiError, isNamespaceMissing, isNoKindMatch, isWebhookUnavailable } from "./errors";
import { textAt, type JsonObject } from "./json";
import { describeObject } from "./kinds";
import { encodeProperties } from "./properties";
import type { Session } from "./session";
import { fieldManagerOf, initialApiVersionOf, isManagedBy, previewOf, stateOf } from "./state";

/**
 * What a creation would give, found by a dry run on the API server: defaults, and the errors of validation and admission. Where
 * a dry run cannot tell (unknown values, a kind or namespace that the same update creates, no cluster), the inputs are the answer.
 */
export async function previewCreate(session: Session, request: CreateRequest): Promise<Uint8Array> {
  const asInputs = encodeProperties(request.inputs.value, request.inputs.secrets);
  const inputs = request.inputs.value;
  const client = await clientForDryRun(session, request.inputs);
  if (!client) return asInputs;
  const object = await apiObject(session, inputs);
  const { apiVersion, kind, metadata } = object;
  if (!metadata.name) return asInputs;
  const fieldManager = fieldManagerOf(request.urn, inputs);
  const existing = await client.get(apiVersion, kind, metadata.namespace, metadata.name);
  if (existing) {
    // The old object of a replacement is still there in a preview; a dry run would be judged as a change of it.
    if (!isManagedBy(existing, fieldManager) && !existing.metadata.deletionTimestamp && !mayTakeOver(session, inputs)) {
      session.log.log("warning", alreadyThere(object), request.urn);
    }
    return asInputs;
  }
  const dryRun = await tryOut(session, request, object, fieldManager);
  if (!dryRun) return asInputs;
  return previewOf(dryRun, request.inputs, { fieldManager, initialApiVersion: initialApiVersionOf(inputs) });
}

/** What a change would give; see {@link previewCreate}. */
export async function previewUpdate(session: Session, request: UpdateRequest): Promise<Uint8Array> {
  const asInputs = encodeProperties(request.inputs.value, request.inputs.secrets);
  const inputs = request.inputs.value;
  const client = await clientForDryRun(session, request.inputs);
  if (!client) return asInputs;
  const object = await updatedObject(session, client, request);
  const fieldManager = fieldManagerOf(request.urn, inputs, request.oldState.value);
  const dryRun = await tryOut(session, request, object, fieldManager);
  if (!dryRun) return asInputs;
  const initialApiVersion = initialApiVersionOf(inputs, request.oldState.value);
  return stateOf(dryRun, request.inputs, { fieldManager, initialApiVersion });
}

/** @returns undefined where a dry run cannot tell: without a cluster, with unknown values, or for a kind that is not served yet. */
async function clientForDryRun(
  session: Session,
  { value, unknown }: CreateRequest["inputs"],
): Promise<KubernetesClient | undefined> {
  const { client, unreachable } = await session.cluster.connect();
  if (unreachable !== undefined) {
    if (!session.cluster.offline) warnUnreachable(session, unreachable);
    return undefined;
  }
  const served = await client.resourceFor(textAt(value, "apiVersion") ?? "", textAt(value, "kind") ?? "");
  return served && !unknown ? client : undefined;
}

/** @returns undefined when the API server cannot tell. @throws Error when it says that the real run would fail. */
async function tryOut(
  session: Session,
  request: CreateRequest,
  object: KubernetesObject,
  fieldManager: string,
): Promise<KubernetesObject | undefined> {
  const { client } = await session.cluster.connect();
  if (!client) return undefined;
  try {
    return await applyObject(session, client, object, fieldManager, true);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const name = describeObject(object as unknown as JsonObject);
    if (isNoKindMatch(error) || isNamespaceMissing(error) || /does not support dry run/i.test(error.message))
      return undefined;
    if (error.code === 403 || isWebhookUnavailable(error)) {
      // Either may be settled by another resource of the same update (a ServiceAccount, a role, the webhook's Deployment).
      const reason = request.inputs.secrets === undefined ? `: ${error.message}` : "";
      session.log.log("warning", `${name}: its preview could not be verified by the API server${reason}`, request.urn);
      return undefined;
    }
    throw new Error(describeApiError(name, "accept", error, request.inputs.value), { cause: error });
  }
}

function alreadyThere(object: KubernetesObject): string {
  const name = describeObject(object as unknown as JsonObject);
  return `${name} already exists and is not managed by this resource: unless it is deleted before, the update will fail`;
}

const warned = new WeakSet<object>();

function warnUnreachable(session: Session, reason: string): void {
  if (warned.has(session.cluster)) return;
  warned.add(session.cluster);
  session.log.log(
    "warning",
    `this preview is not verified: the configured Kubernetes cluster cannot be reached: ${reason}`,
  );
}
