import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** One row of bench/results.json. */
export interface Result {
  name: string;
  value: number;
  unit: string;
  /** The value must not exceed it, or not be below it where `details.atLeast` is true; undefined where only reported. */
  limit?: number;
  pass: boolean;
  details: Record<string, unknown>;
}

/** What one run of a command took. */
export interface Sample {
  /** Wall-clock seconds from the start of the process to its end. */
  seconds: number;
  /** Highest sum of the resident memory of the process and all it started, in MiB; sampled. */
  peakMiB: number;
  stdout: string;
}

/** How a command is measured. */
export interface MeasureOptions {
  /** Variables beside the caller's. */
  env?: Record<string, string>;
  /** Sampling takes a tenth of a core, which must not be on one side of a comparison only. @default true */
  memory?: boolean;
}

/**
 * Runs a command as a user would, as a whole process.
 *
 * @throws Error with the end of its output when it fails.
 */
export function measureCommand(
  command: string,
  args: string[],
  { env = {}, memory = true }: MeasureOptions = {},
): Promise<Sample> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let peakKiB = 0;
    const sample = (): void => void (peakKiB = Math.max(peakKiB, treeMemoryKiB(child.pid ?? 0)));
    const sampler = memory ? setInterval(sample, 50) : undefined;
    child.stdout.on("data", (chunk) => (stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearInterval(sampler);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (code === 0) resolve({ seconds, peakMiB: peakKiB / 1024, stdout });
      else
        reject(
          new Error(`${command} ${args.join(" ")} ended with ${signal ?? code}\n${(stdout + stderr).slice(-4000)}`),
        );
    });
  });
}

/** Resident memory of a process and its descendants. */
function treeMemoryKiB(root: number): number {
  const parents = new Map<number, number>();
  const memory = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
      memory.set(Number(entry), Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  let sum = 0;
  for (const [pid, kib] of memory) {
    let ancestor: number | undefined = pid;
    while (ancestor && ancestor !== root) ancestor = parents.get(ancestor);
    if (ancestor === root) sum += kib;
  }
  return sum;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Runs both sides in turn, once unmeasured and then `runs` times, so that a change of the machine's speed hits both. */
export async function alternate(
  ours: () => Promise<Sample>,
  theirs: () => Promise<Sample>,
  options: { runs?: number; warmup?: boolean } = {},
): Promise<{ ours: Sample[]; theirs: Sample[] }> {
  const samples = { ours: [] as Sample[], theirs: [] as Sample[] };
  if (options.warmup !== false) {
    await ours();
    await theirs();
  }
  for (let run = 0; run < (options.runs ?? 5); run++) {
    samples.ours.push(await ours());
    samples.theirs.push(await theirs());
  }
  return samples;
}

/** Ratio of the medians of the two sides' seconds, with both sides in the details. */
export function timeRatio(
  name: string,
  limit: number,
  samples: { ours: Sample[]; theirs: Sample[] },
  more: Record<string, unknown> = {},
): Result {
  const seconds = {
    ours: samples.ours.map((sample) => sample.seconds),
    theirs: samples.theirs.map((sample) => sample.seconds),
  };
  const value = round(median(seconds.ours) / median(seconds.theirs));
  return {
    name,
    value,
    unit: "ratio",
    limit,
    pass: value <= limit,
    details: {
      oursSeconds: round(median(seconds.ours)),
      theirsSeconds: round(median(seconds.theirs)),
      oursAll: seconds.ours.map(round),
      theirsAll: seconds.theirs.map(round),
      ...more,
    },
  };
}

/** Three decimals. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
