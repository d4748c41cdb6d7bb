// Writes the declarations of what is packed, library and nothing else, beside the compiled files in dist/.
// It checks no types: `npm run check` does, and so the packing takes seconds.
import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

// A declaration whose source is gone must not be packed.
for (const entry of await readdir(join(root, "dist"), { recursive: true, withFileTypes: true })) {
  if (entry.isFile() && entry.name.endsWith(".d.ts")) await rm(join(entry.parentPath, entry.name));
}

const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.package.json"], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
