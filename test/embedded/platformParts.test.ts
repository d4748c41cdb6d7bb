import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform } from "../../components/inferencePlatform";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { hardening } from "../../sdk/recipes/hardening";
import { model } from "../../sdk/recipes/model";
import { managedRouter } from "../../sdk/recipes/router";
import { autoscale } from "../../sdk/recipes/scaling";
import { storageInitializer } from "../../sdk/recipes/storage";
import { tracing } from "../../sdk/recipes/tracing";
import { installKedaKind } from "./capabilities/surroundings";
import { installMonitoringKinds } from "./platformParts/monitoringKinds";

const clusterName = "test-platform-parts";
const prometheus = { url: "https://prometheus.monitoring.svc:9090", tlsInsecureSkipVerify: true };

/** What runs around KServe, as far as it needs no charts from the network: WVA's comes from its Go module, KEDA and Prometheus are played. */
describe("parts around a platform on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let kubeconfig: string;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
    await installMonitoringKinds(client);
    await installKedaKind(client, toolchain.upstream.kserve);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  async function run(operation: Operation): Promise<OperationResult> {
    const stack = await openStack({
      folder: engineFolder(cluster),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: "test",
      program: () => Promise.resolve(program()),
    });
    return runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  function program(): Record<string, unknown> {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    const platform = new InferencePlatform("platform", {
      cluster: { kubeconfig: pulumi.secret(kubeconfig), identifier: `embedded-${cluster.name}` },
      mirrors: {
        ...toolchain.upstream,
        charts: { "workload-variant-autoscaler": join(toolchain.upstream["workload-variant-autoscaler"], "charts") },
      },
      kserve: {
        certificates: { provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem } },
      },
      gateway: { gatewayClassName: "istio", gatewayClassController: "istio.io/gateway-controller" },
      autoscaling: { keda: { existing: true, version: "2.18.0" }, prometheus },
      monitoring: { stack: { existing: true }, labels: { release: "prometheus" } },
      tracing: { existing: true },
      networkPolicies: { serviceNamespaces: ["models"] },
      disruptionBudgets: true,
      namespaces: {
        models: { podSecurity: { enforce: "restricted", version: "v1.34" }, quota: { pods: "20" } },
        monitoring: { podSecurity: false },
      },
    });
    const service = new LLMInferenceService(
      "scaled",
      {
        namespace: "models",
        fragments: [
          model({ uri: "hf://acme/llama" }),
          storageInitializer({ restricted: true, scheduler: true }),
          autoscale({ max: 3, by: "keda" }),
          hardening({ restricted: true }),
          managedRouter(),
          tracing({ endpoint: "http://otel-collector.observability.svc:4317" }),
        ],
        presets: platform.presets,
        preflight: { cluster: platform.plan },
        diagnosis: platform.clusterAccess,
      },
      { provider: platform.provider, dependsOn: platform.ready as never },
    );
    return { url: service.url };
  }

  it("brings up a service that scales, in a namespace that restricts pods", async () => {
    const { changes, outputs } = await run(Operation.up);
    deepStrictEqual(Object.keys(changes), ["create"]);
    ok(String(outputs?.url?.value).endsWith("/models/scaled"), String(outputs?.url?.value));
  });

  it("has KServe make what WVA and KEDA act on", async () => {
    const variant = await client.get("llmd.ai/v1alpha1", "VariantAutoscaling", "models", "scaled-kserve-va");
    strictEqual((variant?.spec as { modelID: string }).modelID, "scaled");
    const scaled = await client.get("keda.sh/v1alpha1", "ScaledObject", "models", "scaled-kserve-keda");
    const { triggers, maxReplicaCount } = scaled?.spec as {
      maxReplicaCount: number;
      triggers: { metadata: Record<string, string> }[];
    };
    strictEqual(maxReplicaCount, 3);
    strictEqual(triggers[0]?.metadata.serverAddress, prometheus.url);
    strictEqual(triggers[0]?.metadata.unsafeSsl, "true");
  });

  it("renders WVA's own chart: one controller for all namespaces, and no sample", async () => {
    const namespace = "workload-variant-autoscaler-system";
    const name = "workload-variant-autoscaler-controller-manager";
    const deployment = await client.get("apps/v1", "Deployment", namespace, name);
    const [container] = (
      deployment?.spec as { template: { spec: { containers: { image: string; args: string[]; env: object[] }[] } } }
    ).template.spec.containers;
    strictEqual(container?.image, "ghcr.io/llm-d/llm-d-workload-variant-autoscaler:v0.7.0");
    ok(!container.args.some((argument) => argument.startsWith("--watch-namespace")), container.args.join(" "));
    ok(JSON.stringify(container.env).includes('{"name":"POOL_GROUP","value":"inference.networking.k8s.io"}'));
    const config = await client.get(
      "v1",
      "ConfigMap",
      namespace,
      "workload-variant-autoscaler-variantautoscaling-config",
    );
    ok((config?.data as Record<string, string>)["config.yaml"]?.includes(`PROMETHEUS_BASE_URL: "${prometheus.url}"`));
    const variants = await client.list("llmd.ai/v1alpha1", "VariantAutoscaling");
    deepStrictEqual(
      variants.items.map(({ metadata }) => metadata.name),
      ["scaled-kserve-va"],
    );
  });

  it("selects the pods that are really there", async () => {
    const matching = async (kind: string, name: string): Promise<string[]> => {
      const monitor = await client.get("monitoring.coreos.com/v1", kind, "monitoring", name);
      const { matchLabels } = (monitor?.spec as { selector: { matchLabels: Record<string, string> } }).selector;
      const labelSelector = Object.entries(matchLabels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
      const { items } = await client.list("v1", "Pod", "models", { labelSelector });
      return [...new Set(items.map(({ metadata }) => metadata.labels?.["app.kubernetes.io/component"] ?? ""))];
    };
    deepStrictEqual(await matching("PodMonitor", "llm-model-servers"), ["llminferenceservice-workload"]);
    deepStrictEqual(await matching("PodMonitor", "llm-endpoint-pickers"), ["llminferenceservice-router-scheduler"]);
  });

  it("keeps what it wrote of monitors and rules: their kinds know every field", async () => {
    const monitor = await client.get("monitoring.coreos.com/v1", "PodMonitor", "monitoring", "llm-endpoint-pickers");
    const [endpoint] = (monitor?.spec as { podMetricsEndpoints: Record<string, unknown>[] }).podMetricsEndpoints;
    deepStrictEqual(
      { port: endpoint?.port, authorization: endpoint?.authorization },
      { port: "metrics", authorization: { type: "Bearer", credentials: { name: "llm-metrics-reader", key: "token" } } },
    );
    const rules = await client.get("monitoring.coreos.com/v1", "PrometheusRule", "monitoring", "llm-inference");
    const [group] = (rules?.spec as { groups: { rules: unknown[] }[] }).groups;
    strictEqual(group?.rules.length, 8);
    strictEqual(rules?.metadata.labels?.release, "prometheus");
  });

  it("has policies for the service's namespace and both controllers", async () => {
    const { items } = await client.list("networking.k8s.io/v1", "NetworkPolicy");
    deepStrictEqual(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).sort(), [
      "kserve/llm-kserve-controller",
      "lws-system/llm-lws-controller",
      "models/llm-endpoint-pickers",
      "models/llm-workloads",
    ]);
  });

  it("counts the controllers' pods in their budgets", async () => {
    for (const [namespace, name] of [
      ["kserve", "llmisvc-controller-manager"],
      ["lws-system", "lws-controller-manager"],
    ] as const) {
      const budget = await client.get("policy/v1", "PodDisruptionBudget", namespace, name);
      strictEqual((budget?.status as { expectedPods?: number } | undefined)?.expectedPods, 1, `${namespace}/${name}`);
    }
  });

  it("refuses pods that may do more", async () => {
    const pod: KubernetesObject = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "privileged", namespace: "models" },
      spec: { containers: [{ name: "main", image: "busybox", securityContext: { privileged: true } }] },
    };
    await rejects(
      client.request("POST", "/api/v1/namespaces/models/pods", { body: pod }),
      /violates PodSecurity "restricted:v1\.34"/,
    );
  });

  it("changes nothing the second time", async () => {
    const { changes } = await run(Operation.up);
    deepStrictEqual(Object.keys(changes), ["same"]);
  });

  it("leaves nothing behind", async () => {
    await run(Operation.destroy);
    const left = await Promise.all([
      client.list("networking.k8s.io/v1", "NetworkPolicy"),
      client.list("policy/v1", "PodDisruptionBudget"),
      client.list("monitoring.coreos.com/v1", "PodMonitor"),
      client.list("monitoring.coreos.com/v1", "PrometheusRule"),
      client.list("monitoring.coreos.com/v1", "ServiceMonitor"),
    ]);
    deepStrictEqual(
      left.flatMap(({ items }) => items.map(({ metadata }) => metadata.name)),
      [],
    );
    for (const namespace of ["models", "monitoring", "workload-variant-autoscaler-system"]) {
      strictEqual(await client.get("v1", "Namespace", undefined, namespace), undefined, namespace);
    }
    strictEqual(
      await client.get("rbac.authorization.k8s.io/v1", "ClusterRole", undefined, "llm-metrics-reader"),
      undefined,
    );
  });
});
