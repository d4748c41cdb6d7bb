import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { isAlive } from "../process";
import { layoutOf } from "./layout";
import type { ControlPlanePart } from "./types";

/** The process that a part's pid file names; undefined when it was never started. */
export function pidOf(folder: string, part: ControlPlanePart): number | undefined {
  try {
    const pid = Number(readFileSync(layoutOf(folder).partPid(part), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A part was started and does not run any more. */
export function hasEnded(folder: string, part: ControlPlanePart): boolean {
  const pid = pidOf(folder, part);
  return pid !== undefined && !isAlive(pid);
}

/**
 * All processes of the cluster's control plane: those whose executable is named by a path inside the cluster's folder, which is how
 * each is started. Pid files do not tell of one that was started a moment before kwokctl was stopped.
 */
export function partProcesses(folder: string): number[] {
  const inside = `${join(layoutOf(folder).kwokctlFolder, "bin")}/`;
  return commandLines()
    .filter(({ pid, command }) => command.startsWith(inside) && isAlive(pid))
    .map(({ pid }) => pid);
}

function commandLines(): { pid: number; command: string }[] {
  if (process.platform === "linux") {
    return readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .map((pid) => ({ pid: Number(pid), command: commandLine(pid) }));
  }
  const { stdout } = spawnSync("ps", ["-axo", "pid=,command="], { encoding: "utf8", maxBuffer: 64 << 20 });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), command: match[2] ?? "" }] : [];
  });
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
