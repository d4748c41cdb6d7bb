// Runs one of the project's commands after all set-up that it needs: dependencies, then the build.
// Written for any Node.js since 18, because it runs before the pinned one is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entries = {
  local: "dist/local/cli.js",
  explain: "dist/local/cli.js",
  test: "dist/test/run.js",
  differential: "dist/test/differential/run.js",
  bench: "dist/bench/run.js",
};
// Commands of cli/, which are about a stack wherever it runs.
for (const command of ["config", "preview:comment", "render", "doctor", "drift", "stacks"])
  entries[command] = "dist/cli/main.js";

const [command, ...rest] = process.argv.slice(2);
if (!(command in entries)) {
  console.error(`unknown command "${command}"; allowed: ${Object.keys(entries).join(", ")}`);
  process.exit(2);
}

// One file has several commands, each with a script of its own.
const args = command === "explain" || entries[command] === "dist/cli/main.js" ? [command, ...rest] : rest;

/** Runs a set-up step; its output is shown only when it fails. */
function step(title, file, fileArgs) {
  const start = Date.now();
  const result = spawnSync(file, fileArgs, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  if (result.status !== 0) {
    process.stderr.write(`${title} failed:\n${result.stdout ?? ""}${result.stderr ?? ""}${result.error ?? ""}\n`);
    process.exit(1);
  }
  return ((Date.now() - start) / 1000).toFixed(1);
}

const lock = readFileSync(join(root, "package-lock.json"));
const lockHash = createHash("sha256").update(lock).digest("hex");
const stamp = join(root, "node_modules", ".pulumi-kserve", "lock");
const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

/** Whether a lock file that has changed asks for nothing that an earlier, complete installation does not have. */
function isInstalled() {
  return Object.entries(JSON.parse(lock).packages).every(([path, { version, optional }]) => {
    if (path === "" || optional) return true;
    const file = join(root, path, "package.json");
    return existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version.replace(/^v/, "") === version;
  });
}

/** A new file, since worktrees may share the old one by links. */
function writeStamp() {
  mkdirSync(dirname(stamp), { recursive: true });
  rmSync(stamp, { force: true });
  writeFileSync(stamp, lockHash);
}

if (!existsSync(node) || !existsSync(stamp) || (readFileSync(stamp, "utf8") !== lockHash && !isInstalled())) {
  console.error("installing npm dependencies (package-lock.json)…");
  const seconds = step("npm ci", "npm", ["ci", "--no-audit", "--no-fund"]);
  console.error(`installed npm dependencies in ${seconds} s`);
  writeStamp();
} else if (readFileSync(stamp, "utf8") !== lockHash) writeStamp();
step("build", node, [join("scripts", "build.mjs")]);

// When a program fails, the outputs of its resources fail too, some before anybody waits for them; the failure itself is shown.
const nodeOptions = ["--enable-source-maps", "--disable-warning=PromiseRejectionHandledWarning"];
const child = spawn(node, [...nodeOptions, join(root, entries[command]), ...args], {
  cwd: root,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
