import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { clusterFolder, stateRoot } from "../paths";
import { ClusterError, type Cluster, type ClusterRecord, type ControlPlanePart } from "./types";

/** Name of the cluster inside kwokctl's own folder. */
export const kwokctlName = "main";

/** Where the files of a cluster lie. */
export function layoutOf(folder: string) {
  const kwokctlRoot = join(folder, "kwokctl");
  const kwokctlFolder = join(kwokctlRoot, "clusters", kwokctlName);
  return {
    record: join(folder, "cluster.json"),
    kubeconfig: join(folder, "kubeconfig.yaml"),
    certificates: join(folder, "certificates.json"),
    kwokctlConfig: join(folder, "kwokctl.yaml"),
    /** Which process the last kwokctl was. */
    kwokctlProcess: join(folder, "kwokctl.json"),
    egressConfig: join(folder, "egress.yaml"),
    /** Put on kwokctl's PATH. */
    bin: join(folder, "bin"),
    logs: join(folder, "logs"),
    agentLog: join(folder, "logs", "agent.log"),
    /** What the agent is told. */
    agentInput: join(folder, "agent-input.json"),
    /** What the agent tells. */
    agentState: join(folder, "agent.json"),
    /** Folders of the processes that the agent runs. */
    hosted: join(folder, "hosted"),
    kwokctlRoot,
    kwokctlFolder,
    /** kwokctl's own record of the cluster. */
    kwokctlSaved: join(kwokctlFolder, "kwok.yaml"),
    kwokctlKubeconfig: join(kwokctlFolder, "kubeconfig.yaml"),
    pki: join(kwokctlFolder, "pki"),
    partLog: (part: ControlPlanePart) => join(kwokctlFolder, "logs", `${kwokctlPartName(part)}.log`),
    partPid: (part: ControlPlanePart) => join(kwokctlFolder, "pids", `${kwokctlPartName(part)}.pid`),
  };
}

/** kwokctl's name of a part, also the base of its log and pid file. */
export function kwokctlPartName(part: ControlPlanePart): string {
  return part === "kwok" ? "kwok-controller" : part;
}

/** Serialises what is done to one cluster by several processes. */
export function clusterLock(name: string): string {
  return join(stateRoot(), "locks", `${name}.lock`);
}

/**
 * Path of the agent's socket. A Unix socket's path may have 107 bytes, so a cluster in a deep folder has its socket in the
 * temporary folder instead.
 */
export function egressSocketOf(folder: string): string {
  const inside = join(folder, "egress.sock");
  if (Buffer.byteLength(inside) <= 100) return inside;
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return join(tmpdir(), `pulumi-kserve-${userInfo().uid}`, `${id}.sock`);
}

/** Reads `cluster.json`. @returns undefined when there is no such cluster, or a half-made one. */
export function readRecord(name: string): ClusterRecord | undefined {
  const file = layoutOf(clusterFolder(name)).record;
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ClusterRecord;
  } catch (error) {
    throw new ClusterError(
      `cluster "${name}": ${file} cannot be read (${error instanceof Error ? error.message : String(error)}); ` +
        `remove the cluster with \`npm run local -- down --name ${name}\``,
    );
  }
}

/** What users of a cluster get to know. */
export function clusterFrom(record: ClusterRecord): Cluster {
  const folder = clusterFolder(record.name);
  const layout = layoutOf(folder);
  return {
    name: record.name,
    folder,
    kubeconfigPath: layout.kubeconfig,
    server: `https://127.0.0.1:${record.ports["kube-apiserver"]}`,
    servingCertificates: JSON.parse(readFileSync(layout.certificates, "utf8")) as Cluster["servingCertificates"],
  };
}
