import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { load } from "js-yaml";

import { runCommand } from "../../../local/process";
import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";
import { apply, atOnce, waitFor } from "../composition/liveCluster";

/** A version whose kinds are older than those of the chart: what is written for them is what every version takes. */
const operator = "github.com/prometheus-operator/prometheus-operator@v0.76.2";

/** The kinds of prometheus-operator that this package makes objects of, from its Go module. */
export async function installMonitoringKinds(client: KubernetesClient): Promise<void> {
  const { stdout } = await runCommand("go", ["mod", "download", "-json", operator], {
    cwd: tmpdir(),
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  await atOnce(["podmonitors", "servicemonitors", "prometheusrules"], async (plural) => {
    const file = join(Dir, "example", "prometheus-operator-crd", `monitoring.coreos.com_${plural}.yaml`);
    return apply(client, load(await readFile(file, "utf8")) as KubernetesObject);
  });
  await waitFor("the kinds of prometheus-operator are not served", async () => {
    const lists = ["PodMonitor", "ServiceMonitor", "PrometheusRule"].map((kind) =>
      client.list("monitoring.coreos.com/v1", kind),
    );
    return (await Promise.allSettled(lists)).every(({ status }) => status === "fulfilled");
  });
}
