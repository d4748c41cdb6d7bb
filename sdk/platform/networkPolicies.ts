import { kserveNamespace } from "../api/constants";
import { proxyPorts } from "../gateways/envoyBootstrap";
import { pickerPods, serverPort } from "../monitoring/monitors";
import type { Problem } from "../problems";
import { type NetworkPeer, policyPeer, problemsOfPeers } from "./networkPeers";

/** Who may reach whom. Everything that is not said is refused, for the pods of LLMInferenceServices and of the controllers alone. */
export interface NetworkAllowances {
  /** Namespaces with services. */
  serviceNamespaces: readonly string[];
  /** Pods or addresses of the gateways. @default Istio's pods for `kserve/kserve-ingress-gateway` */
  gateways?: readonly NetworkPeer[];
  /** Others that may send requests to model servers, past the gateway, and to standalone routers. @default nobody */
  clients?: readonly NetworkPeer[];
  /** Who reads metrics. @default all pods in the namespace "monitoring" */
  prometheus?: readonly NetworkPeer[];
  /** Who reads the endpoint pickers' metrics beside Prometheus: WVA. @default none */
  autoscalers?: readonly NetworkPeer[];
  /** Where traces go, on port 4317. @default nowhere */
  collectors?: readonly NetworkPeer[];
  /** Where models are fetched from. @default anywhere, on port 443; false where they come from volumes alone */
  downloads?: { to?: readonly NetworkPeer[]; ports?: readonly number[] } | false;
  /** The API server, which routing sidecars, endpoint pickers and controllers watch. @default anywhere, on ports 443 and 6443 */
  apiServer?: { addresses?: readonly NetworkPeer[]; ports?: readonly number[] };
  /** The cluster's DNS. @default pods with the label `k8s-app: kube-dns` in kube-system */
  dns?: readonly NetworkPeer[];
  /** Policies for KServe's controller and LeaderWorkerSet's. @default both */
  controllers?: { kserve?: boolean; leaderWorkerSet?: { namespace?: string } | false };
}

/** A NetworkPolicy. */
export interface NetworkPolicy {
  readonly apiVersion: "networking.k8s.io/v1";
  readonly kind: "NetworkPolicy";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
  [field: string]: unknown;
}

const partOf = { "app.kubernetes.io/part-of": "llminferenceservice" };

/**
 * `app.kubernetes.io/component` of the pods with model servers, those of groups that take no requests included.
 *
 * Source: the LLMComponentWorkload… of pkg/constants/constants.go of KServe 0.20.
 */
const workloadComponents = ["", "-leader", "-leader-prefill", "-prefill", "-worker", "-worker-prefill"].map(
  (suffix) => `llminferenceservice-workload${suffix}`,
);
const workloads = {
  matchLabels: { ...partOf },
  matchExpressions: [{ key: "app.kubernetes.io/component", operator: "In", values: workloadComponents }],
};
const pickers = { matchLabels: { ...pickerPods } };

/**
 * Ports of endpoint pickers: requests of the gateway (ext-proc), metrics, events of KV caches. Health checks (9003) come from the
 * kubelet, which no policy keeps out. Source: the preset config-llm-scheduler of KServe 0.20.
 */
const pickerPorts = { extProc: 9002, metrics: 9090, kvEvents: 5557 };
/** Source: the Deployments of KServe's and LeaderWorkerSet's charts. */
const webhookPort = 9443;
const metricsPort = 8443;
const otlpPort = 4317;

/** Everything that the allowances say, as policies: two for each namespace with services, one for each controller. */
export function networkPolicies(allowances: NetworkAllowances): NetworkPolicy[] {
  const { serviceNamespaces, controllers = {} } = allowances;
  const { kserve = true, leaderWorkerSet = {} } = controllers;
  return [
    ...[...new Set(serviceNamespaces)].sort().flatMap((namespace) => servicePolicies(namespace, allowances)),
    ...(kserve ? [controllerPolicy("llm-kserve-controller", kserveNamespace, kserveController, [], allowances)] : []),
    ...(leaderWorkerSet
      ? [
          controllerPolicy(
            "llm-lws-controller",
            leaderWorkerSet.namespace ?? "lws-system",
            leaderWorkerSetController,
            [rule("from", peersOf(allowances).prometheus, [metricsPort])],
            allowances,
          ),
        ]
      : []),
  ];
}

/** Labels of the controllers' pods. Sources: the Deployments of the charts of KServe 0.20 and LeaderWorkerSet 0.8. */
export const kserveController: Readonly<Record<string, string>> = { "control-plane": "llmisvc-controller-manager" };
export const leaderWorkerSetController: Readonly<Record<string, string>> = {
  "control-plane": "controller-manager",
  "app.kubernetes.io/name": "lws",
};

function servicePolicies(namespace: string, allowances: NetworkAllowances): NetworkPolicy[] {
  const { gateways, clients, prometheus, autoscalers, collectors, always, downloads } = peersOf(allowances);
  const [workloadPods, pickerPeers] = [[{ podSelector: workloads }], [{ podSelector: pickers }]];
  return [
    policy("llm-workloads", namespace, workloads, {
      ingress: [
        rule("from", [...gateways, ...clients, ...prometheus, ...pickerPeers], [serverPort]),
        // Groups and prefill with decode: NCCL, NIXL and data parallelism choose ports of their own. RDMA passes policies by.
        rule("from", workloadPods),
      ],
      egress: [
        ...always,
        ...downloads,
        rule("to", workloadPods),
        rule("to", pickerPeers, [pickerPorts.kvEvents]),
        rule("to", collectors, [otlpPort]),
      ],
    }),
    policy("llm-endpoint-pickers", namespace, pickers, {
      ingress: [
        rule("from", gateways, [pickerPorts.extProc]),
        rule("from", [...prometheus, ...autoscalers], [pickerPorts.metrics]),
        // The Envoy beside the picker of a standalone router, which has a picker's labels.
        rule("from", clients, [proxyPorts.listener]),
        rule("from", prometheus, [proxyPorts.ready]),
        rule("from", workloadPods, [pickerPorts.kvEvents]),
      ],
      egress: [
        ...always,
        // The tokenizer beside it reads the model too.
        ...downloads,
        rule("to", workloadPods, [serverPort]),
        rule("to", collectors, [otlpPort]),
      ],
    }),
  ];
}

/** Webhooks are called by the API server, whose address a policy cannot know unless it is said. */
function controllerPolicy(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  ingress: readonly PolicyRule[],
  allowances: NetworkAllowances,
): NetworkPolicy {
  const { apiServer, always } = peersOf(allowances);
  const webhooks: PolicyRule = { ...(apiServer && { from: apiServer }), ports: ports([webhookPort]) };
  return policy(name, namespace, { matchLabels: { ...labels } }, { ingress: [webhooks, ...ingress], egress: always });
}

interface PolicyRule {
  readonly from?: readonly object[];
  readonly to?: readonly object[];
  readonly ports?: readonly object[];
}

function peersOf(allowances: NetworkAllowances) {
  const {
    gateways = istioGateway,
    clients,
    prometheus = monitoring,
    autoscalers,
    collectors,
    dns = kubeDns,
  } = allowances;
  const { downloads = {}, apiServer = {} } = allowances;
  const peers = (given: readonly NetworkPeer[] | undefined) => (given ?? []).map(policyPeer);
  const apiServerPeers = apiServer.addresses && peers(apiServer.addresses);
  const toApiServer = { ...(apiServerPeers && { to: apiServerPeers }), ports: ports(apiServer.ports ?? [443, 6443]) };
  const toDns: PolicyRule = { to: peers(dns), ports: [...ports([53], "UDP"), ...ports([53])] };
  const toModels: PolicyRule[] = downloads
    ? [{ ...(downloads.to && { to: peers(downloads.to) }), ports: ports(downloads.ports ?? [443]) }]
    : [];
  return {
    gateways: peers(gateways),
    clients: peers(clients),
    prometheus: peers(prometheus),
    autoscalers: peers(autoscalers),
    collectors: peers(collectors),
    apiServer: apiServerPeers,
    always: [toDns, toApiServer] as readonly PolicyRule[],
    downloads: toModels,
  };
}

const istioGateway: readonly NetworkPeer[] = [
  {
    namespace: kserveNamespace,
    podLabels: { "gateway.networking.k8s.io/gateway-name": "kserve-ingress-gateway" },
  },
];
const monitoring: readonly NetworkPeer[] = [{ namespace: "monitoring" }];
const kubeDns: readonly NetworkPeer[] = [{ namespace: "kube-system", podLabels: { "k8s-app": "kube-dns" } }];

/** Without peers it would let everybody through, so that there is none then. */
function rule(direction: "from" | "to", peers: readonly object[], allowed?: readonly number[]): PolicyRule {
  return { [direction]: peers, ...(allowed && { ports: ports(allowed) }) };
}

function ports(numbers: readonly number[], protocol = "TCP"): object[] {
  return numbers.map((port) => ({ protocol, port }));
}

function policy(
  name: string,
  namespace: string,
  podSelector: object,
  rules: { ingress: readonly PolicyRule[]; egress: readonly PolicyRule[] },
): NetworkPolicy {
  const kept = (direction: "from" | "to", list: readonly PolicyRule[]) =>
    list.filter((one) => one[direction] === undefined || one[direction].length > 0);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: {
      podSelector,
      policyTypes: ["Ingress", "Egress"],
      ingress: kept("from", rules.ingress),
      egress: kept("to", rules.egress),
    },
  };
}

/** What is wrong with allowances. */
export function problemsOfAllowances(allowances: NetworkAllowances, path: string): Problem[] {
  const problems: Problem[] = [];
  if (allowances.serviceNamespaces.length === 0) {
    problems.push({
      path: `${path}.serviceNamespaces`,
      message: "is empty: no service would be protected",
      allowed: "names of namespaces",
    });
  }
  for (const field of ["gateways", "clients", "prometheus", "autoscalers", "collectors", "dns"] as const) {
    problems.push(...problemsOfPeers(allowances[field], `${path}.${field}`));
  }
  problems.push(...problemsOfPeers(allowances.apiServer?.addresses, `${path}.apiServer.addresses`));
  if (allowances.downloads) problems.push(...problemsOfPeers(allowances.downloads.to, `${path}.downloads.to`));
  return problems;
}
