import { appendFileSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { KubernetesClient } from "../../sdk/kubernetes/client";
import {
  freePort,
  sleep,
  startProcess,
  tailOfFile,
  writeFileAtomic,
  type ManagedProcess,
  type ProcessExit,
} from "../process";
import { versionMismatch, type HostedProgram } from "./images";
import { PodFiles } from "./podFiles";
import { endsByItself, podName, type Container, type Pod } from "./podSpec";
import type { HostedPhase, Termination } from "./podStatus";
import { httpProbe, tcpProbe, tlsProbe } from "./probe";
import { launchFor, type HostPorts, type Launch } from "./programs";
import type { HostedState } from "./state";

const startPollMs = 50;
const runningPollMs = 2000;
/** Failed probes in a row after which a process counts as not ready, the kubelet's default. */
const failureThreshold = 3;
const firstBackOffMs = 1000;
const longestBackOffMs = 30_000;
/** A process that ran this long starts with the shortest pause again. */
const settledMs = 60_000;
const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const signalNumbers: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

export interface HostedProcessOptions {
  client: KubernetesClient;
  program: HostedProgram;
  /** Path, or undefined as long as the executable was not built. */
  executable: () => string | undefined;
  /** Address of the proxy through which Services are reached. */
  proxy: string;
  pod: Pod;
  container: Container;
  folder: string;
  logFile: string;
  podIP: string;
  onChange: () => void;
  onEvent: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

/** Runs the process of one pod for as long as it is not stopped: waits for what it needs, starts it, and starts it again. */
export class HostedProcess {
  phase: HostedPhase = { kind: "waiting", reason: "ContainerCreating", message: "" };
  /** When the phase began. */
  since = new Date().toISOString();
  restarts = 0;
  lastEnd: Termination | undefined;
  private ports: HostPorts | undefined;
  private launch: Launch | undefined;
  private process: (ManagedProcess & { since: string }) | undefined;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly files: PodFiles;

  constructor(private readonly options: HostedProcessOptions) {
    const { client, pod, container, folder, podIP, onEvent } = options;
    this.files = new PodFiles(client, pod, container, folder, podIP, (problem) =>
      onEvent("Warning", "FailedMount", problem),
    );
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Stops the process and removes its files. */
  async stop(graceMs: number): Promise<void> {
    this.stopping.abort();
    await this.process?.stop(graceMs);
    await this.running;
    this.files.close();
    await rm(this.options.folder, { recursive: true, force: true });
  }

  /** Container port to port of this machine. */
  get endpoints(): ReadonlyMap<number, number> {
    return this.launch?.ports ?? new Map<number, number>();
  }

  get state(): Omit<HostedState, "pods"> {
    const { program, logFile } = this.options;
    const { phase, process, lastEnd } = this;
    const message = "message" in phase && phase.message ? phase.message : undefined;
    return {
      program: program.name,
      role: program.role,
      ...(program.gatewayController && { gatewayController: program.gatewayController }),
      state: phase.kind,
      message,
      process: process && { pid: process.pid, startTime: process.startTime, since: process.since },
      webhookPort: process && this.launch?.hasWebhook ? this.ports?.webhook : undefined,
      allInterfaces: this.launch?.allInterfaces ?? false,
      logFile,
      restarts: this.restarts,
      lastEnd: lastEnd && { at: lastEnd.finishedAt, how: `exit code ${lastEnd.exitCode}`, logTail: lastEnd.message },
    };
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    const { container, program, onEvent } = this.options;
    const mismatch = versionMismatch(container.image, program);
    if (mismatch) {
      this.setPhase({ kind: "waiting", reason: "ErrImagePull", message: mismatch });
      onEvent("Warning", "Failed", mismatch);
      return;
    }
    let opened = false;
    let backOff = firstBackOffMs;
    while (!this.stopped) {
      try {
        if (!opened) await this.files.open();
        opened = true;
        const env = await this.waitForFiles();
        if (env) backOff = await this.runOnce(env, backOff);
        if (this.phase.kind === "ended") return;
      } catch (error) {
        if (this.stopped) return;
        const message = error instanceof Error ? error.message : String(error);
        if (this.phase.kind !== "waiting" || this.phase.message !== message) onEvent("Warning", "Failed", message);
        this.setPhase({ kind: "waiting", reason: "CreateContainerConfigError", message });
        await this.pause(1000);
      }
    }
  }

  private async waitForFiles(): Promise<Record<string, string> | undefined> {
    for (const start = Date.now(); !this.stopped; await sleep(startPollMs)) {
      const prepared = await this.files.prepare();
      if ("env" in prepared) return prepared.env;
      // What is being installed at this moment is not worth a message.
      if (Date.now() - start < 1000) continue;
      const message = `waiting: ${prepared.missing}`;
      if (this.phase.kind === "waiting" && this.phase.message === message) continue;
      this.options.onEvent("Warning", "FailedMount", prepared.missing);
      this.setPhase({ kind: "waiting", reason: "ContainerCreating", message });
    }
    return undefined;
  }

  /** Starts the process and stays until it has ended and the pause before the next start is over. @returns the next pause. */
  private async runOnce(containerEnv: Record<string, string>, backOff: number): Promise<number> {
    const { program, container, pod, proxy, logFile, onEvent } = this.options;
    const executable = this.options.executable();
    if (executable === undefined) {
      throw new Error(
        `the executable of ${program.role} was not built; \`npm run local -- up\` builds it for an environment whose gateway needs it, ` +
          `\`npm run local -- create --with ${program.tool}\` without one`,
      );
    }
    this.ports = { health: await freePort(), webhook: await freePort(), other: await freePort() };
    this.launch = await launchFor(program, container, pod.metadata.namespace ?? "", this.files.root, this.ports, proxy);
    const env = await this.environment(containerEnv, this.launch.env);
    if (this.stopped) return backOff;
    const startedAt = new Date().toISOString();
    mkdirSync(join(logFile, ".."), { recursive: true });
    appendFileSync(logFile, `--- ${startedAt} ${program.name} starts for pod ${podName(pod)}\n`);
    const child = startProcess({
      name: program.name,
      command: executable,
      args: this.launch.args,
      env,
      cwd: this.files.root,
      logFile,
    });
    this.process = { ...child, since: startedAt };
    this.setPhase({ kind: "starting", startedAt });
    onEvent("Normal", "Started", `Started container ${container.name} as process ${child.pid}`);
    const ended = new AbortController();
    const exited = child.exited.finally(() => ended.abort());
    await Promise.all([endsByItself(pod) ? undefined : this.observe(startedAt, ended.signal), exited]);
    this.process = undefined;
    if (this.stopped) return backOff;
    return this.afterEnd(await exited, startedAt, backOff);
  }

  private async afterEnd(exit: ProcessExit, startedAt: string, backOff: number): Promise<number> {
    const { logFile, pod, program, onEvent } = this.options;
    const finishedAt = new Date().toISOString();
    const exitCode = exit.code ?? 128 + ((exit.signal && signalNumbers[exit.signal]) ?? 0);
    const logTail = await tailOfFile(logFile, 15);
    this.lastEnd = { exitCode, message: logTail.slice(-4000), startedAt, finishedAt };
    if (endsByItself(pod) && (exitCode === 0 || pod.spec.restartPolicy === "Never")) {
      this.setPhase({ kind: "ended", end: this.lastEnd });
      return backOff;
    }
    this.restarts++;
    const settled = Date.parse(finishedAt) - Date.parse(startedAt) > settledMs;
    const pause = settled ? firstBackOffMs : backOff;
    const how = exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`;
    const message = `${program.name} ${how}, starts again in ${pause / 1000} s; the end of its log ${logFile}:\n${logTail}`;
    this.setPhase({ kind: "crashed", message });
    onEvent("Warning", "BackOff", message.slice(0, 1000));
    await this.pause(pause);
    return Math.min(pause * 2, longestBackOffMs);
  }

  /** Keeps the phase true while the process runs. */
  private async observe(startedAt: string, ended: AbortSignal): Promise<void> {
    let failures = 0;
    while (!ended.aborted && !this.stopped) {
      const answers = await this.answers();
      if (ended.aborted || this.stopped) return;
      failures = answers ? 0 : failures + 1;
      const ready = this.phase.kind === "ready";
      if (answers && !ready) this.setPhase({ kind: "ready", startedAt });
      if (ready && failures >= failureThreshold) this.setPhase({ kind: "starting", startedAt });
      await pauseUntil(this.phase.kind === "ready" ? runningPollMs : startPollMs, ended);
    }
  }

  /**
   * The container's readiness probe. Before the first success the webhook port has to answer too: in a cluster the probe's
   * initial delay hides that a process may call itself ready before its webhooks are served.
   */
  private async answers(): Promise<boolean> {
    const { launch, ports } = this;
    if (!launch || !ports) return false;
    const declared = this.options.container.readinessProbe?.httpGet;
    const path = declared ? (declared.path ?? "/") : launch.defaultReadiness.path;
    const port = declared?.port ?? launch.defaultReadiness.port;
    const number =
      typeof port === "number" ? port : this.options.container.ports?.find(({ name }) => name === port)?.containerPort;
    const hostPort = launch.ports.get(number ?? 0) ?? ports.health;
    const answers = path === undefined ? await tcpProbe(hostPort) : await httpProbe(hostPort, path, declared?.scheme);
    if (!answers) return false;
    return this.phase.kind === "ready" || !launch.hasWebhook || tlsProbe(ports.webhook);
  }

  private async environment(
    containerEnv: Record<string, string>,
    launchEnv: Record<string, string>,
  ): Promise<Record<string, string>> {
    const kubeconfig = join(this.options.folder, "kubeconfig.yaml");
    const { access } = this.options.client;
    const mounted = this.options.container.volumeMounts?.some(({ mountPath }) => tokenFile.startsWith(`${mountPath}/`));
    const user = mounted ? { tokenFile: join(this.files.root, tokenFile) } : {};
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "local",
          cluster: {
            server: access.server,
            "certificate-authority-data": Buffer.from(String(access.tls.ca)).toString("base64"),
          },
        },
      ],
      users: [{ name: "pod", user }],
      contexts: [{ name: "local", context: { cluster: "local", user: "pod" } }],
      "current-context": "local",
    };
    await writeFileAtomic(kubeconfig, JSON.stringify(config, null, 2), 0o600);
    return {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      HOME: this.files.root,
      ...containerEnv,
      ...launchEnv,
      KUBECONFIG: kubeconfig,
    };
  }

  private setPhase(phase: HostedPhase): void {
    this.phase = phase;
    this.since = new Date().toISOString();
    this.options.onChange();
  }

  private pause(ms: number): Promise<void> {
    return pauseUntil(ms, this.stopping.signal);
  }
}

/** Sleeps, but not longer than until the signal. */
function pauseUntil(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
