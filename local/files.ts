import { randomUUID } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { isAlive, processRealm, processStartTime, sleep } from "./identity";
import type { Progress } from "./progress";

/** Writes a file under a temporary name beside it and renames it: readers see the old content or the new, never a part. */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a symbolic link, in place of one that is there. */
export async function replaceLink(path: string, target: string): Promise<void> {
  await rm(path, { force: true });
  await symlink(target, path);
}

export interface FileLockOptions {
  /** What the holder of the lock is doing, for the message "waiting for …". */
  waitingFor: string;
  /** Told while the lock is held by somebody else. @default nobody is told */
  progress?: Progress;
}

interface LockOwner {
  token: string;
  pid: number;
  startTime: string | undefined;
  realm: string;
}

const heartbeatMs = 5_000;
const foreignStaleMs = 60_000;

/**
 * Runs work while no other process that asks for the same lock file does. A lock whose owner has died is taken over: its owner is
 * known by process number and start time, or, when it ran in another container or machine, by its heartbeat.
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const token = randomUUID();
  let blocker = await tryLock(path, token);
  if (blocker && options.progress) {
    await options.progress.step(`waiting for ${options.waitingFor}`, async (update) => {
      for (; blocker; blocker = await tryLock(path, token)) {
        update(`process ${blocker.pid} holds ${path}`);
        await sleep(100);
      }
    });
  }
  for (; blocker; blocker = await tryLock(path, token)) await sleep(100);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readOwner(path))?.token === token) await rm(path, { force: true });
  }
}

/** Takes the lock, or returns who has it. */
async function tryLock(path: string, token: string): Promise<LockOwner | undefined> {
  const self: LockOwner = { token, pid: process.pid, startTime: processStartTime(process.pid), realm: processRealm() };
  const temporary = `${path}.${token}.tmp`;
  await writeFile(temporary, JSON.stringify(self));
  try {
    // A link appears with its whole content and never replaces another file.
    await link(temporary, path);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  const owner = await readOwner(path);
  if (!owner) return tryLock(path, token);
  if (!(await isStale(path, owner))) return owner;
  // Only one may remove a dead owner's lock, and only while it still is that owner's.
  await withFileLock(`${path}.break`, { waitingFor: "the removal of a stale lock" }, async () => {
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
  });
  return tryLock(path, token);
}

async function readOwner(path: string): Promise<LockOwner | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as LockOwner);
}

async function isStale(path: string, owner: LockOwner): Promise<boolean> {
  if (owner.realm === processRealm()) return !isAlive(owner.pid, owner.startTime);
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > foreignStaleMs;
}
