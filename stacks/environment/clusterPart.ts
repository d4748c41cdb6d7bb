import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import type { InferencePlatformArgs } from "../../components/inferencePlatform";
import { kubernetesProviderArgs } from "../../components/kubernetesProvider";
import { assertNoProblems, ConfigurationError } from "../../sdk/problems";
import { projectFolder } from "./configuration";
import type { ManagedCluster } from "./pools";
import { checkKubeconfig, clusterName } from "./poolChecks";
import type { EnvironmentSettings } from "./settings";

const lazyRequire = createRequire(__filename);

/** A cluster with its Kubernetes provider. */
export type ClusterWithProvider = InferencePlatformArgs["cluster"] & { readonly provider: Provider };

/** What the cluster part of an environment comes to. */
export interface ClusterPart {
  readonly cluster: InferencePlatformArgs["cluster"];
  /** Of a cluster with nodes of this environment. */
  readonly managed?: ManagedCluster;
}

/**
 * The cluster of some settings with its nodes, or the existing one that they name.
 *
 * @throws ConfigurationError when they name none, or with every problem of a component.
 */
export function createCluster(settings: Pick<EnvironmentSettings, keyof ManagedSettings>): ClusterPart {
  const managed = managedClusterOf(settings);
  return managed ? { cluster: managed.cluster, managed } : { cluster: clusterOf(settings) };
}

type ManagedSettings = Pick<EnvironmentSettings, "cluster" | "acceleratorPools" | "clusterParts" | "mirrors">;

/** Loads what makes clusters and pools only for an environment that has them. */
function managedClusterOf(settings: ManagedSettings): ManagedCluster | undefined {
  const { gke, eks, existing } = settings.cluster ?? {};
  if (!gke && !eks && !existing) return undefined;
  const { managedCluster } = lazyRequire("./pools") as typeof import("./pools");
  return managedCluster(settings);
}

/**
 * The cluster that the settings name by its kubeconfig.
 *
 * @throws ConfigurationError when they name none, or two, or a file that cannot be read.
 */
export function clusterOf(settings: Pick<EnvironmentSettings, "cluster">): InferencePlatformArgs["cluster"] {
  const { kubeconfig, kubeconfigFile, identifier } = settings.cluster ?? {};
  assertNoProblems(subject, checkKubeconfig(settings.cluster ?? {}));
  const text =
    kubeconfig ?? (kubeconfigFile && readKubeconfig(resolve(projectFolder(), kubeconfigFile), kubeconfigFile));
  if (!text) {
    throw new ConfigurationError(subject, [
      {
        path: "cluster",
        message: "does not say which cluster",
        allowed:
          "cluster.kubeconfig (text, as a secret), cluster.kubeconfigFile (path), cluster.existing, cluster.gke or cluster.eks",
        fix: "pulumi config set --secret --path 'pulumi-kserve:cluster.kubeconfig' < kubeconfig, or use `npm run local:up` for the embedded cluster",
      },
    ]);
  }
  return { kubeconfig: pulumi.secret(text), identifier };
}

const subject = "environment configuration";

function readKubeconfig(path: string, given: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(subject, [
      {
        path: "cluster.kubeconfigFile",
        given,
        message: `cannot be read: ${(error as NodeJS.ErrnoException).code}`,
        allowed: "a path from the project's folder",
        fix: `make ${path}, or name another file`,
      },
    ]);
  }
}

/**
 * A cluster with its Kubernetes provider; one is made where it has none. That belongs to the stack and not to a component: `pulumi state move`
 * cannot take a provider's parent away from it, and gives a provider's copy in another stack the same place.
 */
export function withProvider(cluster: InferencePlatformArgs["cluster"]): ClusterWithProvider {
  if (cluster.provider) return cluster as ClusterWithProvider;
  const provider = new Provider(
    `${clusterName}-kubernetes`,
    kubernetesProviderArgs(cluster),
    // Where it was when the platform made it.
    { aliases: [{ name: "platform-kubernetes", parent: pulumi.createUrn("platform", platformType) }] },
  );
  return { ...cluster, provider };
}

const platformType = "pulumi-kserve:index:InferencePlatform";
