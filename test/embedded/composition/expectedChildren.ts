import { childName, childNames } from "../../../sdk/api/names";
import type { EffectiveSpec, PodSpec, RouteMatch, RouteSpec, Workload } from "./effective";
import { type ExpectedChild, ownLabels } from "./expectedChild";
import { expectedScaling } from "./expectedScaling";
import { expectedScheduler } from "./expectedScheduler";
import { attachCaches, attachModel, nameThePool, type PodContext, routingSidecar, trace } from "./podAdditions";

/** A service as the controller sees it. */
export interface ServiceContext extends PodContext {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Gateways by "<namespace>/<name>" that do not route by the model's name. */
  readonly pathOnlyGateways: readonly string[];
}

type Labels = Record<string, string>;

const modelRouting = "serving.kserve.io/model-based-routing-enabled";
const modelHeader = "X-Gateway-Model-Name";

/** What the controller makes of an effective spec. Sources: controller/v1alpha2/llmisvc of KServe 0.20, the file named at each function. */
export function expectedChildren(context: ServiceContext): ExpectedChild[] {
  return [
    ...expectedWorkload(context, "decode"),
    ...expectedWorkload(context, "prefill"),
    expectedService(context),
    ...expectedScheduler(context),
    ...expectedRoute(context),
    ...(["decode", "prefill"] as const).flatMap((role) => {
      const workload = workloadOf(context.spec, role);
      const [target] = expectedWorkload(context, role);
      return workload && target ? expectedScaling(context, role, workload, target) : [];
    }),
  ];
}

type Role = "decode" | "prefill";

function workloadOf(spec: EffectiveSpec, role: Role): Workload | undefined {
  return role === "decode" ? spec : spec.prefill;
}

function expectedWorkload(context: ServiceContext, role: Role): ExpectedChild[] {
  const workload = workloadOf(context.spec, role);
  if (!workload) return [];
  return workload.worker ? [expectedSet(context, workload, role)] : [expectedDeployment(context, workload, role)];
}

/** Source: expectedSingleNodeMainDeployment and expectedPrefillMainDeployment in workload_single_node.go. */
function expectedDeployment(context: ServiceContext, workload: Workload, role: Role): ExpectedChild {
  const { name, spec } = context;
  const component = role === "decode" ? "llminferenceservice-workload" : "llminferenceservice-workload-prefill";
  // The controller has one map for the labels of Deployment, selector and pods.
  const labels = {
    ...ownLabels(name, component),
    "kserve.io/component": "workload",
    "llm-d.ai/role": role === "decode" && !spec.prefill ? "both" : role,
    ...pick(context.labels, ["kueue.x-k8s.io"]),
    ...workload.labels,
  };
  const annotations = pick(context.annotations, ["k8s.v1.cni.cncf.io", "kueue.x-k8s.io", "prometheus.io"]);
  const pod = structuredClone(workload.template ?? { containers: [] });
  if (role === "decode") {
    if (routingSidecar(pod)) pod.serviceAccountName ??= childName(name, "-kserve");
    nameThePool(pod, poolName(context), spec.router !== undefined);
  }
  attachModel(pod, context, { container: "main", path: "/mnt/models", adapters: true });
  attachCaches(pod, workload);
  traceServer(pod, context, role);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: role === "decode" ? childNames(name).deployment : childNames(name).prefillDeployment,
    labels,
    annotations,
    spec: {
      replicas: workload.replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: { ...annotations, ...ownAnnotations(workload) } }, spec: pod },
    },
  };
}

/** Source: expectedMainMultiNodeLWS and expectedPrefillMultiNodeLWS in workload_multi_node.go. */
function expectedSet(context: ServiceContext, workload: Workload, role: Role): ExpectedChild {
  const { name, spec } = context;
  const suffix = role === "decode" ? "" : "-prefill";
  const setName = role === "decode" ? childNames(name).leaderWorkerSet : childNames(name).prefillLeaderWorkerSet;
  const serviceAccountName = workload.template?.serviceAccountName ?? workload.worker?.serviceAccountName ?? setName;
  const prefixes = ["leaderworkerset.sigs.k8s.io", "k8s.v1.cni.cncf.io", "kueue.x-k8s.io", "prometheus.io"];
  const annotations = pick(context.annotations, prefixes);
  const ofPods = { ...annotations, ...ownAnnotations(workload) };
  const podAnnotations = Object.keys(ofPods).length > 0 && { annotations: ofPods };
  const added = { ...pick(context.labels, ["kueue.x-k8s.io"]), ...workload.labels };
  const serving = {
    "kserve.io/component": "workload",
    "llm-d.ai/role": role === "decode" && !spec.prefill && workload.template ? "both" : role,
  };
  const component = `llminferenceservice-workload-worker${suffix}`;
  // One map for the labels of the set and of its workers, which serve requests where there is no leader.
  const workerLabels = { ...ownLabels(name, component), ...(!workload.template && serving), ...added };
  const podOf = (given: PodSpec): PodSpec => {
    const pod = { ...structuredClone(given), serviceAccountName };
    attachModel(pod, context, { container: "main", path: "/mnt/models", adapters: true });
    attachCaches(pod, workload);
    if (role === "decode") nameThePool(pod, poolName(context), spec.router !== undefined);
    traceServer(pod, context, role);
    return pod;
  };
  const size = groupSize(workload);
  const isDataParallel = Boolean(workload.parallelism?.data ?? workload.parallelism?.dataLocal);
  return {
    apiVersion: "leaderworkerset.x-k8s.io/v1",
    kind: "LeaderWorkerSet",
    name: setName,
    labels: workerLabels,
    annotations,
    spec: {
      ...(workload.replicas !== undefined && { replicas: workload.replicas }),
      leaderWorkerTemplate: {
        size,
        ...(workload.template && {
          leaderTemplate: {
            metadata: {
              labels: {
                ...ownLabels(name, `llminferenceservice-workload-leader${suffix}`),
                ...serving,
                ...added,
              },
              ...podAnnotations,
            },
            spec: podOf(workload.template),
          },
        }),
        workerTemplate: {
          metadata: { labels: workerLabels, ...podAnnotations },
          spec: podOf(workload.worker ?? { containers: [] }),
        },
        restartPolicy: "RecreateGroupOnPodRestart",
        ...(role === "prefill" && isDataParallel && { subGroupPolicy: { subGroupSize: size } }),
      },
      rolloutStrategy: { type: "RollingUpdate" },
      startupPolicy: "LeaderCreated",
    },
  };
}

/** Source: GetSize in apis/serving/v1alpha2/llm_inference_service_types_func.go. */
function groupSize({ parallelism = {} }: Workload): number | undefined {
  const { data, dataLocal, pipeline } = parallelism;
  return data || dataLocal ? Math.max(Math.trunc((data ?? 1) / (dataLocal ?? 1)), 1) : pipeline;
}

function traceServer(pod: PodSpec, context: ServiceContext, role: Role): void {
  const main = pod.containers.find(({ name }) => name === "main");
  trace(main, context, `inference-server-${role}`);
}

/** Source: reconcileWorkloadService in workload.go. */
function expectedService({ name, spec }: ServiceContext): ExpectedChild {
  return {
    apiVersion: "v1",
    kind: "Service",
    name: childNames(name).workloadService,
    labels: { ...ownLabels(name, "llminferenceservice-workload"), ...spec.labels },
    annotations: ownAnnotations(spec),
    spec: {
      type: "ClusterIP",
      ports: [{ name: "http", protocol: "TCP", appProtocol: "http", port: 8000, targetPort: 8000 }],
      selector: {
        "app.kubernetes.io/name": name,
        "app.kubernetes.io/part-of": "llminferenceservice",
        "kserve.io/component": "workload",
      },
    },
  };
}

/** Source: expectedHTTPRoute in router.go. */
function expectedRoute(context: ServiceContext): ExpectedChild[] {
  const { name, spec } = context;
  const route = spec.router?.route;
  if (!route?.http?.spec) return [];
  const routeSpec = structuredClone(route.http.spec);
  if (routesByModel(context)) expandAdapters(routeSpec, context);
  else stripModelRouting(routeSpec);
  if (route.group !== undefined) joinGroup(routeSpec, context);
  const group: Labels = route.group === undefined ? {} : { "serving.kserve.io/routing-group": route.group };
  return [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      name: childNames(name).httpRoute,
      labels: { ...ownLabels(name, "llminferenceservice-router"), ...group },
      annotations: {},
      spec: withPoolGroup(routeSpec, context),
    },
  ];
}

/** Source: isModelBasedRoutingEnabled in config_merge.go. */
function routesByModel({ namespace, spec, pathOnlyGateways }: ServiceContext): boolean {
  if (spec.annotations?.[modelRouting] !== "true") return false;
  const gateways = (spec.router?.gateway?.refs ?? []).map((ref) => `${ref.namespace ?? namespace}/${ref.name}`);
  return !gateways.some((gateway) => pathOnlyGateways.includes(gateway));
}

const choosesModel = ({ headers = [] }: RouteMatch): boolean => headers.some(({ name }) => name === modelHeader);

/** Source: stripModelBasedRoutingRules in config_merge.go. */
function stripModelRouting(route: RouteSpec): void {
  route.rules = route.rules
    ?.map((rule) => ({ ...rule, matches: rule.matches?.filter((match) => !choosesModel(match)) }))
    .filter(({ matches }) => matches && matches.length > 0);
}

/** Source: expandLoRAAdapterMatches in config_merge.go. */
function expandAdapters(route: RouteSpec, { namespace, spec }: ServiceContext): void {
  const adapters = [...(spec.model.lora?.adapters ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const rule of route.rules ?? []) {
    const added = (rule.matches ?? []).filter(choosesModel).flatMap((match) =>
      adapters.map((adapter) => ({
        ...match,
        headers: match.headers?.map((header) =>
          header.name === modelHeader ? { ...header, value: `publishers/${namespace}/models/${adapter.name}` } : header,
        ),
      })),
    );
    if (added.length > 0) rule.matches = [...(rule.matches ?? []), ...added];
  }
}

/** Source: rewriteRulesForGroup in router_group_routing.go; other members of the group are left out until they serve. */
function joinGroup(route: RouteSpec, { name, namespace, spec }: ServiceContext): void {
  const names = childNames(name);
  const own = `/${namespace}/${name}`;
  for (const rule of route.rules ?? []) {
    if (rule.matches?.some(({ path }) => path?.value === own || path?.value?.startsWith(`${own}/`))) continue;
    if (!rule.backendRefs?.some((ref) => [names.inferencePool, names.workloadService].includes(ref.name))) continue;
    rule.backendRefs = [
      { kind: "Service", name: names.workloadService, port: 8000, weight: spec.router?.route?.weight ?? 0 },
    ];
  }
}

/** Until a gateway refuses it, a route names the pool of the older API group. Source: expectedHTTPRoute in router.go. */
function withPoolGroup(route: RouteSpec, { name, spec }: ServiceContext): RouteSpec {
  if (!spec.router?.scheduler || spec.router.scheduler.pool?.ref) return route;
  const rules = route.rules?.map((rule) => ({
    ...rule,
    backendRefs: rule.backendRefs?.map((ref) =>
      ref.kind === "InferencePool" && ref.name === childNames(name).inferencePool
        ? { ...ref, group: "inference.networking.x-k8s.io" }
        : ref,
    ),
  }));
  return { ...route, rules };
}

function poolName({ name, spec }: ServiceContext): string {
  return spec.router?.scheduler?.pool?.ref?.name ?? childNames(name).inferencePool;
}

function ownAnnotations({ annotations = {} }: Workload): Labels {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== modelRouting));
}

/** Labels or annotations of a service that its children are given too. */
function pick(map: Readonly<Record<string, string>>, prefixes: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(map).filter(([key]) => prefixes.some((prefix) => key.startsWith(prefix))));
}
