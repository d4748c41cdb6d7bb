import { openCluster } from "../cluster/cluster";
import { clusterStatus } from "../cluster/status";
import { nameOption } from "./clusterOptions";
import { age, formatTable, parseCommand, type Command } from "./command";

export const status: Command = {
  summary: "show every part of a cluster; ends with 1 when one does not run",
  usage: "[--name NAME] [--json]",
  async run(args) {
    const { values } = parseCommand(args, { ...nameOption, json: { type: "boolean", default: false } });
    const found = await clusterStatus(openCluster(values.name));
    if (values.json) {
      process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
      return found.healthy ? 0 : 1;
    }
    process.stdout.write(`cluster "${found.name}" at ${found.server}, in ${found.folder}\n\n`);
    process.stdout.write(
      formatTable(
        ["PART", "STATE", "PID", "SINCE", "LISTENS", "WHAT IT IS"],
        found.parts.map(({ name, state, pid, since, address, role }) => [
          name,
          state,
          pid === undefined ? "" : String(pid),
          age(since),
          address.replace(`${found.folder}/`, ""),
          role,
        ]),
      ),
    );
    const notes = found.parts.filter(({ note }) => note);
    if (notes.length > 0) process.stdout.write(`\n${notes.map(({ name, note }) => `${name}: ${note}\n`).join("")}`);
    for (const { name, logFile, logTail } of found.parts.filter(({ state }) => state === "crashed")) {
      process.stdout.write(`\n${name} has crashed; the end of its log ${logFile}:\n${indent(logTail ?? "")}\n`);
    }
    if (!found.healthy)
      process.stdout.write(`\nStart what has stopped with \`npm run local -- create --name ${found.name}\`\n`);
    return found.healthy ? 0 : 1;
  },
};

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
