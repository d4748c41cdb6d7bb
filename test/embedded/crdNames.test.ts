import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { CrdBundle, type CrdBundleArgs } from "../../components/crds/crdBundle";
import { crdPath, type CustomResourceDefinition } from "../../components/crds/objects";
import { createCluster, deleteCluster } from "../../local/cluster/cluster";
import { Operation, OperationError, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { sleep } from "../../local/process";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { KubernetesClient } from "../../sdk/kubernetes/client";
import { thingsIn } from "./crds/things";

const clusterName = `test-crd-names-${process.pid}`;
const name = "things.example.com";

/** What a watch showed of a CRD, its status left out. */
interface Seen {
  readonly generation: number;
  readonly served: readonly string[];
  readonly preserves: boolean;
  /** Established before this content came. */
  readonly established: boolean;
}

describe("a CRD that is not there yet", function () {
  this.timeout(120_000);
  let client: KubernetesClient;
  let folder: string;
  let stack: Stack;
  const args = {} as CrdBundleArgs;
  let things: ReturnType<typeof thingsIn>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "crd-names-"));
    things = thingsIn(join(folder, "files"));
    const toolchain = await ensureToolchain({ progress: silentProgress });
    const cluster = await createCluster({ name: clusterName, toolchain, progress: silentProgress });
    const kubeconfig = readFileSync(cluster.kubeconfigPath, "utf8");
    client = await KubernetesClient.fromKubeconfig(kubeconfig);
    Object.assign(args, { kubeconfig, mirrors: { kserve: things.folder }, timeoutSeconds: 30 });
    stack = await openStack({
      folder: join(folder, "engine"),
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      stack: "names",
      program: () => Promise.resolve(void new CrdBundle("things", args)),
    });
  });

  after(async () => {
    client?.close();
    await deleteCluster(clusterName);
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (operation: Operation) => runOperation(operation, stack, { logFile: join(folder, "log") });

  async function crd(): Promise<CustomResourceDefinition | undefined> {
    const found = await client.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", undefined, name);
    return found as CustomResourceDefinition | undefined;
  }

  /** Does an update. @returns each content that the CRD had */
  async function seenDuring(work: () => Promise<unknown>): Promise<Seen[]> {
    const { resourceVersion } = await client.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const controller = new AbortController();
    const seen: Seen[] = [];
    let established = false;
    let last = 0;
    const watching = (async () => {
      const query = { resourceVersion, fieldSelector: `metadata.name=${name}` };
      for await (const { type, object } of client.watch(crdPath(), query, controller.signal)) {
        if (type !== "ADDED" && type !== "MODIFIED") continue;
        const { metadata, spec, status } = object as CustomResourceDefinition;
        const generation = Number(metadata.generation);
        if (generation !== last) {
          const versions = spec.versions as unknown as {
            name: string;
            served: boolean;
            schema: { openAPIV3Schema: object };
          }[];
          seen.push({
            generation,
            served: versions.filter((version) => version.served).map((version) => version.name),
            preserves: versions.every(({ schema }) => "x-kubernetes-preserve-unknown-fields" in schema.openAPIV3Schema),
            established,
          });
        }
        last = generation;
        established ||=
          status?.conditions?.some((each) => each.type === "Established" && each.status === "True") ?? false;
      }
    })();
    const stopped = watching.catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    await work();
    const wanted = (await crd())?.metadata.generation;
    while (seen.length > 0 && seen.at(-1)?.generation !== wanted) await sleep(20);
    controller.abort();
    await stopped;
    return seen;
  }

  it("serves nothing until its names are established, and then has its content", async () => {
    args.set = things.write({ v1: "served", v2: "storage" });
    const seen = await seenDuring(() => run(Operation.up));
    deepStrictEqual(seen, [
      { generation: 1, served: [], preserves: false, established: false },
      { generation: 2, served: ["v1", "v2"], preserves: true, established: true },
    ]);
    const { metadata, status } = (await crd()) as CustomResourceDefinition;
    const managers = metadata.managedFields as { manager: string; operation: string; subresource?: string }[];
    deepStrictEqual(
      managers.filter(({ subresource }) => subresource === undefined).map(({ operation }) => operation),
      ["Apply"],
    );
    deepStrictEqual(status?.storedVersions, ["v2"]);
    deepStrictEqual((await run(Operation.up)).changes, { same: 2 });
    deepStrictEqual((await run(Operation.refresh)).steps, []);
    await run(Operation.destroy);
    strictEqual(await crd(), undefined);
  });

  it("is served all the time when it is there, whoever brought it", async () => {
    await client.apply(things.manifest({ v1: "storage" }), { fieldManager: "helm" });
    // Its status is written until then, which the watch would show.
    while (!(await client.resourceFor("example.com/v1", "Thing"))) await sleep(20);
    args.set = things.write({ v1: "served", v2: "storage" });
    args.force = true;
    const seen = await seenDuring(() => run(Operation.up));
    deepStrictEqual(
      seen.map(({ served }) => served),
      [["v1", "v2"]],
    );
    args.force = false;
    await run(Operation.destroy);
    strictEqual(await crd(), undefined);
  });

  it("serves nothing when its content is refused, and is completed or deleted by the next operation", async () => {
    const refused = { type: "object", properties: { spec: {} } };
    for (const next of [Operation.up, Operation.destroy]) {
      args.set = things.write({ v1: "storage" }, refused);
      await rejects(run(Operation.up), (error) => {
        match((error as OperationError).message, /things\.example\.com: .*properties\[spec\]\.type: Required value/);
        return true;
      });
      deepStrictEqual(
        (await crd())?.spec.versions.map(({ served }) => served),
        [false],
      );
      args.set = things.write({ v1: "storage" });
      await run(next);
      deepStrictEqual(
        (await crd())?.spec.versions.map(({ served }) => served),
        next === Operation.up ? [true] : undefined,
      );
      await run(Operation.destroy);
      strictEqual(await crd(), undefined);
    }
  });
});
