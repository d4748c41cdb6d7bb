import { createReadStream, existsSync, statSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

import { nearest } from "../../sdk/nearest";
import { openCluster } from "../cluster/cluster";
import { layoutOf } from "../cluster/layout";
import { clusterStatus } from "../cluster/status";
import { hostedPrograms } from "../agent/images";
import { sleep, tailOfFile } from "../process";
import { nameOption } from "./clusterOptions";
import { parseCommand, UsageError, wholeNumber, type Command } from "./command";

const followMs = 200;

export const logs: Command = {
  summary: "print the end of a part's log, or follow it",
  usage: "<part> [--name NAME] [-f] [--lines N]",
  async run(args) {
    const { values, positionals } = parseCommand(
      args,
      {
        ...nameOption,
        follow: { type: "boolean", short: "f", default: false },
        lines: { type: "string", short: "n", default: "100" },
      },
      1,
    );
    const lines = wholeNumber("--lines", values.lines, 0, 100_000);
    const cluster = openCluster(values.name);
    const files = await logFiles(cluster.name, cluster.folder);
    const [part] = positionals;
    const allowed = [...files.keys()];
    if (part === undefined) throw new UsageError(`which part? allowed: ${allowed.join(", ")}`);
    const file = files.get(part);
    if (file === undefined) {
      const close = nearest(part, allowed);
      throw new UsageError(
        `unknown part "${part}"${close ? `, did you mean ${close}?` : ";"} allowed: ${allowed.join(", ")}`,
      );
    }
    if (!existsSync(file) && !values.follow) {
      process.stderr.write(`${part} has written no log yet (${file})\n`);
      return 1;
    }
    let position = existsSync(file) ? statSync(file).size : 0;
    const tail = lines === 0 ? "" : await tailOfFile(file, lines);
    if (tail) process.stdout.write(`${tail}\n`);
    if (!values.follow) return 0;
    for (;;) {
      position = await copyFrom(file, position);
      await sleep(followMs);
    }
  },
};

/** Log files by part: what runs, what could run, and kwokctl's own. */
async function logFiles(name: string, folder: string): Promise<Map<string, string>> {
  const { logs: logsFolder } = layoutOf(folder);
  const { parts } = await clusterStatus({ name });
  return new Map([
    ...parts.map((part) => [part.name, part.logFile] as const),
    ...hostedPrograms.map((program) => [program.name, join(logsFolder, `${program.name}.log`)] as const),
    ["kwokctl", join(logsFolder, "kwokctl.log")],
  ]);
}

/** Prints what was appended. @returns the new position. */
async function copyFrom(file: string, position: number): Promise<number> {
  const size = existsSync(file) ? statSync(file).size : 0;
  if (size <= position) return size;
  const stream = createReadStream(file, { start: position, end: size - 1 });
  stream.on("data", (chunk) => process.stdout.write(chunk));
  await once(stream, "close");
  return size;
}
