import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { gatewayRows } from "../../local/cluster/gateways";
import { clusterStatus } from "../../local/cluster/status";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment, serviceRows } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { gatewayToolNames, toolNames, type GatewayToolName, type Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

const clusterName = "test-envoy-gateway";
const controller = "gateway.envoyproxy.io/gatewayclass-controller";
const gatewayApi = "gateway.networking.k8s.io/v1";

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration?: number;
}

interface RouteParent {
  controllerName: string;
  parentRef: { name: string; namespace?: string };
  conditions: Condition[];
}

interface Service {
  name: string;
  namespace: string;
  timeoutSeconds?: number;
  spec: Record<string, unknown>;
}

const workload = {
  model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "meta-llama/Llama-3.1-8B-Instruct" },
  template: {
    containers: [
      {
        name: "main",
        image: "vllm/vllm-openai:v0.11.0",
        resources: { limits: { "nvidia.com/gpu": "1", cpu: "4", memory: "32Gi" } },
      },
    ],
  },
};
/** Its route leads to an InferencePool, which Envoy Gateway knows by Envoy AI Gateway only. */
const scheduled: Service = {
  name: "llama",
  namespace: "models",
  spec: { ...workload, router: { gateway: {}, route: {}, scheduler: {} } },
};
/** Its route leads to a Service. */
const plain: Service = {
  name: "plain",
  namespace: "models",
  spec: { ...workload, router: { gateway: {}, route: {} } },
};

/** Envoy Gateway's and Envoy AI Gateway's own controllers, from nothing to nothing: what they say of gateways and routes is theirs. */
describe("Envoy Gateway on the embedded control plane", function () {
  this.timeout(900_000);
  let toolchain: Toolchain<(typeof toolNames)[number] | GatewayToolName>;
  let cluster: Cluster;
  let client: KubernetesClient;
  let count = 0;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress, only: [...toolNames, ...gatewayToolNames] });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client.close();
    await deleteCluster(clusterName);
  });

  async function run(
    operation: Operation,
    services: Service[],
    listener = {},
    waived?: string,
  ): Promise<OperationResult> {
    const waive = services.map(({ namespace, name }) => ({
      code: waived,
      service: `${namespace}/${name}`,
      reason: "the controller's own words are wanted",
    }));
    const config = {
      ...(waived && { "pulumi-kserve:preflight": { waive } }),
      "pulumi-kserve:platform": {
        gateway: { controller: "envoy-gateway", listeners: [{ name: "http", port: 80, ...listener }] },
      },
      "pulumi-kserve:services": services,
    };
    const configFile = join(cluster.folder, "Pulumi.test.yaml");
    await writeFile(configFile, dump({ config }, { noRefs: true }));
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
    return runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  /** Brings up what the preflight would refuse; the causes that the failed operation tells of a service. */
  async function refusedBy(
    services: Service[],
    listener: object,
    waived: string,
  ): Promise<(service: string) => string[]> {
    let message = "";
    await rejects(run(Operation.up, services, listener, waived), (error: Error) => {
      ({ message } = error);
      return true;
    });
    return (service) => {
      const [, told = ""] = message.split(`LLMInferenceService models/${service} is not Ready:\n`);
      const lines = told.split("\n").map((line) => line.replace(/^ {2}/, ""));
      return lines.slice(0, lines.indexOf("  conditions that do not hold:"));
    };
  }

  const conditionsOf = (conditions: Condition[] = []): string[] =>
    conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort();

  async function parentsOf(name: string): Promise<RouteParent[]> {
    const route = await client.get(gatewayApi, "HTTPRoute", "models", name);
    return (route?.status as { parents?: RouteParent[] } | undefined)?.parents ?? [];
  }

  it("brings services up behind gateways that its own controller programs", async () => {
    const result = await run(Operation.up, [scheduled, plain]);
    count = result.changes.create ?? 0;
    deepStrictEqual(result.changes, { create: count });
    const url = (result.outputs?.gatewayUrls?.value as { http: string }).http;
    // The address of the Service that the controller made, which a load balancer of kwok's gave it.
    ok(/^http:\/\/198\.19\.\d+\.\d+$/.test(url), url);
    deepStrictEqual(
      serviceRows(result.outputs ?? {}).map(({ name, ready, url }) => ({ name, ready, url })),
      [
        { name: "llama", ready: "True", url: `${url}/models/llama` },
        { name: "plain", ready: "True", url: `${url}/models/plain` },
      ],
    );
  });

  it("leaves class, gateway and routes to that controller", async () => {
    const gatewayClass = await client.get(gatewayApi, "GatewayClass", undefined, "envoy");
    const { conditions = [] } = gatewayClass?.status as { conditions?: Condition[] };
    deepStrictEqual(conditionsOf(conditions), ["Accepted=True Accepted"]);
    ok(!conditions.some(({ message }) => message.includes("kwok")), JSON.stringify(conditions));

    const gateway = await client.get(gatewayApi, "Gateway", "kserve", "kserve-ingress-gateway");
    const status = gateway?.status as {
      conditions: Condition[];
      listeners: { name: string; attachedRoutes: number; conditions: Condition[] }[];
    };
    deepStrictEqual(conditionsOf(status.conditions), ["Accepted=True Accepted", "Programmed=True Programmed"]);
    ok(
      status.conditions.every(({ message }) => !message.includes("kwok")),
      JSON.stringify(status.conditions),
    );
    deepStrictEqual(
      status.listeners.map(({ name, attachedRoutes, conditions: of }) => [name, attachedRoutes, conditionsOf(of)]),
      [["http", 2, ["Accepted=True Accepted", "Programmed=True Programmed", "ResolvedRefs=True ResolvedRefs"]]],
    );

    for (const name of ["llama-kserve-route", "plain-kserve-route"]) {
      const parents = await parentsOf(name);
      deepStrictEqual(
        parents.map(({ controllerName, conditions: of }) => [controllerName, conditionsOf(of)]),
        [[controller, ["Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs"]]],
        name,
      );
    }
  });

  it("has the pool accepted by Envoy AI Gateway", async () => {
    const { items } = await client.list("inference.networking.k8s.io/v1", "InferencePool", "models");
    const [pool] = items;
    const { parents = [] } = pool?.status as { parents?: { conditions: Condition[] }[] };
    deepStrictEqual(
      parents.map(({ conditions }) => conditionsOf(conditions)),
      [["Accepted=True Accepted", "ResolvedRefs=True ResolvedRefs"]],
    );
    ok(parents[0]?.conditions[0]?.message.includes("ai-gateway-controller"), JSON.stringify(parents));
  });

  it("makes the Envoys that a cluster would run, with Envoy Gateway's helper beside them", async () => {
    const { items } = await client.list("v1", "Pod", "envoy-gateway-system", {
      labelSelector: "gateway.envoyproxy.io/owning-gateway-name=kserve-ingress-gateway",
    });
    strictEqual(items.length, 1);
    const { containers, initContainers = [] } = (items[0] as KubernetesObject).spec as {
      containers: { name: string; image: string }[];
      initContainers?: { name: string; image: string }[];
    };
    const images = [...containers, ...initContainers].map(({ image }) => image);
    ok(
      images.some((image) => image.includes("envoyproxy/envoy:")),
      images.join(", "),
    );
    ok(
      images.some((image) => image.startsWith("docker.io/envoyproxy/gateway:v1.8.1")),
      images.join(", "),
    );
  });

  it("says which controller is at work", async () => {
    deepStrictEqual(
      (await gatewayRows(cluster)).map(({ name, className, statusBy }) => ({ name, className, statusBy })),
      [{ name: "kserve/kserve-ingress-gateway", className: "envoy", statusBy: "Envoy Gateway's controller" }],
    );
    const { parts, healthy } = await clusterStatus(cluster);
    const part = parts.find(({ name }) => name === "envoy-gateway");
    strictEqual(part?.state, "running");
    ok(part?.note?.includes("gateways of class envoy and their routes have their status from it"), part?.note);
    strictEqual(parts.find(({ name }) => name === "envoy-ai-gateway")?.state, "running");
    strictEqual(healthy, true);
  });

  it("changes nothing in a second up", async () => {
    deepStrictEqual((await run(Operation.up, [scheduled, plain])).changes, { same: count });
  });

  it("says why a listener does not take a route, in the controller's own words", async () => {
    const late = { ...plain, name: "late", timeoutSeconds: 15 };
    const services = [scheduled, plain, late];
    const same = { allowedRoutes: "Same" };
    // What it says is known beforehand.
    await rejects(run(Operation.preview, services, same), /\[listener-namespace\]/);
    const told = await refusedBy(services, same, "listener-namespace");
    deepStrictEqual(told("late"), [
      "  1. HTTPRoute late-kserve-route: Accepted is False at Gateway kserve/kserve-ingress-gateway: NotAllowedByListeners:" +
        " No listeners included by this parent ref allowed this attachment.",
      '     fix: let a listener admit routes of namespace "models" (from: All, or a selector for kubernetes.io/metadata.name: models);' +
        " now http admits Same",
      "     more: kubectl -n models describe httproute late-kserve-route",
    ]);
    const [parent] = await parentsOf("late-kserve-route");
    strictEqual(parent?.controllerName, controller);
    deepStrictEqual(conditionsOf(parent.conditions), [
      "Accepted=False NotAllowedByListeners",
      "ResolvedRefs=True ResolvedRefs",
    ]);
  });

  it("says that no listener has a host name of the route, in the controller's own words", async () => {
    const http = {
      spec: {
        hostnames: ["chat.example.org", "llm.example.com"],
        rules: [{ backendRefs: [{ name: "elsewhere-kserve-workload-svc", port: 8000 }] }],
      },
    };
    const spec = { ...workload, router: { gateway: {}, route: { http } } };
    const services = [scheduled, plain, { ...plain, name: "elsewhere", timeoutSeconds: 15, spec }];
    const below = { hostname: "*.llm.example.com" };
    await rejects(run(Operation.preview, services, below), (error: Error) => {
      const said =
        "spec.router.route.http.spec.hostnames: no listener of Gateway kserve/kserve-ingress-gateway has a host name of these;" +
        ' given: "chat.example.org, llm.example.com"; allowed: *.llm.example.com (http);' +
        " fix: take a host name that a listener has, or give the gateway such a listener [listener-hostname]";
      ok(error.message.includes(said), error.message);
      return true;
    });
    const told = await refusedBy(services, below, "listener-hostname");
    deepStrictEqual(told("elsewhere"), [
      "  1. HTTPRoute elsewhere-kserve-route: Accepted is False at Gateway kserve/kserve-ingress-gateway: NoMatchingListenerHostname:" +
        " There were no hostname intersections between the HTTPRoute and this parent ref's Listener(s).",
      "     fix: give the route a host name that a listener has: *.llm.example.com (http); it has chat.example.org, llm.example.com." +
        " Or give the gateway a listener for these",
      "     more: kubectl -n models describe httproute elsewhere-kserve-route",
    ]);
    const [parent] = await parentsOf("elsewhere-kserve-route");
    strictEqual(parent?.controllerName, controller);
    deepStrictEqual(conditionsOf(parent.conditions), [
      "Accepted=False NoMatchingListenerHostname",
      "ResolvedRefs=True ResolvedRefs",
    ]);
  });

  it("destroys everything, and leaves nothing behind", async () => {
    await run(Operation.destroy, [scheduled, plain]);
    const left = async (apiVersion: string, kind: string, pattern: RegExp): Promise<string[]> =>
      (await client.list(apiVersion, kind)).items
        .map(({ metadata }) => metadata.name ?? "")
        .filter((name) => pattern.test(name));
    const ours = /kserve|llmisvc|lws|leaderworkerset|gateway|envoy|inference|^eg-/;
    deepStrictEqual(await left("v1", "Namespace", /kserve|models|envoy|lws/), []);
    deepStrictEqual(await left("apiextensions.k8s.io/v1", "CustomResourceDefinition", ours), []);
    deepStrictEqual(await left("rbac.authorization.k8s.io/v1", "ClusterRole", ours), []);
    deepStrictEqual(await left("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", ours), []);
    deepStrictEqual(await left("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", /./), []);
    deepStrictEqual(await left("v1", "Service", /envoy|gateway/), []);
  });
});
