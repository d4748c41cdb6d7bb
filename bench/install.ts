import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "js-yaml";

import { projectRoot } from "../local/paths";
import { runCommand } from "../local/process";
import type { Progress } from "../local/progress";
import { parseSettings } from "../stacks/environment/settings";
import { benchCluster, runEnvironment } from "./cluster";
import { type Result, type Sample, timeRatio } from "./measure";
import { UpstreamInstall } from "./upstreamInstall";

const runs = 5;

/** From an empty API server to every service Ready: our `up` against kubectl and helm, in turn, each on a cluster of its own. */
export async function installVsHelm(progress: Progress): Promise<Result> {
  await requireKubectl();
  const { config } = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const services = parseSettings({ services: config["pulumi-kserve:services"] }).services ?? [];

  const ours = (): Promise<Sample> =>
    benchCluster("bench-ours", progress, (cluster) => runEnvironment(cluster, { operation: "up" }));
  const theirs = (): Promise<Sample> =>
    benchCluster("bench-theirs", progress, async ({ cluster, toolchain }) => {
      const install = new UpstreamInstall(cluster, toolchain, services);
      await install.prepare();
      const start = process.hrtime.bigint();
      await install.run();
      return { seconds: Number(process.hrtime.bigint() - start) / 1e9, peakMiB: 0, stdout: "" };
    });

  const samples = { ours: [] as Sample[], theirs: [] as Sample[] };
  for (let run = 0; run < runs; run++) {
    samples.ours.push(await progress.step(`our up (${run + 1} of ${runs})`, ours));
    samples.theirs.push(await progress.step(`kubectl and helm (${run + 1} of ${runs})`, theirs));
  }
  return timeRatio("install-vs-helm", 0.6, samples);
}

async function requireKubectl(): Promise<void> {
  try {
    await runCommand("kubectl", ["version", "--client"], {});
  } catch (error) {
    throw new Error(
      "install-vs-helm compares with KServe's own way, which needs kubectl on PATH: https://kubernetes.io/docs/tasks/tools/",
      {
        cause: error,
      },
    );
  }
}
