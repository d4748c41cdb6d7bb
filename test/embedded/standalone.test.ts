import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform } from "../../components/inferencePlatform";
import { StandaloneRouter } from "../../components/networking/standaloneRouter";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder } from "../../local/engine/environment";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { model } from "../../sdk/recipes/model";
import { singleNode } from "../../sdk/recipes/parallelism";

const clusterName = "test-standalone";

/** A service without a gateway: KServe's controller calls it Ready, and its router comes up beside it. */
describe("a standalone router on the embedded control plane", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let result: OperationResult;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    const kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
    result = await run(Operation.up, () => program(kubeconfig));
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
  });

  async function run(operation: Operation, of: () => Record<string, unknown>): Promise<OperationResult> {
    const stack = await openStack({
      folder: engineFolder(cluster),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: "test",
      program: () => Promise.resolve(of()),
    });
    return runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  function program(kubeconfig: string): Record<string, unknown> {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    const platform = new InferencePlatform("platform", {
      cluster: { kubeconfig: pulumi.secret(kubeconfig), identifier: `embedded-${cluster.name}` },
      mirrors: toolchain.upstream,
      leaderWorkerSet: false,
      kserve: {
        certificates: { provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem } },
      },
      gateway: { controller: "standalone" },
    });
    const options = { provider: platform.provider, dependsOn: platform.ready as never };
    const service = new LLMInferenceService(
      "chat",
      {
        fragments: [model({ uri: "hf://acme/llama" }), singleNode({ replicas: 2 })],
        presets: platform.presets,
        preflight: { cluster: platform.plan },
      },
      options,
    );
    const router = new StandaloneRouter("router", { serviceName: "chat" }, { ...options, dependsOn: service });
    return { url: router.url, conditions: service.conditions, serviceUrl: service.url, addresses: service.addresses };
  }

  it("is reached by its own address, while the service is Ready without a gateway", async () => {
    const outputs = result.outputs as Record<string, { value: unknown }>;
    strictEqual(outputs.url?.value, "http://chat-standalone.default.svc");
    const conditions = outputs.conditions?.value as { type: string; status: string }[];
    strictEqual(conditions.find(({ type }) => type === "Ready")?.status, "True");
    ok(!conditions.some(({ type }) => type === "InferencePoolReady"));
    strictEqual(outputs.serviceUrl?.value, "http://chat-kserve-workload-svc.default.svc.cluster.local");
    deepStrictEqual((await client.list("gateway.networking.k8s.io/v1", "Gateway")).items, []);
  });

  it("has an endpoint picker and an Envoy in one pod, and endpoints behind its Service", async () => {
    const deployment = await client.get("apps/v1", "Deployment", "default", "chat-standalone");
    const spec = deployment?.spec as { template: { spec: { containers: { name: string }[] } } };
    deepStrictEqual(
      spec.template.spec.containers.map(({ name }) => name),
      ["main", "envoy"],
    );
    const slices = await client.list("discovery.k8s.io/v1", "EndpointSlice", "default");
    const ports = slices.items
      .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "chat-standalone")
      .flatMap((slice) => (slice as unknown as { ports: { name: string; port: number }[] }).ports);
    deepStrictEqual(ports.map(({ name, port }) => `${name} ${port}`).sort(), [
      "grpc 9002",
      "http 8081",
      "metrics 9090",
    ]);
    const config = await client.get("v1", "ConfigMap", "default", "chat-standalone");
    ok(JSON.parse((config as unknown as { data: Record<string, string> }).data["envoy.json"]!));
  });

  it("selects the service's pods as KServe's own pool would", async () => {
    const pool = await client.get("inference.networking.k8s.io/v1", "InferencePool", "default", "chat-standalone");
    const { matchLabels } = (pool?.spec as { selector: { matchLabels: Record<string, string> } }).selector;
    const { items } = await client.list("v1", "Pod", "default");
    const selected = items.filter(({ metadata }) =>
      Object.entries(matchLabels).every(([label, value]) => metadata.labels?.[label] === value),
    );
    strictEqual(selected.length, 2);
    ok(selected.every(({ metadata }) => metadata.name?.startsWith("chat-kserve-")));
  });
});
