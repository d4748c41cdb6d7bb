import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation";
import { dump, load } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder, openEnvironment, serviceRows } from "../../local/engine/environment";
import {
  nameOf,
  Operation,
  OperationError,
  type OperationResult,
  runOperation,
  type Step,
} from "../../local/engine/run";
import { projectRoot } from "../../local/paths";
import { sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { enginePid } from "./enginePid";
import { changesBetween, everyObject } from "./everyObject";

const clusterName = "test-environment";
const serving = "serving.kserve.io/v1alpha2";

interface StackConfig {
  config: { "pulumi-kserve:services": { name: string; spec: Record<string, unknown> }[] } & Record<string, unknown>;
}

/** The environment of Pulumi.local.yaml, through the real engine, API server and controllers, from nothing to nothing. */
describe("environment on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let count = 0;
  let nothingYet: string[] = [];

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client.close();
    await deleteCluster(clusterName);
  });

  /** Runs an operation with Pulumi.local.yaml as `edit` leaves it. */
  async function run(
    operation: Operation,
    edit?: (config: StackConfig["config"]) => void,
    onEvent?: (event: EngineEvent) => void,
  ): Promise<OperationResult> {
    const settings = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as StackConfig;
    edit?.(settings.config);
    const configFile = join(cluster.folder, "Pulumi.test.yaml");
    await writeFile(configFile, dump(settings));
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile });
    const logFile = join(cluster.folder, "logs", "pulumi.log");
    return runOperation(operation, stack, { logFile, onEvent });
  }

  const exists = async (
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ): Promise<boolean> => (await client.get(apiVersion, kind, namespace, name)) !== undefined;

  const changed = (steps: readonly Step[]): unknown[] => steps.map(({ op, name, diffs }) => ({ op, name, diffs }));

  it("previews everything before anything exists", async () => {
    const { changes, steps } = await run(Operation.preview);
    deepStrictEqual(Object.keys(changes), ["create"]);
    const types = steps.map(({ type }) => type);
    strictEqual(types.filter((type) => type === "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService").length, 2);
    strictEqual(
      types.filter((type) => type === "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceServiceConfig").length,
      10,
    );
    strictEqual(types.filter((type) => type.endsWith(":CrdBundle")).length, 4);
    strictEqual(await exists("v1", "Namespace", undefined, "kserve"), false);
  });

  it("previews an example whose settings lie over a base", async () => {
    const configFile = join(projectRoot(), "Pulumi.dev.example.yaml");
    const stack = await openEnvironment({ cluster, toolchain, stack: "dev", configFile });
    const { steps } = await runOperation(Operation.preview, stack, {
      logFile: join(cluster.folder, "logs", "dev.log"),
    });
    deepStrictEqual(
      steps.filter(({ type }) => type === `kubernetes:${serving}:LLMInferenceService`).map(({ name }) => name),
      ["llama-8b-service"],
    );
    strictEqual(await exists("v1", "Namespace", undefined, "chat"), false);
  });

  it("refuses a request that no node can satisfy before anything exists", async () => {
    const ask = (config: StackConfig["config"]): void => {
      const service = config["pulumi-kserve:services"].find(({ name }) => name === "llama-8b");
      const template = service?.spec.template as { containers: { resources: { limits: Record<string, string> } }[] };
      const [container] = template.containers;
      if (container) container.resources.limits["nvidia.com/gpu"] = "9";
    };
    await rejects(run(Operation.preview, ask), (error: Error) => {
      ok(
        error.message.includes(
          'the pods ask for 9 of nvidia.com/gpu, and a node of pool "nvidia-h100-80gb" has 8; given: "9"; allowed: at most 8 in one pod',
        ),
        error.message,
      );
      ok(error.message.includes("[accelerators-per-node]"), error.message);
      return true;
    });
    strictEqual(await exists("v1", "Namespace", undefined, "models"), false);
  });

  it("brings both services up", async () => {
    nothingYet = await everyObject(client);
    const result = await run(Operation.up);
    count = result.changes.create ?? 0;
    deepStrictEqual(result.changes, { create: count });
    deepStrictEqual(
      result.warnings.filter((text) => text.startsWith("Undefined value")),
      [],
    );
    const gateway = (result.outputs?.gatewayUrls?.value as { http: string }).http;
    ok(/^http:\/\/\d+\.\d+\.\d+\.\d+$/.test(gateway), gateway);
    deepStrictEqual(serviceRows(result.outputs ?? {}), [
      {
        name: "llama-70b-production",
        namespace: "production",
        ready: "True",
        url: `${gateway}/production/llama-70b-production`,
        schedulerEndpoint: "llama-70b-production-epp-service.production.svc:9002",
        model: "meta-llama/Llama-2-70b-hf",
      },
      {
        name: "llama-8b",
        namespace: "models",
        ready: "True",
        url: `${gateway}/models/llama-8b`,
        schedulerEndpoint: "llama-8b-epp-service.models.svc:9002",
        model: "meta-llama/Llama-3.1-8B-Instruct",
      },
    ]);
  });

  it("runs the multi-node service in groups of data / dataLocal nodes", async () => {
    const set = await client.get(
      "leaderworkerset.x-k8s.io/v1",
      "LeaderWorkerSet",
      "production",
      "llama-70b-production-kserve-mn",
    );
    const { replicas, leaderWorkerTemplate } = set?.spec as {
      replicas: number;
      leaderWorkerTemplate: { size: number };
    };
    deepStrictEqual({ replicas, size: leaderWorkerTemplate.size }, { replicas: 2, size: 2 });
    const pods = await client.list("v1", "Pod", "production", {
      labelSelector: "leaderworkerset.sigs.k8s.io/name=llama-70b-production-kserve-mn",
    });
    deepStrictEqual(
      pods.items.map(({ status }) => (status as { phase: string }).phase),
      ["Running", "Running", "Running", "Running"],
    );
  });

  it("keeps the criticality where a reader of v1alpha1 sees it: the conversion webhook works", async () => {
    const old = await client.get(
      "serving.kserve.io/v1alpha1",
      "LLMInferenceService",
      "production",
      "llama-70b-production",
    );
    strictEqual((old?.spec as { model: { criticality?: string } }).model.criticality, "Critical");
  });

  it("refuses what KServe's validating webhook refuses", async () => {
    const invalid: KubernetesObject = {
      apiVersion: serving,
      kind: "LLMInferenceService",
      metadata: { name: "invalid", namespace: "models" },
      spec: { model: { uri: "hf://a/b" }, worker: { containers: [] } },
    };
    await rejects(
      client.apply(invalid, { fieldManager: "test" }),
      /spec\.worker: Invalid value.*parallelism must be configured/s,
    );
  });

  it("changes nothing in a second up, nor in a preview", async () => {
    deepStrictEqual((await run(Operation.up)).changes, { same: count });
    deepStrictEqual((await run(Operation.preview)).changes, { same: count });
  });

  it("keeps keys and kubeconfig out of the state", async () => {
    const folder = join(engineFolder(cluster), "state", ".pulumi", "stacks");
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    ok(files.length > 0);
    const kubeconfig = load(await readFile(cluster.kubeconfigPath, "utf8")) as {
      users: { user: Record<string, string> }[];
    };
    const clientKey = kubeconfig.users[0]?.user["client-key-data"] ?? "";
    const servingKey = Buffer.from(cluster.servingCertificates.keyPem).toString("base64");
    ok(clientKey.length > 100 && servingKey.length > 100);
    for (const file of files) {
      const text = await readFile(join(file.parentPath, file.name), "utf8");
      for (const secret of [clientKey, servingKey, cluster.servingCertificates.keyPem.split("\n")[1] ?? "-"]) {
        strictEqual(text.includes(secret), false, `${file.name} holds a key in plain text`);
      }
    }
  });

  it("updates what has changed, and only that", async () => {
    const scale = (config: StackConfig["config"]): void => {
      const service = config["pulumi-kserve:services"].find(({ name }) => name === "llama-8b");
      if (service) service.spec.replicas = 2;
    };
    const expected = [{ op: "update", name: "llama-8b-service", diffs: ["spec.replicas"] }];
    deepStrictEqual(changed((await run(Operation.preview, scale)).steps), expected);
    deepStrictEqual(changed((await run(Operation.up, scale)).steps), expected);
    const deployment = await client.get("apps/v1", "Deployment", "models", "llama-8b-kserve");
    strictEqual((deployment?.spec as { replicas: number }).replicas, 2);
    deepStrictEqual(changed((await run(Operation.up)).steps), expected);
  });

  it("shows a manual edit in a refresh, and repairs it in the next up", async () => {
    await client.request("PATCH", await client.pathOf(serving, "LLMInferenceService", "models", "llama-8b"), {
      body: { spec: { replicas: 1 } },
      contentType: "application/merge-patch+json",
      query: { fieldManager: "kubectl-edit" },
    });
    const { steps } = await run(Operation.refresh);
    const found = steps.filter(({ name }) => name === "llama-8b-service");
    deepStrictEqual(changed(found), [{ op: "update", name: "llama-8b-service", diffs: ["spec.replicas"] }]);
    deepStrictEqual(changed((await run(Operation.preview)).steps), [
      { op: "update", name: "llama-8b-service", diffs: ["spec.replicas"] },
    ]);
    await run(Operation.up);
    const repaired = await client.get(serving, "LLMInferenceService", "models", "llama-8b");
    strictEqual((repaired?.spec as { replicas: number }).replicas, 3);
    deepStrictEqual((await run(Operation.up)).changes, { same: count });
  });

  it("shows every problem of a wrong configuration before anything is touched", async () => {
    const wrong = run(Operation.preview, (config) => {
      const [service] = config["pulumi-kserve:services"];
      if (service) service.spec = { model: { uri: "ftp://host/model" }, replica: 3 };
    });
    await rejects(wrong, (error: Error) => {
      ok(
        error.message.includes('services[0].spec.model.uri: KServe cannot fetch a model from "ftp://"'),
        error.message,
      );
      ok(error.message.includes("services[0].spec.replica: no such field"), error.message);
      return true;
    });
  });

  it("destroys everything, load balancers first, and leaves no object behind", async () => {
    const gateway = await client.get("gateway.networking.k8s.io/v1", "Gateway", "kserve", "kserve-ingress-gateway");
    // As a gateway's controller makes it; a cloud's controller holds it until its load balancer is gone.
    await client.apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: "kserve-ingress-gateway-istio",
          namespace: "kserve",
          finalizers: [loadBalancerFinalizer],
          ownerReferences: [
            {
              apiVersion: "gateway.networking.k8s.io/v1",
              kind: "Gateway",
              name: "kserve-ingress-gateway",
              uid: gateway?.metadata.uid ?? "",
            },
          ],
        },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }], selector: { gateway: "none" } },
      } as KubernetesObject,
      { fieldManager: "test-gateway-controller" },
    );
    const order: string[] = [];
    const destroyed = run(Operation.destroy, undefined, ({ resOutputsEvent }) => {
      if (resOutputsEvent?.metadata.op === "delete") order.push(nameOf(resOutputsEvent.metadata.urn));
    });
    const drained = drainLoadBalancer(client).then(() => order.push("load balancer"));
    await Promise.all([destroyed, drained]);

    const position = (name: string): number => {
      ok(order.includes(name), `${name} is not among ${order.join(", ")}`);
      return order.indexOf(name);
    };
    ok(position("platform-gateway-gateway") < position("load balancer"), order.join(", "));
    ok(position("load balancer") < position("platform-kserve-namespace"), order.join(", "));
    ok(position("platform-kserve-namespace") < position("cluster-kubernetes"), order.join(", "));
    deepStrictEqual(changesBetween(nothingYet, await everyObject(client)), []);
  });

  // In one process, as programs of the Automation API do it.
  it("comes up again after the engine was killed halfway, and state and cluster agree", async () => {
    const interrupted = run(Operation.up);
    const failed = rejects(interrupted, OperationError);
    while (!(await exists("v1", "Namespace", undefined, "kserve"))) await sleep(50);
    process.kill(await enginePid(engineFolder(cluster)), "SIGKILL");
    await failed;
    const { outputs } = await run(Operation.up);
    deepStrictEqual(
      serviceRows(outputs ?? {}).map(({ name, ready }) => ({ name, ready })),
      [
        { name: "llama-70b-production", ready: "True" },
        { name: "llama-8b", ready: "True" },
      ],
    );
    deepStrictEqual((await run(Operation.up)).changes, { same: count });
  });

  it("leaves no object behind after that either", async () => {
    await run(Operation.destroy);
    deepStrictEqual(changesBetween(nothingYet, await everyObject(client)), []);
  });
});

/** Source: `LoadBalancerCleanupFinalizer` in service/helpers/helper.go of k8s.io/cloud-provider. */
const loadBalancerFinalizer = "service.kubernetes.io/load-balancer-cleanup";

/** Does as a cloud's controller does: when the Service is deleted, it lets go of it after the load balancer is gone. */
async function drainLoadBalancer(client: KubernetesClient): Promise<void> {
  const service = (): Promise<KubernetesObject | undefined> =>
    client.get("v1", "Service", "kserve", "kserve-ingress-gateway-istio");
  while (!(await service())?.metadata.deletionTimestamp) await sleep(50);
  // Long enough for everything else that does not wait for it.
  await sleep(5_000);
  await client.request("PATCH", await client.pathOf("v1", "Service", "kserve", "kserve-ingress-gateway-istio"), {
    body: { metadata: { finalizers: null } },
    contentType: "application/merge-patch+json",
  });
}
