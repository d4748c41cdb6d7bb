import { rmSync } from "node:fs";
import { join } from "node:path";

import { readAgentState, type AgentState } from "../agent/state";
import { isAlive, sleep, startProcess, stopProcessGroup, tailOfFile, writeFileAtomic } from "../process";
import { layoutOf } from "./layout";
import { ClusterError, type ClusterPlan } from "./types";

const startTimeoutMs = 180_000;

/** Writes what the agent is told. It looks again when an executable is missing. */
export async function writeAgentInput(folder: string, { ports, egressSocket, tools }: ClusterPlan): Promise<void> {
  const input: ClusterPlan = { ports, egressSocket, tools };
  await writeFileAtomic(layoutOf(folder).agentInput, JSON.stringify(input, null, 2));
}

/** Starts the agent, which outlives this process, and waits until it serves. @throws ClusterError when it ends instead. */
export async function startAgent(folder: string, plan: ClusterPlan): Promise<void> {
  const layout = layoutOf(folder);
  await writeAgentInput(folder, plan);
  const agent = startProcess({
    name: "agent",
    command: process.execPath,
    args: ["--enable-source-maps", join(__dirname, "..", "agent", "main.js"), folder],
    cwd: folder,
    logFile: layout.agentLog,
    daemon: true,
  });
  let ended = false;
  void agent.exited.then(() => (ended = true));
  for (const deadline = Date.now() + startTimeoutMs; ; await sleep(20)) {
    const state = readAgentState(layout.agentState);
    if (state?.ready && state.agent.pid === agent.pid) return;
    if (!ended && Date.now() < deadline) continue;
    await agent.stop(1000);
    const what = ended ? "has ended" : `is not ready after ${startTimeoutMs / 1000} s`;
    throw new ClusterError(
      `the agent ${what}; the end of its log ${layout.agentLog}:\n${await tailOfFile(layout.agentLog, 15)}`,
    );
  }
}

/** Whether the agent of the cluster runs. */
export function agentRuns(state: AgentState | undefined): boolean {
  return state !== undefined && isAlive(state.agent.pid, state.agent.startTime);
}

/** Stops the agent and every process that it runs, also when the agent was killed before. */
export async function stopAgent(folder: string, egressSocket: string): Promise<void> {
  const file = layoutOf(folder).agentState;
  const before = readAgentState(file);
  if (before) await stopProcessGroup(before.agent, 5000);
  const processes = (readAgentState(file)?.hosted ?? []).flatMap(({ process }) => process ?? []);
  await Promise.all(processes.map((process) => stopProcessGroup(process, 0)));
  rmSync(egressSocket, { force: true });
}
