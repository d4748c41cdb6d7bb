import { createCluster, deleteCluster } from "../local/cluster/cluster";
import { type Progress, silentProgress } from "../local/progress";
import { ensureToolchain } from "../local/toolchain/toolchain";
import { KubernetesClient } from "../sdk/kubernetes/client";
import { median, type Result, round } from "./measure";

const name = "bench-start";

/** Start of the embedded control plane, tools being cached, until `/readyz` says ok; five times from nothing. */
export async function controlPlaneStart(progress: Progress): Promise<Result> {
  const toolchain = await ensureToolchain({ progress });
  const seconds: number[] = [];
  for (let run = 0; run < 5; run++) {
    await deleteCluster(name);
    const start = process.hrtime.bigint();
    const cluster = await createCluster({ name, toolchain, progress: silentProgress });
    const client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
    while ((await client.request("GET", "/readyz")) !== "ok") await new Promise((resolve) => setTimeout(resolve, 20));
    seconds.push(round(Number(process.hrtime.bigint() - start) / 1e9));
    client.close();
  }
  await deleteCluster(name);
  const value = round(median(seconds));
  return { name: "control-plane-start", value, unit: "s", limit: 5, pass: value <= 5, details: { all: seconds } };
}
