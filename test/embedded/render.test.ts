import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { dump, load } from "js-yaml";

import { markerFile } from "../../cli/render/folder";
import { type Rendered, type RenderOptions, renderStack } from "../../cli/render/render";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import type { Cluster } from "../../local/cluster/types";
import { openEnvironment } from "../../local/engine/environment";
import { Operation, runOperation } from "../../local/engine/run";
import { projectRoot } from "../../local/paths";
import { sleep } from "../../local/process";
import { silentProgress } from "../../local/progress";
import { parseManifests } from "../../local/provider/yaml";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { changesBetween, everyObject } from "./everyObject";
import { clusterContent } from "./render/clusterContent";

const clusterName = "test-render";

interface StackConfig {
  config: Record<string, unknown> & {
    "pulumi-kserve:services": { spec: { template: { containers: Record<string, unknown>[] } } }[];
  };
}

/** The environment of Pulumi.local.yaml, once by `up` and once by its rendered manifests, on the same real API server. */
describe("render on the embedded control plane", function () {
  this.timeout(600_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let folder: string;
  let byUp: Record<string, string>;
  let rendered: Rendered;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "render-test-"));
    toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(clusterName);
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
    await rm(folder, { recursive: true, force: true });
  });

  /** A configuration file like Pulumi.local.yaml. */
  async function configFile(edit?: (config: StackConfig["config"]) => void): Promise<string> {
    const settings = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as StackConfig;
    edit?.(settings.config);
    const file = join(folder, edit ? "Pulumi.edited.yaml" : "Pulumi.test.yaml");
    await writeFile(file, dump(settings));
    return file;
  }

  async function run(operation: Operation): Promise<void> {
    const stack = await openEnvironment({ cluster, toolchain, stack: "test", configFile: await configFile() });
    await runOperation(operation, stack, { logFile: join(cluster.folder, "logs", "pulumi.log") });
  }

  async function render(to: string, options: Partial<RenderOptions> = {}): Promise<Rendered> {
    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    return renderStack({
      stack: "test",
      folder: join(folder, to),
      configFile: await configFile(),
      secrets: { mode: "placeholders" },
      pinnedSources: true,
      progress: silentProgress,
      overrides: () => ({
        certificates: { provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem } },
      }),
      ...options,
    });
  }

  async function filesIn(name: string): Promise<Map<string, string>> {
    const entries = await readdir(join(folder, name), { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const start = join(folder, name).length + 1;
    const read = async (path: string): Promise<[string, string]> => [path.slice(start), await readFile(path, "utf8")];
    return new Map(await Promise.all(paths.sort().map(read)));
  }

  it("renders every object, in waves, and shows no key", async () => {
    rendered = await render("manifests");
    const files = await filesIn("manifests");
    deepStrictEqual([...files.keys()].sort(), [...rendered.files, markerFile].sort());
    deepStrictEqual(
      rendered.leftOut.map(({ namespace, secret, key, place }) => `${namespace}/${secret} ${key} ${place}`),
      ["ca.crt", "tls.crt", "tls.key"].map(
        (key) =>
          `kserve/llmisvc-webhook-server-cert ${key} \${SECRET_KSERVE_LLMISVC_WEBHOOK_SERVER_CERT_${key.toUpperCase().replace(".", "_")}}`,
      ),
    );
    const { keyPem } = cluster.servingCertificates;
    const base64 = Buffer.from(keyPem).toString("base64");
    for (const [path, content] of files) {
      for (const secret of [keyPem, base64, base64.slice(40, 100), keyPem.split("\n")[2] ?? "?"])
        ok(!content.includes(secret), path);
    }
  });

  it("renders the same bytes again, over what it has rendered", async () => {
    const before = await filesIn("manifests");
    await render("manifests");
    deepStrictEqual(await filesIn("manifests"), before);
  });

  it("gives External Secrets instead", async () => {
    const secrets = {
      mode: "external-secrets",
      store: { kind: "ClusterSecretStore", name: "vault" },
      remoteKey: "{stack}/{namespace}/{name}",
    } as const;
    await render("external", { secrets, argocd: true, kustomize: true });
    const files = await filesIn("external");
    const [external] = parseManifests(
      files.get("wave-01/externalsecret_kserve_llmisvc-webhook-server-cert.yaml") ?? "",
      "file",
    );
    deepStrictEqual(external, {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: {
        name: "llmisvc-webhook-server-cert",
        namespace: "kserve",
        annotations: { "argocd.argoproj.io/sync-wave": "1" },
      },
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { kind: "ClusterSecretStore", name: "vault" },
        target: {
          name: "llmisvc-webhook-server-cert",
          creationPolicy: "Owner",
          template: { type: "kubernetes.io/tls" },
        },
        data: ["ca.crt", "tls.crt", "tls.key"].map((key) => ({
          secretKey: key,
          remoteRef: { key: "test/kserve/llmisvc-webhook-server-cert", property: key },
        })),
      },
    });
    const { resources } = load(files.get("kustomization.yaml") ?? "") as { resources: string[] };
    const waves = resources.map((path) => path.split("/")[0]);
    deepStrictEqual(waves, [...waves].sort());
    deepStrictEqual(
      [...resources].sort(),
      [...files.keys()].filter((path) => path.startsWith("wave-")),
    );
  });

  it("names an encrypted setting that a manifest would show, and writes nothing", async () => {
    const file = await configFile((config) => {
      const container = config["pulumi-kserve:services"][0]?.spec.template.containers[0];
      if (container) container.env = [{ name: "TOKEN", value: { secure: "v1:abc" } }];
    });
    await rejects(render("leak", { configFile: file }), (error: Error) => {
      ok(
        error.message.includes(
          "spec.template.containers[0].env[0].value: is secret, the setting pulumi-kserve:services[0].spec.template.containers[0].env[0].value",
        ),
        error.message,
      );
      return true;
    });
    deepStrictEqual(
      (await readdir(folder)).filter((name) => name.startsWith("leak")),
      [],
    );
  });

  it("is applied wave by wave to the cluster that up makes, object by object", async () => {
    const nothingYet = await everyObject(client);
    await run(Operation.up);
    byUp = await settled(client, "up");
    await run(Operation.destroy);
    deepStrictEqual(changesBetween(nothingYet, await everyObject(client)), []);

    const { caPem, certPem, keyPem } = cluster.servingCertificates;
    const values: Record<string, string> = { "ca.crt": caPem, "tls.crt": certPem, "tls.key": keyPem };
    const base64 = (text = ""): string => Buffer.from(text).toString("base64");
    const places = new Map(rendered.leftOut.map(({ key, place }) => [place, base64(values[key])]));
    // As envsubst does it.
    const filled = (content: string): string =>
      content.replace(/\$\{SECRET_\w+\}/g, (place) => places.get(place) ?? "");
    for (const wave of rendered.waves) {
      const files = rendered.files.filter((path) => path.startsWith(`${wave.name}/`));
      const objects = await Promise.all(
        files.map(async (path) => {
          const content = await readFile(join(folder, "manifests", path), "utf8");
          const [object] = parseManifests(/\/secret_[^/]*$/.test(path) ? filled(content) : content, path);
          return object as unknown as KubernetesObject;
        }),
      );
      await applyAll(client, objects);
    }
    const deadline = Date.now() + 120_000;
    for (;;) {
      const byManifests = await clusterContent(client);
      if (isSame(byUp, byManifests)) break;
      if (Date.now() > deadline) deepStrictEqual(byManifests, byUp);
      await sleep(1_000);
    }
    strictEqual(Object.keys(byUp).length > 100, true);
    const secret = await client.get("v1", "Secret", "kserve", "llmisvc-webhook-server-cert");
    deepStrictEqual(secret?.data, Object.fromEntries(Object.entries(values).map(([key, text]) => [key, base64(text)])));
  });
});

function isSame(left: Record<string, string>, right: Record<string, string>): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

/** The content of a cluster that does not change any more. */
async function settled(client: KubernetesClient, after: string): Promise<Record<string, string>> {
  let last = await clusterContent(client);
  for (let looks = 0; looks < 60; looks++) {
    await sleep(2_000);
    const now = await clusterContent(client);
    if (isSame(now, last)) return now;
    last = now;
  }
  throw new Error(`the cluster still changes two minutes after ${after}`);
}

/** As a GitOps tool does: what is refused, because a kind is not served or a webhook not there yet, is tried again. */
async function applyAll(client: KubernetesClient, objects: readonly KubernetesObject[]): Promise<void> {
  const deadline = Date.now() + 120_000;
  let left = objects;
  for (;;) {
    const refused: [KubernetesObject, unknown][] = [];
    for (const object of left) {
      try {
        await client.apply(object, { fieldManager: "gitops" });
      } catch (error) {
        refused.push([object, error]);
      }
    }
    if (refused.length === 0) return;
    if (Date.now() > deadline) throw refused[0]?.[1];
    client.forgetDiscovery();
    left = refused.map(([object]) => object);
    await sleep(500);
  }
}
