import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { load } from "js-yaml";

import { nearest } from "../../sdk/nearest";
import { type Check, type DoctorOptions, failed, notChecked, ok } from "./check";
import { ask, findProgram } from "./programs";
import type { Cli } from "./pulumi";
import type { StackFile } from "./stackFile";

/** A kubeconfig that can be tried, or what there is to say instead. */
export interface Access {
  readonly checks: readonly Check[];
  /** Text and context; none where it cannot be used. */
  readonly kubeconfig?: { readonly text: string; readonly context: string };
}

const name = "kubeconfig";

/** The kubeconfig of the stack's cluster, or the one that was named on the command line. */
export async function findKubeconfig(
  cli: Cli,
  stack: string | undefined,
  file: StackFile | undefined,
  options: DoctorOptions,
): Promise<Access> {
  if (options.kubeconfig) return fromFile(options.kubeconfig, options.context, options);
  if (!file) return nothing("there is no configuration that says which cluster");
  const { cluster } = file.settings;
  const { gke, eks, existing } = cluster ?? {};
  const given = existing ?? cluster;
  const context = options.context ?? existing?.context;
  if (given?.kubeconfigFile) return fromFile(given.kubeconfigFile, context, options);
  if (typeof given?.kubeconfig === "string") return usable("in the stack's file", given.kubeconfig, context, options);
  if (given?.kubeconfig)
    return decrypted(cli, stack, existing ? "cluster.existing.kubeconfig" : "cluster.kubeconfig", context, options);
  const cloud = gke ? "gke" : eks ? "eks" : undefined;
  if (!cloud)
    return nothing("the configuration names no cluster; the embedded environment (npm run local:up) brings its own");
  const plugin = { gke: "gke-gcloud-auth-plugin", eks: "aws" }[cloud];
  return {
    checks: [
      notChecked(
        name,
        `the stack makes the cluster (cluster.${cloud}); for one that is there: npm run doctor -- --kubeconfig FILE`,
      ),
      await checkPlugin(plugin, options),
    ],
  };
}

function nothing(reason: string): Access {
  return { checks: [notChecked(name, reason)] };
}

async function fromFile(given: string, context: string | undefined, options: DoctorOptions): Promise<Access> {
  const path = resolve(options.root, given);
  try {
    return await usable(path, await readFile(path, "utf8"), context, options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const seen =
      code === "ENOENT" ? `${path} is not there` : `${path} cannot be read: ${code ?? (error as Error).message}`;
    return {
      checks: [
        failed(name, seen, {
          wanted: "the kubeconfig of the cluster",
          fix: "write it, or name another in cluster.kubeconfigFile",
        }),
      ],
    };
  }
}

/** An encrypted kubeconfig is decrypted only when that was asked for, and only in this process. */
async function decrypted(
  cli: Cli,
  stack: string | undefined,
  path: string,
  context: string | undefined,
  options: DoctorOptions,
): Promise<Access> {
  if (!options.deep) return nothing("it is encrypted in the stack's file; --deep decrypts it by pulumi config get");
  if (!cli.path || stack === undefined)
    return nothing("it is encrypted, and there is no Pulumi CLI or stack to decrypt it by");
  const args = ["config", "get", "--path", `pulumi-kserve:${path}`, "--stack", stack, "--non-interactive"];
  const answer = await ask(cli.path, args, options);
  if ("failure" in answer) {
    return {
      checks: [failed(name, `cannot be decrypted: ${answer.failure}`, { fix: "see backend and secrets above" })],
    };
  }
  return usable("encrypted in the stack's file", answer.stdout, context, options);
}

interface Kubeconfig {
  "current-context"?: string;
  contexts?: { name: string; context?: { cluster?: string; user?: string } }[];
  users?: { name: string; user?: { exec?: { command?: string; installHint?: string } } }[];
}

async function usable(
  where: string,
  text: string,
  wanted: string | undefined,
  options: DoctorOptions,
): Promise<Access> {
  const config = parsed(text);
  if (!config) {
    return {
      checks: [
        failed(name, `${where}: no YAML with contexts, clusters and users`, {
          fix: "write it anew, such as by the cloud's CLI",
        }),
      ],
    };
  }
  const contexts = (config.contexts ?? []).map((each) => each.name);
  const context = wanted ?? config["current-context"] ?? "";
  const found = config.contexts?.find((each) => each.name === context);
  if (!found) {
    const guess = nearest(context, contexts);
    return {
      checks: [
        failed(name, `${where}: ${context ? `no context "${context}"` : "no current context"}`, {
          wanted: `one of ${contexts.join(", ") || "none: it has no contexts"}`,
          fix: guess ? `did you mean "${guess}"?` : "name one in cluster.existing.context",
        }),
      ],
    };
  }
  const seen = ok(name, `${where}, context "${context}"`);
  const exec = config.users?.find((user) => user.name === found.context?.user)?.user?.exec;
  const plugin = exec?.command ? await checkPlugin(exec.command, options, exec.installHint) : undefined;
  const checks = plugin ? [seen, plugin] : [seen];
  return plugin && plugin.state !== "ok"
    ? { checks }
    : { checks, kubeconfig: { text: absolutePaths(text, where), context } };
}

/** Paths in a kubeconfig are relative to it. */
function absolutePaths(text: string, where: string): string {
  const folder = where.includes("/") ? resolve(where, "..") : undefined;
  if (!folder) return text;
  return text.replace(
    /^(\s*(?:certificate-authority|client-certificate|client-key|tokenFile):\s*)(["']?)([^\s"'/][^\s"']*)\2\s*$/gm,
    (_line, key: string, _quote, path: string) => `${key}${JSON.stringify(resolve(folder, path))}`,
  );
}

function parsed(text: string): Kubeconfig | undefined {
  try {
    const value = load(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const config = value as Kubeconfig;
    return [config.contexts, config.users].every(isNamed) ? config : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a part of a kubeconfig is left out, or a list of entries. */
function isNamed(list: unknown): boolean {
  return list === undefined || list === null || (Array.isArray(list) && list.every((each) => each instanceof Object));
}

/** A program that gets credentials for each request. */
async function checkPlugin(command: string, options: DoctorOptions, hint?: string): Promise<Check> {
  const title = "credential plugin";
  const path = await findProgram(command, options);
  if (path) return ok(title, path);
  const fix: Record<string, string> = {
    "gke-gcloud-auth-plugin": "gcloud components install gke-gcloud-auth-plugin, or the package of this name",
    aws: "install the AWS CLI, version 2 (https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html)",
  };
  return failed(title, `${command} is not on PATH`, {
    wanted: "the program that the kubeconfig gets credentials by",
    fix: fix[command] ?? hint?.replace(/\s+/g, " ").trim() ?? `install ${command}`,
  });
}
