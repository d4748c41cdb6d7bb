import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { nearest } from "../../sdk/nearest";
import { assertNoProblems, ConfigurationError, type Problem } from "../../sdk/problems";
import { kubernetesProviderArgs } from "../kubernetesProvider";
import type { ClusterHandle, EksClusterDetails, GkeClusterDetails } from "./clusterHandle";
import { problemsOfExistingCluster } from "./existingChecks";

const lazyRequire = createRequire(__filename);

/** Arguments of {@link ExistingCluster}: a kubeconfig as text or as a file. */
export interface ExistingClusterArgs {
  /** Text of a kubeconfig; it stays secret. */
  kubeconfig?: pulumi.Input<string>;
  /** Path of a kubeconfig, which is read once. It is never looked for where the environment says. */
  kubeconfigFile?: string;
  /** Context of the kubeconfig; other contexts do not get into the state. @default its current context, and all of the file */
  context?: string;
  /** Stays when the kubeconfig changes, so that nothing in the cluster is replaced then. @default the component's name */
  identifier?: string;
  /** Name in the cloud's API. @default the component's name */
  name?: pulumi.Input<string>;
  /** Where it runs on GKE: accelerator pools can then be added. @default not known */
  gke?: GkeClusterDetails;
  /** Where it runs on EKS: accelerator pools can then be added. @default not known */
  eks?: EksClusterDetails;
}

/**
 * A cluster that somebody else takes care of.
 *
 * @throws ConfigurationError when the kubeconfig cannot be read or has no such context; later, when its text comes from an Output.
 * @example
 * ```ts
 * const cluster = new ExistingCluster("prod", { kubeconfigFile: "/etc/kube/prod.yaml", context: "prod-eu" });
 * ```
 */
export class ExistingCluster extends pulumi.ComponentResource implements ClusterHandle {
  readonly cloud: "gke" | "eks" | "existing";
  readonly name: pulumi.Output<string>;
  readonly identifier: string;
  /** Secret, because it may hold a token or a key. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly provider: Provider;
  readonly gke?: GkeClusterDetails;
  readonly eks?: EksClusterDetails;

  constructor(name: string, args: ExistingClusterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ExistingCluster", name, {}, opts);
    const subject = `ExistingCluster "${name}"`;
    assertNoProblems(subject, problemsOfExistingCluster(args));
    const text = args.kubeconfigFile === undefined ? args.kubeconfig : readKubeconfig(subject, args.kubeconfigFile);
    const path = args.kubeconfigFile === undefined ? "kubeconfig" : "kubeconfigFile";
    const prepare = (given: string): string =>
      prepareKubeconfig(subject, path, given, args.context, args.kubeconfigFile);

    this.cloud = args.gke ? "gke" : args.eks ? "eks" : "existing";
    this.name = pulumi.output(args.name ?? name);
    this.identifier = args.identifier ?? name;
    // A plain text is looked at now, so that the error comes with the program's line.
    const kubeconfig =
      typeof text === "string" ? prepare(text) : pulumi.output(text as pulumi.Input<string>).apply(prepare);
    this.kubeconfig = pulumi.secret(kubeconfig);
    this.provider = new Provider(`${name}-kubernetes`, kubernetesProviderArgs(this), { parent: this });
    if (args.gke) this.gke = args.gke;
    if (args.eks) this.eks = args.eks;
    this.registerOutputs({ name: this.name, identifier: this.identifier });
  }
}

function readKubeconfig(subject: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigurationError(subject, [
      {
        path: "kubeconfigFile",
        given: file,
        message: code === "ENOENT" ? `there is no such file in ${process.cwd()}` : `cannot be read: ${message}`,
        fix: "give the path of a kubeconfig",
      },
    ]);
  }
}

type Entry = Record<string, unknown> & { name?: string };
interface Kubeconfig {
  "current-context"?: string;
  contexts?: (Entry & { context?: { cluster?: string; user?: string } })[];
  clusters?: (Entry & { cluster?: Record<string, unknown> })[];
  users?: (Entry & { user?: Record<string, unknown> })[];
}

/** Checks a kubeconfig; reduces it to one context when that is named, and makes its paths absolute when it comes from a file. */
function prepareKubeconfig(subject: string, path: string, text: string, context?: string, file?: string): string {
  const refuse = (problem: Omit<Problem, "path">, at = path): never => {
    throw new ConfigurationError(subject, [{ path: at, ...problem }]);
  };
  const config =
    parse(text) ?? refuse({ message: "is not a kubeconfig", fix: "give YAML with contexts, clusters and users" });
  const contexts = (config.contexts ?? []).map(({ name }) => name ?? "");
  const wanted = context ?? config["current-context"] ?? "";
  const chosen = config.contexts?.find(({ name }) => name === wanted);
  if (!chosen) {
    const similar = nearest(wanted, contexts);
    return refuse(
      {
        ...(wanted !== "" && { given: wanted }),
        message: wanted === "" ? "the kubeconfig has no current context" : "the kubeconfig has no such context",
        allowed: contexts.join(", ") || "none: the kubeconfig has no contexts",
        ...(similar && { fix: `did you mean "${similar}"?` }),
      },
      "context",
    );
  }
  const cluster = config.clusters?.find(({ name }) => name === chosen.context?.cluster);
  const user = config.users?.find(({ name }) => name === chosen.context?.user);
  if (!cluster?.cluster?.server)
    refuse({ message: `context "${wanted}" has no cluster with a server`, fix: "repair the kubeconfig" });
  if (!user) refuse({ message: `context "${wanted}" has no user`, fix: "repair the kubeconfig" });

  const { dump } = lazyRequire("js-yaml") as typeof import("js-yaml");
  const changed = context !== undefined || (file !== undefined && absolute(config, dirname(resolve(file))));
  if (!changed) return text;
  if (context !== undefined) {
    absolute(config, file === undefined ? undefined : dirname(resolve(file)));
    Object.assign(config, { "current-context": wanted, contexts: [chosen], clusters: [cluster], users: [user] });
  }
  return dump(config, { lineWidth: -1, noRefs: true });
}

function parse(text: string): Kubeconfig | undefined {
  const { load } = lazyRequire("js-yaml") as typeof import("js-yaml");
  try {
    const value = load(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Kubeconfig) : undefined;
  } catch {
    return undefined;
  }
}

/** Resolves the paths in a kubeconfig against its folder, as kubectl does; whether there were any. */
function absolute(config: Kubeconfig, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  let changed = false;
  const entries = [
    ...(config.clusters ?? []).map(({ cluster }) => cluster),
    ...(config.users ?? []).map(({ user }) => user),
  ];
  for (const entry of entries)
    for (const key of ["certificate-authority", "client-certificate", "client-key", "tokenFile"]) {
      const value = entry?.[key];
      if (!entry || typeof value !== "string" || value === "" || resolve(value) === value) continue;
      entry[key] = resolve(folder, value);
      changed = true;
    }
  return changed;
}
