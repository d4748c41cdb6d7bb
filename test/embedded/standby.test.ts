import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as k8s from "@pulumi/kubernetes";

import { CrdBundle } from "../../components/crds/crdBundle";
import { Operation, type OperationResult, runOperation } from "../../local/engine/run";
import { isAlive, sleep } from "../../local/process";
import { artifacts } from "../../sdk/artifacts";
import { stackWithoutCluster } from "./stackWithoutCluster";

/** Through the real engine; a preview asks no cluster. */
describe("providers that stand by", function () {
  this.timeout(120_000);
  let folder: string;
  const before = process.env.PULUMI_KSERVE_KUBERNETES_PROVIDER;
  const kubeconfig = JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [], contexts: [], users: [] });
  const names = ["pulumi-nodejs", "kubernetes"] as const;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "standby-"));
    process.env.PULUMI_KSERVE_KUBERNETES_PROVIDER = "stand-in";
  });
  afterEach(() => {
    if (before === undefined) delete process.env.PULUMI_KSERVE_KUBERNETES_PROVIDER;
    else process.env.PULUMI_KSERVE_KUBERNETES_PROVIDER = before;
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, "standby", `${process.pid}`, name);
  const pidIn = (path: string): number => Number(readFileSync(path, "utf8"));

  const open = (providersAhead: boolean) =>
    stackWithoutCluster({
      folder,
      stack: "test",
      providersAhead,
      program: () => {
        new k8s.Provider("cluster", { kubeconfig });
        new CrdBundle("crds", { kubeconfig, set: artifacts.crds.kserveFull });
        return Promise.resolve();
      },
    });

  const preview = (stack: Awaited<ReturnType<typeof open>>): Promise<OperationResult> =>
    runOperation(Operation.preview, stack, { logFile: join(folder, "log") });

  const content = ({ changes, steps, warnings }: OperationResult): object => ({ changes, steps, warnings });

  it("are taken by the engine, say what its own would, and end with it", async () => {
    const stack = await open(true);
    const pids = names.map((name) => pidIn(file(name)));
    deepStrictEqual(
      pids.map((pid) => isAlive(pid)),
      [true, true],
    );
    const first = await preview(stack);
    deepStrictEqual(first.changes, { create: 3 });
    deepStrictEqual(
      names.map((name) => pidIn(file(`${name}.taken`))),
      pids,
    );
    while (pids.some((pid) => isAlive(pid))) await sleep(20);

    // The next engine finds none, and starts its own.
    deepStrictEqual(content(await preview(stack)), content(first));
    deepStrictEqual(content(await preview(await open(false))), content(first));
  });

  it("are one set at a time: those of a stack that is opened again are new", async () => {
    await open(true);
    const [first] = names.map((name) => pidIn(file(name)));
    const stack = await open(true);
    const [second] = names.map((name) => pidIn(file(name)));
    notStrictEqual(first, second);
    while (isAlive(first ?? 0)) await sleep(20);
    deepStrictEqual((await preview(stack)).changes, { create: 3 });
  });

  it("are missed by nobody when they have ended before", async () => {
    const stack = await open(true);
    for (const name of names) process.kill(pidIn(file(name)), "SIGKILL");
    deepStrictEqual((await preview(stack)).changes, { create: 3 });
    strictEqual(existsSync(file("kubernetes.taken")), true);
  });
});
