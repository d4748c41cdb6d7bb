import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { sleep } from "../process";

export interface FollowOptions {
  labelSelector?: string;
  fieldSelector?: string;
}

/** What changed: the object as it is now, or as it was last seen when it is gone. */
export type Change = { type: "set" | "gone"; object: KubernetesObject };

const retryMs = 250;
const absentRetryMs = 500;

/**
 * Follows a collection for good: its objects, then every change. When the connection breaks, or the server has forgotten where
 * we were, it lists again and tells the difference. A collection that is not served counts as empty until it is.
 *
 * @param onSynced called after each complete list.
 */
export async function follow(
  client: KubernetesClient,
  path: string,
  options: FollowOptions,
  onChange: (change: Change) => void,
  signal: AbortSignal,
  onSynced: () => void = () => undefined,
): Promise<void> {
  const known = new Map<string, KubernetesObject>();
  while (!signal.aborted) {
    try {
      const list = (await client.request("GET", path, { query: { ...options, resourceVersion: "0" }, signal })) as {
        items: KubernetesObject[];
        metadata: { resourceVersion: string };
      };
      const present = new Set(list.items.map(keyOf));
      for (const [key, object] of known) if (!present.has(key)) forget(known, key, object, onChange);
      for (const object of list.items) remember(known, object, onChange);
      onSynced();
      await watch(
        client,
        path,
        { ...options, resourceVersion: list.metadata.resourceVersion },
        known,
        onChange,
        signal,
      );
    } catch (error) {
      if (signal.aborted) return;
      const absent = error instanceof ApiError && error.code === 404;
      if (absent) for (const [key, object] of known) forget(known, key, object, onChange);
      await sleep(absent ? absentRetryMs : retryMs);
    }
  }
}

async function watch(
  client: KubernetesClient,
  path: string,
  query: FollowOptions & { resourceVersion: string },
  known: Map<string, KubernetesObject>,
  onChange: (change: Change) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    for await (const { type, object } of client.watch(path, query, signal)) {
      if (type === "ERROR") return;
      query.resourceVersion = object.metadata.resourceVersion ?? query.resourceVersion;
      if (type === "DELETED") forget(known, keyOf(object), object, onChange);
      else if (type !== "BOOKMARK") remember(known, object, onChange);
    }
    if (signal.aborted) return;
    await sleep(20);
  }
}

function remember(
  known: Map<string, KubernetesObject>,
  object: KubernetesObject,
  onChange: (change: Change) => void,
): void {
  const key = keyOf(object);
  if (known.get(key)?.metadata.resourceVersion === object.metadata.resourceVersion) return;
  known.set(key, object);
  onChange({ type: "set", object });
}

function forget(
  known: Map<string, KubernetesObject>,
  key: string,
  object: KubernetesObject,
  onChange: (change: Change) => void,
): void {
  known.delete(key);
  onChange({ type: "gone", object });
}

function keyOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}
