import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

import { createCluster, deleteCluster, openCluster } from "../../local/cluster/cluster";
import { listenerOf } from "../../local/cluster/ports";
import { clusterStatus, listClusters } from "../../local/cluster/status";
import type { Cluster, ClusterPart, ClusterStatus } from "../../local/cluster/types";
import { clusterFolder } from "../../local/paths";
import { CommandError, freePort, isAlive, runCommand, sleep, startProcess } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

const name = `test-cluster-${process.pid}`;
const second = `${name}-b`;

/** Asks again until it holds. */
async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(50)) {
    assert.ok(Date.now() < deadline, `not within ${seconds} s: ${what}`);
  }
}

async function cli(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const command = [join(__dirname, "..", "..", "local", "cli.js"), ...args];
  try {
    const { stdout, stderr } = await runCommand(process.execPath, command);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    assert.ok(error instanceof CommandError);
    return { code: error.code, out: error.stdout, err: error.stderr };
  }
}

/** Pid 0 would be the process group of the test itself, so a part without one is an error. */
function kill({ name: part, pid }: ClusterPart): void {
  assert.ok(pid, `${part} does not run`);
  process.kill(pid, "SIGKILL");
}

function partOf(status: ClusterStatus, part: string): ClusterPart {
  const found = status.parts.find((candidate) => candidate.name === part);
  assert.ok(found, `status has no ${part}`);
  return found;
}

describe("the embedded cluster", function () {
  this.timeout(120_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;

  const create = (options: Partial<Parameters<typeof createCluster>[0]> = {}) =>
    createCluster({ name, toolchain, progress: silentProgress, ...options });

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    cluster = await create({ nodes: [{ kind: "nvidia-h100-80gb", nodes: 1 }] });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client?.close();
    await Promise.all([deleteCluster(name), deleteCluster(second)]);
  });

  it("answers, and has the nodes that were asked for", async () => {
    await until("/readyz", async () => (await client.request("GET", "/readyz").catch(() => "")) === "ok");
    const { items } = await client.list("v1", "Node");
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["cpu-0", "cpu-1", "nvidia-h100-80gb-0", "tpu-v6e-0", "tpu-v6e-1"],
    );
  });

  it("shows every part running, on the loopback interface", async () => {
    const status = await clusterStatus(cluster);
    assert.equal(status.healthy, true);
    assert.deepEqual(
      status.parts.map((part) => [part.name, part.state]),
      ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "agent"].map((part) => [
        part,
        "running",
      ]),
    );
    for (const { name: part, address, pid } of status.parts) {
      if (part === "agent") {
        assert.ok(existsSync(address));
        continue;
      }
      assert.match(address, /^127\.0\.0\.1:\d+$/, part);
      if (process.platform === "linux") {
        assert.match(listenerOf(Number(address.split(":")[1])) ?? "", new RegExp(`^process ${pid} `), part);
      }
    }
    if (process.platform === "linux") {
      const pids = new Set(status.parts.map(({ pid }) => pid));
      assert.deepEqual(
        listeningElsewhere().filter((pid) => pids.has(pid)),
        [],
      );
    }
  });

  it("plays pods, jobs and load balancers, and places accelerator pods on accelerator nodes only", async () => {
    const pod = (podName: string, resources?: unknown): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: podName, namespace: "default" },
      spec: { containers: [{ name: "main", image: "model", resources }] },
    });
    await until(
      "default service account",
      async () => !!(await client.get("v1", "ServiceAccount", "default", "default")),
    );
    const options = { fieldManager: "test" };
    await client.apply(pod("plain"), options);
    await client.apply(pod("gpu", { limits: { "nvidia.com/gpu": "8", "rdma/roce": "1" } }), options);
    await client.apply(
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "job", namespace: "default" },
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "job" }] } } },
      },
      options,
    );
    await client.apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "lb", namespace: "default" },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
      },
      options,
    );
    const status = async (kind: string, objectName: string, apiVersion = "v1") =>
      ((await client.get(apiVersion, kind, "default", objectName))?.status ?? {}) as Record<string, unknown>;
    for (const podName of ["plain", "gpu"]) {
      await until(`${podName} runs`, async () => (await status("Pod", podName)).phase === "Running");
    }
    await until("job is complete", async () => (await status("Job", "job", "batch/v1")).succeeded === 1);
    await until("load balancer", async () => {
      const { ingress } = ((await status("Service", "lb")).loadBalancer ?? {}) as { ingress?: { ip: string }[] };
      return /^198\.19\.\d+\.\d+$/.test(ingress?.[0]?.ip ?? "");
    });
    const nodeOf = async (podName: string) =>
      ((await client.get("v1", "Pod", "default", podName))?.spec as { nodeName: string }).nodeName;
    assert.equal(await nodeOf("gpu"), "nvidia-h100-80gb-0");
    assert.match(await nodeOf("plain"), /^cpu-\d$/);
    await client.delete("v1", "Pod", "default", "gpu");
    await until("pod is gone", async () => (await client.get("v1", "Pod", "default", "gpu")) === undefined);
  });

  it("is taken as it is when it is created again, and takes new sizes", async () => {
    const before = await clusterStatus(cluster);
    assert.deepEqual(await create(), cluster);
    assert.deepEqual(await clusterStatus(cluster), before);
    await create({
      nodes: [
        { kind: "nvidia-h100-80gb", nodes: 2 },
        { kind: "tpu-v6e", nodes: 0 },
      ],
    });
    const { items } = await client.list("v1", "Node");
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["cpu-0", "cpu-1", "nvidia-h100-80gb-0", "nvidia-h100-80gb-1"],
    );
  });

  it("refuses a port that is in use, and another port for a cluster that has one", async () => {
    const port = Number(new URL(cluster.server).port);
    await assert.rejects(create({ name: second, port }), (error: Error) => {
      assert.equal(error.name, "ClusterError");
      assert.match(error.message, new RegExp(`^port ${port} \\(for the API server\\) is in use by .*kube-apiserver`));
      assert.match(error.message, /Choose another one with --port$/);
      return true;
    });
    assert.equal(existsSync(clusterFolder(second)), false);
    await assert.rejects(
      create({ port: port + 1 }),
      new RegExp(`^ClusterError: cluster "${name}" has port ${port}; for port`),
    );
  });

  it("takes other ports when one that it chose is taken before it is used", async () => {
    const taken = Number(new URL(cluster.server).port);
    const choices = [await freePort(), await freePort(), await freePort(), taken];
    const other = await create({ name: second, choosePort: async () => choices.shift() ?? freePort() });
    assert.deepEqual(choices, []);
    assert.equal((await clusterStatus(other)).healthy, true);
    await deleteCluster(second);
  });

  it("runs beside another one", async () => {
    const port = await freePort();
    const other = await create({ name: second, port, nodes: [{ kind: "nvidia-h100-80gb", nodes: 0 }] });
    assert.equal(other.server, `https://127.0.0.1:${port}`);
    const summaries = (await listClusters()).filter((summary) => [name, second].includes(summary.name));
    assert.deepEqual(
      summaries.map((summary) => [summary.name, summary.state]),
      [
        [name, "running"],
        [second, "running"],
      ],
    );
    const pids = (await clusterStatus(other)).parts.map(({ pid = 0 }) => pid);
    const { code, out } = await cli("down", "--name", second);
    assert.deepEqual([code, out], [0, `cluster "${second}" is removed\n`]);
    assert.equal(existsSync(other.folder), false);
    assert.deepEqual(
      pids.filter((pid) => isAlive(pid)),
      [],
    );
    assert.equal((await clusterStatus(cluster)).healthy, true);
    assert.throws(() => openCluster(second), /^ClusterError: there is no cluster ".*"; there are: /);
  });

  it("reports a part that has crashed by name, and starts it again", async () => {
    const killed = partOf(await clusterStatus(cluster), "kube-scheduler");
    kill(killed);
    await until("the agent has seen it", async () => {
      const { state, since } = partOf(await clusterStatus(cluster), "kube-scheduler");
      return state === "crashed" && since !== undefined;
    });
    const { code, out } = await cli("status", "--name", name);
    assert.equal(code, 1);
    assert.match(out, /^kube-scheduler +crashed +\d+s /m);
    assert.match(
      out,
      /^kube-scheduler has crashed; the end of its log .*kube-scheduler\.log:\n(  .*\n)*  .*Serving securely/m,
    );
    assert.match(out, new RegExp(`^Start what has stopped with \`npm run local -- create --name ${name}\`$`, "m"));
    const json = JSON.parse((await cli("status", "--name", name, "--json")).out) as ClusterStatus;
    assert.deepEqual([json.healthy, partOf(json, "kube-scheduler").state], [false, "crashed"]);

    await create();
    const after = await clusterStatus(cluster);
    assert.equal(after.healthy, true);
    assert.notEqual(partOf(after, "kube-scheduler").pid, killed.pid);
  });

  it("comes back with its data after everything was killed", async () => {
    await client.request("POST", "/api/v1/namespaces", { body: { metadata: { name: "kept" } } });
    const { parts } = await clusterStatus(cluster);
    parts.forEach(kill);
    await until("all have ended", () => parts.every(({ pid }) => !isAlive(pid ?? 0)));
    const dead = await clusterStatus(cluster);
    assert.deepEqual(
      dead.parts.map(({ state }) => state),
      parts.map(() => "crashed"),
    );
    await create();
    assert.equal((await clusterStatus(cluster)).healthy, true);
    assert.ok(await client.get("v1", "Namespace", undefined, "kept"));
  });

  it("removes what a killed creation left and makes the cluster anew", async () => {
    const creation = startProcess({
      name: "create",
      command: process.execPath,
      args: [join(__dirname, "..", "..", "local", "cli.js"), "create", "--name", second],
      logFile: join(cluster.folder, "logs", "killed-creation.log"),
    });
    const folder = clusterFolder(second);
    const apiServer = join(folder, "kwokctl", "clusters", "main", "pids", "kube-apiserver.pid");
    await until("the API server starts", () => existsSync(apiServer));
    const orphan = Number(readFileSync(apiServer, "utf8"));
    process.kill(creation.pid, "SIGKILL");
    await creation.exited;
    assert.equal((await listClusters()).find((summary) => summary.name === second)?.state, "half-made");
    await create({ name: second });
    assert.equal(isAlive(orphan), false);
    assert.equal((await clusterStatus({ name: second })).healthy, true);
    await deleteCluster(second);
  });

  it("prints logs and the kubeconfig", async () => {
    const log = await cli("logs", "agent", "--name", name, "--lines", "1");
    assert.equal(log.code, 0);
    assert.match(log.out, /^\S+ agent .*\n$/);
    const unknown = await cli("logs", "kwokk", "--name", name);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /^logs: unknown part "kwokk", did you mean kwok\? allowed: etcd, kube-apiserver, /);
    const config = await cli("kubeconfig", "--name", name);
    assert.equal(config.out, readFileSync(cluster.kubeconfigPath, "utf8"));
    assert.equal((await cli("kubeconfig", "--name", name, "--path")).out, `${cluster.kubeconfigPath}\n`);
  });

  it("is removed without a trace", async () => {
    const pids = (await clusterStatus(cluster)).parts.map(({ pid = 0 }) => pid);
    assert.equal(await deleteCluster(name), true);
    assert.equal(existsSync(cluster.folder), false);
    assert.deepEqual(
      pids.filter((pid) => isAlive(pid)),
      [],
    );
    assert.equal(await deleteCluster(name), false);
  });
});

/** Processes of which a TCP socket listens on another address than 127.0.0.1 and ::1, by the kernel's tables. */
function listeningElsewhere(): number[] {
  const inodes = new Set(
    ["tcp", "tcp6"].flatMap((table) =>
      readFileSync(`/proc/net/${table}`, "utf8")
        .split("\n")
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = "", , state]) => state === "0A" && !/^(0100007F|0{24}01000000):/.test(local))
        .flatMap((columns) => columns[9] ?? []),
    ),
  );
  const sockets = (pid: string) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return [];
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => sockets(pid).some((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "")))
    .map(Number);
}
