import { createCluster } from "../cluster/cluster";
import { clusterStatus } from "../cluster/status";
import { clusterToolNames } from "../cluster/types";
import { createProgress } from "../progress";
import { ensureToolchain } from "../toolchain/toolchain";
import { clusterOptions, clusterUsage, readClusterOptions } from "./clusterOptions";
import { parseCommand, type Command } from "./command";
import { readWith, withOption, withUsage } from "./toolchain";

export const create: Command = {
  summary: "make the embedded cluster, or start what has stopped of it",
  usage: `${clusterUsage} ${withUsage}`,
  async run(args) {
    const { values } = parseCommand(args, { ...clusterOptions, ...withOption });
    const options = readClusterOptions(values);
    const only = [...clusterToolNames, ...readWith(values.with)];
    const progress = createProgress();
    const toolchain = await ensureToolchain({ progress, only });
    const cluster = await createCluster({ ...options, toolchain, progress });
    const { parts } = await clusterStatus(cluster);
    process.stdout.write(
      [
        `cluster "${cluster.name}" runs at ${cluster.server}`,
        `  kubeconfig   ${cluster.kubeconfigPath}`,
        `  kubectl      export KUBECONFIG=${cluster.kubeconfigPath}`,
        `Its parts listen on the loopback interface only (${parts.length} processes), with one exception: the webhook server of ` +
          `KServe's controller, when it is installed, listens on all interfaces, because it has no option for an address.`,
        "",
      ].join("\n"),
    );
    return 0;
  },
};
