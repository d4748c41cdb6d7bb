import { join } from "node:path";

import { openCluster } from "../local/cluster/cluster";
import { Operation, runOperation } from "../local/engine/run";
import { loadSdkFaster } from "../local/engine/startup";
import { ensureToolchain } from "../local/toolchain/toolchain";

/** What a measured process does with the environment stack; given as JSON in its only argument. */
export interface EnvironmentTask {
  cluster: string;
  operation: "preview" | "up";
  stack: string;
  configFile: string;
}

async function main(): Promise<void> {
  const task = JSON.parse(process.argv[2] ?? "") as EnvironmentTask;
  const toolchain = await ensureToolchain();
  const cluster = openCluster(task.cluster);
  // As the command line does.
  loadSdkFaster();
  const { openEnvironment, serviceRows } = await import("../local/engine/environment");
  const stack = await openEnvironment({
    cluster,
    toolchain,
    stack: task.stack,
    configFile: task.configFile,
    providersAhead: true,
  });
  const { changes, outputs } = await runOperation(Operation[task.operation], stack, {
    logFile: join(cluster.folder, "logs", "pulumi.log"),
  });
  process.stdout.write(JSON.stringify({ changes, services: outputs && serviceRows(outputs) }));
  process.exit(0);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
