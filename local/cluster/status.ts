import { existsSync } from "node:fs";

import type { HostedState } from "../agent/state";
import { readAgentState } from "../agent/state";
import { clusterFolder } from "../paths";
import { isAlive, tailOfFile } from "../process";
import { agentRuns } from "./agentProcess";
import { clusterNames } from "./cluster";
import { clusterFrom, layoutOf, readRecord } from "./layout";
import { controlPlaneParts, type Cluster, type ClusterPart, type ClusterStatus, type ControlPlanePart } from "./types";

const roles: Record<ControlPlanePart, string> = {
  etcd: "the API server's store",
  "kube-apiserver": "Kubernetes API",
  "kube-controller-manager": "Kubernetes controllers",
  "kube-scheduler": "places pods on nodes",
  kwok: "plays nodes, pods, gateways and routes without a controller here",
};

/** What every part of a cluster is doing. */
export async function clusterStatus(cluster: Pick<Cluster, "name">): Promise<ClusterStatus> {
  const record = readRecord(cluster.name);
  const folder = clusterFolder(cluster.name);
  const layout = layoutOf(folder);
  if (!record) return { name: cluster.name, folder, server: "", healthy: false, parts: [] };
  const agent = readAgentState(layout.agentState);
  const parts: ClusterPart[] = [];
  for (const name of controlPlaneParts) {
    const { pid, startTime, since } = record.parts[name];
    const logFile = layout.partLog(name);
    const address = `127.0.0.1:${record.ports[name]}`;
    const base = { name, role: roles[name], address, logFile };
    if (isAlive(pid, startTime)) {
      parts.push({ ...base, state: "running", pid, since });
      continue;
    }
    const ended = agent?.ended[name];
    const seen = ended?.pid === pid ? ended : undefined;
    parts.push({
      ...base,
      state: "crashed",
      since: seen?.at,
      note: `process ${pid} has ended`,
      logTail: seen?.logTail ?? (await tailOfFile(logFile, 15)),
    });
  }
  const alive = agentRuns(agent);
  const agentBase = {
    name: "agent",
    role: "kubelet and network of the processes below",
    address: record.egressSocket,
    logFile: layout.agentLog,
  };
  parts.push(
    alive && agent
      ? { ...agentBase, state: agent.ready ? "running" : "starting", pid: agent.agent.pid, since: agent.agent.since }
      : {
          ...agentBase,
          state: "crashed",
          note: agent ? `process ${agent.agent.pid} has ended` : "it left no state",
          logTail: await tailOfFile(layout.agentLog, 15),
        },
  );
  parts.push(
    ...(agent?.hosted ?? [])
      .filter(({ state, lastEnd }) => state !== "replaced" && !(state === "ended" && lastEnd?.how === "exit code 0"))
      .map((hosted) => hostedPart(hosted, alive, agent?.realGatewayClasses ?? [])),
  );
  const healthy = parts.every(({ state }) => state === "running" || state === "starting");
  return { name: record.name, folder, server: clusterFrom(record).server, healthy, parts };
}

function hostedPart(hosted: HostedState, agentAlive: boolean, realGatewayClasses: readonly string[]): ClusterPart {
  const {
    gatewayController,
    program,
    role,
    pods,
    logFile,
    process,
    restarts,
    lastEnd,
    message,
    webhookPort,
    allInterfaces,
  } = hosted;
  const runs = process !== undefined && isAlive(process.pid, process.startTime);
  const notes = [
    `pod ${pods.join(", ")}`,
    ...(gatewayController && realGatewayClasses.length > 0
      ? [`gateways of class ${realGatewayClasses.join(", ")} and their routes have their status from it`]
      : []),
    ...(message ? [message.split("\n")[0] ?? ""] : []),
    ...(restarts > 0 ? [`${restarts} restarts, the last end: ${lastEnd?.how ?? "unknown"}`] : []),
    ...(runs && allInterfaces ? ["listens on all interfaces: KServe has no option to narrow it"] : []),
    ...(!agentAlive && runs ? ["not looked after, since the agent does not run"] : []),
  ];
  const crashed = ["crashed", "ended"].includes(hosted.state) || (process !== undefined && !runs);
  return {
    name: program,
    role,
    state: crashed
      ? "crashed"
      : hosted.state === "ready"
        ? "running"
        : hosted.state === "waiting"
          ? "stopped"
          : "starting",
    pid: runs ? process.pid : undefined,
    address: runs && webhookPort !== undefined ? `${allInterfaces ? "*" : "127.0.0.1"}:${webhookPort}` : "",
    logFile,
    since: crashed ? lastEnd?.at : process?.since,
    note: notes.join("; "),
    logTail: crashed ? lastEnd?.logTail : undefined,
  };
}

/** One line of `list`. */
export interface ClusterSummary {
  name: string;
  server: string;
  state: "running" | "damaged" | "stopped" | "half-made";
  folder: string;
}

/** All clusters of this user. */
export async function listClusters(): Promise<ClusterSummary[]> {
  return Promise.all(
    clusterNames()
      .filter((name) => existsSync(clusterFolder(name)))
      .map(async (name) => {
        const { server, healthy, parts, folder } = await clusterStatus({ name });
        const runs = parts.some(({ state }) => state === "running");
        return {
          name,
          server,
          folder,
          state: parts.length === 0 ? "half-made" : healthy ? "running" : runs ? "damaged" : "stopped",
        };
      }),
  );
}
