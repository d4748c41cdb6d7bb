import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The engine that this process has running for an `up` in a folder. The command line alone is not enough: an engine that somebody else
 * started for the same cluster, such as another run of these tests, looks the same.
 *
 * @throws Error when there is none, or more than one.
 */
export async function enginePid(folder: string): Promise<number> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(join("/proc", entry, "cmdline"), "utf8").catch(() => "");
    if (!command.startsWith(join(folder, "cli", "bin", "pulumi")) || !command.includes("\0up\0")) continue;
    const status = await readFile(join("/proc", entry, "status"), "utf8").catch(() => "");
    if (status.includes(`\nPPid:\t${process.pid}\n`)) found.push(Number(entry));
  }
  const [pid, ...more] = found;
  if (pid === undefined || more.length > 0)
    throw new Error(`${found.length} engines of this process run in ${folder}, one was expected`);
  return pid;
}
