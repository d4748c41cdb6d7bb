import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ApiError, type KubernetesClient } from "../../sdk/kubernetes/client";
import { CommandError, runCommand } from "../process";

import { messageOf } from "./errors";
import { objectAt, objectsAt, textAt, type JsonObject } from "./json";
import type { Session } from "./session";

/** One rendering of a chart. */
export interface HelmOptions {
  /** Folder, archive, `oci://` address, URL, or a name within `repo`. */
  chart: string;
  /** Release name. */
  name: string;
  namespace: string;
  version?: string;
  devel?: boolean;
  repo?: string;
  username?: string;
  password?: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  plainHttp?: boolean;
  verify?: boolean;
  keyring?: string;
  /** Lowest priority first. */
  valuesFiles?: string[];
  /** Wins over the files. */
  values: JsonObject;
  includeCrds: boolean;
  hooks: "none" | "without tests" | "all";
  /** Resolves `lookup` against the cluster, as an installation would. */
  lookup: boolean;
  postRenderer?: { command: string; args: string[] };
  /** @default the cluster's */
  kubeVersion?: string;
  /** @default the cluster's */
  apiVersions?: string[];
  registryConfig?: string;
}

/** The environment variable that names the helm to use. */
export const helmVariable = "PULUMI_KSERVE_TOOL_HELM";

const helmTimeoutMs = 300_000;

/**
 * Renders a chart with the helm binary: `$PULUMI_KSERVE_TOOL_HELM`, else the one on PATH.
 *
 * @returns the manifests, as one YAML text
 * @throws Error with helm's own message.
 */
export async function renderChart(session: Session, options: HelmOptions): Promise<string> {
  const helm = session.cluster.offline?.helm ?? (process.env[helmVariable] || "helm");
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-helm-"));
  try {
    const cluster = await clusterArgs(session, options, folder);
    // Values go through a file: they may be secret, and the command line is for everyone to read.
    const values = join(folder, "values.json");
    await writeFile(values, JSON.stringify(options.values), { mode: 0o600 });
    const args = [...templateArgs(options), ...cluster, "--values", values];
    const { stdout } = await runCommand(helm, args, { timeoutMs: helmTimeoutMs });
    return stdout;
  } catch (error) {
    throw new Error(describeHelmError(error, options, helm), { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function templateArgs(options: HelmOptions): string[] {
  const args = ["template", options.name, options.chart, "--namespace", options.namespace];
  const text = (flag: string, value: string | undefined): void => void (value && args.push(flag, value));
  const flag = (name: string, value: boolean | undefined): void => void (value && args.push(name));
  text("--version", options.version);
  text("--repo", options.repo);
  text("--username", options.username);
  text("--password", options.password);
  text("--ca-file", options.caFile);
  text("--cert-file", options.certFile);
  text("--key-file", options.keyFile);
  text("--keyring", options.keyring);
  text("--registry-config", options.registryConfig);
  flag("--devel", options.devel);
  flag("--plain-http", options.plainHttp);
  flag("--verify", options.verify);
  flag("--include-crds", options.includeCrds);
  flag("--no-hooks", options.hooks === "none");
  flag("--skip-tests", options.hooks === "without tests");
  text("--post-renderer", options.postRenderer?.command);
  for (const arg of options.postRenderer?.args ?? []) args.push("--post-renderer-args", arg);
  for (const file of options.valuesFiles ?? []) args.push("--values", file);
  return args;
}

/** What the chart's templates may ask about the cluster: its version, its APIs and, through `lookup`, its objects. */
async function clusterArgs(session: Session, options: HelmOptions, folder: string): Promise<string[]> {
  const connection = await session.cluster.connect();
  if (connection.unreachable !== undefined) {
    const { offline } = session.cluster;
    return kubeArgs(options.kubeVersion ?? offline?.kubeVersion, options.apiVersions ?? offline?.apiVersions ?? []);
  }
  const { client, version } = connection;
  const apiVersions = options.apiVersions ?? (await servedApis(client));
  const args = kubeArgs(options.kubeVersion ?? version, apiVersions);
  if (!options.lookup) return args;
  const { kubeconfig, context } = session.cluster.config;
  let file = kubeconfig;
  if (!existsSync(kubeconfig)) {
    file = join(folder, "kubeconfig");
    await writeFile(file, kubeconfig, { mode: 0o600 });
  }
  return [...args, "--dry-run=server", "--kubeconfig", file, ...(context ? ["--kube-context", context] : [])];
}

function kubeArgs(version: string | undefined, apiVersions: readonly string[]): string[] {
  const args = version ? ["--kube-version", version] : [];
  if (apiVersions.length > 0) args.push("--api-versions", apiVersions.join(","));
  return args;
}

/** Every served group version, and every kind in it, as `.Capabilities.APIVersions` has them. */
async function servedApis(client: KubernetesClient): Promise<string[]> {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const lists = await Promise.all(["/api", "/apis"].map((path) => client.request("GET", path, { accept })));
  const found: string[] = [];
  for (const list of lists as JsonObject[]) {
    if (list.kind !== "APIGroupDiscoveryList")
      throw new ApiError(406, "NotAcceptable", "aggregated discovery is not served");
    for (const group of objectsAt(list, "items")) {
      const name = textAt(objectAt(group, "metadata"), "name");
      for (const version of objectsAt(group, "versions")) {
        const groupVersion = [name, textAt(version, "version")].filter((part) => part !== undefined).join("/");
        found.push(groupVersion);
        for (const resource of objectsAt(version, "resources")) {
          const kind = textAt(objectAt(resource, "responseKind"), "kind");
          if (kind) found.push(`${groupVersion}/${kind}`);
        }
      }
    }
  }
  return found;
}

function describeHelmError(error: unknown, options: HelmOptions, helm: string): string {
  const subject = `chart ${options.chart}`;
  if (error instanceof CommandError && error.code !== null) {
    const said = error.stderr.trim().replace(/^Error: /gm, "");
    return `${subject}: helm could not render it: ${said || `exit code ${error.code}`}`;
  }
  if (!existsSync(helm) && /not.*(found|exist)|ENOENT/i.test(messageOf(error))) {
    return `${subject}: helm was not found ("${helm}"): put it on PATH, or name it in the environment variable ${helmVariable}`;
  }
  return `${subject}: ${messageOf(error)}`;
}
