import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { writeFileAtomic } from "../files";
import { standbyScript } from "./standby";
import { compileCacheFolder } from "./startup";

/**
 * Writes the executable that the engine starts as a provider: a Node.js program in the process of the engine's own child, since
 * no shell stays around it, with its compiled code kept for the next start.
 *
 * @param folder named in the project as `plugins: {providers: [{name: <provider>, path: <folder>}]}`
 * @param provider name of the provider, such as `kubernetes`
 * @param main the program
 * @returns path of the executable
 */
export async function writeNodePlugin(folder: string, provider: string, main: string): Promise<string> {
  return writePlugin(folder, `pulumi-resource-${provider}`, main, standbyScript(provider));
}

/**
 * Writes what starts policy packs written for Node.js where Pulumi's language host for it is not there, as an older host left it to
 * a script; the SDK's own module does the work.
 *
 * @param folder named in the project as `plugins: {analyzers: [{name: policy-nodejs, path: <folder>}]}`
 *
 * Source: `NewPolicyAnalyzer` of pulumi/sdk 3.259, go/common/resource/plugin/analyzer_plugin.go.
 */
export async function writePolicyAnalyzer(folder: string): Promise<string> {
  return writePlugin(folder, "pulumi-analyzer-policy-nodejs", require.resolve("@pulumi/pulumi/cmd/run-policy-pack"));
}

async function writePlugin(
  folder: string,
  name: string,
  main: string,
  before: readonly string[] = [],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  const script = [
    "#!/bin/sh",
    "# Written by pulumi-kserve.",
    ...before,
    `NODE_COMPILE_CACHE=${quote(compileCacheFolder())} exec ${quote(process.execPath)} ${quote(main)} "$@"`,
    "",
  ];
  await writeFileAtomic(file, script.join("\n"), 0o755);
  return file;
}

/** A word of a shell script. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
