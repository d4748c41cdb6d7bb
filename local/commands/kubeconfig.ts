import { readFileSync } from "node:fs";

import { openCluster } from "../cluster/cluster";
import { nameOption } from "./clusterOptions";
import { parseCommand, type Command } from "./command";

export const kubeconfig: Command = {
  summary: "print a cluster's kubeconfig, or where it lies",
  usage: "[--name NAME] [--path]",
  run(args) {
    const { values } = parseCommand(args, { ...nameOption, path: { type: "boolean", default: false } });
    const { kubeconfigPath } = openCluster(values.name);
    process.stdout.write(values.path ? `${kubeconfigPath}\n` : readFileSync(kubeconfigPath, "utf8"));
    return Promise.resolve(0);
  },
};
