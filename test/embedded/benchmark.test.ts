import { deepStrictEqual, strictEqual } from "node:assert";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Provider } from "@pulumi/kubernetes/provider";
import type { Stack } from "@pulumi/pulumi/automation";

import { InferenceBenchmark } from "../../components/serving/inferenceBenchmark";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { runCommand, sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { KubernetesClient } from "../../sdk/kubernetes/client";

const clusterName = "test-benchmark";

/**
 * The pods are played, so nothing measures here; the second container's own command is run on this machine, with the rights of its
 * ServiceAccount, while its pod waits for a node with the label that it asks for.
 */
describe("InferenceBenchmark on the embedded control plane", function () {
  this.timeout(240_000);
  let cluster: Cluster;
  let client: KubernetesClient;
  let stack: Stack;
  let folder: string;
  let run = "1";

  before(async () => {
    const toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    folder = await mkdtemp(join(tmpdir(), "benchmark-"));
    stack = await openStack({
      folder,
      stack: "benchmark",
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      program: async () => {
        const provider = new Provider("cluster", { kubeconfig: await readFile(cluster.kubeconfigPath, "utf8") });
        const { report } = new InferenceBenchmark(
          "load",
          {
            url: "http://198.18.0.1/default/llama",
            model: "llama",
            profile: { stages: [{ rate: 1, duration: 10 }] },
            nodeSelector: { "pulumi-kserve.dev/benchmark": "yes" },
            run,
          },
          { provider },
        );
        return { report };
      },
    });
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
    await rm(folder, { recursive: true, force: true });
  });

  const operate = (operation: Operation): Promise<OperationResult> =>
    runOperation(operation, stack, { logFile: join(folder, "engine.log") });

  /** Runs the reporting container of the Job's pod as it is written there, on reports of a run. */
  async function reportAsThePod(summary: object): Promise<void> {
    const job = await client.get("batch/v1", "Job", "default", "load-benchmark");
    const { command } = (job?.spec as JobSpec).template.spec.containers[0];
    const config = await client.get("v1", "ConfigMap", "default", "load-benchmark");
    const reports = join(folder, "requests");
    await mkdir(reports, { recursive: true });
    const files = {
      [join(reports, "summary_lifecycle_metrics.json")]: JSON.stringify(summary),
      [join(reports, "stage_0_lifecycle_metrics.json")]: JSON.stringify({ ...summary, stage: 0 }),
      [join(reports, "per_request_lifecycle_metrics.json")]: "[]",
      [join(folder, "report.py")]: (config?.data as Record<string, string>)["report.py"] ?? "",
      [join(folder, "ca.crt")]: String(client.access.tls.ca),
      [join(folder, "token")]: await serviceAccountToken(),
    };
    for (const [file, text] of Object.entries(files)) await writeFile(file, text);
    const { hostname, port } = new URL(client.access.server);
    await runCommand("python3", [join(folder, "report.py"), reports, ...command.slice(3)], {
      env: {
        ...process.env,
        SERVICE_ACCOUNT_FOLDER: folder,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
      },
    });
  }

  async function serviceAccountToken(): Promise<string> {
    const path = "/api/v1/namespaces/default/serviceaccounts/load-benchmark/token";
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
    const made = (await client.request("POST", path, { body })) as { status: { token: string } };
    return made.status.token;
  }

  /** Reports when the pod waits, and then lets it run. */
  async function upWhileReporting(summary: object): Promise<OperationResult> {
    await label("no");
    const up = operate(Operation.up);
    up.catch(() => undefined);
    const waits = async (): Promise<boolean> => {
      const pods = await client.list("v1", "Pod", "default");
      return pods.items.some(({ metadata, status }) => {
        const { phase } = (status ?? {}) as { phase?: string };
        return !metadata.deletionTimestamp && phase === "Pending";
      });
    };
    while (!(await waits())) await sleep(100);
    await reportAsThePod(summary);
    await label("yes");
    return up;
  }

  async function label(value: "yes" | "no"): Promise<void> {
    const node = (await client.list("v1", "Node")).items[0]?.metadata.name ?? "";
    await client.apply(
      { apiVersion: "v1", kind: "Node", metadata: { name: node, labels: { "pulumi-kserve.dev/benchmark": value } } },
      { fieldManager: "test", force: true },
    );
  }

  const reportOf = (summary: object) => ({
    summary,
    stages: [{ rate: 1, duration: 10, metrics: { ...summary, stage: 0 } }],
  });

  it("gives what the Job's pod reported, and does nothing more when nothing has changed", async () => {
    const preview = await operate(Operation.preview);
    strictEqual(preview.changes.create, 9);
    const { outputs } = await upWhileReporting({ successes: { count: 10 } });
    deepStrictEqual(outputs?.report?.value, reportOf({ successes: { count: 10 } }));
    const again = await operate(Operation.up);
    deepStrictEqual([again.steps, again.outputs?.report?.value], [[], reportOf({ successes: { count: 10 } })]);
  });

  it("measures once more when a run is asked for", async () => {
    run = "2";
    const { steps, outputs } = await upWhileReporting({ successes: { count: 11 } });
    deepStrictEqual(
      steps.filter(({ op }) => op === "replace").map(({ name }) => name),
      ["load-job"],
    );
    deepStrictEqual(outputs?.report?.value, reportOf({ successes: { count: 11 } }));
  });

  it("leaves nothing behind", async () => {
    await operate(Operation.destroy);
    for (const [apiVersion, kind] of [
      ["batch/v1", "Job"],
      ["v1", "Pod"],
    ] as const) {
      deepStrictEqual((await client.list(apiVersion, kind, "default")).items, []);
    }
    strictEqual(await client.get("v1", "ConfigMap", "default", "load-benchmark-report"), undefined);
  });
});

interface JobSpec {
  template: { spec: { containers: [{ command: string[] }] } };
}
