// The agent of one embedded cluster: a daemon, started with the cluster's folder as its only argument.
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";

import { KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { layoutOf } from "../cluster/layout";
import { playedKinds } from "../cluster/stages";
import { controlPlaneParts, type ClusterPlan, type ControlPlanePart } from "../cluster/types";
import { isAlive, processStartTime, sleep, stopProcessGroup, tailOfFile, writeFileAtomic } from "../process";
import { serveEgress } from "./egress";
import { follow } from "./follow";
import { playInferencePools } from "./inferencePools";
import { Kubelet } from "./kubelet";
import { resolveTarget, type Target } from "./network";
import { RealGatewayWatch } from "./realGateways";
import { playStages } from "./stagePlayer";
import { readAgentState, type AgentState } from "./state";

const partCheckMs = 500;

async function main(folder: string): Promise<void> {
  const layout = layoutOf(folder);
  const record = readPlan(layout.agentInput);
  const stopping = new AbortController();
  const since = new Date().toISOString();
  const state: AgentState = {
    agent: { pid: process.pid, startTime: processStartTime(process.pid), since },
    ready: false,
    ended: {},
    hosted: [],
  };
  await stopLeftOvers(readAgentState(layout.agentState));

  const client = await KubernetesClient.fromKubeconfig(layout.kwokctlKubeconfig);
  const services = new Map<string, KubernetesObject>();
  const servers = await Promise.all(
    [record.egressSocket, 0].map((at) => serveEgress(at, (authority) => resolve(authority), log)),
  );
  const { port } = servers[1]?.address() as AddressInfo;
  const kubelet = new Kubelet({
    client,
    executable: (tool) => toolPath(record, tool) ?? toolPath(readPlan(layout.agentInput), tool),
    proxy: `http://127.0.0.1:${port}`,
    hostedFolder: layout.hosted,
    logsFolder: layout.logs,
    log,
    onChange: () => {
      gateways.check();
      void save();
    },
  });
  const gatewayControllers = () =>
    new Set(kubelet.hosted.flatMap(({ state, gatewayController }) => (state !== "ended" && gatewayController) || []));
  const gateways: RealGatewayWatch = new RealGatewayWatch(
    client,
    gatewayControllers,
    async () => {
      await Promise.all([refreshStages(), save()]);
    },
    log,
    stopping.signal,
  );

  const stateNow = (): AgentState => ({
    ...state,
    hosted: kubelet.hosted,
    realGatewayClasses: [...gateways.current.classes],
  });
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    saving = saving
      .then(() => writeFileAtomic(layout.agentState, JSON.stringify(stateNow(), null, 2)))
      .catch((error: unknown) => log(`state not written: ${String(error)}`));
    return saving;
  };

  const resolve = async (authority: string): Promise<Target> => {
    const target = resolveTarget(authority, services.values(), kubelet.endpoints);
    if (!("refused" in target) || !target.unknownService) return target;
    const { items } = (await client.request("GET", "/api/v1/services")) as { items: KubernetesObject[] };
    return resolveTarget(authority, items, kubelet.endpoints);
  };

  const shutDown = (signal: string) => {
    if (stopping.signal.aborted) return;
    log(`stops on ${signal}`);
    stopping.abort();
    for (const server of servers) server.close();
    void kubelet
      .stop()
      .then(save)
      .then(() => process.exit(0));
  };
  process.on("SIGTERM", () => shutDown("SIGTERM"));
  process.on("SIGINT", () => shutDown("SIGINT"));

  await save();
  log(`serves ${record.egressSocket}`);
  const podsSynced = new Promise<void>((synced) => void kubelet.run(stopping.signal, synced));
  const servicesSynced = new Promise<void>(
    (synced) =>
      void follow(
        client,
        "/api/v1/services",
        {},
        ({ type, object }) => {
          const uid = object.metadata.uid ?? "";
          if (type === "set") services.set(uid, object);
          else services.delete(uid);
        },
        stopping.signal,
        synced,
      ),
  );
  const refreshStages = playStages(client, () => playedKinds(gateways.current), log, stopping.signal);
  gateways.start();
  void playInferencePools(client, log, stopping.signal, (gateway) => {
    const real = kubelet.hosted.some(({ program }) => program === "envoy-ai-gateway");
    return real && gateways.current.gateways.includes(gateway);
  });
  void watchParts(folder, state, save, stopping.signal);
  await Promise.all([podsSynced, servicesSynced]);
  state.ready = true;
  await save();
  log("is ready");
}

/** Processes of an agent that was killed. */
async function stopLeftOvers(before: AgentState | undefined): Promise<void> {
  const processes = (before?.hosted ?? []).flatMap(({ process }) => process ?? []);
  await Promise.all(processes.map((process) => stopProcessGroup(process, 2000)));
}

/** Notices when a part of the control plane ends, while its log still has the reason at its end. */
async function watchParts(
  folder: string,
  state: AgentState,
  save: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const layout = layoutOf(folder);
  const seen = new Map<ControlPlanePart, { pid: number; startTime?: string }>();
  for (; !signal.aborted; await sleep(partCheckMs)) {
    for (const part of controlPlaneParts) {
      const pid = Number(readText(layout.partPid(part)));
      const known = seen.get(part);
      if (pid > 0 && known?.pid !== pid && isAlive(pid)) {
        seen.set(part, { pid, startTime: processStartTime(pid) });
        if (state.ended[part]) {
          delete state.ended[part];
          await save();
        }
      } else if (known && !isAlive(known.pid, known.startTime) && state.ended[part]?.pid !== known.pid) {
        const logTail = await tailOfFile(layout.partLog(part), 15);
        state.ended[part] = { at: new Date().toISOString(), pid: known.pid, logTail };
        log(`${part} (process ${known.pid}) has ended`);
        await save();
      }
    }
  }
}

function readPlan(file: string): ClusterPlan {
  return JSON.parse(readFileSync(file, "utf8")) as ClusterPlan;
}

/** Executables of gateway controllers may be built after the agent has started. */
function toolPath({ tools }: ClusterPlan, tool: keyof ClusterPlan["tools"]): string | undefined {
  return tools[tool]?.path;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} agent ${text}\n`);
}

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write("usage: main.js CLUSTER_FOLDER\n");
  process.exitCode = 2;
} else {
  main(folder).catch((error: unknown) => {
    log(`fails: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(1);
  });
}
