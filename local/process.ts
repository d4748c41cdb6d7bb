import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { randomInt } from "node:crypto";
import { closeSync, createWriteStream, existsSync, mkdirSync, openSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { isAlive, processStartTime, sleep, type ProcessIdentity } from "./identity";

export { withFileLock, writeFileAtomic, type FileLockOptions } from "./files";
export { isAlive, processStartTime, sleep, type ProcessIdentity } from "./identity";

export interface StartOptions {
  /** In messages and in the cluster's state. */
  name: string;
  command: string;
  args: string[];
  /** The whole environment. @default the caller's */
  env?: NodeJS.ProcessEnv;
  /** @default the caller's */
  cwd?: string;
  /** Takes stdout and stderr; appended to. */
  logFile: string;
  /** Keeps running when the starter ends. @default false */
  daemon?: boolean;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ManagedProcess extends ProcessIdentity {
  name: string;
  logFile: string;
  /** Never rejects. */
  exited: Promise<ProcessExit>;
  /** SIGTERM to the process group, SIGKILL after the grace. @default graceMs 5000 */
  stop(graceMs?: number): Promise<void>;
}

export interface PipedProcess extends ManagedProcess {
  stdin: Writable;
  stdout: Readable;
}

export interface RunOptions {
  cwd?: string;
  /** The whole environment. @default the caller's */
  env?: NodeJS.ProcessEnv;
  /** Text for stdin. @default none, stdin is empty */
  input?: string;
  /** Takes a copy of stdout and stderr; replaced. */
  logFile?: string;
  /** The command is stopped and reported after this many milliseconds. @default none */
  timeoutMs?: number;
  /** Called for every complete line of stdout and stderr. */
  onLine?: (line: string) => void;
}

/** A command that could not be started, ended with another code than 0, or took too long. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly code: number | null,
    readonly signal: NodeJS.Signals | null,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

/** Groups that end with this process, by the number of their leader. */
const ownGroups = new Map<number, (graceMs?: number) => Promise<void>>();
let handlersInstalled = false;

/**
 * Starts a process in a group of its own, with its output in a file, so that it never holds the caller's stdout.
 * It is stopped when this process ends, by itself or by SIGINT, SIGTERM or SIGHUP, unless `daemon` is set.
 * @throws when the command cannot be started.
 */
export function startProcess(options: StartOptions): ManagedProcess {
  return start(options, (log) => ["ignore", log, log]).managed;
}

/**
 * Like {@link startProcess}, with pipes to its stdin and from its stdout; the log file takes stderr only.
 * @throws when the command cannot be started.
 */
export function startPiped(options: Omit<StartOptions, "daemon">): PipedProcess {
  const { child, managed } = start(options, (log) => ["pipe", "pipe", log]);
  return { ...managed, stdin: child.stdin as Writable, stdout: child.stdout as Readable };
}

/**
 * Like {@link startProcess}, with its stdout in a file of its own, for a program that ends when its stdin does. It keeps this process from nothing:
 * a signal to end leaves it alone, as long as this process has something to finish, and it ends with it.
 * @throws when the command cannot be started.
 */
export function startTied({
  stdoutFile,
  ...options
}: Omit<StartOptions, "daemon"> & { stdoutFile: string }): ManagedProcess {
  const stdout = openSync(stdoutFile, "w", 0o600);
  try {
    const { child, managed } = start({ ...options, daemon: true }, (log) => ["pipe", stdout, log]);
    // Its end may come first.
    child.stdin?.on("error", () => undefined);
    (child.stdin as Socket).unref();
    return managed;
  } finally {
    closeSync(stdout);
  }
}

function start(
  options: StartOptions,
  stdio: (log: number) => StdioOptions,
): { child: ChildProcess; managed: ManagedProcess } {
  const { name, command, args, logFile } = options;
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  let child: ChildProcess;
  try {
    child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true, stdio: stdio(log) });
  } finally {
    closeSync(log);
  }
  const exited = exitOf(child);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${name} could not be started: ${whyNotStarted(command, options.cwd)}`);
  if (options.daemon) child.unref();
  const stop = stopper(pid, exited);
  if (!options.daemon) own(pid, stop, exited);
  return { child, managed: { name, pid, startTime: processStartTime(pid), logFile, exited, stop } };
}

/**
 * Runs a command to its end, in a group of its own that is stopped when this process ends.
 * @throws {@link CommandError} with the command, its exit code and the end of its output.
 */
export async function runCommand(
  command: string,
  args: string[],
  options: RunOptions = {},
): Promise<{ stdout: string; stderr: string }> {
  if (options.logFile) mkdirSync(dirname(options.logFile), { recursive: true });
  const log = options.logFile ? createWriteStream(options.logFile) : undefined;
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const shown = [command, ...args].join(" ");
  const exited = exitOf(child);
  const output = { stdout: "", stderr: "" };
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  for (const name of ["stdout", "stderr"] as const) {
    let rest = "";
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      log?.write(text);
      if (!options.onLine) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(options.onLine);
    });
  }
  const pid = child.pid;
  if (pid === undefined) {
    log?.end();
    throw new CommandError(`${shown} could not be started: ${whyNotStarted(command, options.cwd)}`, null, null, "", "");
  }
  const stop = stopper(pid, exited);
  own(pid, stop, exited);
  child.stdin?.on("error", () => undefined).end(options.input);
  let timedOut = false;
  const timer =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          void stop(1000);
        }, options.timeoutMs);
  const { code, signal } = await exited;
  clearTimeout(timer);
  // A grandchild may hold the pipes after the command itself has ended: its output is not waited for.
  const patience = new AbortController();
  await Promise.race([closed, sleep(2000, patience.signal)]);
  patience.abort();
  log?.end();
  if (code === 0 && !timedOut) return output;
  const how = timedOut
    ? `did not end within ${options.timeoutMs ?? 0} ms`
    : signal
      ? `was ended by ${signal}`
      : `ended with exit code ${code}`;
  const tail = lastLines(output.stderr.trim() ? output.stderr : output.stdout, 30);
  const where = options.logFile ? `\nall of its output: ${options.logFile}` : "";
  throw new CommandError(
    `${shown} ${how}${tail ? `:\n${tail}` : " and said nothing"}${where}`,
    code,
    signal,
    output.stdout,
    output.stderr,
  );
}

/** Stops a process group that another run of this project started. Does nothing when it is not that process any more. */
export async function stopProcessGroup(identity: ProcessIdentity, graceMs = 5000): Promise<void> {
  const { pid, startTime } = identity;
  if (!isAlive(pid, startTime)) return;
  signalGroup(pid, "SIGTERM");
  const end = Date.now() + graceMs;
  while (isAlive(pid, startTime) && Date.now() < end) await sleep(20);
  signalGroup(pid, "SIGKILL");
  while (isAlive(pid, startTime)) await sleep(20);
}

/** The last lines of a file, of at most its last 64 KiB; an empty text when there is no file. */
export async function tailOfFile(path: string, lines: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return "";
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 64 * 1024);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return lastLines(buffer.toString("utf8", 0, bytesRead), lines);
  } finally {
    await file.close();
  }
}

/** Below the ports that Linux (32768) and macOS (49152) give to outgoing connections, which would take a chosen port at any moment. */
const listeningPorts = { first: 20_000, last: 32_767 };

/**
 * A TCP port that was free on the loopback interface a moment ago, and that no outgoing connection takes by chance.
 * @throws Error when none is found.
 */
export async function freePort(): Promise<number> {
  const { first, last } = listeningPorts;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(first, last + 1);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port was found among ${first} to ${last} of the loopback interface`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function lastLines(text: string, lines: number): string {
  return text.trimEnd().split("\n").slice(-lines).join("\n");
}

function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    // Reported by whyNotStarted; without a listener it would end this process.
    child.once("error", () => resolve({ code: null, signal: null }));
  });
}

function whyNotStarted(command: string, cwd: string | undefined): string {
  if (cwd !== undefined && !existsSync(cwd)) return `its working folder ${cwd} does not exist`;
  if (command.includes("/") && !existsSync(command)) return `${command} does not exist`;
  return command.includes("/") ? `${command} is not an executable file` : `${command} was not found on PATH`;
}

function stopper(pid: number, exited: Promise<ProcessExit>): (graceMs?: number) => Promise<void> {
  let ended = false;
  void exited.then(() => (ended = true));
  return async (graceMs = 5000) => {
    if (!ended) {
      signalGroup(pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), graceMs);
      await exited;
      clearTimeout(timer);
    }
    // What the leader left behind in its group.
    signalGroup(pid, "SIGKILL");
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function own(pid: number, stop: (graceMs?: number) => Promise<void>, exited: Promise<ProcessExit>): void {
  ownGroups.set(pid, stop);
  void exited.then(() => ownGroups.delete(pid));
  if (handlersInstalled) return;
  handlersInstalled = true;
  process.on("exit", stopAllAtExit);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const handler = () => {
      void Promise.all([...ownGroups.values()].map((stopGroup) => stopGroup(3000))).then(() => {
        // Somebody else who listens decides how this process ends.
        if (process.listenerCount(signal) > 1) return;
        process.removeListener(signal, handler);
        process.kill(process.pid, signal);
      });
    };
    process.on(signal, handler);
  }
}

/** Nothing asynchronous runs any more at this point. */
function stopAllAtExit(): void {
  const groups = [...ownGroups.keys()];
  groups.forEach((pid) => signalGroup(pid, "SIGTERM"));
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const end = Date.now() + 2000;
  while (groups.some((pid) => isAlive(pid)) && Date.now() < end) Atomics.wait(pause, 0, 0, 10);
  groups.forEach((pid) => signalGroup(pid, "SIGKILL"));
}
