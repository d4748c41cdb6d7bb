import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Container, Pod } from "../../local/agent/podSpec";
import { podStatus } from "../../local/agent/podStatus";
import {
  containerEnvironment,
  mountVolume,
  objectReferences,
  tokenAudiences,
  volumeContent,
  writeVolume,
  type Sources,
} from "../../local/agent/volumes";
import type { KubernetesObject } from "../../sdk/kubernetes/client";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const objects: Record<string, Partial<KubernetesObject>> = {
  "Secret cert": { data: { "tls.crt": base64("CERT"), "tls.key": base64("KEY") } },
  "ConfigMap settings": { data: { mode: "fast" }, binaryData: { blob: base64("B") } },
};
const sources: Sources = {
  object: ({ kind, name }) => objects[`${kind} ${name}`] as KubernetesObject | undefined,
  token: (audience) => `token for ${audience ?? "the API"}`,
  podIP: "10.127.128.1",
};

const container: Container = {
  name: "manager",
  image: "x",
  env: [
    { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
    { name: "MODE", valueFrom: { configMapKeyRef: { name: "settings", key: "mode" } } },
    { name: "KEY", valueFrom: { secretKeyRef: { name: "cert", key: "tls.key" } } },
    { name: "NONE", valueFrom: { secretKeyRef: { name: "absent", key: "x", optional: true } } },
    { name: "BOTH", value: "$(NAMESPACE)/$(MODE)/$(UNKNOWN)" },
  ],
  volumeMounts: [
    { name: "cert", mountPath: "/tmp/certs" },
    { name: "settings", mountPath: "/etc/mode", subPath: "mode" },
    { name: "api", mountPath: "/var/run/secrets" },
  ],
};
const pod: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p", namespace: "kserve", uid: "u", labels: { a: "b" } },
  spec: {
    containers: [container],
    volumes: [
      { name: "cert", secret: { secretName: "cert" } },
      { name: "settings", configMap: { name: "settings", items: [{ key: "mode", path: "mode" }] } },
      {
        name: "api",
        projected: {
          sources: [
            { serviceAccountToken: { path: "token" } },
            { configMap: { name: "ca", optional: true } },
            { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
          ],
        },
      },
      { name: "unmounted", hostPath: {} } as never,
    ],
  },
};

function text(volume: number): Record<string, string> {
  const content = volumeContent(pod, pod.spec.volumes?.[volume] ?? { name: "" }, sources);
  assert.ok("files" in content);
  return Object.fromEntries([...content.files].map(([path, data]) => [path, data.toString()]));
}

describe("volumes of hosted pods", () => {
  it("finds every object that a container needs, once", () => {
    assert.deepEqual(
      objectReferences(pod, container).map(({ kind, name }) => `${kind} ${name}`),
      ["Secret cert", "ConfigMap settings", "ConfigMap ca", "Secret absent"],
    );
    assert.deepEqual(tokenAudiences(pod, container), [undefined]);
  });

  it("makes files of Secrets, chosen keys, tokens and fields", () => {
    assert.deepEqual(text(0), { "tls.crt": "CERT", "tls.key": "KEY" });
    assert.deepEqual(text(1), { mode: "fast" });
    assert.deepEqual(text(2), { token: "token for the API", namespace: "kserve" });
  });

  it("says what is missing", () => {
    assert.deepEqual(volumeContent(pod, { name: "v", secret: { secretName: "absent" } }, sources), {
      missing: "Secret kserve/absent does not exist",
    });
    const items = [{ key: "ca.crt", path: "ca" }];
    assert.deepEqual(volumeContent(pod, { name: "v", secret: { secretName: "cert", items } }, sources), {
      missing: 'Secret kserve/cert has no key "ca.crt"',
    });
  });

  it("refuses types of volume that it cannot play", () => {
    assert.throws(
      () => volumeContent(pod, pod.spec.volumes?.[3] ?? { name: "" }, sources),
      /^Error: volume unmounted: hostPath is not known to the embedded environment; known: secret, configMap/,
    );
  });

  it("resolves the environment", () => {
    assert.deepEqual(containerEnvironment(pod, container, sources), {
      env: { NAMESPACE: "kserve", MODE: "fast", KEY: "KEY", BOTH: "kserve/fast/$(UNKNOWN)" },
    });
    const env = [{ name: "X", valueFrom: { configMapKeyRef: { name: "absent", key: "k" } } }];
    assert.deepEqual(containerEnvironment(pod, { ...container, env }, sources), {
      missing: "ConfigMap kserve/absent does not exist",
    });
  });
});

describe("files of hosted pods", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "volume-"))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const files = (entries: Record<string, string>) =>
    new Map(Object.entries(entries).map(([path, data]) => [path, Buffer.from(data)]));

  it("replaces all files of a volume at once, and takes those away that went", async () => {
    const volume = join(folder, "v");
    await writeVolume(volume, files({ "tls.crt": "1", "tls.key": "1", "sub/x": "1" }), 1);
    const before = readlinkSync(join(volume, "..data"));
    await writeVolume(volume, files({ "tls.crt": "2", "tls.key": "2" }), 2);
    assert.deepEqual(readdirSync(volume).sort(), ["..2", "..data", "tls.crt", "tls.key"]);
    assert.equal(readFileSync(join(volume, "tls.crt"), "utf8"), "2");
    assert.notEqual(readlinkSync(join(volume, "..data")), before);
  });

  it("shows a mounted volume's new content, but not a single file's", async () => {
    const volume = join(folder, "v");
    const root = join(folder, "root");
    await writeVolume(volume, files({ a: "1" }), 1);
    await mountVolume(root, { mountPath: "/mnt/all" }, volume);
    await mountVolume(root, { mountPath: "/mnt/one", subPath: "a" }, volume);
    await writeVolume(volume, files({ a: "2" }), 2);
    assert.equal(readFileSync(join(root, "mnt/all/a"), "utf8"), "2");
    assert.equal(readFileSync(join(root, "mnt/one"), "utf8"), "1");
  });
});

describe("status of hosted pods", () => {
  const since = "2026-01-01T00:00:00.000Z";
  const conditions = (status: Record<string, unknown>) =>
    Object.fromEntries(
      (status.conditions as { type: string; status: string }[]).map(({ type, status }) => [type, status]),
    );

  it("is Pending while something is waited for", () => {
    const phase = {
      kind: "waiting",
      reason: "ContainerCreating",
      message: "waiting: Secret a/b does not exist",
    } as const;
    const status = podStatus(pod, { phase, since, podIP: "10.0.0.1", restarts: 0 });
    assert.equal(status.phase, "Pending");
    assert.equal(status.podIP, undefined);
    assert.equal(conditions(status).Ready, "False");
    assert.deepEqual((status.containerStatuses as { state: unknown }[])[0]?.state, {
      waiting: { reason: phase.reason, message: phase.message },
    });
  });

  it("is Running and Ready when the process answers", () => {
    const status = podStatus(pod, {
      phase: { kind: "ready", startedAt: since },
      since,
      podIP: "10.0.0.1",
      restarts: 0,
    });
    assert.deepEqual([status.phase, status.podIP], ["Running", "10.0.0.1"]);
    assert.deepEqual(conditions(status), {
      PodReadyToStartContainers: "True",
      Initialized: "True",
      ContainersReady: "True",
      Ready: "True",
    });
  });

  it("tells of a crash as a kubelet does", () => {
    const lastEnd = { exitCode: 137, message: "log", startedAt: since, finishedAt: since };
    const phase = { kind: "crashed", message: "ended" } as const;
    const status = podStatus(pod, { phase, since, podIP: "10.0.0.1", restarts: 2, lastEnd });
    assert.equal(status.phase, "Running");
    assert.deepEqual(status.containerStatuses, [
      {
        name: "manager",
        image: "x",
        imageID: "",
        ready: false,
        started: false,
        restartCount: 2,
        state: { waiting: { reason: "CrashLoopBackOff", message: "ended" } },
        lastState: { terminated: { reason: "Error", ...lastEnd } },
      },
    ]);
  });
});
