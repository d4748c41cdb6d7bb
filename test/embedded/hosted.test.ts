import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { loadAll } from "js-yaml";

import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { layoutOf } from "../../local/cluster/layout";
import { clusterStatus } from "../../local/cluster/status";
import type { Cluster } from "../../local/cluster/types";
import { isAlive, runCommand, sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { ApiError, KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";

const name = `test-hosted-${process.pid}`;
const namespace = "lws-system";
const deployment = "lws-controller-manager";

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string }[];
  containerStatuses?: { restartCount: number; state: Record<string, { reason?: string; message?: string }> }[];
}

async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await holds()); await sleep(50)) {
    assert.ok(Date.now() < deadline, `not within ${seconds} s: ${what}`);
  }
}

describe("controllers as processes of this machine", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: KubernetesClient;

  before(async () => {
    const toolchain = await ensureToolchain({ progress: silentProgress });
    cluster = await createCluster({ name, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    const chart = join(toolchain.upstream.lws, "charts", "lws");
    const { stdout } = await runCommand(toolchain.tools.helm.path, [
      ...["template", "lws", chart, "--namespace", namespace, "--include-crds", "--set", "image.manager.tag=v0.8.0"],
    ]);
    await client.request("POST", "/api/v1/namespaces", { body: { metadata: { name: namespace } } });
    for (const object of loadAll(stdout) as (KubernetesObject | null)[]) {
      if (!object || object.kind === "Namespace") continue;
      await client.apply(object, { fieldManager: "test", force: true });
    }
    await until("the controller is available", async () => (await available()) === 1);
  });

  after(async () => {
    client?.close();
    await deleteCluster(name);
  });

  async function available(): Promise<number> {
    const found = await client.get("apps/v1", "Deployment", namespace, deployment);
    const {
      availableReplicas = 0,
      updatedReplicas = 0,
      replicas = 0,
    } = (found?.status ?? {}) as Record<string, number>;
    return updatedReplicas === replicas ? availableReplicas : 0;
  }

  async function pods(): Promise<(KubernetesObject & { status: PodStatus })[]> {
    const { items } = await client.list("v1", "Pod", namespace);
    return items as (KubernetesObject & { status: PodStatus })[];
  }

  async function part() {
    const found = (await clusterStatus(cluster)).parts.find((candidate) => candidate.name === "lws");
    assert.ok(found);
    return found;
  }

  function leaderWorkerSet(objectName: string, size: number): KubernetesObject {
    const template = { spec: { containers: [{ name: "main", image: "model" }] } };
    return {
      apiVersion: "leaderworkerset.x-k8s.io/v1",
      kind: "LeaderWorkerSet",
      metadata: { name: objectName, namespace: "default" },
      spec: { replicas: 1, leaderWorkerTemplate: { size, workerTemplate: template } },
    };
  }

  it("makes the pod Ready when its process answers, with the chart's certificates in place", async () => {
    const [pod, ...others] = await pods();
    assert.deepEqual(others, []);
    assert.equal(pod?.status.phase, "Running");
    const { pid, state, address, note } = await part();
    assert.deepEqual([state, note], ["running", `pod ${namespace}/${pod?.metadata.name}`]);
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    assert.ok(isAlive(pid ?? 0));
    const secret = (await client.get("v1", "Secret", namespace, "lws-webhook-server-cert"))?.data as Record<
      string,
      string
    >;
    const root = join(layoutOf(cluster.folder).hosted, `lws-${String(pod?.metadata.uid)}`, "root");
    const mounted = readFileSync(join(root, "tmp/k8s-webhook-server/serving-certs/tls.crt"), "utf8");
    assert.equal(mounted, Buffer.from(secret["tls.crt"] ?? "", "base64").toString());
  });

  it("acts with the rights of the pod's service account", async () => {
    const [pod] = await pods();
    const config = readFileSync(
      join(layoutOf(cluster.folder).hosted, `lws-${String(pod?.metadata.uid)}`, "kubeconfig.yaml"),
      "utf8",
    );
    const asPod = await KubernetesClient.fromKubeconfig(config);
    const review = (await asPod.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    })) as { status: { userInfo: { username: string } } };
    assert.equal(review.status.userInfo.username, `system:serviceaccount:${namespace}:${deployment}`);
    asPod.close();
  });

  it("serves mutating and validating webhooks to the API server through their Service", async () => {
    const options = { fieldManager: "test" };
    const made = await client.apply(leaderWorkerSet("pair", 2), options);
    assert.deepEqual((made.spec as { rolloutStrategy: unknown }).rolloutStrategy, {
      type: "RollingUpdate",
      rollingUpdateConfiguration: { maxSurge: 0, maxUnavailable: 1, partition: 0 },
    });
    await assert.rejects(client.apply(leaderWorkerSet("bad", 0), options), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.match(error.message, /^admission webhook "vleaderworkerset\.kb\.io" denied the request: .*size/);
      return true;
    });
    await until("both pods of the group run", async () => {
      const { items } = await client.list("v1", "Pod", "default");
      return items.filter(({ status }) => (status as PodStatus).phase === "Running").length === 2;
    });
  });

  it("starts a process again that has crashed, as the pod's status and the part's tell", async () => {
    const { pid = 0 } = await part();
    process.kill(pid, "SIGKILL");
    await until("the crash is told", async () => (await pods())[0]?.status.containerStatuses?.[0]?.restartCount === 1);
    await until("another process serves", async () => {
      const { state, pid: now } = await part();
      return state === "running" && now !== pid;
    });
    await until("the pod is Ready", async () =>
      (await pods()).every(({ status }) => status.conditions?.some((c) => c.type === "Ready" && c.status === "True")),
    );
    const after = await part();
    assert.match(after.note ?? "", /; 1 restarts, the last end: exit code 137$/);
    const { items } = await client.list("v1", "Event", namespace);
    assert.ok(
      items.some((event) => event.reason === "BackOff" && /^lws was ended by SIGKILL/.test(String(event.message))),
    );
  });

  it("keeps one process through a rolling update, with webhooks served all the time", async () => {
    const before = await part();
    const uid = (await pods())[0]?.metadata.uid;
    const template = { metadata: { annotations: { again: "yes" } } };
    await client.request("PATCH", `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`, {
      contentType: "application/merge-patch+json",
      body: { spec: { template } },
    });
    let cutOff = 0;
    await until("the new pod alone is there", async () => {
      try {
        await client.apply(leaderWorkerSet("pair", 2), { fieldManager: "test", dryRun: true });
      } catch (error) {
        // The API server may use its open connection at the moment in which the old process closes it, as on any cluster.
        if (!(error instanceof ApiError) || !error.message.endsWith(": EOF")) throw error;
        cutOff += 1;
      }
      const now = await pods();
      return now.length === 1 && now[0]?.metadata.uid !== uid && (await available()) === 1;
    });
    assert.ok(cutOff <= 1, `${cutOff} requests were cut off`);
    assert.notEqual((await part()).pid, before.pid);
    assert.equal(isAlive(before.pid ?? 0), false);
    assert.equal(existsSync(join(layoutOf(cluster.folder).hosted, `lws-${uid}`)), false);
  });

  it("says in the pod why an image cannot be run here", async () => {
    const image = "registry.k8s.io/lws/lws:v0.5.0";
    await client.request("POST", "/api/v1/namespaces/default/pods", {
      body: { metadata: { name: "old" }, spec: { containers: [{ name: "manager", image }] } },
    });
    const state = async () =>
      ((await client.get("v1", "Pod", "default", "old"))?.status as PodStatus).containerStatuses?.[0]?.state.waiting;
    await until("the reason is told", async () => (await state()) !== undefined);
    assert.deepEqual(await state(), {
      reason: "ErrImagePull",
      message:
        "the embedded environment runs version 0.8.0 of LeaderWorkerSet's controller, " +
        `the image is ${image}; use the tag v0.8.0`,
    });
    await client.delete("v1", "Pod", "default", "old");
    await until("the pod is gone", async () => (await client.get("v1", "Pod", "default", "old")) === undefined);
  });

  it("says which Secret a pod waits for", async () => {
    const spec = {
      containers: [{ name: "manager", image: "lws/lws:main", volumeMounts: [{ name: "c", mountPath: "/c" }] }],
      volumes: [{ name: "c", secret: { secretName: "absent" } }],
    };
    await client.request("POST", "/api/v1/namespaces/default/pods", { body: { metadata: { name: "waits" }, spec } });
    await until("the reason is told", async () => {
      const { containerStatuses } = (await client.get("v1", "Pod", "default", "waits"))?.status as PodStatus;
      return containerStatuses?.[0]?.state.waiting?.message === "waiting: Secret default/absent does not exist";
    });
    await client.delete("v1", "Pod", "default", "waits");
    await until("the pod is gone", async () => (await client.get("v1", "Pod", "default", "waits")) === undefined);
  });

  it("stops the process when its pod goes, and refuses calls with the reason", async () => {
    const { pid = 0 } = await part();
    await client.request("PATCH", `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`, {
      contentType: "application/merge-patch+json",
      body: { spec: { replicas: 0 } },
    });
    await until("the process has ended and the pod is gone", async () => !isAlive(pid) && (await pods()).length === 0);
    await assert.rejects(
      client.apply(leaderWorkerSet("pair", 3), { fieldManager: "test" }),
      /no pod behind Service lws-system\/lws-webhook-service runs as a process/,
    );
  });
});
