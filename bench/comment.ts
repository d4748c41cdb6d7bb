import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { projectRoot } from "../local/paths";
import { manyServices } from "../test/unit/previewFixture";
import { measureCommand, median, type Result, round, type Sample } from "./measure";

const count = 500;
const runs = 5;
const limitSeconds = 2;

/** The comment for 500 changed services, as a process of its own, from what the engine wrote to the finished file. */
export async function comment500(): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-bench-"));
  try {
    const [input, out] = [join(folder, "preview.json"), join(folder, "comment.md")];
    const preview = manyServices(count);
    await writeFile(input, preview);
    const main = join(projectRoot(), "dist", "cli", "main.js");
    const samples: Sample[] = [];
    for (let run = 0; run < runs; run++)
      samples.push(await measureCommand(process.execPath, [main, "preview:comment", input, "--out", out]));
    const comment = await readFile(out, "utf8");
    if (!comment.includes(`Services: ${count} changed`))
      throw new Error(`the comment is not that of ${count} services`);
    const value = round(median(samples.map(({ seconds }) => seconds)));
    return {
      name: "comment-500",
      value,
      unit: "s",
      limit: limitSeconds,
      pass: value <= limitSeconds,
      details: {
        services: count,
        previewMiB: round(Buffer.byteLength(preview) / 2 ** 20),
        commentBytes: Buffer.byteLength(comment),
        peakMiB: round(median(samples.map(({ peakMiB }) => peakMiB))),
        all: samples.map(({ seconds }) => round(seconds)),
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
