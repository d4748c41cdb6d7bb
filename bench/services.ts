import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Progress } from "../local/progress";
import { benchCluster, type BenchCluster, runStack } from "./cluster";
import { alternate, median, type Result, round, type Sample, timeRatio } from "./measure";

const count = 100;

/** Preview of 100 new services against a preview of the same 100 as raw CustomResources. */
export async function previewVsRaw(progress: Progress): Promise<Result> {
  return benchCluster("bench-preview", progress, async (cluster) => {
    await cluster.installCrds();
    return compare("preview-100-vs-raw", cluster, "preview");
  });
}

/** An `up` that changes nothing of 100 services against the same 100 as raw CustomResources. */
export async function noopUpVsRaw(progress: Progress): Promise<Result> {
  return benchCluster("bench-noop", progress, async (cluster) => {
    await cluster.installCrds();
    return compare("noop-up-100-vs-raw", cluster, "up");
  });
}

async function compare(name: string, cluster: BenchCluster, operation: "preview" | "up"): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-bench-"));
  const side = (program: "services" | "raw") => (): Promise<Sample> =>
    runStack(cluster, { program, operation, folder: join(folder, program), count });
  // The first, unmeasured `up` creates the services; the measured ones find nothing to do.
  const samples = await alternate(side("services"), side("raw"), { runs: 5 });
  expectChanges(samples.ours, operation);
  expectChanges(samples.theirs, operation);
  const memory = {
    oursMiB: round(median(samples.ours.map((sample) => sample.peakMiB))),
    theirsMiB: round(median(samples.theirs.map((sample) => sample.peakMiB))),
  };
  const memoryRatio = round(memory.oursMiB / memory.theirsMiB);
  const result = timeRatio(name, 1.15, samples, { ...memory, memoryRatio, memoryLimit: 1.2 });
  return { ...result, pass: result.pass && memoryRatio <= 1.2 };
}

/** A measurement of something else than was meant is worse than none. */
function expectChanges(samples: Sample[], operation: "preview" | "up"): void {
  for (const { stdout } of samples) {
    const { changes } = JSON.parse(stdout) as { changes: Record<string, number> };
    const created = changes.create ?? 0;
    const expected =
      operation === "preview"
        ? created >= count
        : created === 0 && (changes.same ?? 0) >= count && (changes.update ?? 0) === 0;
    if (!expected)
      throw new Error(`${operation} of ${count} services did something else than expected: ${JSON.stringify(changes)}`);
  }
}
