import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "js-yaml";

import { readAgentState } from "../local/agent/state";
import { layoutOf } from "../local/cluster/layout";
import type { Cluster } from "../local/cluster/types";
import { projectRoot } from "../local/paths";
import { runCommand } from "../local/process";
import type { Progress } from "../local/progress";
import { parseSettings } from "../stacks/environment/settings";
import { benchCluster, runEnvironment } from "./cluster";
import { median, type Result, round, type Sample, timeRatio } from "./measure";
import { UpstreamInstall } from "./upstreamInstall";

/** More than elsewhere, because chance takes up to 9 seconds of a run (see {@link controllerSeconds}). */
const runs = 7;

/** From an empty API server to every service Ready: our `up` against kubectl and helm, in turn, each on a cluster of its own. */
export async function installVsHelm(progress: Progress): Promise<Result> {
  await requireKubectl();
  const { config } = load(await readFile(join(projectRoot(), "Pulumi.local.yaml"), "utf8")) as {
    config: Record<string, unknown>;
  };
  const services = parseSettings({ services: config["pulumi-kserve:services"] }).services ?? [];

  const ours = (): Promise<InstallSample> =>
    benchCluster("bench-ours", progress, async (cluster) => {
      const sample = await runEnvironment(cluster, { operation: "up" });
      return { ...sample, controllerSeconds: controllerSeconds(cluster.cluster) };
    });
  const theirs = (): Promise<InstallSample> =>
    benchCluster("bench-theirs", progress, async ({ cluster, toolchain }) => {
      const install = new UpstreamInstall(cluster, toolchain, services);
      await install.prepare();
      const start = process.hrtime.bigint();
      await install.run();
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      return { seconds, peakMiB: 0, stdout: "", controllerSeconds: controllerSeconds(cluster) };
    });

  const samples = { ours: [] as InstallSample[], theirs: [] as InstallSample[] };
  for (let run = 0; run < runs; run++) {
    samples.ours.push(await progress.step(`our up (${run + 1} of ${runs})`, ours));
    samples.theirs.push(await progress.step(`kubectl and helm (${run + 1} of ${runs})`, theirs));
  }
  const without = (side: InstallSample[]): number => median(side.map((run) => run.seconds - run.controllerSeconds));
  return timeRatio("install-vs-helm", 0.6, samples, {
    oursControllerCpu: samples.ours.map((run) => round(run.controllerSeconds)),
    theirsControllerCpu: samples.theirs.map((run) => round(run.controllerSeconds)),
    ratioWithoutControllerCpu: round(without(samples.ours) / without(samples.theirs)),
  });
}

interface InstallSample extends Sample {
  readonly controllerSeconds: number;
}

/**
 * CPU time of KServe's controller, most of which it spends on looking for the primes of RSA keys of 4,096 bits, at random, one key after the
 * other, on both sides alike (source: `createWorkloadCertificate`, workload_tls_self_signed.go of KServe 0.20).
 */
function controllerSeconds({ name, folder }: Pick<Cluster, "name" | "folder">): number {
  const { hosted = [] } = readAgentState(layoutOf(folder).agentState) ?? {};
  const pid = hosted.find(({ program }) => program === "llmisvc")?.process?.pid;
  if (pid === undefined) throw new Error(`cluster ${name} has no process of KServe's controller`);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name of the command, which may hold spaces: user and system time are the 12th and 13th, in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
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
