import { join } from "node:path";

import { projectRoot } from "../local/paths";
import type { Progress } from "../local/progress";
import { alternate, measureCommand, type Result, type Sample, timeRatio } from "./measure";

/** `require("pulumi-kserve")` against `require("@pulumi/kubernetes")`, each in a process of its own. */
export async function importVsKubernetes(progress: Progress): Promise<Result> {
  const load = (id: string): Promise<Sample> =>
    measureCommand(process.execPath, ["-e", `require(${JSON.stringify(id)})`]);
  const ours = join(projectRoot(), "dist", "index.js");
  const samples = await alternate(
    () => load(ours),
    () => load("@pulumi/kubernetes"),
    { runs: 11 },
  );
  const { stdout } = await measureCommand(process.execPath, [
    "-e",
    `require(${JSON.stringify(ours)}); console.log(Object.keys(require.cache).filter((file) => /@pulumi.(gcp|aws)/.test(file)).length)`,
  ]);
  const cloudFiles = Number(stdout);
  const result = timeRatio("import-vs-kubernetes", 1.1, samples, { cloudSdkFilesLoaded: cloudFiles });
  if (cloudFiles > 0) progress.note("a cloud SDK was loaded although nothing uses it yet");
  return { ...result, pass: result.pass && cloudFiles === 0 };
}
