import { join } from "node:path";

import { projectRoot } from "../local/paths";
import type { Progress } from "../local/progress";
import { alternate, measureCommand, type Result, type Sample, timeRatio } from "./measure";

/**
 * `require("pulumi-kserve")`, with the components that every program uses, against `require("@pulumi/kubernetes")`, each in a process of
 * its own. The package loads a file when something of it is asked for, so that the bare `require` would say little.
 */
export async function importVsKubernetes(progress: Progress): Promise<Result> {
  const run = (code: string): Promise<Sample> => measureCommand(process.execPath, ["-e", code]);
  const ours = join(projectRoot(), "dist", "index.js");
  const samples = await alternate(
    () => run(`const { InferencePlatform, LLMInferenceService } = require(${JSON.stringify(ours)})`),
    () => run('require("@pulumi/kubernetes")'),
    { runs: 11 },
  );
  const { stdout } = await run(
    `Object.values(require(${JSON.stringify(ours)})); console.log(Object.keys(require.cache).filter((file) => /@pulumi.(gcp|aws)/.test(file)).length)`,
  );
  const cloudFiles = Number(stdout);
  const result = timeRatio("import-vs-kubernetes", 1.1, samples, { cloudSdkFilesLoaded: cloudFiles });
  if (cloudFiles > 0) progress.note("a cloud SDK was loaded although nothing uses it yet");
  return { ...result, pass: result.pass && cloudFiles === 0 };
}
