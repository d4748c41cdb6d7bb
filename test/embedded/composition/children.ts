import { load } from "js-yaml";

import type { KubernetesClient, KubernetesObject, ObjectMeta } from "../../../sdk/kubernetes/client";
import type { ExpectedChild } from "./expectedChild";

/** The kinds that are compared; others that the controller makes (accounts, roles, certificates) do not depend on the composition. */
const kinds = [
  ["apps/v1", "Deployment"],
  ["leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"],
  ["v1", "Service"],
  ["gateway.networking.k8s.io/v1", "HTTPRoute"],
  ["inference.networking.k8s.io/v1", "InferencePool"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["llmd.ai/v1alpha1", "VariantAutoscaling"],
  ["keda.sh/v1alpha1", "ScaledObject"],
] as const;

/** What is compared of an object. */
export interface Child {
  readonly labels: unknown;
  readonly annotations: unknown;
  readonly spec: unknown;
}

export const keyOf = ({ kind, name }: { kind: string; name: string }): string => `${kind} ${name}`;

/** The objects that a service controls, by their kind and name. */
export async function childrenOf(client: KubernetesClient, service: KubernetesObject): Promise<Map<string, Child>> {
  const { name, namespace, uid } = service.metadata;
  // Whatever the controller has made or changed has a component; the Services that were there before it have none yet.
  const labelSelector = `app.kubernetes.io/name=${name},app.kubernetes.io/component`;
  const found = await Promise.all(
    kinds.map(async ([apiVersion, kind]) => {
      const { items } = await client.list(apiVersion, kind, namespace, { labelSelector });
      return items.filter(({ metadata }) => isControlledBy(metadata, uid));
    }),
  );
  return new Map(
    found.flat().map((item) => [keyOf({ kind: item.kind, name: item.metadata.name ?? "" }), compared(item)]),
  );
}

function isControlledBy({ ownerReferences = [] }: ObjectMeta, uid: string | undefined): boolean {
  return (ownerReferences as { uid: string; controller?: boolean }[]).some(
    (owner) => owner.controller && owner.uid === uid,
  );
}

/** An expected object as the API server and its webhooks would store it. */
export async function stored(client: KubernetesClient, namespace: string, child: ExpectedChild): Promise<Child> {
  const { apiVersion, kind, labels, annotations, spec } = child;
  const object = await client.request("POST", await client.pathOf(apiVersion, kind, namespace), {
    body: { apiVersion, kind, metadata: { name: "predicted", namespace, labels, annotations }, spec },
    query: { dryRun: "All" },
  });
  return compared(object as KubernetesObject);
}

/** Written by others than KServe's controller. */
const foreignAnnotations = ["deployment.kubernetes.io/revision"];
/** Chosen by the API server for each Service. */
const foreignServiceFields = ["clusterIP", "clusterIPs", "ipFamilies"];

function compared({ kind, metadata, spec }: KubernetesObject): Child {
  const without = (value: object | undefined, keys: readonly string[]): unknown =>
    Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !keys.includes(key)));
  return {
    labels: without(metadata.labels, []),
    annotations: without(metadata.annotations, foreignAnnotations),
    spec: withConfigAsData(kind === "Service" ? without(spec as object, foreignServiceFields) : spec),
  };
}

/** The endpoint picker's configuration is a text in an argument, whose order of keys means nothing. */
function withConfigAsData(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      value[index - 1] === "--config-text" ? load(String(item)) : withConfigAsData(item),
    );
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withConfigAsData(child)]));
}

/** Every leaf in which two values differ, with both. */
export function differences(live: unknown, predicted: unknown, path = ""): string[] {
  if (typeof live === "object" && typeof predicted === "object" && live !== null && predicted !== null) {
    const keys = new Set([...Object.keys(live), ...Object.keys(predicted)]);
    return [...keys].flatMap((key) =>
      differences(
        (live as Record<string, unknown>)[key],
        (predicted as Record<string, unknown>)[key],
        `${path}.${key}`,
      ),
    );
  }
  if (live === predicted) return [];
  return [`${path}: live ${shown(live)}, predicted ${shown(predicted)}`];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
