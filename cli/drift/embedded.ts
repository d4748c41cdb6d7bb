import { readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { openCluster } from "../../local/cluster/cluster";
import { engineFolder } from "../../local/engine/environment";
import { CommandError, runCommand } from "../../local/process";
import { UsageError } from "../../local/commands/command";
import { createProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { refreshCommand, stepsOf } from "./digest";

/** What a refresh of a stack on an embedded cluster would find, and the cluster's kubeconfig. Nothing is written to the state. */
export async function refreshEmbedded(name: string, stack: string): Promise<{ text: string; kubeconfig: string }> {
  const cluster = openCluster(name);
  const { tools } = await ensureToolchain({ only: ["pulumi"], progress: createProgress() });
  const folder = engineFolder(cluster);
  const env = {
    ...process.env,
    PATH: [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    // Not by its file: a passphrase that the user has set for other stacks would go before it.
    PULUMI_CONFIG_PASSPHRASE: await passphrase(folder, name),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const [, ...args] = refreshCommand.split(" ");
  const text = await runCommand(tools.pulumi.path, [...args, "--stack", stack], {
    cwd: join(folder, "project"),
    env,
    timeoutMs: 10 * 60_000,
  }).then(
    ({ stdout }) => stdout,
    (error: unknown) => {
      // A refresh that could not read everything fails, and says so in its JSON, too.
      if (error instanceof CommandError && hasSteps(error.stdout)) return error.stdout;
      throw error;
    },
  );
  return { text, kubeconfig: cluster.kubeconfigPath };
}

async function passphrase(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, "passphrase"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UsageError(`the embedded environment "${name}" has no stack: npm run local:up makes one`);
  }
}

function hasSteps(text: string): boolean {
  try {
    return Array.isArray(stepsOf(JSON.parse(text)));
  } catch {
    return false;
  }
}
