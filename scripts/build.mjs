// Compiles every TypeScript file to CommonJS in dist/, one file each, in well under a second.
// Types are checked by `npm run typecheck`; declarations are written by scripts/declarations.mjs, when the package is packed.
import { build } from "esbuild";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const folders = ["sdk", "components", "stacks", "policy", "plugin", "cli", "local", "test", "bench"];

async function sources(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

const inputs = (await Promise.all(folders.map(sources))).flat();
if (await stat("index.ts").catch(() => undefined)) inputs.push("index.ts");

await build({
  entryPoints: inputs,
  outdir: "dist",
  outbase: ".",
  platform: "node",
  target: "node22",
  format: "cjs",
  // A lazy import becomes a lazy require, which finds modules without their extension.
  supported: { "dynamic-import": false },
  sourcemap: "linked",
  logLevel: "warning",
});

/** Makes the library's public face load a file when something of it is first asked for, so that nobody pays for what he does not use. */
async function loadLazily(file) {
  const calls = new Map();
  const source = (await readFile(file, "utf8")).replace(
    /^var (import_\w+) = (require\("\.[^"]+"\));\n/gm,
    (_, name, call) => {
      calls.set(name, call);
      return "";
    },
  );
  const lazy = source.replace(/\bimport_\w+/g, (name) => {
    const call = calls.get(name);
    if (!call) throw new Error(`${file}: ${name} is not what esbuild makes of an export; adapt scripts/build.mjs`);
    return call;
  });
  // Another build beside this one has done it.
  if (calls.size === 0 && !/\bimport_\w+/.test(source) && source.includes('require("./')) return;
  if (calls.size === 0)
    throw new Error(`${file}: exports are not as expected: name them one by one, or adapt scripts/build.mjs`);
  await writeFile(file, lazy);
}

if (inputs.includes("index.ts")) await loadLazily(join("dist", "index.js"));

// A module whose source is gone must not be found by a test run or a stale require.
const expected = new Set(inputs.map((file) => join("dist", file.replace(/\.ts$/, ".js"))));
const compiled = await readdir("dist", { recursive: true, withFileTypes: true });
for (const entry of compiled) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && file.endsWith(".js") && !expected.has(file)) {
    await rm(file);
    await rm(`${file}.map`, { force: true });
  }
}
