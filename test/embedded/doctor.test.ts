import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { dump, load } from "js-yaml";

import type { Check, DoctorOptions } from "../../cli/doctor/check";
import { examine } from "../../cli/doctor/run";
import type { DriftReport } from "../../cli/drift/report";
import { runProjectCommand } from "../../cli/main";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { engineFolder } from "../../local/engine/environment";
import { Operation, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { projectRoot } from "../../local/paths";
import { runCommand } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient } from "../../sdk/kubernetes/client";

const clusterName = "test-doctor";

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> }[];
  users: { user: Record<string, unknown> }[];
}

/** What the doctor says about a real API server and the real CLI, and what a drift report says of a real refresh. */
describe("npm run doctor and drift on the embedded control plane", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    folder = mkdtempSync(join(tmpdir(), "doctor-"));
    await mkdir(join(folder, "state"));
    env = {
      PATH: `${dirname(process.execPath)}:${dirname(toolchain.tools.pulumi.path)}:/usr/bin:/bin`,
      HOME: folder,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    };
  });

  after(async () => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
    await deleteCluster(clusterName);
  });

  async function check(options: Partial<DoctorOptions>): Promise<Map<string, Check>> {
    const { areas } = await examine({
      root: projectRoot(),
      stack: "local",
      offline: true,
      timeoutMs: 30_000,
      env,
      ...options,
    });
    return new Map(areas.flatMap(({ checks }) => checks.map((each) => [each.name, each])));
  }

  /** The cluster's kubeconfig as `edit` leaves it. */
  async function kubeconfig(edit: (config: Kubeconfig) => void): Promise<string> {
    const config = load(await readFile(cluster.kubeconfigPath, "utf8")) as Kubeconfig;
    edit(config);
    const file = join(folder, "kubeconfig.yaml");
    await writeFile(file, dump(config));
    return file;
  }

  const server = async (edit: (config: Kubeconfig) => void): Promise<Check | undefined> =>
    (await check({ kubeconfig: await kubeconfig(edit) })).get("API server");

  it("finds cluster and rights good, and no CRDs yet", async () => {
    const found = await check({ kubeconfig: cluster.kubeconfigPath });
    deepStrictEqual(
      ["kubeconfig", "API server", "rights"].map((name) => found.get(name)?.state),
      ["ok", "ok", "ok"],
    );
    strictEqual(found.get("CRDs kserve")?.seen, "not installed; up installs 0.20.0");
  });

  it("tells what is wrong with the way to a cluster", async () => {
    const refused = await server(({ clusters: [first] }) => {
      if (first) first.cluster.server = "https://127.0.0.1:1";
    });
    match(refused?.seen ?? "", /ECONNREFUSED/);
    const wrongAuthority = await server(({ clusters: [first] }) => {
      if (first) delete first.cluster["certificate-authority-data"];
    });
    match(wrongAuthority?.fix ?? "", /certificate authority/);
    const expired = await server(({ users: [first] }) => {
      if (first) first.user = { token: "expired-token" };
    });
    match(expired?.seen ?? "", /^401: /);
    deepStrictEqual([refused?.state, wrongAuthority?.state, expired?.state], ["error", "error", "error"]);
  });

  it("tells what a user with few rights may not do", async () => {
    await client.apply(
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace: "default" } },
      { fieldManager: "test" },
    );
    const { status } = (await client.request("POST", "/api/v1/namespaces/default/serviceaccounts/reader/token", {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    })) as { status: { token: string } };
    const file = await kubeconfig(({ users: [first] }) => {
      if (first) first.user = { token: status.token };
    });
    const found = await check({ kubeconfig: file });
    strictEqual(found.get("API server")?.state, "ok");
    match(
      found.get("rights")?.seen ?? "",
      /^the user may not: create customresourcedefinitions\.apiextensions\.k8s\.io, /,
    );
    match(found.get("CRDs")?.seen ?? found.get("CRDs kserve")?.seen ?? "", /^403: /);
  });

  it("asks the real CLI for backend and stack, and tries the passphrase of a stack that it made", async () => {
    const cli = toolchain.tools.pulumi.path;
    const project = join(folder, "project");
    await mkdir(project);
    await writeFile(join(project, "Pulumi.yaml"), "name: pulumi-kserve\nruntime: nodejs\n");
    await writeFile(join(project, "package.json"), "{}");
    const withPhrase = { ...env, PULUMI_CONFIG_PASSPHRASE: "correct horse" };
    await runCommand(cli, ["stack", "init", "dev", "--non-interactive"], { cwd: project, env: withPhrase });
    const found = await check({ root: project, stack: undefined, env: withPhrase });
    deepStrictEqual(
      ["Pulumi CLI", "backend", "stack", "configuration", "secrets"].map((name) => found.get(name)?.state),
      ["ok", "ok", "ok", "ok", "ok"],
    );
    ok(found.get("backend")?.seen.startsWith(`file://${join(folder, "state")} as `), found.get("backend")?.seen);
    const wrong = await check({ root: project, env: { ...env, PULUMI_CONFIG_PASSPHRASE: "wrong" }, stack: "dev" });
    strictEqual(wrong.get("secrets")?.seen, "the passphrase is not that of the stack");
    const loggedOut = await check({ root: project, env: { ...env, PULUMI_BACKEND_URL: "file:///nowhere/at/all" } });
    strictEqual(loggedOut.get("backend")?.state, "error");
  });

  it("reports what somebody else has changed since the last up, and who, and does not write it to the state", async () => {
    const kubeconfigText = await readFile(cluster.kubeconfigPath, "utf8");
    const stack = await openStack({
      folder: engineFolder(cluster),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: "drift",
      program: () => {
        const provider = new Provider("provider", { kubeconfig: pulumi.secret(kubeconfigText) });
        for (const name of ["kept", "edited", "removed"])
          new ConfigMap(
            name,
            { metadata: { name, namespace: "default" }, data: { key: "ours", other: "ours" } },
            { provider },
          );
        return Promise.resolve({});
      },
    });
    await runOperation(Operation.up, stack, { logFile: join(folder, "pulumi.log") });
    const edited = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "edited", namespace: "default" } };
    await client.apply({ ...edited, data: { key: "theirs", added: "x" } }, { fieldManager: "somebody", force: true });
    await client.delete("v1", "ConfigMap", "default", "removed");

    const args = ["drift", "--local", "--name", clusterName, "--stack", "drift", "--json"];
    for (const attempt of ["first", "second"]) {
      const { code, text } = await printed(() => runProjectCommand(args));
      const { drifted, resources } = JSON.parse(text) as DriftReport;
      deepStrictEqual(
        {
          code,
          resources,
          drifted: drifted.map(({ object, change, fields }) => [
            object,
            change,
            ...fields.map(({ path, was, is, by }) => [path, was, is, by?.manager, by?.certain]),
          ]),
        },
        {
          code: 1,
          resources: 4,
          drifted: [
            ["ConfigMap default/edited", "changed", ["data.key", "ours", "theirs", "somebody", true]],
            ["ConfigMap default/removed", "gone"],
          ],
        },
        attempt,
      );
    }
  });
});

async function printed(work: () => Promise<number>): Promise<{ code: number; text: string }> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  let text = "";
  stdout.write = (part: string | Uint8Array) => ((text += String(part)), true);
  try {
    return { code: await work(), text };
  } finally {
    stdout.write = write;
  }
}
