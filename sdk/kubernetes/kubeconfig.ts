import { readFileSync } from "node:fs";
import type { AgentOptions } from "node:https";

import { load } from "js-yaml";

/** What is needed to talk to one API server: its address and how to authenticate, resolved from a kubeconfig. */
export interface ClusterAccess {
  /** Base address without a trailing slash, such as `https://127.0.0.1:6443`. */
  readonly server: string;
  /** Default namespace of the context. @default "default" */
  readonly namespace: string;
  /** TLS options for Node's https agent. */
  readonly tls: Pick<AgentOptions, "ca" | "cert" | "key" | "rejectUnauthorized" | "servername">;
  /** Headers that authenticate a request; read before every request, because exec plugins rotate tokens. */
  headers(): Promise<Record<string, string>>;
}

interface Named<T> {
  name: string;
  context?: T;
  cluster?: T;
  user?: T;
}

interface KubeconfigFile {
  "current-context"?: string;
  contexts?: Named<{ cluster?: string; user?: string; namespace?: string }>[];
  clusters?: Named<Record<string, unknown>>[];
  users?: Named<Record<string, unknown>>[];
}

const staticUserKeys = new Set([
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
  "tokenFile",
]);

/**
 * Resolves a kubeconfig given as text or as a path.
 *
 * Certificates and tokens are handled here; everything that needs a plugin or a proxy (exec, OIDC, `proxy-url`) is left
 * to the official client library, which is loaded only then because it takes half a second.
 *
 * @throws Error when the kubeconfig, the context, its cluster or its user cannot be found or read.
 */
export async function loadClusterAccess(kubeconfig: string, context?: string): Promise<ClusterAccess> {
  const text =
    kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{") ? kubeconfig : readFileSync(kubeconfig, "utf8");
  const file = parse(text);
  const contextName = context ?? file["current-context"];
  const selected = file.contexts?.find((entry) => entry.name === contextName)?.context;
  if (!selected) {
    const known = (file.contexts ?? []).map((entry) => entry.name).join(", ") || "none";
    throw new Error(`kubeconfig: context "${contextName ?? ""}" not found; the file has: ${known}`);
  }
  const cluster = file.clusters?.find((entry) => entry.name === selected.cluster)?.cluster;
  if (typeof cluster?.server !== "string") {
    throw new Error(
      `kubeconfig: context "${contextName}" names cluster "${selected.cluster ?? ""}", which has no server`,
    );
  }
  const user = file.users?.find((entry) => entry.name === selected.user)?.user ?? {};
  const namespace = selected.namespace ?? "default";
  if (cluster["proxy-url"] !== undefined || Object.keys(user).some((key) => !staticUserKeys.has(key))) {
    return accessFromLibrary(text, contextName ?? "", namespace);
  }

  const tokenFile = optionalText(user.tokenFile);
  const token = optionalText(user.token);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace,
    tls: {
      ca: material(cluster, "certificate-authority"),
      cert: material(user, "client-certificate"),
      key: material(user, "client-key"),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
      servername: optionalText(cluster["tls-server-name"]),
    },
    headers: () => {
      const bearer = tokenFile ? readFileSync(tokenFile, "utf8").trim() : token;
      return Promise.resolve(bearer ? { Authorization: `Bearer ${bearer}` } : ({} as Record<string, string>));
    },
  };
}

function parse(text: string): KubeconfigFile {
  let value: unknown;
  try {
    value = load(text);
  } catch (error) {
    throw new Error(`kubeconfig: not valid YAML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (typeof value !== "object" || value === null)
    throw new Error("kubeconfig: expected a mapping with contexts, clusters and users");
  return value as KubeconfigFile;
}

function optionalText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** PEM text of `<key>-data` (base64) or of the file that `<key>` names. */
function material(entry: Record<string, unknown>, key: string): string | undefined {
  const data = optionalText(entry[`${key}-data`]);
  if (data) return Buffer.from(data, "base64").toString("utf8");
  const path = optionalText(entry[key]);
  return path ? readFileSync(path, "utf8") : undefined;
}

async function accessFromLibrary(text: string, context: string, namespace: string): Promise<ClusterAccess> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`kubeconfig: context "${context}" has no cluster`);
  const options: AgentOptions & { headers?: Record<string, string> } = {};
  await config.applyToHTTPSOptions(options);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    namespace,
    tls: {
      ca: options.ca,
      cert: options.cert,
      key: options.key,
      rejectUnauthorized: options.rejectUnauthorized ?? true,
      servername: options.servername,
    },
    headers: async () => {
      const fresh: AgentOptions & { headers?: Record<string, string> } = {};
      await config.applyToHTTPSOptions(fresh);
      return fresh.headers ?? {};
    },
  };
}
