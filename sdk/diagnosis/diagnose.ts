import { kserveNamespace, servingApiVersion } from "../api/constants";
import { childName, childNames } from "../api/names";
import { ApiError, type KubernetesClient, type KubernetesObject } from "../kubernetes/client";
import { controllerName } from "./conditions";
import type { Diagnosis, ServiceObjects, ServiceReference } from "./diagnosis";
import { explain, serviceSelector } from "./explain";
import { conditionOf, conditionsOf, fieldsAt, listAt, nameOf, textAt } from "./read";
import { referencesOf } from "./references";
import { gatewayKey } from "./routing";

/**
 * Reads what a LLMInferenceService depends on and says why it is not Ready. Kinds that are not served or may not be read are left out,
 * and the latter are named in {@link Diagnosis.unread}. Of Secrets only the existence is asked for.
 *
 * @throws UnreachableError when the API server does not answer.
 */
export async function diagnose(client: KubernetesClient, reference: ServiceReference): Promise<Diagnosis> {
  return explain(await new Reader(client, reference).read());
}

const gatewayApi = "gateway.networking.k8s.io/v1";
const poolVersions = ["inference.networking.k8s.io/v1", "inference.networking.x-k8s.io/v1alpha2"];

class Reader {
  private readonly unread = new Map<string, string>();

  constructor(
    private readonly client: KubernetesClient,
    private readonly reference: ServiceReference,
  ) {}

  async read(): Promise<ServiceObjects> {
    const { namespace, name } = this.reference;
    const [resource, namespaceObject, service, controller] = await Promise.all([
      this.client.resourceFor(servingApiVersion, "LLMInferenceService"),
      this.get("v1", "Namespace", undefined, namespace),
      this.get(servingApiVersion, "LLMInferenceService", namespace, name),
      this.get("apps/v1", "Deployment", kserveNamespace, controllerName),
    ]);
    const isRead = !this.unread.has(`Namespace ${namespace}`);
    const parts = service ? await this.partsOf(service) : nothing;
    return {
      namespace,
      name,
      kindServed: resource !== undefined,
      namespaceExists: namespaceObject !== undefined || !isRead,
      service,
      controller,
      ...parts,
      unread: [...this.unread].map(([what, why]) => `${what} (${why})`).sort(),
    };
  }

  private async partsOf(service: KubernetesObject): Promise<Parts> {
    const { namespace, name } = this.reference;
    const labelSelector = serviceSelector(name);
    const [deployments, leaderWorkerSets, pods, warnings, routes, pools, autoscalers, configs] = await Promise.all([
      this.list("apps/v1", "Deployment", namespace, { labelSelector }),
      this.list("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", namespace, { labelSelector }),
      this.list("v1", "Pod", namespace, { labelSelector }),
      this.list("v1", "Event", namespace, { fieldSelector: "type=Warning" }),
      this.routesOf(service),
      this.poolsOf(service),
      this.autoscalersOf(service),
      this.configNames(service),
    ]);
    const { gateways, gatewayClasses } = await this.gatewaysOf(service, routes);
    const waiting = pods.filter((pod) => conditionOf(pod, "Ready")?.status !== "True");
    const isUnscheduled = waiting.some((pod) => !textAt(pod, "spec", "nodeName"));
    const [nodes, missing] = await Promise.all([
      isUnscheduled ? this.list("v1", "Node") : [],
      this.missingOf(waiting.filter((pod) => textAt(pod, "spec", "nodeName"))),
    ]);
    const own = new Set([name, ...[...deployments, ...leaderWorkerSets, ...pods].map(nameOf)]);
    const prefixes = leaderWorkerSets.map((set) => `${nameOf(set)}-`);
    const events = warnings.filter((event) => {
      const about = textAt(event, "involvedObject", "name") ?? "";
      return own.has(about) || prefixes.some((prefix) => about.startsWith(prefix));
    });
    const newestFirst = events.sort((left, right) => lastSeen(right).localeCompare(lastSeen(left)));
    return {
      deployments,
      leaderWorkerSets,
      pods,
      events: newestFirst,
      routes,
      gateways,
      gatewayClasses,
      pools,
      autoscalers,
      nodes,
      missing,
      configs,
    };
  }

  private async routesOf(service: KubernetesObject): Promise<KubernetesObject[]> {
    const { namespace, name } = this.reference;
    const named = listAt(service, "spec", "router", "route", "http", "refs").flatMap(
      (ref) => textAt(ref, "name") ?? [],
    );
    return this.all(
      [childNames(name).httpRoute, ...named].map((route) => this.get(gatewayApi, "HTTPRoute", namespace, route)),
    );
  }

  private async poolsOf(service: KubernetesObject): Promise<KubernetesObject[]> {
    const { namespace, name } = this.reference;
    const pool =
      textAt(service, "spec", "router", "scheduler", "pool", "ref", "name") ?? childNames(name).inferencePool;
    return this.all(poolVersions.map((version) => this.get(version, "InferencePool", namespace, pool)));
  }

  private async autoscalersOf(service: KubernetesObject): Promise<KubernetesObject[]> {
    const { namespace, name } = this.reference;
    const scaled = conditionsOf(service, "status").some(
      ({ type, status }) => /ScalingReady$/.test(type) && status !== "True",
    );
    if (!scaled) return [];
    return this.all(
      ["-kserve", "-kserve-prefill"].flatMap((suffix) => [
        this.get("autoscaling/v2", "HorizontalPodAutoscaler", namespace, childName(name, `${suffix}-hpa`)),
        this.get("keda.sh/v1alpha1", "ScaledObject", namespace, childName(name, `${suffix}-keda`)),
      ]),
    );
  }

  /** Names that a missing config may be a mistyped form of. */
  private async configNames(service: KubernetesObject): Promise<string[]> {
    if (conditionOf(service, "PresetsCombined")?.reason !== "ConfigNotFound") return [];
    const lists = await Promise.all(
      [this.reference.namespace, kserveNamespace].map((namespace) =>
        this.list(servingApiVersion, "LLMInferenceServiceConfig", namespace),
      ),
    );
    return [...new Set(lists.flat().map(nameOf))].sort();
  }

  private async gatewaysOf(
    service: KubernetesObject,
    routes: readonly KubernetesObject[],
  ): Promise<Pick<ServiceObjects, "gateways" | "gatewayClasses">> {
    const keys = new Set([
      ...listAt(service, "spec", "router", "gateway", "refs").map((ref) => gatewayKey(ref, service)),
      ...routes.flatMap((route) => listAt(route, "spec", "parentRefs").map((ref) => gatewayKey(ref, route))),
    ]);
    const found = new Map<string, KubernetesObject | undefined>();
    await Promise.all(
      [...keys].sort().map(async (key) => {
        const [namespace, name = ""] = key.split("/");
        found.set(key, undefined);
        const gateway = await this.get(gatewayApi, "Gateway", namespace, name);
        if (gateway) found.set(key, gateway);
        else if (this.unread.has(`Gateway ${name}`)) found.delete(key);
      }),
    );
    const names = [
      ...new Set([...found.values()].flatMap((gateway) => textAt(gateway, "spec", "gatewayClassName") ?? [])),
    ];
    const classes = new Map<string, KubernetesObject | undefined>();
    for (const name of names.sort()) {
      const gatewayClass = await this.get(gatewayApi, "GatewayClass", undefined, name);
      if (gatewayClass || !this.unread.has(`GatewayClass ${name}`)) classes.set(name, gatewayClass);
    }
    return { gateways: found, gatewayClasses: classes };
  }

  private async missingOf(pods: readonly KubernetesObject[]): Promise<string[]> {
    const named = [...new Set(pods.flatMap(referencesOf))].sort();
    const found = await Promise.all(
      named.map(async (entry) => {
        const [kind = "", name = ""] = entry.split(" ");
        const metadata = await this.metadataOf(kind, name);
        return metadata === undefined && !this.unread.has(entry) ? [entry] : [];
      }),
    );
    return found.flat();
  }

  /** Reads nothing but metadata, so that no content of a Secret comes here. */
  private metadataOf(kind: string, name: string): Promise<KubernetesObject | undefined> {
    return this.attempt(`${kind} ${name}`, async () => {
      const path = await this.client.pathOf("v1", kind, this.reference.namespace, name);
      const accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
      return (await this.client.request("GET", path, { accept })) as KubernetesObject;
    });
  }

  private get(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ): Promise<KubernetesObject | undefined> {
    return this.attempt(`${kind} ${name}`, () => this.client.get(apiVersion, kind, namespace, name));
  }

  private async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query: { labelSelector?: string; fieldSelector?: string } = {},
  ): Promise<KubernetesObject[]> {
    const found = await this.attempt(`${kind}s`, () => this.client.list(apiVersion, kind, namespace, query));
    return [...(found?.items ?? [])].sort((left, right) => nameOf(left).localeCompare(nameOf(right)));
  }

  private async all(reads: readonly Promise<KubernetesObject | undefined>[]): Promise<KubernetesObject[]> {
    return (await Promise.all(reads)).filter((object) => object !== undefined);
  }

  /** What is not there is undefined; what may not be read is noted. */
  private async attempt<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code !== 404) this.unread.set(what, error.code === 403 ? "forbidden" : error.reason);
      return undefined;
    }
  }
}

/** What belongs to a service. */
type Parts = Omit<
  ServiceObjects,
  "namespace" | "name" | "kindServed" | "namespaceExists" | "service" | "controller" | "unread"
>;

/** A service to which nothing belongs. */
export const nothing: Parts = {
  deployments: [],
  leaderWorkerSets: [],
  pods: [],
  events: [],
  routes: [],
  gateways: new Map(),
  gatewayClasses: new Map(),
  pools: [],
  autoscalers: [],
  nodes: [],
  missing: [],
  configs: [],
};

function lastSeen(event: KubernetesObject): string {
  return (
    textAt(event, "lastTimestamp") ??
    textAt(event, "eventTime") ??
    textAt(fieldsAt(event, "metadata"), "creationTimestamp") ??
    ""
  );
}
