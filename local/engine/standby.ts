import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { isAlive, type ManagedProcess, startTied, writeFileAtomic } from "../process";
import { compileCacheFolder } from "./startup";

/** Names the folder of {@link standBy} to the executables that the engine starts. */
const variable = "PULUMI_KSERVE_STANDBY";

/** What is started before the engine asks for it. */
export interface StandbyOptions {
  /** Holds a folder for each process, in which its providers leave their ports. */
  folder: string;
  /** The main program of each provider, by its name. */
  providers: Readonly<Record<string, string>>;
  /** Working folder of the project. */
  cwd: string;
  /** What the engine's own children get. */
  env: NodeJS.ProcessEnv;
}

/** Those of this process that nobody has taken yet, by the file that says so. */
const waiting = new Map<string, ManagedProcess>();

/**
 * Starts providers while the CLI starts, whose engine would begin one after the other and do nothing until each answers.
 *
 * Each is for one engine. {@link standbyScript} hands it over, and ends it with that engine; what no engine takes ends when this is called again, or
 * with this process.
 *
 * @returns what the engine is to have in its environment
 */
export async function standBy({ folder, providers, cwd, env }: StandbyOptions): Promise<Record<string, string>> {
  const own = join(folder, `${process.pid}`);
  await removeStale(folder);
  await mkdir(own, { recursive: true });
  for (const [provider, main] of Object.entries(providers)) {
    const file = join(own, provider);
    const started = startTied({
      name: `provider ${provider}`,
      command: process.execPath,
      // No engine has an address yet.
      args: [main, ""],
      cwd,
      env: { ...process.env, ...env, NODE_COMPILE_CACHE: compileCacheFolder() },
      stdoutFile: `${file}.port`,
      logFile: `${file}.log`,
    });
    waiting.set(file, started);
    await writeFileAtomic(file, `${started.pid}\n`);
  }
  return { [variable]: own };
}

/** Removes what earlier calls of this process, and processes that are gone, have left. */
async function removeStale(folder: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const pid = Number(entry);
    if (pid !== process.pid && isAlive(pid)) continue;
    for (const [file, started] of waiting) {
      if (!file.startsWith(join(folder, entry, "/"))) continue;
      // Taken: it ends with its engine.
      if (await readFile(file).catch(() => undefined)) await started.stop();
      waiting.delete(file);
    }
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/**
 * Lines of a shell script that become the provider standing by, when there is one: they print its port, as the engine expects, and end it when
 * the engine ends them or is gone itself. A second engine finds none, because whoever takes it renames its file.
 */
export function standbyScript(provider: string): string[] {
  return [
    `standby="$${variable}/${provider}"`,
    `if [ -n "$${variable}" ] && mv "$standby" "$standby.taken" 2>/dev/null; then`,
    `  read -r pid <"$standby.taken"`,
    `  while [ -f "$standby.taken" ] && kill -0 "$pid" 2>/dev/null; do`,
    `    if read -r port <"$standby.port"; then`,
    `      trap 'kill "$pid" 2>/dev/null' EXIT`,
    `      trap 'exit 0' HUP INT TERM`,
    `      echo "$port"`,
    `      cat >/dev/null`,
    `      exit 0`,
    `    fi`,
    `    sleep 0.02`,
    `  done`,
    `fi`,
  ];
}
