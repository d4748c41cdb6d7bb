import { createRequire } from "node:module";
import { resolve } from "node:path";

import type * as pulumi from "@pulumi/pulumi";

import type { ClusterParts } from "../../components/clusters/clusterParts";
import type { ClusterHandle } from "../../components/clusters/clusterHandle";
import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import type { ExistingClusterArgs } from "../../components/clusters/existing";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import type { AcceleratorPool } from "../../components/nodepools/acceleratorPool";
import { allResources } from "../../components/resources";
import { projectFolder } from "./configuration";
import { partsArgs, poolArgs, poolNameOf } from "./plannedPools";
import { clusterName } from "./poolChecks";
import type { EnvironmentSettings, ServiceSettings } from "./settings";

/** Only the components that an environment has are loaded, and with them the SDK of its cloud. */
const lazyRequire = createRequire(__filename);

/** A cluster with its nodes and what is installed for them. */
export interface ManagedCluster {
  readonly cluster: ClusterHandle;
  /** What a service comes after, beside the platform: its pool, or all of them, and what gives accelerators to pods. */
  readonly before: (service: Pick<ServiceSettings, "pool">) => pulumi.Output<pulumi.Resource[]>;
}

/**
 * The cluster that the settings describe, with its node pools; undefined when they have a kubeconfig alone.
 *
 * @throws ConfigurationError with every problem of a component.
 */
export function managedCluster(settings: EnvironmentSettings): ManagedCluster | undefined {
  const cluster = clusterOfSettings(settings.cluster);
  if (!cluster) return undefined;
  const pools = new Map(
    (settings.acceleratorPools ?? []).map((pool) => [pool.name, createPool(pool, cluster, settings)]),
  );
  const parts = createParts([...pools.values()], cluster, settings);
  const all = [...pools.values()].map(({ ready }) => ready);
  return {
    cluster,
    before: ({ pool }) => {
      const own = pool === undefined ? undefined : pools.get(poolNameOf(pool));
      return allResources(parts?.ready, ...(own ? [own.ready] : all));
    },
  };
}

function clusterOfSettings({ gke, eks, existing }: EnvironmentSettings["cluster"] = {}): ClusterHandle | undefined {
  if (gke) {
    const { GkeCluster } = lazyRequire(
      "../../components/clusters/gke",
    ) as typeof import("../../components/clusters/gke");
    return new GkeCluster(clusterName, gke as GkeClusterArgs);
  }
  if (eks) {
    const { EksCluster } = lazyRequire(
      "../../components/clusters/eks",
    ) as typeof import("../../components/clusters/eks");
    return new EksCluster(clusterName, eks as EksClusterArgs);
  }
  if (!existing) return undefined;
  const { ExistingCluster } = lazyRequire(
    "../../components/clusters/existing",
  ) as typeof import("../../components/clusters/existing");
  // Pulumi runs a program in the folder of its compiled file, which nobody has in mind who writes a path.
  const { kubeconfigFile } = existing;
  const file = kubeconfigFile === undefined ? {} : { kubeconfigFile: resolve(projectFolder(), kubeconfigFile) };
  return new ExistingCluster(clusterName, { ...existing, ...file } as ExistingClusterArgs);
}

function createPool(
  pool: NonNullable<EnvironmentSettings["acceleratorPools"]>[number],
  cluster: ClusterHandle,
  { clusterParts }: EnvironmentSettings,
): AcceleratorPool {
  const { AcceleratorPool: Pool } = lazyRequire(
    "../../components/nodepools/acceleratorPool",
  ) as typeof import("../../components/nodepools/acceleratorPool");
  return new Pool(pool.name, poolArgs(pool, cluster, clusterParts));
}

/** Without pools and wishes there is nothing to install. */
function createParts(
  pools: readonly AcceleratorPool[],
  cluster: ClusterHandle,
  { clusterParts, mirrors }: EnvironmentSettings,
): ClusterParts | undefined {
  if (pools.length === 0 && !clusterParts) return undefined;
  const { ClusterParts: Parts } = lazyRequire(
    "../../components/clusters/clusterParts",
  ) as typeof import("../../components/clusters/clusterParts");
  return new Parts("parts", {
    ...partsArgs(clusterParts),
    cluster,
    pools: pools.map((pool) => pool.parts),
    ...(mirrors?.charts !== undefined && { mirrors: { charts: mirrors.charts } }),
  });
}
