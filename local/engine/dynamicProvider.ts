import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { writeFileAtomic } from "../files";

/**
 * Writes the executable that the engine starts as its provider of dynamic resources. It is the SDK's own, found without
 * looking in the project's folder, and started faster: no shell stays around it and compiled code is kept.
 *
 * @param folder named in the project as `plugins: {providers: [{name: pulumi-nodejs, path: <folder>}]}`
 * @returns path of the executable
 */
export async function writeDynamicProviderPlugin(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "pulumi-resource-pulumi-nodejs");
  const [cache, main] = [join(folder, "compile-cache"), join(__dirname, "dynamicProviderMain.js")];
  const script = [
    "#!/bin/sh",
    "# Written by pulumi-kserve.",
    `NODE_COMPILE_CACHE=${quote(cache)} exec ${quote(process.execPath)} ${quote(main)} "$@"`,
    "",
  ];
  await writeFileAtomic(file, script.join("\n"), 0o755);
  return file;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
