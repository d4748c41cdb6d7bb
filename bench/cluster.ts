import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { dump, load, loadAll } from "js-yaml";

import { createCluster, deleteCluster } from "../local/cluster/cluster";
import type { Cluster } from "../local/cluster/types";
import { sleep } from "../local/process";
import { projectRoot } from "../local/paths";
import { type Progress, silentProgress } from "../local/progress";
import { ensureToolchain } from "../local/toolchain/toolchain";
import type { Toolchain, UpstreamName } from "../local/toolchain/types";
import { artifacts, type CrdSet } from "../sdk/artifacts";
import { KubernetesClient, type KubernetesObject } from "../sdk/kubernetes/client";
import type { EnvironmentTask } from "./environmentWorker";
import { measureCommand, type Sample } from "./measure";
import type { WorkerTask } from "./worker";

/** An embedded cluster that lives as long as a benchmark. */
export interface BenchCluster {
  readonly cluster: Cluster;
  readonly toolchain: Toolchain;
  /** Installs KServe's CRDs without their conversion webhook: no controller runs here, so that nothing else takes time. */
  installCrds(): Promise<void>;
  /** Installs every CRD set of the platform. */
  installAllCrds(): Promise<void>;
}

/** Runs a benchmark on an empty embedded cluster and deletes it afterwards, whatever happens. */
export async function benchCluster<T>(
  name: string,
  progress: Progress,
  work: (cluster: BenchCluster) => Promise<T>,
): Promise<T> {
  const toolchain = await ensureToolchain({ progress });
  await deleteCluster(name);
  const cluster = await createCluster({ name, toolchain, progress: silentProgress });
  try {
    const { kserveFull, gatewayApiStandard, inferenceExtension, leaderWorkerSet } = artifacts.crds;
    return await work({
      cluster,
      toolchain,
      installCrds: () => installCrds(cluster, toolchain, [kserveFull]),
      installAllCrds: () =>
        installCrds(cluster, toolchain, [kserveFull, gatewayApiStandard, inferenceExtension, leaderWorkerSet]),
    });
  } finally {
    await deleteCluster(name);
  }
}

/** Applies every object of CRD sets as it is in the upstream repository. */
export async function installCrds(
  cluster: Pick<Cluster, "kubeconfigPath">,
  toolchain: Pick<Toolchain, "upstream">,
  sets: readonly CrdSet[],
): Promise<void> {
  const client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  for (const set of sets) {
    for (const file of Object.keys(set.files)) {
      const text = await readFile(join(toolchain.upstream[set.upstream as UpstreamName] ?? "", file), "utf8");
      const objects = loadAll(text).filter(Boolean) as KubernetesObject[];
      for (const object of objects) await client.apply(object, { fieldManager: "bench" });
    }
    for (const { group, kind, versions } of Object.values(set.crds)) {
      while (!(await client.resourceFor(`${group}/${versions[0] ?? ""}`, kind))) await sleep(100);
    }
  }
  client.close();
}

/** Runs one operation of a stack in a process of its own. */
export function runStack(
  { cluster, toolchain }: BenchCluster,
  task: Pick<WorkerTask, "program" | "operation" | "folder" | "count" | "debugMessages">,
): Promise<Sample> {
  const whole: WorkerTask = {
    ...task,
    kubeconfigPath: cluster.kubeconfigPath,
    pulumi: toolchain.tools.pulumi.path,
    helm: toolchain.tools.helm.path,
  };
  return measureCommand(process.execPath, [join(projectRoot(), "dist", "bench", "worker.js"), JSON.stringify(whole)]);
}

/** Runs one operation of the environment stack in a process of its own. */
export async function runEnvironment(
  { cluster }: BenchCluster,
  task: { operation: "preview" | "up"; withoutCrds?: boolean },
): Promise<Sample> {
  const { config } = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as {
    config: { "pulumi-kserve:platform": Record<string, object> };
  };
  if (task.withoutCrds) {
    const platform = config["pulumi-kserve:platform"];
    for (const part of ["gatewayApi", "inferenceExtension", "leaderWorkerSet", "kserve"]) {
      platform[part] = { ...platform[part], crds: "unmanaged" };
    }
  }
  const stack = task.withoutCrds ? "without-crds" : "local";
  const configFile = join(cluster.folder, `Pulumi.${stack}.yaml`);
  await writeFile(configFile, dump({ config }));
  const whole: EnvironmentTask = { cluster: cluster.name, operation: task.operation, stack, configFile };
  return measureCommand(
    process.execPath,
    [join(projectRoot(), "dist", "bench", "environmentWorker.js"), JSON.stringify(whole)],
    { memory: false },
  );
}
