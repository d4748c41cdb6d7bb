import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { installCrds } from "../../../bench/cluster";
import { createCluster, deleteCluster } from "../../../local/cluster/cluster";
import { nodeKinds } from "../../../local/cluster/nodes";
import { writeNodePlugin } from "../../../local/engine/nodePlugin";
import { openStack } from "../../../local/engine/workspace";
import { silentProgress } from "../../../local/progress";
import { ensureToolchain } from "../../../local/toolchain/toolchain";
import { artifacts } from "../../../sdk/artifacts";
import { previewJson, type PreviewJsonOptions } from "./json";
import { previewProgram, PreviewSide } from "./program";

/** A pull request to preview: what it does, in which stack, and by which policies it is judged. */
export interface PreviewCase {
  readonly name: string;
  readonly side: PreviewSide;
  readonly stack: "prod" | "dev";
  readonly format: PreviewJsonOptions["format"];
  readonly withPolicies?: boolean;
}

/** Previews that the golden comments are made of. */
export const previewCases: readonly PreviewCase[] = [
  { name: "changes", side: PreviewSide.changes, stack: "prod", format: "events", withPolicies: true },
  { name: "changes-digest", side: PreviewSide.changes, stack: "prod", format: "digest" },
  { name: "nothing", side: PreviewSide.base, stack: "prod", format: "events", withPolicies: true },
  { name: "first", side: PreviewSide.first, stack: "dev", format: "digest" },
  { name: "failing", side: PreviewSide.failing, stack: "dev", format: "digest" },
];

const name = "test-previews";

/** A cluster without nodes and a stack with the services of the main branch in it; stops with {@link stop}. */
export class PreviewEnvironment {
  private constructor(
    private readonly stacks: Record<PreviewCase["stack"], Stack>,
    private readonly policyPack: string,
    private readonly setSide: (side: PreviewSide) => void,
    private readonly path: string | undefined,
  ) {}

  static async start(): Promise<PreviewEnvironment> {
    const toolchain = await ensureToolchain({ progress: silentProgress });
    await deleteCluster(name);
    const nodes = Object.keys(nodeKinds).map((kind) => ({ kind, nodes: kind === "cpu" ? 1 : 0 }));
    const cluster = await createCluster({ name, toolchain, nodes, progress: silentProgress });
    await installCrds(cluster, toolchain, [artifacts.crds.kserveFull]);
    const folder = join(cluster.folder, "engine");
    await writeNodePlugin(join(folder, "plugins"), "gcp", join(__dirname, "..", "replacement", "gcpStandIn.js"));
    const path = process.env.PATH;
    process.env.PATH = [join(folder, "plugins"), path].join(delimiter);
    const policyPack = join(folder, "policy", "pack");
    await mkdir(join(folder, "policy"), { recursive: true });
    // A pack looks for its package.json in the folder that it is started in.
    await writeFile(join(folder, "policy", "package.json"), JSON.stringify({ name: "inference", version: "1.0.0" }));
    const script = `#!/bin/sh\ncd "$(dirname "$0")"\nexec '${process.execPath}' '${join(__dirname, "policyPack.js")}' "$@"\n`;
    await writeFile(policyPack, script, { mode: 0o755 });
    const kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
    const now = { side: PreviewSide.base as PreviewSide };
    const open = (stack: string): Promise<Stack> =>
      openStack({
        folder,
        project: "inference",
        stack,
        pulumi: toolchain.tools.pulumi.path,
        helm: toolchain.tools.helm.path,
        program: () => Promise.resolve(previewProgram(now.side, kubeconfig)),
      });
    const prod = await open("prod");
    await prod.up();
    return new PreviewEnvironment({ prod, dev: await open("dev") }, policyPack, (side) => (now.side = side), path);
  }

  /** What `pulumi preview --json` writes. */
  async preview({ side, stack, format, withPolicies }: PreviewCase): Promise<string> {
    this.setSide(side);
    return previewJson(this.stacks[stack], { format, ...(withPolicies && { policyPacks: [this.policyPack] }) });
  }

  async stop(): Promise<void> {
    process.env.PATH = this.path;
    await deleteCluster(name);
  }
}
