import { readFileSync } from "node:fs";

import type { ControlPlanePart } from "../cluster/types";
import type { ProcessIdentity } from "../process";

/** `agent.json`: what the agent knows and does, for `status`, `logs` and whoever has to clean up after it. */
export interface AgentState {
  agent: ProcessIdentity & { since: string };
  /** The agent is connected and serves. */
  ready: boolean;
  /** Parts of the control plane whose end the agent saw. */
  ended: Partial<Record<ControlPlanePart, { at: string; pid: number; logTail: string }>>;
  hosted: HostedState[];
  /** GatewayClasses whose controller runs here, so that nothing of theirs is played. */
  realGatewayClasses?: string[];
}

/** One process that the agent runs in the place of pods. */
export interface HostedState {
  /** Name of the program, such as `llmisvc`. */
  program: string;
  role: string;
  /** The controller of GatewayClasses that it is. */
  gatewayController?: string;
  /** `<namespace>/<name>` of the pods it stands for. */
  pods: string[];
  state: "waiting" | "starting" | "ready" | "crashed" | "ended" | "replaced";
  /** Why it waits or has crashed. */
  message?: string;
  process?: ProcessIdentity & { since: string };
  webhookPort?: number;
  /** The webhook server cannot be told to listen on one address only. */
  allInterfaces: boolean;
  logFile: string;
  restarts: number;
  lastEnd?: { at: string; how: string; logTail: string };
}

/** @returns undefined when the agent has not written it (yet). */
export function readAgentState(file: string): AgentState | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as AgentState;
  } catch {
    return undefined;
  }
}
