import { dirname, delimiter, join } from "node:path";

import { openCluster } from "../../local/cluster/cluster";
import { engineFolder } from "../../local/engine/environment";
import { runCommand } from "../../local/process";
import { createProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { refreshCommand } from "./digest";

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
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const [, ...args] = refreshCommand.split(" ");
  const { stdout } = await runCommand(tools.pulumi.path, [...args, "--stack", stack], {
    cwd: join(folder, "project"),
    env,
  });
  return { text: stdout, kubeconfig: cluster.kubeconfigPath };
}
