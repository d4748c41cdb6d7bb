import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { gatewayController } from "../cluster/stages";
import { sleep } from "../process";
import { follow } from "./follow";

/** The two API groups of InferencePool and what differs between their statuses. */
export const poolApis = [
  { apiVersion: "inference.networking.k8s.io/v1", crd: "inferencepools.inference.networking.k8s.io", field: "parents" },
  {
    apiVersion: "inference.networking.x-k8s.io/v1alpha2",
    crd: "inferencepools.inference.networking.x-k8s.io",
    field: "parent",
  },
] as const;
export type PoolApi = (typeof poolApis)[number];

interface ParentReference {
  group?: string;
  kind?: string;
  name: string;
  namespace?: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

interface PoolParent {
  parentRef: ParentReference;
  conditions?: Condition[];
  controllerName?: string;
}

/** The Gateways, `<namespace>/<name>`, whose routes send requests to a pool. A route names a pool without its version. */
export function gatewaysOf(pool: KubernetesObject, routes: Iterable<KubernetesObject>): ParentReference[] {
  const found = new Map<string, ParentReference>();
  for (const route of routes) {
    const namespace = route.metadata.namespace ?? "";
    const { parentRefs = [], rules = [] } = route.spec as {
      parentRefs?: ParentReference[];
      rules?: { backendRefs?: { kind?: string; name: string; namespace?: string }[] }[];
    };
    const uses = rules.some((rule) =>
      rule.backendRefs?.some(
        (backend) =>
          backend.kind === "InferencePool" &&
          backend.name === pool.metadata.name &&
          (backend.namespace ?? namespace) === pool.metadata.namespace,
      ),
    );
    if (!uses) continue;
    for (const parent of parentRefs) {
      if ((parent.kind ?? "Gateway") !== "Gateway") continue;
      const reference = {
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        name: parent.name,
        namespace: parent.namespace ?? namespace,
      };
      found.set(`${reference.namespace}/${reference.name}`, reference);
    }
  }
  return [...found.values()];
}

/**
 * What a gateway controller would write: one parent for each Gateway, accepted at the pool's generation. Parents that another
 * controller wrote stay.
 *
 * @returns undefined when the pool's status says it already.
 */
export function poolParents(
  pool: KubernetesObject,
  gateways: readonly ParentReference[],
  { field }: PoolApi,
  now: Date,
): PoolParent[] | undefined {
  const present = (pool.status as Record<string, PoolParent[]> | undefined)?.[field] ?? [];
  const generation = pool.metadata.generation ?? 1;
  const ours = present.filter(isOurs);
  const says = (gateway: ParentReference) =>
    ours.some(
      ({ parentRef, conditions }) =>
        parentRef.name === gateway.name &&
        parentRef.namespace === gateway.namespace &&
        playedConditions.every((type) =>
          conditions?.some((c) => c.type === type && c.status === "True" && c.observedGeneration === generation),
        ),
    );
  // A pool that no route uses keeps the placeholder that its CRD puts there.
  const isCurrent =
    gateways.length === 0 ? !ours.some(isPlayed) : ours.length === gateways.length && gateways.every(says);
  if (isCurrent) return undefined;
  const conditions = playedConditions.map((type) => ({
    type,
    status: "True",
    reason: type,
    message: playedMessage,
    lastTransitionTime: now.toISOString(),
    observedGeneration: generation,
  }));
  return [
    ...present.filter((parent) => !isOurs(parent)),
    ...gateways.map((parentRef) => ({
      parentRef,
      conditions,
      // The older API has no place for it.
      ...(field === "parents" ? { controllerName: gatewayController } : {}),
    })),
  ];
}

const playedConditions = ["Accepted", "ResolvedRefs"];
const playedMessage = "played by the agent of the embedded environment";

function isPlayed({ conditions }: PoolParent): boolean {
  return conditions?.some(({ message }) => message === playedMessage) ?? false;
}

/** Written here, or by the CRD's default (a parent of kind Status, which says that a controller is waited for). */
function isOurs(parent: PoolParent): boolean {
  return isPlayed(parent) || parent.parentRef.kind === "Status";
}

/**
 * Plays the gateway controller for InferencePools until the signal.
 *
 * @param isReal whether a controller that runs here speaks for the pools of a Gateway, given as `<namespace>/<name>`.
 */
export function playInferencePools(
  client: KubernetesClient,
  log: (text: string) => void,
  signal: AbortSignal,
  isReal: (gateway: string) => boolean,
): Promise<unknown> {
  const routes = new Map<string, KubernetesObject>();
  const pools = new Map<string, { pool: KubernetesObject; api: PoolApi }>();
  const busy = new Set<string>();
  const dirty = new Set<string>();

  const settle = async (uid: string): Promise<void> => {
    dirty.add(uid);
    if (busy.has(uid)) return;
    busy.add(uid);
    while (dirty.delete(uid) && !signal.aborted) {
      const entry = pools.get(uid);
      if (!entry) continue;
      const { pool, api } = entry;
      const gateways = gatewaysOf(pool, routes.values()).filter(
        ({ name, namespace = "" }) => !isReal(`${namespace}/${name}`),
      );
      const parents = poolParents(pool, gateways, api, new Date());
      if (!parents) continue;
      const { namespace = "", name = "" } = pool.metadata;
      try {
        await client.request("PATCH", `/apis/${api.apiVersion}/namespaces/${namespace}/inferencepools/${name}/status`, {
          contentType: "application/merge-patch+json",
          body: { metadata: { uid: pool.metadata.uid }, status: { [api.field]: parents } },
        });
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) continue;
        log(`status of InferencePool ${namespace}/${name} not written, trying again: ${String(error)}`);
        await sleep(500);
        dirty.add(uid);
      }
    }
    busy.delete(uid);
  };

  /** The pools that a route names, by name only: both API groups may have one. */
  const touch = (route: KubernetesObject) => {
    const names = JSON.stringify((route.spec as { rules?: unknown }).rules ?? []);
    for (const [uid, { pool }] of pools) if (names.includes(`"${pool.metadata.name ?? ""}"`)) void settle(uid);
  };
  const followRoutes = follow(
    client,
    "/apis/gateway.networking.k8s.io/v1/httproutes",
    {},
    ({ type, object }) => {
      const uid = object.metadata.uid ?? "";
      const before = routes.get(uid);
      if (type === "set") routes.set(uid, object);
      else routes.delete(uid);
      // Its status does not matter here.
      if (type === "set" && before?.metadata.generation === object.metadata.generation) return;
      if (before) touch(before);
      touch(object);
    },
    signal,
  );
  const followPools = poolApis.map((api) =>
    follow(
      client,
      `/apis/${api.apiVersion}/inferencepools`,
      {},
      ({ type, object }) => {
        const uid = object.metadata.uid ?? "";
        if (type === "gone") pools.delete(uid);
        else {
          pools.set(uid, { pool: object, api });
          void settle(uid);
        }
      },
      signal,
    ),
  );
  return Promise.all([followRoutes, ...followPools]);
}
