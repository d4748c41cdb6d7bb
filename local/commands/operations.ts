import { join, resolve } from "node:path";

import { createCluster, openCluster } from "../cluster/cluster";
import { type GatewayRow, gatewayRows } from "../cluster/gateways";
import { gatewayToolsOf, readConfig } from "../engine/config";
import { loadSdkFaster } from "../engine/startup";
import type { ServiceRow } from "../engine/environment";
import { Operation, type OperationResult, type PolicyPackChoice, runOperation } from "../engine/run";
import { createProgress, type Progress } from "../progress";
import { ensureToolchain } from "../toolchain/toolchain";
import { type EmbeddedToolName, type GatewayToolName, type Toolchain, toolNames } from "../toolchain/types";
import { clusterOptions, clusterUsage, nameOption, readClusterOptions } from "./clusterOptions";
import { type Command, formatTable, parseCommand, UsageError } from "./command";

const stackOptions = {
  stack: { type: "string", default: "local" },
  config: { type: "string" },
  json: { type: "boolean", default: false },
} as const;
const stackUsage = "[--stack NAME] [--config FILE] [--json]";
const policyOptions = { "policy-pack": { type: "string" }, "policy-pack-config": { type: "string" } } as const;
const policyUsage = "[--policy-pack FOLDER] [--policy-pack-config FILE]";

interface StackValues {
  stack: string;
  config?: string;
  json: boolean;
  "policy-pack"?: string;
  "policy-pack-config"?: string;
}

export const up: Command = {
  summary: "make the cluster if it is not there, and bring the environment up on it",
  usage: `${stackUsage} ${policyUsage} ${clusterUsage}`,
  run: (args) => runOnCluster(Operation.up, args),
};

export const preview: Command = {
  summary: "show what `up` would do",
  usage: `${stackUsage} ${policyUsage} ${clusterUsage}`,
  run: (args) => runOnCluster(Operation.preview, args),
};

export const refresh: Command = {
  summary: "read what is in the cluster, and show what differs from the last `up`",
  usage: `${stackUsage} [--name NAME]`,
  run: (args) => runOnExisting(Operation.refresh, args),
};

export const destroy: Command = {
  summary: "remove the environment and keep the cluster",
  usage: `${stackUsage} [--name NAME]`,
  run: (args) => runOnExisting(Operation.destroy, args),
};

async function runOnCluster(operation: Operation, args: string[]): Promise<number> {
  const { values } = parseCommand(args, { ...clusterOptions, ...stackOptions, ...policyOptions });
  const cluster = readClusterOptions(values);
  return run(operation, values, async (toolchain, progress) => createCluster({ ...cluster, toolchain, progress }));
}

async function runOnExisting(operation: Operation, args: string[]): Promise<number> {
  const { values } = parseCommand(args, { ...nameOption, ...stackOptions });
  return run(operation, values, () => Promise.resolve(openCluster(values.name)));
}

type OpenCluster = (toolchain: Toolchain, progress: Progress) => ReturnType<typeof createCluster>;

async function run(operation: Operation, values: StackValues, open: OpenCluster): Promise<number> {
  // Before anything that takes time.
  const policyPacks = policyPacksOf(values);
  const config = await readConfig(values.stack, values.config);
  const progress = createProgress();
  const toolchain: Toolchain = await ensureToolchain<EmbeddedToolName | GatewayToolName>({
    progress,
    only: [...toolNames, ...gatewayToolsOf(config)],
  });
  const cluster = await open(toolchain, progress);
  // Loaded here, because it takes a second and the other commands do without.
  loadSdkFaster();
  const { openEnvironment, serviceRows } = await import("../engine/environment");
  const stack = await openEnvironment({
    cluster,
    toolchain,
    stack: values.stack,
    configFile: values.config,
    providersAhead: true,
  });
  const logFile = join(cluster.folder, "logs", "pulumi.log");

  const result = await interruptible((signal) =>
    runOperation(operation, stack, { logFile, progress, signal, policyPacks }),
  );
  const services = result.outputs ? serviceRows(result.outputs) : [];
  const gateways = operation === Operation.up ? await gatewayRows(cluster) : [];
  process.stdout.write(
    values.json ? json(operation, result, services, gateways) : text(operation, result, services, gateways),
  );
  return 0;
}

/** The engine works in another folder, so that paths are made absolute. @throws UsageError */
function policyPacksOf({
  "policy-pack": folder,
  "policy-pack-config": configFile,
}: StackValues): readonly PolicyPackChoice[] {
  if (folder === undefined) {
    if (configFile !== undefined) throw new UsageError("--policy-pack-config needs --policy-pack");
    return [];
  }
  return [{ folder: resolve(folder), ...(configFile !== undefined && { configFile: resolve(configFile) }) }];
}

/** Ctrl-C asks the engine to end what it is at and to save its state; a second one is left to Node's default. */
async function interruptible(work: (signal: AbortSignal) => Promise<OperationResult>): Promise<OperationResult> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of signals) process.removeListener(signal, abort);
  }
}

function json(
  operation: Operation,
  { changes, steps, warnings }: OperationResult,
  services: ServiceRow[],
  gateways: GatewayRow[],
): string {
  const shown = { operation, changes, steps, warnings, services, ...(gateways.length > 0 && { gateways }) };
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

function text(operation: Operation, result: OperationResult, services: ServiceRow[], gateways: GatewayRow[]): string {
  const parts: string[] = [];
  const shown = operation === Operation.preview || operation === Operation.refresh ? result.steps : [];
  if (shown.length > 0) {
    parts.push(
      formatTable(
        ["CHANGE", "TYPE", "NAME", "PROPERTIES"],
        shown.map(({ op, type, name, diffs }) => [op, type, name, diffs.join(", ")]),
      ),
    );
  }
  if (result.warnings.length > 0) parts.push(result.warnings.map((warning) => `warning: ${warning}\n`).join(""));
  parts.push(`${operation}: ${summary(result.changes)}\n`);
  if (services.length > 0) parts.push(serviceTable(services));
  if (gateways.length > 0) parts.push(gatewayTable(gateways));
  return parts.join("\n");
}

function summary(changes: OperationResult["changes"]): string {
  const entries = Object.entries(changes).sort(([left], [right]) => left.localeCompare(right));
  return entries.length === 0 ? "nothing to do" : entries.map(([op, count]) => `${count} ${op}`).join(", ");
}

function serviceTable(services: ServiceRow[]): string {
  return formatTable(
    ["NAME", "NAMESPACE", "READY", "URL", "SCHEDULER", "MODEL"],
    services.map((service) => [
      service.name,
      service.namespace,
      service.ready,
      service.url,
      service.schedulerEndpoint,
      service.model,
    ]),
  );
}

function gatewayTable(gateways: GatewayRow[]): string {
  return formatTable(
    ["GATEWAY", "CLASS", "ADDRESS", "STATUS BY"],
    gateways.map(({ name, className, address, statusBy }) => [name, className, address, statusBy]),
  );
}
