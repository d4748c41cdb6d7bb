import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Progress } from "../local/progress";
import { benchCluster, type BenchCluster, runStack } from "./cluster";
import { median, type Result, round, type Sample, timeRatio } from "./measure";
import type { Program } from "./worker";

const count = 100;
const runs = 5;

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
  const side = (program: Program): Promise<Sample> =>
    runStack(cluster, { program, operation, folder: join(folder, program), count });
  const samples = { services: [] as Sample[], raw: [] as Sample[], wrapped: [] as Sample[] };
  const programs = Object.keys(samples) as Program[];
  // The first, unmeasured `up` creates the services; the measured ones find nothing to do.
  for (const program of programs) await side(program);
  for (let run = 0; run < runs; run++) for (const program of programs) samples[program].push(await side(program));
  for (const measured of Object.values(samples)) expectChanges(measured, operation);
  const memory = {
    oursMiB: round(median(samples.services.map((sample) => sample.peakMiB))),
    theirsMiB: round(median(samples.raw.map((sample) => sample.peakMiB))),
  };
  const memoryRatio = round(memory.oursMiB / memory.theirsMiB);
  const wrappedSeconds = round(median(samples.wrapped.map((sample) => sample.seconds)));
  const sides = { ours: samples.services, theirs: samples.raw };
  const result = timeRatio(name, 1.15, sides, { wrappedSeconds, ...memory, memoryRatio, memoryLimit: 1.2 });
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
