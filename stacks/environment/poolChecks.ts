import { createRequire } from "node:module";

import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import type { GkeClusterArgs } from "../../components/clusters/gkeArgs";
import type { ClusterPartsPlan } from "../../sdk/clusterParts/types";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import type { AcceleratorPoolSettings } from "./acceleratorPoolSettings";
import type { ClusterSettings } from "./clusterSettings";
import { type PooledSettings, placementOf, plannedCluster, poolFragmentOf, poolNameOf } from "./plannedPools";

const lazyRequire = createRequire(__filename);

/** Component name of the cluster that an environment makes, and its name in the cloud unless the settings give one. */
export const clusterName = "cluster";

/** Everything that is wrong with the cluster, the pools and what is installed for them, as the components would say it. */
export function checkPools(settings: PooledSettings): Problem[] {
  if (isUnclear(settings)) return [];
  const { cluster = {}, acceleratorPools = [] } = settings;
  const pools = acceleratorPools.flatMap((pool, index) => (pool ? checkPool(pool, index, settings) : []));
  // That nothing can be added to a cluster is said once, and not of each pool.
  const distinct = pools.filter((problem, index) => problem !== noCluster || pools.indexOf(noCluster) === index);
  const isClear = pools.length === 0 && acceleratorPools.every((pool) => pool !== undefined);
  return [...checkCluster(cluster), ...distinct, ...(isClear ? checkParts(settings) : [])];
}

/** What cannot be installed for pools that are right themselves. */
function checkParts(settings: PooledSettings): Problem[] {
  const { cluster: { gke, eks, existing } = {}, acceleratorPools = [], clusterParts = {} } = settings;
  if (!gke && !eks && !existing) return settings.clusterParts ? [noParts] : [];
  if (acceleratorPools.length === 0 && !settings.clusterParts) return [];
  const { clusterPartsFor } = lazyRequire(
    "../../sdk/clusterParts/decide",
  ) as typeof import("../../sdk/clusterParts/decide");
  const planned = plannedCluster(settings.cluster);
  const plan = {
    // Beside these there are arguments of single parts, which the decision does not look at.
    ...clusterParts,
    cloud: planned.cloud,
    ...(typeof planned.eks?.version === "string" && { kubernetesVersion: planned.eks.version }),
    ...(planned.eks?.autoMode && { autoMode: true }),
    pools: acceleratorPools.flatMap((pool) => (pool ? [placementOf(pool, settings).parts()] : [])),
  } as ClusterPartsPlan;
  return clusterPartsFor(plan).problems.map(({ path, ...problem }) => ({
    path: path.startsWith("pools[") ? path.replace("pools", "acceleratorPools") : `clusterParts.${path}`,
    ...problem,
  }));
}

const noParts: Problem = {
  path: "clusterParts",
  message: "nothing is installed in a cluster of which only the kubeconfig is known",
  fix: "state it as cluster.existing, or leave clusterParts out",
};

/** Whether the cluster is given in a wrong form, about which enough is said; what pools can be added to it is not known then. */
const isUnclear = (settings: PooledSettings): boolean => "cluster" in settings && settings.cluster === undefined;

function checkCluster(cluster: ClusterSettings): Problem[] {
  const { kubeconfig, kubeconfigFile, identifier, gke, eks, existing } = cluster;
  const [first, ...more] = Object.entries({ gke, eks, existing, kubeconfig, kubeconfigFile, identifier }).flatMap(
    ([key, value]) => (value === undefined ? [] : [key]),
  );
  const managed = gke ?? eks ?? existing;
  const problems = managed
    ? more.map((key): Problem => ({
        path: `cluster.${key}`,
        message: `there is cluster.${first} too, and an environment has one cluster`,
        fix: key === "identifier" ? `say it as cluster.${first}.identifier` : "leave one of them out",
      }))
    : checkKubeconfig(cluster);
  return [
    ...problems,
    ...placed("cluster.gke", gke && gkeProblems(gke)),
    ...placed("cluster.eks", eks && eksProblems(eks)),
    ...placed("cluster.existing", existing && existingProblems(existing)),
  ];
}

/** A cluster that is named by a kubeconfig is named by one. */
export function checkKubeconfig({
  kubeconfig,
  kubeconfigFile,
}: Pick<ClusterSettings, "kubeconfig" | "kubeconfigFile">): Problem[] {
  if (kubeconfig === undefined || kubeconfigFile === undefined) return [];
  return [
    {
      path: "cluster.kubeconfigFile",
      given: kubeconfigFile,
      message: "there is cluster.kubeconfig too",
      fix: "leave one of them out",
    },
  ];
}

function gkeProblems(given: object): Problem[] {
  const { problemsOfGkeCluster } = lazyRequire(
    "../../components/clusters/gkeChecks",
  ) as typeof import("../../components/clusters/gkeChecks");
  return problemsOfGkeCluster(clusterName, given as GkeClusterArgs);
}

function eksProblems(given: object): Problem[] {
  const { problemsOfEksCluster } = lazyRequire(
    "../../components/clusters/eksChecks",
  ) as typeof import("../../components/clusters/eksChecks");
  return problemsOfEksCluster(clusterName, given as EksClusterArgs);
}

function existingProblems(given: object): Problem[] {
  const { problemsOfExistingCluster } = lazyRequire(
    "../../components/clusters/existingChecks",
  ) as typeof import("../../components/clusters/existingChecks");
  return problemsOfExistingCluster(given);
}

function placed(path: string, problems: readonly Problem[] = []): Problem[] {
  return problems.map((problem) => ({ ...problem, path: `${path}.${problem.path}` }));
}

function checkPool(pool: AcceleratorPoolSettings, index: number, settings: PooledSettings): Problem[] {
  const path = `acceleratorPools[${index}]`;
  const first = settings.acceleratorPools?.findIndex((other) => other?.name === pool.name);
  const problems: Problem[] = [];
  if (first !== index)
    problems.push({
      path: `${path}.name`,
      given: pool.name,
      message: `acceleratorPools[${first}] has this name too`,
      fix: "rename one of them",
    });
  try {
    placementOf(pool, settings);
    return problems;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [
      ...problems,
      ...error.problems.map((problem) =>
        /^cluster(\.|$)/.test(problem.path)
          ? ofCluster(problem, path, settings)
          : { ...problem, path: `${path}.${problem.path}` },
      ),
    ];
  }
}

/** What a pool misses in its cluster, at the place where the settings have it. */
function ofCluster(problem: Problem, pool: string, { cluster: { gke, eks, existing } = {} }: PooledSettings): Problem {
  const where = gke ? "gke" : eks ? "eks" : existing?.gke ? "existing.gke" : existing?.eks ? "existing.eks" : undefined;
  if (where === undefined) return noCluster;
  const path = problem.path.replace(/^cluster/, `cluster.${where}`);
  return { ...problem, path, message: `${problem.message} (for ${pool})` };
}

const noCluster: Problem = {
  path: "cluster",
  message: "acceleratorPools are added to clusters of GKE and EKS, and this is not known to be one",
  allowed: "cluster.gke or cluster.eks; cluster.existing with its gke or eks",
  fix: 'or state the nodes that are there in "pools"',
};

/** A service's pool that there is none of, and what it cannot give. */
export function checkServicePool(
  pool: Parameters<typeof poolNameOf>[0] | undefined,
  path: string,
  settings: PooledSettings,
): Problem[] {
  if (pool === undefined) return [];
  const name = poolNameOf(pool);
  const at = `${path}.pool${typeof pool === "string" ? "" : ".name"}`;
  const found = settings.acceleratorPools?.find((candidate) => candidate?.name === name);
  const { nvidia } = settings.clusterParts ?? {};
  if (found && nvidia === "dra" && found.accelerator?.startsWith("nvidia-"))
    return [
      {
        path: at,
        given: name,
        message:
          'its pods would ask for nvidia.com/gpu, and with clusterParts.nvidia "dra" nodes have devices to claim instead',
        fix: "claim them in a fragment (deviceClaim), with the node selector pulumi-kserve.dev/pool, or leave clusterParts.nvidia out",
      },
    ];
  if (found) return isUsable(pool, settings) ? wishProblems(pool, path, settings) : [];
  const names = settings.acceleratorPools?.flatMap((candidate) => candidate?.name ?? []) ?? [];
  const guess = nearest(name, names);
  return [
    {
      path: at,
      given: name,
      message: "the environment has no pool of this name",
      allowed: names.join(", ") || 'none, until "acceleratorPools" has one',
      ...(guess && { fix: `did you mean "${guess}"?` }),
    },
  ];
}

/** What a service wants of a node of its pool that no node of it has. */
function wishProblems(pool: Parameters<typeof poolNameOf>[0], path: string, settings: PooledSettings): Problem[] {
  if (typeof pool === "string") return [];
  try {
    poolFragmentOf(pool, "service", settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => ({ ...problem, path: `${path}.pool.${problem.path}` }));
  }
}

/** Whether a pool can lead services to itself; what it lacks is said elsewhere. */
export function isUsable(pool: Parameters<typeof poolNameOf>[0], settings: PooledSettings): boolean {
  if (isUnclear(settings)) return false;
  const found = settings.acceleratorPools?.find((candidate) => candidate?.name === poolNameOf(pool));
  return found !== undefined && checkPool(found, settings.acceleratorPools!.indexOf(found), settings).length === 0;
}
