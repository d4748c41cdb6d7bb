import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";

import { nameOption } from "../local/commands/clusterOptions";
import { type Command, parseCommand, UsageError } from "../local/commands/command";
import { displayOf, paint } from "../local/paint";
import { KubernetesClient } from "../sdk/kubernetes/client";
import { parseDigest, refreshCommand } from "./drift/digest";
import { driftLines } from "./drift/lines";
import { driftReport } from "./drift/report";

export const drift: Command = {
  summary: "say what differs from the last up, field by field, and who changed it; ends with 1 when something does",
  usage: "FILE | - [--kubeconfig FILE [--context NAME]] [--json]  or  --local [--name NAME] [--stack NAME] [--json]",
  async run(args) {
    const { values, positionals } = parseCommand(
      args,
      {
        ...nameOption,
        local: { type: "boolean", default: false },
        stack: { type: "string", default: "local" },
        kubeconfig: { type: "string" },
        context: { type: "string" },
        json: { type: "boolean", default: false },
      },
      1,
    );
    const [file] = positionals;
    if (values.local && (file !== undefined || values.kubeconfig !== undefined || values.context !== undefined)) {
      throw new UsageError(
        "--local makes the refresh itself, and knows its cluster: leave out FILE, --kubeconfig and --context",
      );
    }
    if (values.context !== undefined && values.kubeconfig === undefined) {
      throw new UsageError("--context is one of a kubeconfig: name it by --kubeconfig FILE");
    }
    const { text, source, kubeconfig } = values.local
      ? { ...(await embedded(values.name, values.stack)), source: "the refresh" }
      : { ...(await given(file)), kubeconfig: values.kubeconfig };
    const digest = parseDigest(text, source);
    const client = kubeconfig === undefined ? undefined : await clientOf(kubeconfig, values.context);
    try {
      const live = client && (await import("./drift/live")).liveObjects(client);
      const report = await driftReport(digest, live);
      const display = displayOf(process.stdout);
      process.stdout.write(
        values.json ? `${JSON.stringify(report, undefined, 2)}\n` : paint(driftLines(report, display.width), display),
      );
      const { drifted, unexplained, failures } = report;
      return drifted.length > 0 || unexplained > 0 || failures.length > 0 ? 1 : 0;
    } finally {
      client?.close();
    }
  },
};

async function clientOf(kubeconfig: string, context: string | undefined): Promise<KubernetesClient> {
  try {
    return await KubernetesClient.fromKubeconfig(kubeconfig, context);
  } catch (error) {
    throw new UsageError(`--kubeconfig ${kubeconfig} cannot be used: ${(error as Error).message}`);
  }
}

async function embedded(name: string, stack: string): Promise<{ text: string; kubeconfig: string }> {
  const { refreshEmbedded } = await import("./drift/embedded");
  return refreshEmbedded(name, stack);
}

async function given(file: string | undefined): Promise<{ text: string; source: string }> {
  if (file === undefined) throw new UsageError(`which refresh? ${refreshCommand} | npm run -s drift -- -`);
  if (file === "-") return { text: await textOf(process.stdin), source: "what came in" };
  try {
    return { text: await readFile(file, "utf8"), source: file };
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
