import type { ProcessIdentity } from "../process";
import type { GatewayToolName, Tool, Toolchain } from "../toolchain/types";

/** The executables that a cluster runs. */
export const clusterToolNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kwokctl",
  "llmisvc",
  "lws",
] as const;
export type ClusterToolName = (typeof clusterToolNames)[number];
/** Gateway controllers are there only when an environment needs them. */
export interface ClusterToolchain {
  tools: Toolchain<ClusterToolName>["tools"] & Partial<Record<GatewayToolName, Tool>>;
}

/** The parts of the control plane that kwokctl starts, in the order of a report. */
export const controlPlaneParts = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
] as const;
export type ControlPlanePart = (typeof controlPlaneParts)[number];

/** A group of equal nodes. */
export interface NodeGroup {
  /** A kind of {@link nodeKinds} in local/cluster/nodes.ts, such as `nvidia-h100-80gb`. */
  kind: string;
  /** How many nodes; 0 for none. */
  nodes: number;
}

/** PEM texts of a certificate for a webhook server, made once for each cluster. */
export interface ServingCertificates {
  /** The authority, for `caBundle` (base64-encode it there). */
  caPem: string;
  certPem: string;
  keyPem: string;
}

/** An embedded cluster that runs. */
export interface Cluster {
  readonly name: string;
  /** Everything of the cluster: data, logs, configuration. */
  readonly folder: string;
  /** Complete in itself: certificates are in the file. */
  readonly kubeconfigPath: string;
  /** Address of the API server, such as `https://127.0.0.1:41234`. */
  readonly server: string;
  /** For `llmisvc-webhook-server-service.kserve.svc`. */
  readonly servingCertificates: ServingCertificates;
}

/** What is decided before a cluster starts. */
export interface ClusterPlan {
  ports: ClusterPorts;
  /** Unix socket through which the API server reaches Services. */
  egressSocket: string;
  tools: Record<ClusterToolName, ClusterTool> & Partial<Record<GatewayToolName, ClusterTool>>;
}

/** An executable that a cluster runs. */
export interface ClusterTool {
  path: string;
  version: string;
}

/** `cluster.json`. It is written when the cluster runs, so a folder without it is half-made. */
export interface ClusterRecord extends ClusterPlan {
  name: string;
  createdAt: string;
  nodes: NodeGroup[];
  /** The control plane's processes as last started. */
  parts: Record<ControlPlanePart, ProcessIdentity & { since: string }>;
}

export interface ClusterPorts {
  "kube-apiserver": number;
  etcd: number;
  "etcd-peer": number;
  "kube-controller-manager": number;
  "kube-scheduler": number;
  kwok: number;
}

/** One part of a cluster as `status` shows it. */
export interface ClusterPart {
  name: string;
  /** What it is, in a few words. */
  role: string;
  state: "running" | "starting" | "crashed" | "stopped";
  pid?: number;
  /** Where it listens; "" when nowhere. */
  address: string;
  logFile: string;
  /** ISO time of the start, or of the end when it has crashed. */
  since?: string;
  /** More to know: why it is not running, or that it listens on all interfaces. */
  note?: string;
  /** The end of the log of a part that has crashed. */
  logTail?: string;
}

export interface ClusterStatus {
  name: string;
  folder: string;
  server: string;
  /** Every part runs. */
  healthy: boolean;
  parts: ClusterPart[];
}

/** A problem with a cluster that the user can do something about; the message says what. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}
