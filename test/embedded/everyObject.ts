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
    const { resources } = (await goneIsEmpty(client.request("GET", path), { resources: [] })) as {
      resources: ServedKind[];
    };
    for (const { name, kind, verbs } of resources) {
      const isListed = !name.includes("/") && verbs.includes("list") && !kubernetesOwn.has(kind);
      if (isListed && !kinds.has(kind)) kinds.set(kind, `${path}/${name}`);
    }
  }
  const found = await Promise.all(
    [...kinds].map(async ([kind, path]) => {
      const { items } = (await goneIsEmpty(client.request("GET", path), { items: [] })) as {
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

/** Discovery shows a kind for a while after its CRD is gone. */
async function goneIsEmpty(answer: Promise<unknown>, empty: unknown): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return empty;
    throw error;
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
