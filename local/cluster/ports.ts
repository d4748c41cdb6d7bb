import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";

import { sleep } from "../process";
import { ClusterError } from "./types";

/** Whether nothing listens on a loopback port. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(new ClusterError(`port ${port} cannot be used: ${error.message}; choose another one with --port`));
    });
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Makes sure that the ports are free.
 *
 * @param fix what the user can do when one is not.
 * @param patienceMs how long to wait for a port whose process has just ended and not yet given it back.
 * @throws ClusterError with every port that is in use and, where it can be found out, what listens there.
 */
export async function assertPortsFree(ports: Record<string, number>, fix: string, patienceMs = 0): Promise<void> {
  const problems: string[] = [];
  const deadline = Date.now() + patienceMs;
  for (const [use, port] of Object.entries(ports)) {
    let free = await isPortFree(port);
    for (; !free && Date.now() < deadline; free = await isPortFree(port)) await sleep(50);
    if (free) continue;
    const listener = listenerOf(port);
    problems.push(`port ${port} (for ${use}) is in use${listener ? ` by ${listener}` : ""}`);
  }
  if (problems.length > 0) throw new ClusterError(`${problems.join("; ")}. ${fix}`);
}

/** Names the process that listens on a TCP port, as far as this user may see it. */
export function listenerOf(port: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  const inodes = new Set(["tcp", "tcp6"].flatMap((table) => listeningInodes(`/proc/net/${table}`, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    if (socketsOf(pid).some((inode) => inodes.has(inode))) {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return `process ${pid} (${command.slice(0, 120)})`;
    }
  }
  return "a process of another user";
}

/** Reads /proc/net/tcp: the local address is the second column, the state (0A is LISTEN) the fourth, the inode the tenth. */
function listeningInodes(table: string, port: number): string[] {
  let text: string;
  try {
    text = readFileSync(table, "utf8");
  } catch {
    return [];
  }
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${wanted}`))
    .flatMap((columns) => columns[9] ?? []);
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
