import { deepStrictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { GkeCluster } from "../../components/clusters/gke";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import { AcceleratorPool } from "../../components/nodepools/acceleratorPool";
import type { AcceleratorPoolArgs } from "../../components/nodepools/poolArgs";
import { writeNodePlugin } from "../../local/engine/nodePlugin";
import { runOperation } from "../../local/engine/run";
import { stackWithoutCluster } from "./stackWithoutCluster";

describe("replacements of clusters and pools", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "replacement-"));
  const path = process.env.PATH;
  let stack: Stack;
  let cluster: Partial<GkeClusterArgs> = {};
  let pool: Partial<AcceleratorPoolArgs> = {};

  before(async () => {
    // The engine finds a provider that no project names on PATH.
    await writeNodePlugin(join(folder, "plugins"), "gcp", join(__dirname, "replacement", "gcpStandIn.js"));
    process.env.PATH = [join(folder, "plugins"), path].join(delimiter);
    stack = await stackWithoutCluster({
      folder,
      stack: "replacement",
      program: () => {
        const made = new GkeCluster("prod", { project: "acme", location: "us-central1", ...cluster });
        new AcceleratorPool("l4", {
          ...{ cluster: made, accelerator: "nvidia-l4", maxNodes: 2, capacity: ["on-demand", "spot"] },
          ...pool,
        });
        return Promise.resolve();
      },
    });
    await run("up");
  });

  after(() => {
    process.env.PATH = path;
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(operation: "preview" | "up" | "destroy") {
    const result = await runOperation(operation, stack, { logFile: join(folder, "log") });
    const replaced = result.steps.filter(({ op }) => op === "replace").map(({ name }) => name);
    // Where the provider was found is a warning too.
    const warnings = result.warnings.filter((text) => !text.startsWith("using pulumi-resource-gcp from $PATH"));
    return { replaced, warnings: warnings.map((text) => text.replace(/ changed: .*$/s, "")) };
  }

  const preview = async (clusterArgs: Partial<GkeClusterArgs>, poolArgs: Partial<AcceleratorPoolArgs>) => {
    [cluster, pool] = [clusterArgs, poolArgs];
    const { replaced, warnings } = await run("preview");
    return { replaced: replaced.sort(), warnings: warnings.sort() };
  };

  it("do not warn where nothing is replaced", async () => {
    deepStrictEqual(await preview({}, {}), { replaced: [], warnings: [] });
    deepStrictEqual(await preview({ labels: { team: "a" } }, { maxNodes: 3, labels: { team: "a" } }), {
      replaced: [],
      warnings: [],
    });
    // A rung that is new, and an argument that the provider takes in place although the table is more careful.
    deepStrictEqual(await preview({}, { capacity: ["on-demand", "spot", "flex-start"], imageStreaming: true }), {
      replaced: [],
      warnings: [],
    });
  });

  it("warn in the preview, with the argument that did it", async () => {
    deepStrictEqual(await preview({}, { gpu: { driver: "latest" } }), {
      replaced: ["l4-od", "l4-spot"],
      warnings: ["l4-od: replaced, because gpu", "l4-spot: replaced, because gpu"],
    });
    deepStrictEqual((await preview({ multiNetworking: false }, {})).warnings, [
      "prod-cluster: replaced, because multiNetworking",
    ]);
  });

  it("warn of the pool of CPUs, and of what a transform changes", async () => {
    const account = { nodeServiceAccount: "other@acme.iam.gserviceaccount.com" };
    deepStrictEqual((await preview(account, {})).warnings, ["prod-system: replaced, because nodeServiceAccount"]);
    const transforms: AcceleratorPoolArgs["transforms"] = {
      nodePool: (args, kind) =>
        kind === "spot"
          ? { ...args, nodeConfig: { ...(args.nodeConfig as object), guestAccelerators: [{ type: "x", count: 1 }] } }
          : args,
    };
    deepStrictEqual(await preview({}, { transforms }), {
      replaced: ["l4-spot"],
      warnings: ["l4-spot: replaced, because transforms"],
    });
  });

  it("warn in the update, and are over then", async () => {
    [cluster, pool] = [{}, { gpu: { driver: "latest" } }];
    deepStrictEqual((await run("up")).warnings.sort(), [
      "l4-od: replaced, because gpu",
      "l4-spot: replaced, because gpu",
    ]);
    deepStrictEqual(await preview({}, { gpu: { driver: "latest" } }), { replaced: [], warnings: [] });
  });

  it("keep nothing in the state that a destroy would miss", async () => {
    cluster = { deletionProtection: false };
    deepStrictEqual((await run("destroy")).warnings, []);
  });
});
