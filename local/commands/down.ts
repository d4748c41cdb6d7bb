import { deleteCluster } from "../cluster/cluster";
import { createProgress } from "../progress";
import { nameOption } from "./clusterOptions";
import { parseCommand, type Command } from "./command";

export const down: Command = {
  summary: "stop every part of a cluster and remove its data",
  usage: "[--name NAME]",
  async run(args) {
    const { name } = parseCommand(args, nameOption).values;
    const removed = await deleteCluster(name, createProgress());
    process.stdout.write(removed ? `cluster "${name}" is removed\n` : `there is no cluster "${name}"\n`);
    return 0;
  },
};
