import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import * as pulumi from "@pulumi/pulumi";
import { dump, load } from "js-yaml";

import { CrdBundle, type CrdBundleArgs } from "../../components/crds/crdBundle";
import { openStorage } from "../../components/crds/finalizer";
import type { CustomResourceDefinition } from "../../components/crds/objects";
import { GatewayApiCrds, type GatewayApiCrdsArgs } from "../../components/networking/gatewayApiCrds";
import { InferenceExtensionCrds } from "../../components/networking/inferenceExtensionCrds";
import { KServeCrds } from "../../components/platform/kserveCrds";
import { LeaderWorkerSetCrds } from "../../components/platform/leaderWorkerSetCrds";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { layoutOf } from "../../local/cluster/layout";
import type { Cluster } from "../../local/cluster/types";
import { nameOf, OperationError, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { runCommand, sleep } from "../../local/process";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";
import { artifacts } from "../../sdk/artifacts";
import { gatewayApiSet } from "../../sdk/gateways/gatewayApi";
import { ApiError, KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { thingsIn } from "./crds/things";
import { type InterruptedOptions, interruptedProgram } from "./crdsInterrupted";

const clusterName = `test-crds-${process.pid}`;
const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const bundleType = "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle";

describe("CRD sets through the engine", function () {
  this.timeout(300_000);
  let toolchain: Toolchain;
  let cluster: Cluster;
  let client: KubernetesClient;
  let kubeconfig: string;
  let folder: string;
  const opened: { destroy: () => Promise<unknown> }[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "crds-"));
    toolchain = await ensureToolchain({ progress: silentProgress });
    cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    kubeconfig = readFileSync(cluster.kubeconfigPath, "utf8");
    client = await KubernetesClient.fromKubeconfig(kubeconfig);
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    for (const stack of opened.splice(0)) await stack.destroy();
  });

  async function open(name: string, program: () => void): Promise<TestStack> {
    const engine = join(folder, name);
    const stack = await openStack({
      folder: engine,
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: name,
      program: () => {
        program();
        return Promise.resolve();
      },
    });
    return new TestStack(stack, engine, name);
  }

  /** A stack with one bundle of CRDs made for the test; `args` may be changed between operations. */
  async function openThings(name: string, given: Partial<CrdBundleArgs> = {}) {
    const things = thingsIn(join(folder, `${name}-files`));
    const args: CrdBundleArgs = {
      kubeconfig,
      set: things.write({ v1: "storage" }),
      mirrors: { kserve: things.folder },
      timeoutSeconds: 30,
      ...given,
    };
    const stack = await open(name, () => new CrdBundle("things", args));
    opened.push({
      destroy: async () => {
        await stack.destroy();
        await removeCrds();
      },
    });
    return { stack, args, things };
  }

  async function removeCrds(): Promise<void> {
    for (const name of await crdNames()) {
      const { versions } = (await crd(name))?.spec as { versions: { name: string; storage: boolean }[] };
      const storageVersion = versions.find((version) => version.storage)?.name ?? "";
      await openStorage(client, { group: "example.com", kind: "Thing", storageVersion });
      await client.delete("apiextensions.k8s.io/v1", "CustomResourceDefinition", undefined, name);
    }
    while ((await crdNames()).length > 0) await sleep(50);
  }

  /** Without kwok's own, which belong to the embedded cluster. */
  async function crdNames(): Promise<string[]> {
    const { items } = await client.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const names = items.map((each) => each.metadata.name ?? "");
    return names.filter((name) => !name.endsWith(".kwok.x-k8s.io")).sort();
  }

  async function crd(name: string): Promise<CustomResourceDefinition | undefined> {
    const found = await client.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", undefined, name);
    return found as CustomResourceDefinition | undefined;
  }

  const patch = (name: string, body: unknown, fieldManager = "kubectl-edit"): Promise<unknown> =>
    client.request("PATCH", `${crdPath}/${name}`, {
      body,
      contentType: "application/merge-patch+json",
      query: { fieldManager },
    });

  it("installs every set of the platform, is quiet when nothing changes, and leaves nothing behind", async () => {
    const stack = await open("platform", () => {
      const args = { kubeconfig: pulumi.output(kubeconfig), mirrors: toolchain.upstream };
      new GatewayApiCrds("gateway-api", args);
      new InferenceExtensionCrds("extension", args);
      new LeaderWorkerSetCrds("lws", args);
      new KServeCrds("kserve", args);
    });
    const bundles = ["extension-bundle", "gateway-api-bundle", "kserve-bundle", "lws-bundle"];

    const preview = await stack.preview();
    deepStrictEqual(preview.names("create"), bundles);
    deepStrictEqual(preview.inputsOf("kserve-bundle").crds, artifacts.crds.kserveFull.crds);
    strictEqual(preview.inputsOf("kserve-bundle").version, "0.20.0");
    const shown = preview.inputsOf("kserve-bundle").kubeconfig as { ciphertext: string };
    strictEqual(shown.ciphertext, "[secret]");
    deepStrictEqual(await crdNames(), []);

    await stack.up();
    const expected = [
      artifacts.crds.gatewayApiStandard,
      artifacts.crds.inferenceExtension,
      artifacts.crds.leaderWorkerSet,
      artifacts.crds.kserveFull,
    ].flatMap((set) => Object.keys(set.crds));
    deepStrictEqual(await crdNames(), expected.sort());
    const llm = await crd("llminferenceservices.serving.kserve.io");
    deepStrictEqual((llm?.spec as Record<string, unknown>).conversion, {
      strategy: "Webhook",
      webhook: {
        clientConfig: {
          service: { namespace: "kserve", name: "llmisvc-webhook-server-service", path: "/convert", port: 443 },
        },
        conversionReviewVersions: ["v1", "v1beta1"],
      },
    });
    strictEqual(llm?.metadata.annotations?.["cert-manager.io/inject-ca-from"], "kserve/llmisvc-serving-cert");
    const policy = await client.get(
      "admissionregistration.k8s.io/v1",
      "ValidatingAdmissionPolicy",
      undefined,
      "safe-upgrades.gateway.networking.k8s.io",
    );
    ok(policy);

    deepStrictEqual((await stack.preview()).changed, []);
    deepStrictEqual((await stack.refresh()).changed, []);
    deepStrictEqual((await stack.up()).changed, []);
    ok(!stack.state().includes("certificate-authority-data"), "the state holds a kubeconfig in plain text");

    await stack.destroy();
    deepStrictEqual(await crdNames(), []);
    // A deletion that fails at first may go on only minutes later.
    const log = readFileSync(layoutOf(cluster.folder).partLog("kube-apiserver"), "utf8");
    deepStrictEqual(
      log.split("\n").filter((line) => line.includes("crd_finalizer.go") && line.includes("failed with")),
      [],
    );
  });

  it("shows what was changed by hand, shows what it will repair, and repairs it", async () => {
    const { stack } = await openThings("drift");
    await stack.up();
    // What another controller adds is no drift.
    await patch("things.example.com", { metadata: { annotations: { other: "1" } } }, "cainjector");
    deepStrictEqual((await stack.refresh()).changed, []);

    // Who was the last is known by the second.
    await sleep(1000);
    await patch("things.example.com", { spec: { names: { shortNames: ["hand"] } } });
    const refreshed = await stack.refresh();
    deepStrictEqual(refreshed.names("update"), ["things"]);
    deepStrictEqual(stack.outputs("things").live, { "things.example.com": 'changed by "kubectl-edit"' });
    const preview = await stack.preview();
    deepStrictEqual(preview.names("update"), ["things"]);
    await stack.up();
    const repaired = (await crd("things.example.com"))?.spec as { names: { shortNames?: string[] } };
    deepStrictEqual(repaired.names.shortNames, ["th"]);
    deepStrictEqual((await stack.preview()).changed, []);
  });

  it("installs again what was deleted by hand", async () => {
    const { stack } = await openThings("deleted");
    await stack.up();
    await removeCrds();
    deepStrictEqual((await stack.refresh()).names("delete"), ["things"]);
    await stack.up();
    deepStrictEqual(await crdNames(), ["things.example.com"]);
  });

  it("refuses CRDs that somebody else installed, unless told to take them over", async () => {
    const { stack, args, things } = await openThings("foreign");
    await client.apply(things.manifest({ v1: "storage" }), { fieldManager: "helm" });
    match(
      await failure(stack.up()),
      /CRD set "things": 1 of its objects exist already and are not of this stack\n.*- things\.example\.com: installed by helm\n.*set crds to "existing" to use them as they are, or force to true/s,
    );
    deepStrictEqual(stack.resources(), []);
    args.crds = "existing";
    await stack.up();
    await stack.destroy();
    deepStrictEqual(await crdNames(), ["things.example.com"]);
    args.crds = "own";
    args.force = true;
    await stack.up();
    await stack.destroy();
    deepStrictEqual(await crdNames(), []);
  });

  it("names the manager of a field that changed since", async () => {
    const { stack, args, things } = await openThings("conflict");
    await stack.up();
    await patch("things.example.com", { spec: { names: { shortNames: ["hand"] } } });
    args.set = things.write({ v1: "storage", v2: "served" });
    match(
      await failure(stack.up()),
      /things\.example\.com: fields of CRD set "things" were changed by somebody else: \.spec\.names\.shortNames \(conflict with "kubectl-edit" using apiextensions\.k8s\.io\/v1\); fix: run `pulumi refresh`/,
    );
    await stack.refresh();
    await stack.up();
    deepStrictEqual(versionsOf(await crd("things.example.com")), ["v1", "v2"]);
  });

  /** Right after a CRD has changed the API server opens the storage of its objects anew, and answers 429. */
  async function listThings(): Promise<KubernetesObject[]> {
    for (;;) {
      try {
        return (await client.list("example.com/v2", "Thing")).items;
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 429) throw error;
      }
      await sleep(50);
    }
  }

  it("upgrades, and writes objects anew before the version goes in which they are stored", async () => {
    const { stack, args, things } = await openThings("upgrade");
    await stack.up();
    for (const name of ["one", "two", "three"]) await client.apply(thing(name), { fieldManager: "test" });

    args.set = things.write({ v2: "storage" });
    match(
      await failure(stack.up()),
      /the version in which objects are stored would be removed\n.*things\.example\.com: objects are stored as v1, which 1\.0\.0 does not have \(it has v2\)/s,
    );
    args.set = things.write({ v1: "served", v2: "storage" });
    const preview = await stack.preview();
    deepStrictEqual(preview.names("update"), ["things"]);
    await stack.up();
    deepStrictEqual(versionsOf(await crd("things.example.com")), ["v1", "v2"]);
    deepStrictEqual((await crd("things.example.com"))?.status?.storedVersions, ["v1", "v2"]);
    const before = await listThings();

    args.set = things.write({ v2: "storage" });
    await stack.up();
    deepStrictEqual(versionsOf(await crd("things.example.com")), ["v2"]);
    deepStrictEqual((await crd("things.example.com"))?.status?.storedVersions, ["v2"]);
    const after = await listThings();
    deepStrictEqual(after.map(contentOf), before.map(contentOf));
    // Every one of them was written.
    deepStrictEqual(
      after.filter((each, index) => each.metadata.resourceVersion === before[index]?.metadata.resourceVersion),
      [],
    );
    deepStrictEqual((await stack.refresh()).changed, []);
    deepStrictEqual((await stack.up()).changed, []);
  });

  it("raises Gateway API by its version, keeps its objects, and does not go back", async () => {
    const before = await moduleFolder("sigs.k8s.io/gateway-api", "1.4.1");
    const args: GatewayApiCrdsArgs = { kubeconfig, version: "1.4.1", mirrors: { "gateway-api": before } };
    const stack = await open("gateway-versions", () => new GatewayApiCrds("gateway-api", args));
    opened.push(stack);
    await stack.up();
    deepStrictEqual(await crdNames(), Object.keys(gatewayApiSet("1.4.1", "standard").crds));
    for (const object of gatewayObjects) await client.apply(object, { fieldManager: "test" });
    const objects = async () => (await Promise.all(gatewayObjects.map(read))).map((each) => each && contentOf(each));
    const made = await objects();

    args.version = "1.5.1";
    args.mirrors = toolchain.upstream;
    const preview = await stack.preview();
    deepStrictEqual(preview.changed, ["update gateway-api-bundle"]);
    strictEqual(preview.inputsOf("gateway-api-bundle").version, "1.5.1");
    strictEqual(stack.outputs("gateway-api-bundle").version, "1.4.1");
    await stack.up();
    deepStrictEqual(await crdNames(), Object.keys(artifacts.crds.gatewayApiStandard.crds));
    deepStrictEqual(await objects(), made);
    deepStrictEqual((await stack.preview()).changed, []);
    deepStrictEqual((await stack.refresh()).changed, []);

    args.version = "1.4.1";
    args.mirrors = { "gateway-api": before };
    match(
      await failure(stack.preview()),
      /CRD set "gateway-api": Gateway API's own policy safe-upgrades\.gateway\.networking\.k8s\.io, which came with 1\.5\.1, lets no CRDs of a version before 1\.5\.0 in; fix: keep 1\.5\.1; to go back, destroy the set with its objects and install 1\.4\.1 anew/,
    );
    args.version = "1.5.1";
    args.channel = "experimental";
    match(
      await failure(stack.preview()),
      /CRD set "gateway-api": Gateway API's own policy safe-upgrades\.gateway\.networking\.k8s\.io lets no experimental CRDs in over those of the standard channel; fix: keep the standard channel/,
    );
    // The policy does what the refusals say of it.
    match(await refusal(before, "standard"), /Installing CRDs with version before v1\.5\.0 is prohibited/);
    match(
      await refusal(toolchain.upstream["gateway-api"] ?? "", "experimental"),
      /Installing experimental CRDs on top of standard channel CRDs is prohibited/,
    );
  });

  const read = ({ apiVersion, kind, metadata: { namespace, name = "" } }: KubernetesObject) =>
    client.get(apiVersion, kind, namespace, name);

  /** What the API server says of a CRD of Gateway API. It knows a policy a moment after it was made. */
  async function refusal(source: string, channel: string): Promise<string> {
    const file = join(source, "config", "crd", channel, "gateway.networking.k8s.io_gatewayclasses.yaml");
    const object = load(readFileSync(file, "utf8")) as KubernetesObject;
    delete object.status;
    for (;;) {
      try {
        await client.apply(object, { fieldManager: "test", force: true, dryRun: true });
      } catch (error) {
        return (error as Error).message;
      }
      await sleep(50);
    }
  }

  it("keeps retained CRDs, and takes them up again", async () => {
    const { stack } = await openThings("retain", { onDelete: "retain" });
    await stack.up();
    await stack.destroy();
    deepStrictEqual(await crdNames(), ["things.example.com"]);
    await stack.up();
    deepStrictEqual((await stack.preview()).changed, []);
  });

  it("names the objects and finalizers that hold up a deletion", async () => {
    const { stack } = await openThings("finalizer", { timeoutSeconds: 2 });
    await stack.up();
    const thing = {
      apiVersion: "example.com/v1",
      kind: "Thing",
      metadata: { name: "held", namespace: "default", finalizers: ["example.com/hold"] },
    };
    await client.apply(thing, { fieldManager: "test" });
    match(
      await failure(stack.destroy()),
      /things\.example\.com: not gone after 2 s, because 1 of its objects are still there\n.*- default\/held: waits for finalizers example\.com\/hold\n.*fix: run the controller that removes these finalizers/s,
    );
    await client.request("PATCH", await client.pathOf("example.com/v1", "Thing", "default", "held"), {
      body: { metadata: { finalizers: [] } },
      contentType: "application/merge-patch+json",
    });
    // The API server looks for remaining objects only every few seconds.
    while ((await crdNames()).length > 0) await sleep(50);
    await stack.destroy();
    deepStrictEqual(stack.resources(), []);
  });

  it("says which existing CRDs are missing or too old", async () => {
    const { stack, args, things } = await openThings("existing", { crds: "existing" });
    match(
      await failure(stack.up()),
      /CRD set "things" 1\.0\.0 is to exist already, but 1 of 1 CRDs do not fit\n.*- things\.example\.com: missing\n/s,
    );
    await client.apply(things.manifest({ v1: "storage" }), { fieldManager: "helm" });
    await stack.up();
    args.set = things.write({ v1: "served", v2: "storage" });
    match(await failure(stack.up()), /- things\.example\.com: too old: serves v1; needed: v2\n/);
    await stack.destroy();
    deepStrictEqual(await crdNames(), ["things.example.com"]);
  });

  it("says that a cluster does not answer, or refuses the credentials", async () => {
    const away = kubeconfig.replace(cluster.server, "https://127.0.0.1:1");
    const { stack, args } = await openThings("away", { kubeconfig: away });
    match(
      await failure(stack.up()),
      /CRD set "things": the Kubernetes API server at https:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; fix: check that the cluster runs/,
    );
    args.kubeconfig = withToken(cluster.server, "wrong");
    match(
      await failure(stack.up()),
      /CRD set "things": .*Unauthorized; fix: the kubeconfig's credentials are not accepted/,
    );
    deepStrictEqual(stack.resources(), []);
  });

  it("completes an update whose engine was killed", async () => {
    const engine = join(folder, "killed");
    const options: InterruptedOptions = {
      folder: engine,
      stack: "killed",
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      kubeconfig,
      mirrors: toolchain.upstream,
    };
    const ended = runCommand(process.execPath, [join(__dirname, "crdsInterrupted.js")], {
      input: JSON.stringify(options),
    });
    const rejected = rejects(ended);
    const lws = `${crdPath}/leaderworkersets.leaderworkerset.x-k8s.io`;
    const query = { includeObject: "None" };
    const accept = "application/json;as=Table;g=meta.k8s.io;v=v1";
    while (!(await client.request("GET", lws, { accept, query }).catch(() => undefined))) await sleep(10);
    strictEqual(killEngine(engine, "killed"), 1);
    await rejected;
    const stack = await open("killed", () => interruptedProgram(options));
    await stack.up();
    deepStrictEqual(await crdNames(), Object.keys(artifacts.crds.leaderWorkerSet.crds));
    deepStrictEqual((await stack.preview()).changed, []);
    await stack.destroy();
    deepStrictEqual(await crdNames(), []);
  });
});

/** One of each kind that this package makes, and a reference grant, whose CRD has a new version. */
const gatewayObjects: KubernetesObject[] = [
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: "a-class" },
    spec: { controllerName: "example.com/controller" },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "a-gateway", namespace: "default" },
    spec: { gatewayClassName: "a-class", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: { name: "a-route", namespace: "default" },
    spec: { parentRefs: [{ name: "a-gateway" }], rules: [{ backendRefs: [{ name: "a-service", port: 80 }] }] },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1beta1",
    kind: "ReferenceGrant",
    metadata: { name: "a-grant", namespace: "default" },
    spec: {
      from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "default" }],
      to: [{ group: "", kind: "Service" }],
    },
  },
];

/** Where Go keeps a module, which it fetches where it has to. */
async function moduleFolder(module: string, version: string): Promise<string> {
  const { stdout } = await runCommand("go", ["mod", "download", "-json", `${module}@v${version}`], {
    // Outside any module, so that no go.mod decides about versions.
    cwd: tmpdir(),
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

const thing = (name: string) => ({
  apiVersion: "example.com/v1",
  kind: "Thing",
  metadata: { name, namespace: "default" },
  spec: { of: name },
});

/** What a client sees of an object beside its versions, and its status, which kwok may play. */
function contentOf({ apiVersion, kind, metadata, spec }: KubernetesObject): object {
  const { name, uid, generation, creationTimestamp } = metadata;
  return { apiVersion, kind, name, uid, generation, creationTimestamp, spec };
}

function versionsOf(crd: KubernetesObject | undefined): string[] {
  return (crd?.spec as { versions: { name: string }[] }).versions.map((version) => version.name);
}

function withToken(server: string, token: string): string {
  return dump({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token } }],
  });
}

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperationError) return error.diagnostics.join("\n");
    throw error;
  }
  throw new Error("expected a failure");
}

interface StateResource {
  urn: string;
  type: string;
  outputs: Record<string, unknown>;
}

/** What an operation did to the bundles. */
class Result {
  private readonly steps: { op: string; name: string }[] = [];
  private readonly inputs = new Map<string, Record<string, unknown>>();

  add(event: EngineEvent): void {
    const before = event.resourcePreEvent?.metadata;
    if (before?.type === bundleType && before.new) this.inputs.set(nameOf(before.urn), before.new.inputs);
    // A refresh knows only afterwards what it found.
    const after = event.resOutputsEvent?.metadata;
    if (after?.type === bundleType && after.op !== "same") this.steps.push({ op: after.op, name: nameOf(after.urn) });
  }

  /** Operations on bundles that were not left alone. */
  get changed(): string[] {
    return this.steps.map((step) => `${step.op} ${step.name}`);
  }

  names(op: string): string[] {
    return this.steps
      .filter((step) => step.op === op)
      .map((step) => step.name)
      .sort();
  }

  inputsOf(name: string): Record<string, unknown> {
    return this.inputs.get(name) ?? {};
  }
}

/** A stack as the tests use it. */
class TestStack {
  constructor(
    private readonly stack: Stack,
    private readonly folder: string,
    private readonly name: string,
  ) {}

  readonly preview = (): Promise<Result> => this.run("preview");
  readonly up = (): Promise<Result> => this.run("up");
  readonly refresh = (): Promise<Result> => this.run("refresh");
  readonly destroy = (): Promise<Result> => this.run("destroy");

  private async run(operation: "preview" | "up" | "refresh" | "destroy"): Promise<Result> {
    const result = new Result();
    await runOperation(operation, this.stack, {
      logFile: join(this.folder, "engine.log"),
      onEvent: (event) => result.add(event),
    });
    return result;
  }

  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", "pulumi-kserve", `${this.name}.json`), "utf8");
  }

  /** Bundles in the state. */
  resources(): StateResource[] {
    const { checkpoint } = JSON.parse(this.state()) as { checkpoint: { latest?: { resources?: StateResource[] } } };
    return (checkpoint.latest?.resources ?? []).filter((resource) => resource.type === bundleType);
  }

  outputs(name: string): Record<string, unknown> {
    return this.resources().find((resource) => resource.urn.endsWith(`::${name}`))?.outputs ?? {};
  }
}

/** Ends the engine as a crash would; its number is in the lock of the stack. @returns how many were ended */
function killEngine(folder: string, stack: string): number {
  const locks = join(folder, "state", ".pulumi", "locks", "organization", "pulumi-kserve", stack);
  const files = readdirSync(locks).filter((name) => name.endsWith(".json"));
  for (const file of files) {
    const { pid } = JSON.parse(readFileSync(join(locks, file), "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
  }
  return files.length;
}
