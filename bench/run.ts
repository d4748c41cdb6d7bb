import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { writeFileAtomic } from "../local/files";
import { projectRoot } from "../local/paths";
import { createProgress, type Progress } from "../local/progress";
import type { Result } from "./measure";

/** The benchmarks in their order; each is loaded only when it runs. */
const benches: Record<string, (progress: Progress) => Promise<Result>> = {
  "install-vs-helm": async (progress) => (await import("./install")).installVsHelm(progress),
  "control-plane-start": async (progress) => (await import("./controlPlane")).controlPlaneStart(progress),
  "preview-100-vs-raw": async (progress) => (await import("./services")).previewVsRaw(progress),
  "noop-up-100-vs-raw": async (progress) => (await import("./services")).noopUpVsRaw(progress),
  "import-vs-kubernetes": async (progress) => (await import("./imports")).importVsKubernetes(progress),
  "import-gke": async (progress) => (await import("./cloudPrograms")).importGke(progress),
  "import-eks": async (progress) => (await import("./cloudPrograms")).importEks(progress),
  "import-existing": async (progress) => (await import("./cloudPrograms")).importExisting(progress),
  "noop-preview-platform": async (progress) => (await import("./platform")).noopPreviewPlatform(progress),
  "merge-vs-go": async (progress) => (await import("./merge")).mergeVsGo(progress),
  "preview-scale": async (progress) => (await import("./previewScale")).previewScale(progress),
  "compose-1000": async (progress) => (await import("./compose")).compose1000(progress),
  "comment-500": async () => (await import("./comment")).comment500(),
};

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
  const names = values.only ?? Object.keys(benches);
  const unknown = names.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    process.stderr.write(`unknown benchmark ${unknown.join(", ")}; allowed: ${Object.keys(benches).join(", ")}\n`);
    process.exit(2);
  }
  const progress = createProgress();
  const results: Result[] = [];
  for (const name of names) {
    const bench = benches[name];
    if (bench) results.push(await progress.step(`bench ${name}`, () => bench(progress)));
  }
  await writeResults(results);
  process.stdout.write(table(results));
  process.exit(results.every((result) => result.pass) ? 0 : 1);
}

/** Replaces what was measured before by what was measured now; figures of other benchmarks stay. */
async function writeResults(results: Result[]): Promise<void> {
  const file = join(projectRoot(), "bench", "results.json");
  const earlier = await readFile(file, "utf8").then(
    (text) => JSON.parse(text) as Result[],
    () => [],
  );
  const byName = new Map([...earlier, ...results].map((result) => [result.name, result]));
  const inOrder = Object.keys(benches).flatMap((name) => byName.get(name) ?? []);
  await writeFileAtomic(file, `${JSON.stringify(inOrder, undefined, 2)}\n`);
}

function table(results: Result[]): string {
  const rows = results.map((result) => [
    result.name,
    `${result.value} ${result.unit}`,
    result.limit === undefined ? "-" : `${result.details.atLeast === true ? ">=" : "<="} ${result.limit}`,
    result.pass ? "pass" : "FAIL",
    Object.entries(result.details)
      .filter(([, value]) => typeof value === "number")
      .map(([key, value]) => `${key} ${String(value)}`)
      .join(", "),
  ]);
  const all = [["name", "value", "limit", "", "details"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
