import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Progress } from "../local/progress";
import { benchCluster, type BenchCluster, runStack } from "./cluster";
import { median, type Result, round, type Sample, timeRatio } from "./measure";

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

/** Who is measured: a program, without the SDK's debug messages as here, or with them as under the CLI. */
const sides = {
  services: { program: "services", debugMessages: false },
  raw: { program: "raw", debugMessages: false },
  wrapped: { program: "wrapped", debugMessages: false },
  servicesCli: { program: "services", debugMessages: true },
  rawCli: { program: "raw", debugMessages: true },
  wrappedCli: { program: "wrapped", debugMessages: true },
} as const;
type Side = keyof typeof sides;

async function compare(name: string, cluster: BenchCluster, operation: "preview" | "up"): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-bench-"));
  const run = (side: Side): Promise<Sample> =>
    runStack(cluster, { ...sides[side], operation, folder: join(folder, sides[side].program), count });
  const all = Object.keys(sides) as Side[];
  const samples = Object.fromEntries(all.map((side) => [side, [] as Sample[]])) as Record<Side, Sample[]>;
  // The first, unmeasured `up` creates the services; the measured ones find nothing to do.
  for (const side of ["services", "raw", "wrapped"] as const) await run(side);
  for (let turn = 0; turn < runs; turn++) for (const side of all) samples[side].push(await run(side));
  for (const measured of Object.values(samples)) expectChanges(measured, operation);
  const seconds = (side: Side): number => median(samples[side].map((sample) => sample.seconds));
  const memory = {
    oursMiB: round(median(samples.services.map((sample) => sample.peakMiB))),
    theirsMiB: round(median(samples.raw.map((sample) => sample.peakMiB))),
  };
  const memoryRatio = round(memory.oursMiB / memory.theirsMiB);
  const result = timeRatio(
    name,
    1.15,
    { ours: samples.services, theirs: samples.raw },
    {
      wrappedRatio: round(seconds("wrapped") / seconds("raw")),
      ...memory,
      memoryRatio,
      memoryLimit: 1.2,
      withDebugMessages: {
        oursSeconds: round(seconds("servicesCli")),
        theirsSeconds: round(seconds("rawCli")),
        ratio: round(seconds("servicesCli") / seconds("rawCli")),
        wrappedRatio: round(seconds("wrappedCli") / seconds("rawCli")),
      },
    },
  );
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
