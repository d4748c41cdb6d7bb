import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";
import { everyContent } from "../everyObject";

/** Kinds that say how the cluster runs, such as which pod is on which node, and not what is in it. */
const running =
  /^(core (Node|Event|Endpoints)|events\.k8s\.io Event|coordination\.k8s\.io Lease|networking\.k8s\.io IPAddress|metrics\.k8s\.io \w+) /;

/** What in two clusters with the same content differs. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<uid>"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>"],
  [/\b\d{1,3}(\.\d{1,3}){3}\b/g, "<address>"],
  // Keys and certificates that a controller makes.
  [/"LS0tLS1CRUdJTi[A-Za-z0-9+/=]*"/g, '"<PEM>"'],
];

/** Kept by the API server, or counted by it. */
const bookkeeping = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

/** Annotations by which Pulumi awaits objects, and by which the embedded environment counts how often it has reminded kwok of its Stages. */
const ofTools = /^pulumi(-kserve\.local|\.com)\//;

/**
 * Every object of a cluster as text, by name. Of objects with a generated name only how many there are counts: what makes them is
 * compared.
 */
export async function clusterContent(client: KubernetesClient): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const [name, object] of await everyContent(client)) {
    if (running.test(name)) continue;
    const { generateName } = object.metadata;
    if (typeof generateName !== "string") content[name] = asText(object);
    else {
      const key = `${name.slice(0, name.lastIndexOf("/") + 1)}${generateName}*`;
      content[key] = String(Number(content[key] ?? 0) + 1);
    }
  }
  return Object.fromEntries(Object.entries(content).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function asText(object: KubernetesObject): string {
  const metadata = Object.fromEntries(
    Object.entries(object.metadata).filter(([key]) => !bookkeeping.includes(key)),
  ) as KubernetesObject["metadata"];
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !ofTools.test(key));
  delete metadata.annotations;
  if (annotations.length > 0) metadata.annotations = Object.fromEntries(annotations);
  const text = JSON.stringify({ ...object, metadata }, inOrder, 1);
  return volatile.reduce((result, [pattern, name]) => result.replace(pattern, name), text);
}

/** Keys sorted; conditions by their type; what is counted left out. */
function inOrder(key: string, value: unknown): unknown {
  if (key === "nodePort" || key === "observedGeneration" || key === "observedRevision") return undefined;
  if (key === "conditions" && Array.isArray(value)) {
    return [...(value as { type?: string }[])].sort((left, right) => (left.type ?? "").localeCompare(right.type ?? ""));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
