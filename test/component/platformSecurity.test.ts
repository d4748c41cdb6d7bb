import { deepStrictEqual, ok, rejects } from "node:assert";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { SecuredNamespace } from "../../components/platform/securedNamespace";
import { named, register, type Registration } from "./mocks";

async function install(
  args: Partial<InferencePlatformArgs>,
): Promise<{ registrations: Registration[]; result: InferencePlatform }> {
  return register(() => new InferencePlatform("platform", { cluster: { kubeconfig: "kubeconfig" }, ...args }), {
    call: () => ({
      result: [{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "controller", namespace: "kserve" } }],
    }),
  });
}

interface Rule {
  from?: { podSelector?: object; namespaceSelector?: object; ipBlock?: object }[];
  to?: unknown[];
  ports?: { port: number }[];
}

interface Policy {
  podSelector: unknown;
  policyTypes: string[];
  ingress: Rule[];
  egress: Rule[];
}

const policyOf = (registrations: Registration[], name: string): Policy =>
  named(registrations, `platform-network-${name}`).inputs.spec as Policy;

/** Who may reach a port of the pods: names for the peers that these tests know. */
function whoReaches({ ingress }: Policy, port: number): string[] {
  const allowed = ingress.filter(({ ports }) => !ports || ports.some((one) => one.port === port));
  const names = allowed.flatMap(({ from }) => (from ?? [undefined]).map(nameOf));
  return [...new Set(names)].sort();
}

function nameOf(peer: NonNullable<Rule["from"]>[number] | undefined): string {
  if (peer === undefined) return "anybody";
  const text = JSON.stringify(peer);
  if (text.includes("gateway-name")) return "gateway";
  if (text.includes("router-scheduler")) return "picker";
  if (text.includes("llminferenceservice-workload")) return "workloads";
  if (text.includes('"monitoring"')) return "prometheus";
  return text;
}

describe("network policies of a platform", () => {
  it("let each reach the ports that it needs, and nobody else", async () => {
    const { registrations } = await install({ networkPolicies: {}, namespaces: { models: {}, chat: {} } });
    for (const namespace of ["chat", "models"]) {
      const workloads = policyOf(registrations, `${namespace}-llm-workloads`);
      deepStrictEqual(whoReaches(workloads, 8000), ["gateway", "picker", "prometheus", "workloads"]);
      deepStrictEqual(whoReaches(workloads, 5600), ["workloads"]);
      const pickers = policyOf(registrations, `${namespace}-llm-endpoint-pickers`);
      deepStrictEqual(whoReaches(pickers, 9002), ["gateway"]);
      deepStrictEqual(whoReaches(pickers, 9090), ["prometheus"]);
      deepStrictEqual(whoReaches(pickers, 5557), ["workloads"]);
      deepStrictEqual(
        [workloads.policyTypes, pickers.policyTypes],
        [
          ["Ingress", "Egress"],
          ["Ingress", "Egress"],
        ],
      );
    }
    const controller = policyOf(registrations, "kserve-llm-kserve-controller");
    deepStrictEqual(controller.podSelector, { matchLabels: { "control-plane": "llmisvc-controller-manager" } });
    deepStrictEqual(whoReaches(controller, 9443), ["anybody"]);
    deepStrictEqual(whoReaches(controller, 8443), []);
    deepStrictEqual(whoReaches(policyOf(registrations, "lws-system-llm-lws-controller"), 8443), ["prometheus"]);
  });

  it("let out to DNS, the API server and models", async () => {
    const { registrations } = await install({ networkPolicies: {}, namespaces: { models: {} } });
    const { egress } = policyOf(registrations, "models-llm-workloads");
    deepStrictEqual(egress.slice(0, 3), [
      {
        to: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
            podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
          },
        ],
        ports: [
          { protocol: "UDP", port: 53 },
          { protocol: "TCP", port: 53 },
        ],
      },
      {
        ports: [
          { protocol: "TCP", port: 443 },
          { protocol: "TCP", port: 6443 },
        ],
      },
      { ports: [{ protocol: "TCP", port: 443 }] },
    ]);
    const closed = await install({
      networkPolicies: { downloads: false, apiServer: { addresses: [{ cidr: "10.0.0.1/32" }], ports: [6443] } },
      namespaces: { models: {} },
    });
    const { egress: kept } = policyOf(closed.registrations, "models-llm-workloads");
    deepStrictEqual(kept[1], { to: [{ ipBlock: { cidr: "10.0.0.1/32" } }], ports: [{ protocol: "TCP", port: 6443 }] });
    ok(!kept.some(({ to }) => to === undefined), "everything that is let out has an address");
    deepStrictEqual(whoReaches(policyOf(closed.registrations, "kserve-llm-kserve-controller"), 9443), [
      '{"ipBlock":{"cidr":"10.0.0.1/32"}}',
    ]);
  });

  it("take other gateways, clients, collectors and autoscalers", async () => {
    const { registrations } = await install({
      leaderWorkerSet: false,
      namespaces: { models: {} },
      networkPolicies: {
        gateways: [{ cidr: "130.211.0.0/22" }],
        clients: [{ namespace: "apps", podLabels: { app: "chat" } }],
        autoscalers: [{ namespace: "wva" }],
        collectors: [{ namespace: "observability" }],
        prometheus: [{ namespace: "monitoring" }],
      },
    });
    deepStrictEqual(whoReaches(policyOf(registrations, "models-llm-endpoint-pickers"), 9002), [
      '{"ipBlock":{"cidr":"130.211.0.0/22"}}',
    ]);
    const client =
      '{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"apps"}},"podSelector":{"matchLabels":{"app":"chat"}}}';
    ok(whoReaches(policyOf(registrations, "models-llm-workloads"), 8000).includes(client));
    ok(
      policyOf(registrations, "models-llm-workloads").egress.some(({ ports }) =>
        ports?.some(({ port }) => port === 4317),
      ),
    );
    ok(!registrations.some(({ name }) => name.includes("lws")));
  });

  it("come after the namespaces that they are in, and services after them", async () => {
    const { registrations } = await install({ networkPolicies: {}, namespaces: { models: {} } });
    ok(
      named(registrations, "platform-network-models-llm-workloads").dependsOn.includes(
        "platform-namespace-models-namespace",
      ),
    );
  });

  it("know the pods of a gateway of another name, and ask where those of other controllers are", async () => {
    const { registrations } = await install({
      networkPolicies: {},
      namespaces: { models: {} },
      gateway: { gatewayName: "edge", namespace: "gateways" },
    });
    const { ingress } = policyOf(registrations, "models-llm-endpoint-pickers");
    deepStrictEqual(ingress[0]?.from, [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gateways" } },
        podSelector: { matchLabels: { "gateway.networking.k8s.io/gateway-name": "edge" } },
      },
    ]);
    const withGateway = (gateway: InferencePlatformArgs["gateway"]) =>
      install({ networkPolicies: {}, namespaces: { models: {} }, gateway });
    await rejects(
      withGateway({ controller: "envoy-gateway" }),
      /networkPolicies\.gateways: missing: where the gateway of envoy-gateway sends requests from is not known/,
    );
    await rejects(
      withGateway({ gatewayClassName: "gke-l7-rilb" }),
      /networkPolicies\.gateways: missing: where the gateway of class gke-l7-rilb sends requests from is not known/,
    );
    await withGateway({ controller: "digitalocean" });
    await withGateway({ gatewayClassName: "mesh", gatewayClassController: "istio.io/gateway-controller" });
  });

  it("let clients to the Envoys of standalone routers, which are the only way then", async () => {
    const gateway = { controller: "standalone" } as const;
    const args = { leaderWorkerSet: false, namespaces: { models: {} }, gateway } as const;
    const { registrations } = await install({ ...args, networkPolicies: { clients: [{ namespace: "apps" }] } });
    const clients = '{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"apps"}}}';
    const pickers = policyOf(registrations, "models-llm-endpoint-pickers");
    deepStrictEqual(whoReaches(pickers, 8081), [clients]);
    deepStrictEqual(whoReaches(pickers, 19001), ["prometheus"]);
    // The Envoy asks the picker inside their pod.
    deepStrictEqual(whoReaches(pickers, 9002), []);
    await rejects(
      install({ ...args, networkPolicies: {} }),
      /networkPolicies\.clients: missing: nobody could send requests to the standalone routers/,
    );
  });

  it("know the platform's own collector, autoscaler and Prometheus", async () => {
    const prometheus = { url: "https://prometheus.metrics.svc:9090" };
    const { registrations } = await install({
      namespaces: { models: {} },
      networkPolicies: {},
      tracing: { namespace: "traces" },
      autoscaling: { keda: { existing: true }, workloadVariantAutoscaler: { namespace: "wva" }, prometheus },
      monitoring: { stack: { namespace: "metrics" } },
    });
    const of = (namespace: string) =>
      `{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"${namespace}"}}}`;
    const pickers = policyOf(registrations, "models-llm-endpoint-pickers");
    deepStrictEqual(whoReaches(pickers, 9090), [of("metrics"), of("wva")]);
    const collectors = pickers.egress.find(({ ports }) => ports?.some(({ port }) => port === 4317))?.to;
    deepStrictEqual(
      collectors?.map((peer) => JSON.stringify(peer)),
      [of("traces")],
    );
    const stated = await install({
      namespaces: { models: {} },
      networkPolicies: { collectors: [] },
      tracing: { namespace: "traces" },
    });
    ok(!JSON.stringify(policyOf(stated.registrations, "models-llm-workloads")).includes("4317"));
  });

  it("are refused when they would protect nothing, or name nobody", async () => {
    await rejects(install({ networkPolicies: { clients: [{}], gateways: [{ cidr: "10.0.0.0", namespace: "a" }] } }), {
      message: [
        'InferenceNetworkPolicies "platform-network": 3 problems',
        "  - networkPolicies.serviceNamespaces: is empty: no service would be protected; allowed: names of namespaces",
        '  - networkPolicies.gateways[0]: is addresses and pods at once; given: {"cidr":"10.0.0.0","namespace":"a"}; allowed: cidr, or namespace and podLabels',
        "  - networkPolicies.clients[0]: says nobody; allowed: cidr, namespace, podLabels",
      ].join("\n"),
    });
  });
});

describe("namespaces of a platform", () => {
  it("carry the labels of Pod Security, and a quota", async () => {
    const quota = { "requests.nvidia.com/gpu": 16, pods: "50" };
    const { registrations, result } = await install({
      namespaces: {
        models: { podSecurity: { enforce: "restricted", version: "v1.34" }, quota, labels: { team: "a" } },
      },
    });
    const labels = {
      "pod-security.kubernetes.io/audit": "restricted",
      "pod-security.kubernetes.io/audit-version": "v1.34",
      "pod-security.kubernetes.io/enforce": "restricted",
      "pod-security.kubernetes.io/enforce-version": "v1.34",
      "pod-security.kubernetes.io/warn": "restricted",
      "pod-security.kubernetes.io/warn-version": "v1.34",
      team: "a",
    };
    deepStrictEqual(named(registrations, "platform-namespace-models-namespace").inputs.metadata, {
      name: "models",
      labels,
    });
    deepStrictEqual(named(registrations, "platform-namespace-models-quota").inputs.spec, {
      hard: { "requests.nvidia.com/gpu": "16", pods: "50" },
    });
    deepStrictEqual(result.plan.namespaces, { models: { labels } });
    ok(result.plan.partial?.includes("namespaces"));
  });

  it("are there before a gateway that lives in one of them, and before its certificates", async () => {
    const namespaces = { edge: {} };
    const before = (registrations: Registration[], name: string) =>
      named(registrations, name).dependsOn.includes("platform-namespace-edge-namespace");
    const { registrations: plain } = await install({ namespaces, gateway: { namespace: "edge" } });
    ok(before(plain, "platform-gateway-gateway"));
    const tls = { certificates: [{ certificate: "c", privateKey: "k" }] };
    const { registrations } = await install({
      namespaces,
      gateway: { namespace: "edge", tls, hostnames: ["a.example.com"] },
    });
    ok(before(registrations, "platform-gateway-secret-kserve-ingress-gateway-tls"));
  });

  it("have no labels when they are to have none", async () => {
    const { registrations } = await register(() => new SecuredNamespace("models", { podSecurity: false }));
    deepStrictEqual(named(registrations, "models-namespace").inputs.metadata, { name: "models", labels: {} });
  });

  it("are refused with levels and names that there are not", async () => {
    const podSecurity = { enforce: "strict" as never, version: "1.34" };
    await rejects(
      register(() => new SecuredNamespace("Models", { podSecurity })),
      {
        message: [
          'SecuredNamespace "Models": 3 problems',
          '  - namespaceName: no namespace can have this name; given: "Models"; allowed: a-z, 0-9 and -, at most 63',
          '  - podSecurity.enforce: no such level; given: "strict"; allowed: privileged, baseline, restricted',
          '  - podSecurity.version: not a version; given: "1.34"; allowed: latest, or such as "v1.34"',
        ].join("\n"),
      },
    );
  });
});

describe("disruption budgets of a platform", () => {
  it("are made for the controllers after them, where they are wanted", async () => {
    const { registrations } = await install({ disruptionBudgets: true, leaderWorkerSet: { namespace: "groups" } });
    const budgets = registrations.filter(({ type }) => type.endsWith(":PodDisruptionBudget"));
    deepStrictEqual(
      budgets.map(({ inputs }) => [inputs.metadata, inputs.spec]),
      [
        [
          { name: "llmisvc-controller-manager", namespace: "kserve" },
          { maxUnavailable: 1, selector: { matchLabels: { "control-plane": "llmisvc-controller-manager" } } },
        ],
        [
          { name: "lws-controller-manager", namespace: "groups" },
          {
            maxUnavailable: 1,
            selector: { matchLabels: { "control-plane": "controller-manager", "app.kubernetes.io/name": "lws" } },
          },
        ],
      ],
    );
    const others = await install({});
    ok(!others.registrations.some(({ type }) => type.endsWith(":PodDisruptionBudget")));
  });
});
