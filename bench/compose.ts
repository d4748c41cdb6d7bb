import { join } from "node:path";

import { projectRoot } from "../local/paths";
import type { Progress } from "../local/progress";
import { ensureToolchain } from "../local/toolchain/toolchain";
import { measureCommand, median, type Result, round } from "./measure";

const runs = 5;
const sizes = [250, 500, 1000, 2000] as const;
/** How much longer one of 2,000 services may take than one of 500. */
const linearLimit = 1.25;

/**
 * 1,000 services of five fragments each, composed as a program does it: once, in a process that has just started, with presets,
 * templates, checks and warnings.
 */
export async function compose1000(progress: Progress): Promise<Result> {
  const { upstream } = await ensureToolchain({ only: [], progress });
  const worker = join(projectRoot(), "dist", "bench", "composeWorker.js");
  const seconds = new Map<number, number[]>(sizes.map((size) => [size, []]));
  for (let run = 0; run < runs; run++) {
    for (const size of sizes) {
      const { stdout } = await measureCommand(process.execPath, [worker, upstream.kserve, String(size)]);
      seconds.get(size)?.push(Number(stdout));
    }
  }
  const of = (size: number): number => median(seconds.get(size) ?? []);
  const growth = of(2000) / 2000 / (of(500) / 500);
  const value = round(of(1000));
  return {
    name: "compose-1000",
    value,
    unit: "s",
    limit: 1,
    pass: value < 1 && growth <= linearLimit,
    details: {
      ...Object.fromEntries(sizes.map((size) => [`seconds${size}`, round(of(size))])),
      perServiceOf2000To500: round(growth),
      runs,
    },
  };
}
