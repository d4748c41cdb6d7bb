import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** Tells one process from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; compare for equality only. Undefined when the process had ended before it could be read. */
  startTime?: string;
}

/**
 * Whether a process runs. With a start time, whether it is that very process. A process that has ended and was not yet waited
 * for by its parent does not count.
 */
export function isAlive(pid: number, startTime?: string): boolean {
  const current = processStartTime(pid);
  return current !== undefined && (startTime === undefined || startTime === current);
}

/** When a running process was started, as an opaque text; undefined when there is no such process. */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The second field is the name in brackets, which may itself hold blanks and brackets.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? undefined : `${processRealm()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  const { stdout, status } = spawnSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const text = (stdout ?? "").trim();
  return status !== 0 || text === "" || text.startsWith("Z") ? undefined : text.replace(/^\S+\s+/, "");
}

let realm: string | undefined;

/** Names the set of processes that can be looked at from here: one boot of one machine, one container. */
export function processRealm(): string {
  if (realm !== undefined) return realm;
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    realm = `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    realm = process.platform;
  }
  return realm;
}

/** Resolves after a time, or at once when the signal is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
