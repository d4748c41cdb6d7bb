import { servingApiVersion } from "../../sdk/api/constants";
import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

/** Objects of one kind, as `kubectl get` shows them. */
export interface ResourceTable {
  /** What stands before a name, such as "deployment.apps". */
  readonly kind: string;
  /** Titles between name and age. */
  readonly columns: readonly string[];
  readonly rows: readonly ResourceRow[];
}

/** One object. */
export interface ResourceRow {
  readonly namespace: string;
  readonly name: string;
  /** One for each column. */
  readonly cells: readonly string[];
  /** ISO time. */
  readonly created: string | undefined;
}

interface ShownKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly shownAs: string;
  readonly columns: Readonly<Record<string, (object: KubernetesObject) => string>>;
}

const none = "<none>";
const at = (object: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], object);
const number = (object: unknown, ...path: (string | number)[]): number =>
  (at(object, ...path) as number | undefined) ?? 0;
const text = (object: unknown, ...path: (string | number)[]): string =>
  (at(object, ...path) as string | undefined) ?? none;
const list = (object: unknown, ...path: (string | number)[]): readonly unknown[] =>
  (at(object, ...path) as unknown[] | undefined) ?? [];
const joined = (values: readonly string[]): string => (values.length === 0 ? none : values.join(","));

/** Status of a condition. */
const condition = (object: unknown, type: string): string =>
  text(
    list(object, "conditions").find((one) => at(one, "type") === type),
    "status",
  ).replace(none, "Unknown");

/** "True" when every parent has accepted the object, which none has while there is none. */
function acceptedByAll(parents: readonly unknown[]): string {
  const found = parents.map((parent) => condition(parent, "Accepted"));
  if (found.length === 0) return "Unknown";
  return found.find((status) => status !== "True") ?? "True";
}

function podStatus(pod: KubernetesObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  const reasons = [...list(pod, "status", "initContainerStatuses"), ...list(pod, "status", "containerStatuses")].map(
    (container) => at(container, "state", "waiting", "reason") as string | undefined,
  );
  return reasons.find((reason) => reason !== undefined) ?? text(pod, "status", "phase");
}

function containersOf(pod: KubernetesObject): string {
  const ready = list(pod, "status", "containerStatuses").filter((one) => at(one, "ready") === true);
  return `${ready.length}/${list(pod, "spec", "containers").length}`;
}

function externalAddresses(service: KubernetesObject): string {
  if (at(service, "spec", "type") === "ExternalName") return text(service, "spec", "externalName");
  const found = list(service, "status", "loadBalancer", "ingress").map((one) => at(one, "hostname") ?? at(one, "ip"));
  const given = [...(found as string[]), ...(list(service, "spec", "externalIPs") as string[])];
  return given.length === 0 && at(service, "spec", "type") === "LoadBalancer" ? "<pending>" : joined(given);
}

const shownKinds: readonly ShownKind[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    shownAs: "pod",
    columns: {
      READY: containersOf,
      STATUS: podStatus,
      RESTARTS: (pod) =>
        String(
          list(pod, "status", "containerStatuses").reduce<number>((sum, one) => sum + number(one, "restartCount"), 0),
        ),
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    shownAs: "service",
    columns: {
      TYPE: (service) => text(service, "spec", "type"),
      "CLUSTER-IP": (service) => text(service, "spec", "clusterIP"),
      "EXTERNAL-IP": externalAddresses,
      "PORT(S)": (service) =>
        joined(list(service, "spec", "ports").map((port) => `${number(port, "port")}/${text(port, "protocol")}`)),
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    shownAs: "deployment.apps",
    columns: {
      READY: (object) => `${number(object, "status", "readyReplicas")}/${number(object, "spec", "replicas")}`,
      "UP-TO-DATE": (object) => String(number(object, "status", "updatedReplicas")),
      AVAILABLE: (object) => String(number(object, "status", "availableReplicas")),
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    shownAs: "replicaset.apps",
    columns: {
      DESIRED: (object) => String(number(object, "spec", "replicas")),
      CURRENT: (object) => String(number(object, "status", "replicas")),
      READY: (object) => String(number(object, "status", "readyReplicas")),
    },
  },
  {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    shownAs: "leaderworkerset.leaderworkerset.x-k8s.io",
    columns: {
      READY: (object) => `${number(object, "status", "readyReplicas")}/${number(object, "spec", "replicas")}`,
      SIZE: (object) => String(number(object, "spec", "leaderWorkerTemplate", "size")),
    },
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    shownAs: "job.batch",
    columns: {
      COMPLETIONS: (object) =>
        `${number(object, "status", "succeeded")}/${(at(object, "spec", "completions") as number | undefined) ?? 1}`,
      FAILED: (object) => String(number(object, "status", "failed")),
    },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    shownAs: "gateway.gateway.networking.k8s.io",
    columns: {
      CLASS: (object) => text(object, "spec", "gatewayClassName"),
      ADDRESS: (object) => joined(list(object, "status", "addresses").map((address) => text(address, "value"))),
      READY: (object) => condition(object.status, "Programmed"),
    },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    shownAs: "httproute.gateway.networking.k8s.io",
    columns: {
      HOSTNAMES: (object) => joined(list(object, "spec", "hostnames") as string[]),
      READY: (object) => acceptedByAll(list(object, "status", "parents")),
    },
  },
  {
    apiVersion: "inference.networking.k8s.io/v1",
    kind: "InferencePool",
    shownAs: "inferencepool.inference.networking.k8s.io",
    columns: { READY: (object) => acceptedByAll(list(object, "status", "parents")) },
  },
  {
    apiVersion: servingApiVersion,
    kind: "LLMInferenceService",
    shownAs: "llminferenceservice.serving.kserve.io",
    columns: {
      URL: (object) => text(object, "status", "url"),
      READY: (object) => condition(object.status, "Ready"),
    },
  },
];

/**
 * What `kubectl get all` would show, and Gateway API's, KServe's and LeaderWorkerSet's objects; kinds of which there are none, or that the
 * cluster does not serve, are left out. A namespace's Gateways are those that its routes name, wherever they are.
 *
 * @param namespace all when it is left out
 */
export async function readResourceTables(client: KubernetesClient, namespace?: string): Promise<ResourceTable[]> {
  const found = await Promise.all(
    shownKinds.map(async (shown) => ({
      shown,
      objects: await listed(client, shown, shown.kind === "Gateway" ? undefined : namespace),
    })),
  );
  const routes = found.find(({ shown }) => shown.kind === "HTTPRoute")?.objects ?? [];
  const gateways = new Set(routes.flatMap(gatewaysOf));
  return found
    .map(({ shown, objects }) => {
      const isGateway = namespace !== undefined && shown.kind === "Gateway";
      const wanted = isGateway
        ? objects.filter(({ metadata }) => metadata.namespace === namespace || gateways.has(fullName(metadata)))
        : objects;
      return tableOf(shown, wanted);
    })
    .filter(({ rows }) => rows.length > 0);
}

function gatewaysOf(route: KubernetesObject): string[] {
  return list(route, "spec", "parentRefs").map((parent) =>
    fullName({ namespace: route.metadata.namespace, ...(parent as { namespace?: string; name: string }) }),
  );
}

const fullName = ({ namespace, name }: { namespace?: string | undefined; name?: string }): string =>
  `${namespace ?? ""}/${name ?? ""}`;

async function listed(
  client: KubernetesClient,
  { apiVersion, kind }: ShownKind,
  namespace: string | undefined,
): Promise<KubernetesObject[]> {
  try {
    return (await client.list(apiVersion, kind, namespace)).items;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return [];
    throw error;
  }
}

function tableOf({ shownAs, columns }: ShownKind, objects: readonly KubernetesObject[]): ResourceTable {
  const rows = objects.map((object) => ({
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name ?? "",
    cells: Object.values(columns).map((cell) => cell(object)),
    created: object.metadata.creationTimestamp as string | undefined,
  }));
  return {
    kind: shownAs,
    columns: Object.keys(columns),
    rows: rows.sort((left, right) => (fullName(left) < fullName(right) ? -1 : 1)),
  };
}
