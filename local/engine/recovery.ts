import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { isAlive, writeFileAtomic } from "../process";
import { checkpointFile } from "./checkpoint";

/**
 * Makes a stack of a file backend usable after its engine was killed: its lock is released, and a checkpoint that was being
 * written is replaced by the one before. What the engine had created since is taken over by the next `up`.
 *
 * A lock whose process lives is left alone; the engine then says who holds it.
 */
export async function recoverStack(state: string, project: string, stack: string): Promise<void> {
  if (await releaseDeadLocks(join(state, ".pulumi", "locks", "organization", project, stack))) return;
  const checkpoint = checkpointFile(state, project, stack);
  for (const file of [checkpoint, `${checkpoint}.bak`]) {
    // Attributes are optional, and written in place.
    if ((await readJson(`${file}.attrs`)) === "broken") await rm(`${file}.attrs`);
  }
  if ((await readJson(checkpoint)) !== "broken") return;
  const backup = await readJson(`${checkpoint}.bak`);
  if (typeof backup !== "object") {
    throw new Error(
      `the state of stack "${stack}" was lost when its engine was killed: ${checkpoint} and its backup cannot be read; ` +
        "remove the cluster with `npm run local -- down` and begin anew",
    );
  }
  await writeFileAtomic(checkpoint, JSON.stringify(backup, undefined, 4));
}

/** Removes the locks of processes that are gone. @returns whether one that lives holds the stack. */
async function releaseDeadLocks(folder: string): Promise<boolean> {
  let held = false;
  for (const entry of await readdir(folder).catch(() => [])) {
    const file = join(folder, entry);
    const lock = (await readJson(file)) as { pid?: number; hostname?: string } | "broken" | undefined;
    if (typeof lock === "object" && (lock.hostname !== hostname() || isAlive(lock.pid ?? 0))) held = true;
    else await rm(file, { force: true });
  }
  return held;
}

/** @returns the content, "broken" when it is no JSON, undefined when there is no such file. */
async function readJson(file: string): Promise<object | "broken" | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return "broken";
  }
}
