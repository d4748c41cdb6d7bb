import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { rm, statfs } from "node:fs/promises";
import { join } from "node:path";

import { KubernetesClient } from "../../sdk/kubernetes/client";
import { readAgentState } from "../agent/state";
import { clusterFolder, stateRoot } from "../paths";
import { freePort, isAlive, withFileLock, writeFileAtomic } from "../process";
import type { Progress } from "../progress";
import { gatewayToolNames } from "../toolchain/types";
import { agentRuns, startAgent, stopAgent, writeAgentInput } from "./agentProcess";
import { isUsable, makeServingCertificates, webhookHost } from "./certificates";
import { startControlPlane, stopControlPlane, writeControlPlaneFiles } from "./controlPlane";
import { clusterFrom, clusterLock, egressSocketOf, layoutOf, readRecord } from "./layout";
import { nodeGroups } from "./nodes";
import { nodesReady, setNodes } from "./nodeSetup";
import { assertPortsFree } from "./ports";
import {
  ClusterError,
  clusterToolNames,
  controlPlaneParts,
  type Cluster,
  type ClusterPlan,
  type ClusterRecord,
  type ClusterToolchain,
  type NodeGroup,
  type ServingCertificates,
} from "./types";

export interface CreateClusterOptions {
  /** @default "local" */
  name?: string;
  /** Port of the API server. @default one that is free */
  port?: number;
  /** Sizes of node groups; kinds that are left out have their default. @default those of nodeKinds in local/cluster/nodes.ts */
  nodes?: readonly NodeGroup[];
  toolchain: ClusterToolchain;
  progress: Progress;
  /** Gives the ports that are not chosen by name. @default a port that is free */
  choosePort?: () => Promise<number>;
}

export const defaultClusterName = "local";

/** etcd alone puts 64 MB aside for its log, twice. */
const neededBytes = 512 << 20;

/** How often other ports are tried. */
const portAttempts = 3;

/**
 * Makes a cluster, or takes the one of that name: parts of it that have stopped are started again, and nodes are added or removed
 * when sizes are given.
 *
 * @throws ClusterError when a port is in use, the disk is full or a part does not start; ConfigurationError for wrong nodes.
 */
export async function createCluster(options: CreateClusterOptions): Promise<Cluster> {
  const { name = defaultClusterName, progress } = options;
  const folder = clusterFolder(name);
  const groups = nodeGroups(options.nodes);
  if (options.port !== undefined && !(Number.isInteger(options.port) && options.port > 0 && options.port < 65536)) {
    throw new ClusterError(`port ${options.port} is no port; allowed: 1 to 65535`);
  }
  return withFileLock(clusterLock(name), { waitingFor: `another command on cluster "${name}"`, progress }, async () => {
    try {
      const record = readRecord(name);
      if (record) return await reuse(record, options);
      if (existsSync(folder)) {
        progress.note(`cluster "${name}" was never finished; making it anew`);
        await destroy(folder);
      }
      return await makeOnFreePorts(name, folder, groups, options);
    } catch (error) {
      throw explained(error, name);
    }
  });
}

/** @throws ClusterError when there is no such cluster, with the names of those there are. */
export function openCluster(name: string = defaultClusterName): Cluster {
  const record = readRecord(name);
  if (record) return clusterFrom(record);
  const others = clusterNames().filter((other) => other !== name);
  const known = others.length > 0 ? `; there are: ${others.join(", ")}` : "";
  const create = `npm run local -- create${name === defaultClusterName ? "" : ` --name ${name}`}`;
  throw new ClusterError(`there is no cluster "${name}"${known}. Make it with \`${create}\``);
}

/** Names of all clusters, half-made ones too. */
export function clusterNames(): string[] {
  const root = join(stateRoot(), "clusters");
  return existsSync(root) ? readdirSync(root).sort() : [];
}

/** Stops everything that belongs to a cluster and removes its folder. @returns false when there was none. */
export async function deleteCluster(name: string = defaultClusterName, progress?: Progress): Promise<boolean> {
  const folder = clusterFolder(name);
  if (!existsSync(folder)) return false;
  await withFileLock(clusterLock(name), { waitingFor: `another command on cluster "${name}"`, progress }, () =>
    destroy(folder),
  );
  return true;
}

async function destroy(folder: string): Promise<void> {
  await stopAgent(folder, egressSocketOf(folder));
  await stopControlPlane(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/** Makes a cluster, with other ports when another process has taken one between its choice and its use. */
async function makeOnFreePorts(
  name: string,
  folder: string,
  groups: NodeGroup[],
  options: CreateClusterOptions,
): Promise<Cluster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make(name, folder, groups, options);
    } catch (error) {
      const taken = error instanceof ClusterError && /address already in use/.test(error.message);
      if (!taken || attempt === portAttempts) throw error;
      options.progress.note(`${error.message.split("\n", 1)[0]}: a port was taken meanwhile; trying others`);
      await destroy(folder);
    }
  }
}

async function make(
  name: string,
  folder: string,
  groups: NodeGroup[],
  options: CreateClusterOptions,
): Promise<Cluster> {
  const { progress, toolchain, port, choosePort = freePort } = options;
  if (port !== undefined) await assertPortsFree({ "the API server": port }, "Choose another one with --port");
  await assertDiskSpace();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const plan: ClusterPlan = {
    ports: {
      "kube-apiserver": port ?? (await choosePort()),
      etcd: await choosePort(),
      "etcd-peer": await choosePort(),
      "kube-controller-manager": await choosePort(),
      "kube-scheduler": await choosePort(),
      kwok: await choosePort(),
    },
    egressSocket: egressSocketOf(folder),
    tools: toolsOf(toolchain),
  };
  const start = async (update: (detail: string) => void): Promise<Cluster> => {
    await writeControlPlaneFiles(folder, plan);
    update("etcd and the API server start");
    const [parts] = await Promise.all([startControlPlane(folder, "create", plan), writeCertificates(folder)]);
    await writeKubeconfig(name, folder, plan);
    update("the agent starts");
    const client = await KubernetesClient.fromKubeconfig(layoutOf(folder).kubeconfig);
    await Promise.all([startAgent(folder, plan), setNodes(client, groups)]);
    update("waiting for nodes");
    await nodesReady(client, groups);
    client.close();
    const record: ClusterRecord = { ...plan, name, createdAt: new Date().toISOString(), nodes: groups, parts };
    await writeFileAtomic(layoutOf(folder).record, JSON.stringify(record, null, 2));
    return clusterFrom(record);
  };
  return progress.step(`creating cluster "${name}"`, (update) => orStopped(folder, () => start(update)));
}

function toolsOf({ tools }: ClusterToolchain): ClusterPlan["tools"] {
  const found = [...clusterToolNames, ...gatewayToolNames].flatMap((name) => {
    const tool = tools[name];
    return tool ? [[name, { path: tool.path, version: tool.version }]] : [];
  });
  return Object.fromEntries(found) as ClusterPlan["tools"];
}

/** Tells the agent, which may run already, of gateway controllers that were built since. @returns the record with them */
async function addGatewayTools(record: ClusterRecord, toolchain: ClusterToolchain): Promise<ClusterRecord> {
  const known = toolsOf(toolchain);
  const added = gatewayToolNames.filter((name) => known[name] && !record.tools[name]);
  if (added.length === 0) return record;
  const tools = { ...record.tools, ...Object.fromEntries(added.map((name) => [name, known[name]])) };
  const renewed: ClusterRecord = { ...record, tools };
  const folder = clusterFolder(record.name);
  await writeAgentInput(folder, renewed);
  await writeFileAtomic(layoutOf(folder).record, JSON.stringify(renewed, null, 2));
  return renewed;
}

/** Does work that starts processes; when it fails or is interrupted they are stopped, and the logs stay. */
async function orStopped<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const stop = async () => {
    await stopAgent(folder, egressSocketOf(folder));
    await stopControlPlane(folder);
  };
  const interrupted = () => void stop().finally(() => process.exit(130));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.once(signal, interrupted);
  try {
    return await work();
  } catch (error) {
    await stop();
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupted);
  }
}

/** Brings an existing cluster to work and to the sizes that are asked for. */
async function reuse(found: ClusterRecord, options: CreateClusterOptions): Promise<Cluster> {
  const { progress, toolchain } = options;
  const record = await addGatewayTools(found, toolchain);
  const { name } = record;
  const folder = clusterFolder(name);
  const layout = layoutOf(folder);
  const port = record.ports["kube-apiserver"];
  if (options.port !== undefined && options.port !== port) {
    throw new ClusterError(
      `cluster "${name}" has port ${port}; for port ${options.port} remove it first (\`npm run local -- down --name ${name}\`) or choose another --name`,
    );
  }
  for (const tool of clusterToolNames) {
    const [has, wants] = [record.tools[tool].version, toolchain.tools[tool].version];
    if (has !== wants)
      progress.note(`cluster "${name}" keeps ${tool} ${has}; for ${wants} remove it and create it again`);
  }
  const dead = controlPlaneParts.filter((part) => !isAlive(record.parts[part].pid, record.parts[part].startTime));
  const agentDead = !agentRuns(readAgentState(layout.agentState));
  const groups = options.nodes ? nodeGroups(options.nodes) : record.nodes;
  if (dead.length === 0 && !agentDead && !options.nodes) return clusterFrom(record);

  const what =
    dead.length === 0 && !agentDead
      ? "changing nodes"
      : `starting ${[...dead, ...(agentDead ? ["agent"] : [])].join(", ")}`;
  return progress.step(`${what} of cluster "${name}"`, async () => {
    await assertDiskSpace();
    const fix = `Stop what uses it, or remove the cluster with \`npm run local -- down --name ${name}\` and create it again`;
    await assertPortsFree(Object.fromEntries(dead.map((part) => [part, record.ports[part]])), fix, 3000);
    const parts = dead.length > 0 ? await startControlPlane(folder, "start", record) : record.parts;
    for (const part of controlPlaneParts) if (!dead.includes(part)) parts[part] = record.parts[part];
    const client = await KubernetesClient.fromKubeconfig(layout.kubeconfig);
    if (agentDead) await startAgent(folder, record);
    await setNodes(client, groups);
    await nodesReady(client, groups);
    client.close();
    const renewed: ClusterRecord = { ...record, parts, nodes: groups };
    await writeFileAtomic(layout.record, JSON.stringify(renewed, null, 2));
    return clusterFrom(renewed);
  });
}

async function writeCertificates(folder: string): Promise<void> {
  const certificates: ServingCertificates = await makeServingCertificates();
  if (!isUsable(certificates, webhookHost))
    throw new Error(`the certificate that was made is not valid for ${webhookHost}`);
  await writeFileAtomic(layoutOf(folder).certificates, JSON.stringify(certificates, null, 2), 0o600);
}

async function writeKubeconfig(name: string, folder: string, plan: ClusterPlan): Promise<void> {
  const { pki, kubeconfig } = layoutOf(folder);
  const data = (file: string) => readFileSync(join(pki, file)).toString("base64");
  const context = `pulumi-kserve-${name}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: context,
        cluster: {
          server: `https://127.0.0.1:${plan.ports["kube-apiserver"]}`,
          "certificate-authority-data": data("ca.crt"),
        },
      },
    ],
    users: [
      { name: context, user: { "client-certificate-data": data("admin.crt"), "client-key-data": data("admin.key") } },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    "current-context": context,
  };
  await writeFileAtomic(kubeconfig, `${JSON.stringify(config, null, 2)}\n`, 0o600);
}

async function assertDiskSpace(): Promise<void> {
  mkdirSync(stateRoot(), { recursive: true });
  const { bavail, bsize } = await statfs(stateRoot());
  if (bavail * bsize >= neededBytes) return;
  throw new ClusterError(
    `${stateRoot()} has ${Math.floor((bavail * bsize) / (1 << 20))} MiB left on its disk; a cluster needs ${neededBytes >> 20} MiB. ` +
      `Free some, or set XDG_STATE_HOME to a folder on another disk`,
  );
}

/** Says what to do about errors of the file system, whose own words name only a call and a path. */
function explained(error: unknown, name: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ClusterError(
      `no space left on the disk of ${stateRoot()} (${message}). Free some, or set XDG_STATE_HOME to another disk`,
    );
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new ClusterError(
      `${stateRoot()} cannot be written (${message}). Make it writable, or set XDG_STATE_HOME to another folder`,
    );
  }
  if (error instanceof ClusterError && existsSync(clusterFolder(name)) && !readRecord(name)) {
    return new ClusterError(
      `${error.message}\nTry again with the same command; \`npm run local -- down --name ${name}\` removes what is there`,
    );
  }
  return error;
}
