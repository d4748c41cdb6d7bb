import { type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

import type { WatchHub } from "./await/hub";
import { targetOf } from "./await/wait";
import { timeoutMs } from "./await/timeout";
import { describeCondition } from "./await/waitFor";
import { parsePropagation } from "./check";
import { CancelledError, describeApiError, isNoKindMatch, messageOf } from "./errors";
import { ApiError } from "../../sdk/kubernetes/client";
import { objectAt, objectsAt, textAt, type JsonObject } from "./json";
import { annotation, annotations, describeObject, isCrd, isTrue, metadataOf, parseId } from "./kinds";
import type { Properties } from "./properties";
import { requireCluster, withRetries, type Session } from "./session";

export interface DeleteRequest {
  urn: string;
  id: string;
  /** What the state holds of the object. */
  state: Properties;
  oldInputs: Properties;
  timeoutSeconds: number;
}

/**
 * Deletes an object and waits until it is gone, finalizers included. An object, or a kind, that is not there any more counts as
 * deleted.
 *
 * @throws Error when it is not gone in time; names the finalizers that remain.
 */
export async function deleteObject(session: Session, request: DeleteRequest): Promise<void> {
  const { unreachable } = await session.cluster.connect();
  if (unreachable !== undefined) {
    if (session.cluster.config.deleteUnreachable) {
      session.log.log(
        "warning",
        `removed from the state only: the cluster cannot be reached: ${unreachable}`,
        request.urn,
      );
      return;
    }
    throw new Error(
      `the configured Kubernetes cluster cannot be reached: ${unreachable}; if the cluster is gone, remove its objects from ` +
        "the state by running again with PULUMI_K8S_DELETE_UNREACHABLE=true",
    );
  }
  const { client, hub } = await requireCluster(session);
  const object = identityOf(request);
  const { name, namespace } = object.metadata;
  const settings = request.state.value.metadata === undefined ? request.oldInputs.value : request.state.value;
  const propagation = parsePropagation(annotation(settings, annotations.deletionPropagation) ?? "foreground");
  const limit = timeoutMs(request.timeoutSeconds, settings);
  try {
    const sent = await withRetries(session, request.urn, limit, () =>
      client.delete(object.apiVersion, object.kind, namespace, name ?? "", propagation),
    );
    if (!sent || isTrue(settings, annotations.skipAwait)) return;
  } catch (error) {
    if (error instanceof ApiError && isNoKindMatch(error)) return;
    throw new Error(describeApiError(describe(object), "delete", error, settings), { cause: error });
  } finally {
    if (isCrd(object as unknown as JsonObject)) client.forgetDiscovery();
  }
  await waitUntilGone(session, { client, hub, urn: request.urn, object, limitMs: limit });
}

/** Identity as the state knows it; the ID is enough for what was imported. */
function identityOf({ id, state, oldInputs }: DeleteRequest): KubernetesObject {
  const known = textAt(state.value, "kind") ? state.value : oldInputs.value;
  const { namespace, name } = parseId(id);
  const metadata = metadataOf(known);
  return {
    apiVersion: textAt(known, "apiVersion") ?? "",
    kind: textAt(known, "kind") ?? "",
    metadata: { name: textAt(metadata, "name") ?? name, namespace: textAt(metadata, "namespace") ?? namespace },
  };
}

export interface GoneOptions {
  client: KubernetesClient;
  hub: WatchHub;
  urn: string;
  object: KubernetesObject;
  limitMs: number;
}

/** Waits until an object is gone or was replaced by another of the same name. @throws Error when the time is over. */
export async function waitUntilGone(
  session: Session,
  { client, hub, urn, object, limitMs }: GoneOptions,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const found = await client.get(apiVersion, kind, metadata.namespace, metadata.name ?? "");
  if (!found) return;
  let live = found;
  const outcome = await new Promise<"gone" | "timeout" | "cancelled">((resolve) => {
    const settle = (result: "gone" | "timeout" | "cancelled"): void => {
      clearTimeout(timer);
      session.signal.removeEventListener("abort", cancel);
      stop();
      resolve(result);
    };
    const cancel = (): void => settle("cancelled");
    const timer = setTimeout(() => settle("timeout"), limitMs);
    session.signal.addEventListener("abort", cancel);
    session.log.progress(urn, `waiting for its deletion: ${remaining(live).join("; ")}`);
    const stop = hub.follow(targetOf(live), {
      problem: (error) => {
        // The collection goes with its CRD.
        if (error instanceof ApiError && error.code === 404) settle("gone");
        else session.log.progress(urn, messageOf(error));
      },
      changed: (objects) => {
        const current = objects.get(metadata.name ?? "");
        if (!current || current.metadata.uid !== found.metadata.uid) return settle("gone");
        live = current;
        session.log.progress(urn, `waiting for its deletion: ${remaining(live).join("; ")}`);
      },
    });
  });
  session.log.progress(urn, "");
  if (outcome === "gone") return;
  if (outcome === "cancelled") throw new CancelledError();
  throw new Error(
    [
      `${describe(live)}: still there ${limitMs / 1000} s after its deletion was requested`,
      ...remaining(live).map((reason) => `  - ${reason}`),
      "find out why the controller that owns the finalizer does not finish; a longer wait is set by customTimeouts.delete or " +
        `the annotation ${annotations.timeoutSeconds}`,
    ].join("\n"),
  );
}

/** What still holds an object that is being deleted. */
function remaining(live: KubernetesObject): string[] {
  const reasons: string[] = [];
  const object = live as unknown as JsonObject;
  const finalizers = live.metadata.finalizers ?? [];
  const own = finalizers.filter((finalizer) => finalizer !== "foregroundDeletion");
  if (own.length > 0) reasons.push(`finalizers: ${own.join(", ")}`);
  if (own.length < finalizers.length) reasons.push("the objects that it owns are deleted first");
  const spec = objectAt(object, "spec");
  if (live.kind === "Namespace" && Array.isArray(spec.finalizers)) {
    reasons.push(`finalizers: ${spec.finalizers.map(String).join(", ")}`);
  }
  for (const condition of objectsAt(objectAt(object, "status"), "conditions")) {
    const type = textAt(condition, "type") ?? "";
    const blocks = live.kind === "Namespace" ? condition.status === "True" : type === "Terminating";
    if (blocks) reasons.push(describeCondition(condition));
  }
  return reasons.length > 0 ? reasons : ["no finalizer is left; the API server has not removed it yet"];
}

function describe(object: KubernetesObject): string {
  return describeObject(object as unknown as JsonObject);
}
