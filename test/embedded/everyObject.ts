import { sleep } from "../../local/process";
import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

/** What Kubernetes makes and removes in its own time. */
const kubernetesOwn = new Map([["Event", "kept by the API server for an hour, whatever becomes of the object"]]);

interface ServedKind {
  name: string;
  kind: string;
  verbs: string[];
}

/**
 * Every object of every kind that the API server serves, as "<group> <kind> <namespace>/<name>", sorted.
 *
 * @param uids whether each is followed by its UID, which tells an object from another one of its name. @default false
 */
export async function everyObject(client: KubernetesClient, { uids = false } = {}): Promise<string[]> {
  const all = await everyContent(client);
  return all.map(([name, { metadata }]) => (uids ? `${name} ${metadata.uid ?? ""}` : name)).sort();
}

/** {@link everyObject} with what each object is. */
export async function everyContent(client: KubernetesClient): Promise<[name: string, object: KubernetesObject][]> {
  const { groups } = (await client.request("GET", "/apis")) as {
    groups: { name: string; versions: { groupVersion: string }[] }[];
  };
  const served = [
    { group: "core", paths: ["/api/v1"] },
    ...groups.map(({ name, versions }) => ({
      group: name,
      paths: versions.map(({ groupVersion }) => `/apis/${groupVersion}`),
    })),
  ];
  const found = await Promise.all(served.map(({ group, paths }) => objectsOf(client, group, paths)));
  return found.flat();
}

/** @param paths of the group's versions, the preferred one first; a kind is read in the first that has it. */
async function objectsOf(
  client: KubernetesClient,
  group: string,
  paths: readonly string[],
): Promise<[string, KubernetesObject][]> {
  const kinds = new Map<string, string>();
  for (const path of paths) {
    const { resources } = (await read(client, path, { resources: [] })) as {
      resources: ServedKind[];
    };
    for (const { name, kind, verbs } of resources) {
      const isListed = !name.includes("/") && verbs.includes("list") && !kubernetesOwn.has(kind);
      if (isListed && !kinds.has(kind)) kinds.set(kind, `${path}/${name}`);
    }
  }
  const found = await Promise.all(
    [...kinds].map(async ([kind, path]) => {
      const { items } = (await read(client, path, { items: [] })) as {
        items: KubernetesObject[];
      };
      return items.map((item): [string, KubernetesObject] => [
        `${group} ${kind} ${item.metadata.namespace ?? ""}/${item.metadata.name ?? ""}`,
        item,
      ]);
    }),
  );
  return found.flat();
}

/**
 * Discovery shows a kind for a while after its CRD is gone, and the storage of one that is new is opened when it is first asked for: until
 * then the API server says "storage is (re)initializing" with code 429.
 */
async function read(client: KubernetesClient, path: string, gone: unknown): Promise<unknown> {
  for (const deadline = Date.now() + 60_000; ; await sleep(500)) {
    try {
      return await client.request("GET", path);
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return gone;
      if (!(error instanceof ApiError && error.code === 429 && Date.now() < deadline)) throw error;
    }
  }
}

/** What is in one list alone: "+" for what has come, "-" for what has gone. */
export function changesBetween(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...after.filter((object) => !old.has(object)).map((object) => `+ ${object}`),
    ...before.filter((object) => !now.has(object)).map((object) => `- ${object}`),
  ];
}
