import { ApiError, type KubernetesClient } from "../../sdk/kubernetes/client";
import { versions } from "../../sdk/versions";
import { sleep } from "../process";
import { deviceObjects, nodeKinds, nodeObjects } from "./nodes";
import { ClusterError, type NodeGroup } from "./types";

const kindLabel = "pulumi-kserve.dev/node-kind";
/** Milliseconds; on an idle machine it takes less than two seconds. */
const readyTimeoutMs = 180_000;

/** Adds the nodes that are missing and removes those that are too many. */
export async function setNodes(client: KubernetesClient, groups: readonly NodeGroup[]): Promise<void> {
  const wanted = nodeObjects(groups, versions.kubernetes, new Date());
  const { items } = await client.list("v1", "Node", undefined, { labelSelector: kindLabel });
  const present = new Set(items.map(({ metadata }) => metadata.name));
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  await Promise.all([
    ...wanted
      .filter(({ metadata }) => !present.has(metadata.name))
      .map((node) =>
        client.request("POST", "/api/v1/nodes", { body: node }).catch((error: unknown) => {
          if (!(error instanceof ApiError && error.code === 409)) throw error;
        }),
      ),
    ...items
      .filter(({ metadata }) => !names.has(metadata.name))
      .map(({ metadata }) => client.delete("v1", "Node", undefined, metadata.name ?? "")),
  ]);
  await setDevices(client, groups);
}

/** Offers the devices of the nodes that have some; those of nodes that are removed go with them. */
async function setDevices(client: KubernetesClient, groups: readonly NodeGroup[]): Promise<void> {
  if (!groups.some(({ kind, nodes }) => nodes > 0 && nodeKinds[kind]?.devices)) return;
  const { items } = await client.list("v1", "Node", undefined, { labelSelector: kindLabel });
  const objects = deviceObjects(groups, items);
  await Promise.all(
    objects.map((object) => client.apply(object, { fieldManager: "pulumi-kserve-local", force: true })),
  );
}

/** Waits until pods can be placed on every node: it is Ready, and the controller manager took the taint of new nodes away. */
export async function nodesReady(client: KubernetesClient, groups: readonly NodeGroup[]): Promise<void> {
  const count = groups.reduce((sum, { nodes }) => sum + nodes, 0);
  for (const deadline = Date.now() + readyTimeoutMs; ; await sleep(30)) {
    const { items } = await client.list("v1", "Node", undefined, { labelSelector: kindLabel });
    const waiting = items.filter(({ spec, status }) => {
      const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
      const { taints = [] } = (spec ?? {}) as { taints?: { key: string }[] };
      const ready = conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
      return !ready || taints.some(({ key }) => key.startsWith("node.kubernetes.io/"));
    });
    if (waiting.length === 0 && items.length === count) return;
    if (Date.now() < deadline) continue;
    const names = waiting.map(({ metadata }) => metadata.name).join(", ");
    throw new ClusterError(
      `after ${readyTimeoutMs / 1000} s ${items.length} of ${count} nodes exist and these are not ready: ${names || "none"}; ` +
        `look at \`npm run local -- logs kwok\` and \`npm run local -- logs kube-controller-manager\``,
    );
  }
}
