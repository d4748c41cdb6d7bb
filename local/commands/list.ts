import { listClusters } from "../cluster/status";
import { formatTable, parseCommand, type Command } from "./command";

export const list: Command = {
  summary: "list all clusters of this user",
  usage: "",
  async run(args) {
    parseCommand(args, {});
    const clusters = await listClusters();
    process.stdout.write(
      clusters.length === 0
        ? "there are no clusters\n"
        : formatTable(
            ["NAME", "STATE", "SERVER", "FOLDER"],
            clusters.map(({ name, state, server, folder }) => [name, state, server, folder]),
          ),
    );
    return 0;
  },
};
