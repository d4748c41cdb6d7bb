import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { writeFileAtomic } from "../files";

/**
 * Writes the executable that the engine starts as its Kubernetes provider.
 *
 * @param folder named in the project as `plugins: {providers: [{name: kubernetes, path: <folder>}]}`
 * @returns path of the executable
 */
export async function writeProviderPlugin(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "pulumi-resource-kubernetes");
  const cache = join(folder, "compile-cache");
  const main = join(__dirname, "main.js");
  const script = [
    "#!/bin/sh",
    "# Written by pulumi-kserve: its stand-in for the Kubernetes provider.",
    `NODE_COMPILE_CACHE=${quote(cache)} exec ${quote(process.execPath)} ${quote(main)} "$@"`,
    "",
  ];
  await writeFileAtomic(file, script.join("\n"), 0o755);
  return file;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
