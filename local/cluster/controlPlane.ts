import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { KubernetesClient } from "../../sdk/kubernetes/client";
import { versions } from "../../sdk/versions";
import {
  processStartTime,
  sleep,
  startProcess,
  stopProcessGroup,
  tailOfFile,
  writeFileAtomic,
  type ProcessIdentity,
} from "../process";
import { hasEnded, partProcesses, pidOf } from "./partProcesses";
import { kwokctlName, kwokctlPartName, layoutOf } from "./layout";
import {
  ClusterError,
  controlPlaneParts,
  type ClusterPlan,
  type ClusterPorts,
  type ClusterRecord,
  type ClusterToolName,
  type ControlPlanePart,
} from "./types";

/**
 * Megabytes of CRD schema make the API server spend a third of its time on garbage at Go's default of 100; with this, the two
 * large CRDs are served after 7 instead of 10 seconds of its time. The limit keeps its memory where it was.
 */
const garbageCollection = { GOGC: "400", GOMEMLIMIT: "2GiB" };

const serviceRange = "10.96.0.0/16";
const startTimeoutMs = 120_000;

/** Writes everything that kwokctl reads. */
export async function writeControlPlaneFiles(folder: string, plan: ClusterPlan): Promise<void> {
  const layout = layoutOf(folder);
  mkdirSync(layout.bin, { recursive: true });
  mkdirSync(layout.logs, { recursive: true });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const kubectl = join(layout.bin, "kubectl");
  await Promise.all([
    writeFileAtomic(layout.egressConfig, json(egressConfiguration(plan.egressSocket))),
    writeFileAtomic(layout.kwokctlConfig, json(kwokctlConfiguration(plan.tools, plan.ports, layout))),
    // kwokctl asks kubectl whether the API server answers, and would download one where there is none.
    writeFileAtomic(
      kubectl,
      `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(join(__dirname, "kubectl.js"))} "$@"\n`,
    ),
  ]);
  chmodSync(kubectl, 0o755);
}

function egressConfiguration(socket: string) {
  return {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [
      {
        name: "cluster",
        connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: socket } } },
      },
    ],
  };
}

/** The configuration of kwokctl's binary runtime, in its v1alpha1 format. */
export function kwokctlConfiguration(
  tools: Record<ClusterToolName, { path: string }>,
  ports: ClusterPorts,
  { egressConfig, pki }: { egressConfig: string; pki: string },
) {
  const certificate = {
    "tls-cert-file": join(pki, "admin.crt"),
    "tls-private-key-file": join(pki, "admin.key"),
  };
  const extraArgs = (args: Record<string, string>) => Object.entries(args).map(([key, value]) => ({ key, value }));
  return {
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      kubeVersion: `v${versions.kubernetes}`,
      bindAddress: "127.0.0.1",
      etcdBinary: tools.etcd.path,
      kubeApiserverBinary: tools["kube-apiserver"].path,
      kubeControllerManagerBinary: tools["kube-controller-manager"].path,
      kubeSchedulerBinary: tools["kube-scheduler"].path,
      etcdPort: ports.etcd,
      etcdPeerPort: ports["etcd-peer"],
      kubeApiserverPort: ports["kube-apiserver"],
      kubeControllerManagerPort: ports["kube-controller-manager"],
      kubeSchedulerPort: ports["kube-scheduler"],
      components: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"],
      enableCRDs: ["Stage"],
      // The default limit of 20 requests a second makes the controllers take a minute for a hundred services.
      disableQPSLimits: true,
    },
    componentsPatches: [
      // The data is thrown away with the cluster; a power cut may cost it.
      { name: "etcd", extraArgs: extraArgs({ "unsafe-no-fsync": "true", "log-level": "warn" }) },
      {
        name: "kube-apiserver",
        extraArgs: extraArgs({
          "egress-selector-config-file": egressConfig,
          "service-cluster-ip-range": serviceRange,
          // Lets pods that ask for an accelerator tolerate the taint of its nodes, as managed clusters do.
          "enable-admission-plugins": "ExtendedResourceToleration",
        }),
      },
      // Each has no rival; an election would make a restart wait for the lease of the one that crashed. A certificate at hand
      // spares each the making of one, which costs a third of a second.
      { name: "kube-controller-manager", extraArgs: extraArgs({ "leader-elect": "false", ...certificate }) },
      { name: "kube-scheduler", extraArgs: extraArgs({ "leader-elect": "false", ...certificate }) },
    ],
  };
}

/**
 * Starts the control plane, or those of its parts that do not run, and waits until the API server answers.
 *
 * @param command `create` for a new one, `start` for one that was made before.
 * @throws ClusterError when a part ends, with its name and the end of its log.
 */
export async function startControlPlane(
  folder: string,
  command: "create" | "start",
  plan: ClusterPlan,
): Promise<ClusterRecord["parts"]> {
  const layout = layoutOf(folder);
  const { tools } = plan;
  const running = partProcesses(folder);
  for (const part of controlPlaneParts) {
    // A file of a process that has ended could name another process by now.
    if (!running.includes(pidOf(folder, part) ?? 0)) rmSync(layout.partPid(part), { force: true });
  }
  await runKwokctl(folder, command, tools.kwokctl.path);
  await reviveEarlyDead(folder, tools.kwokctl.path);
  if (pidOf(folder, "kwok") === undefined) await startKwok(folder, plan);
  const since = new Date().toISOString();
  const identify = (part: ControlPlanePart): ProcessIdentity & { since: string } => {
    const pid = pidOf(folder, part) ?? 0;
    return { pid, startTime: processStartTime(pid), since };
  };
  return Object.fromEntries(controlPlaneParts.map((part) => [part, identify(part)])) as ClusterRecord["parts"];
}

async function runKwokctl(folder: string, command: "create" | "start", kwokctl: string): Promise<void> {
  const layout = layoutOf(folder);
  const config = command === "create" ? ["--config", layout.kwokctlConfig, "--kubeconfig", ""] : [];
  const logFile = join(layout.logs, "kwokctl.log");
  const child = startProcess({
    name: "kwokctl",
    command: kwokctl,
    args: [command, "cluster", "--name", kwokctlName, ...config],
    env: {
      ...process.env,
      ...garbageCollection,
      KWOK_WORKDIR: layout.kwokctlRoot,
      KWOK_KUBE_VERSION: `v${versions.kubernetes}`,
      PATH: `${layout.bin}:${process.env.PATH ?? ""}`,
    },
    cwd: folder,
    logFile,
  });
  await writeFileAtomic(layout.kwokctlProcess, JSON.stringify({ pid: child.pid, startTime: child.startTime }));
  let ended = false;
  void child.exited.then(() => (ended = true));
  const deadline = Date.now() + startTimeoutMs;
  while (!ended) {
    await Promise.race([child.exited, sleep(100)]);
    const dead = (["etcd", "kube-apiserver"] as const).find((part) => hasEnded(folder, part));
    if (dead === undefined && Date.now() < deadline) continue;
    await child.stop(0);
    if (dead) throw new ClusterError(await describeEnd(dead, layout.partLog(dead)));
    throw new ClusterError(
      `the control plane did not answer within ${startTimeoutMs / 1000} s; ` +
        (await describeEnd("kube-apiserver", layout.partLog("kube-apiserver"), "is still starting")),
    );
  }
  const { code, signal } = await child.exited;
  if (code === 0) return;
  throw new ClusterError(
    `kwokctl ${command} cluster ended with ${signal ?? `exit code ${code}`}; the end of ${logFile}:\n${await tailOfFile(logFile, 20)}`,
  );
}

/**
 * Starts kwok, which kwokctl would do too early: when the CRD of its Stages is not served yet, kwok waits five seconds before it
 * looks again.
 */
async function startKwok(folder: string, { ports, tools }: ClusterPlan): Promise<void> {
  const layout = layoutOf(folder);
  const client = await KubernetesClient.fromKubeconfig(layout.kwokctlKubeconfig);
  for (const deadline = Date.now() + startTimeoutMs; ; await sleep(20)) {
    try {
      await client.request("GET", "/apis/kwok.x-k8s.io/v1alpha1/stages");
      break;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
  client.close();
  const command = join(layout.kwokctlFolder, "bin", kwokctlPartName("kwok"));
  rmSync(command, { force: true });
  symlinkSync(tools.kwok.path, command);
  const kwok = startProcess({
    name: "kwok",
    command,
    // As kwokctl would; without --config, kwok reads a file in the user's home.
    args: [
      `--config=${layout.kwokctlSaved}`,
      `--kubeconfig=${layout.kwokctlKubeconfig}`,
      "--manage-all-nodes=true",
      "--enable-crds=Stage",
      "--node-lease-duration-seconds=200",
      "--node-name=localhost",
      `--node-port=${ports.kwok}`,
      `--server-address=127.0.0.1:${ports.kwok}`,
      `--tls-cert-file=${join(layout.pki, "admin.crt")}`,
      `--tls-private-key-file=${join(layout.pki, "admin.key")}`,
    ],
    cwd: folder,
    logFile: layout.partLog("kwok"),
    daemon: true,
  });
  await writeFileAtomic(layout.partPid("kwok"), String(kwok.pid));
}

/** On a busy machine the API server may take longer than the other parts are willing to wait for it at their start. */
async function reviveEarlyDead(folder: string, kwokctl: string): Promise<void> {
  const layout = layoutOf(folder);
  const dead = () => controlPlaneParts.filter((part) => part !== "kwok" && hasEnded(folder, part));
  for (let attempt = 0; dead().length > 0; attempt++) {
    const [part] = dead();
    if (attempt === 3 && part) throw new ClusterError(await describeEnd(part, layout.partLog(part)));
    for (const each of dead()) rmSync(layout.partPid(each), { force: true });
    await runKwokctl(folder, "start", kwokctl);
    await sleep(300);
  }
}

/** Ends the control plane's processes at once: their data goes too. */
export async function stopControlPlane(folder: string): Promise<void> {
  const layout = layoutOf(folder);
  // A creation that was killed leaves a kwokctl that would go on.
  if (existsSync(layout.kwokctlProcess)) {
    await stopProcessGroup(JSON.parse(readFileSync(layout.kwokctlProcess, "utf8")) as ProcessIdentity, 0);
  }
  // What kwokctl had just started when it was stopped shows a moment later.
  for (let quiet = 0; quiet < 2; await sleep(20)) {
    const found = partProcesses(folder);
    quiet = found.length === 0 ? quiet + 1 : 0;
    await Promise.all(found.map((pid) => stopProcessGroup({ pid, startTime: processStartTime(pid) }, 0)));
  }
}

/** `<part> has ended; the end of its log <file>: …` */
export async function describeEnd(part: string, logFile: string, what = "has ended"): Promise<string> {
  return `${part} ${what}; the end of its log ${logFile}:\n${await tailOfFile(logFile, 15)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
