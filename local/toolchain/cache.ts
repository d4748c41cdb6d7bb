import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { writeFileAtomic } from "../files";
import { cacheRoot } from "../paths";
import type { Progress } from "../progress";
import type { ToolName } from "./types";

/** One executable in the cache: a folder named for everything that decides its content. */
export interface Slot {
  name: ToolName;
  version: string;
  source: "download" | "build";
  /** Folder name. */
  key: string;
}

/** Written last, beside the executable. */
interface Manifest {
  name: ToolName;
  version: string;
  source: "download" | "build";
  /** The executable's path in the folder. */
  file: string;
  size: number;
  mtimeMs: number;
  sha256: string;
  /** Where it came from, for people. */
  origin: Record<string, string>;
}

/** @param pins everything that decides the content */
export function slotFor(name: ToolName, version: string, source: Slot["source"], pins: readonly string[]): Slot {
  const hash = createHash("sha256").update(JSON.stringify(pins)).digest("hex").slice(0, 16);
  return { name, version, source, key: `${name}-${version}-${source}-${hash}` };
}

export function lockFile(name: string): string {
  return join(cacheRoot(), "locks", `${name}.lock`);
}

/**
 * The executable in a slot, if it is there whole. Its content is read only when size or modification time differ from what was
 * recorded; a changed one is thrown away, and that is said.
 */
export async function cachedExecutable(slot: Slot, progress: Progress): Promise<string | undefined> {
  const folder = slotFolder(slot);
  const manifest = await readManifest(folder);
  if (!manifest) return undefined;
  const path = join(folder, manifest.file);
  const info = await stat(path).catch(() => undefined);
  if (info && info.size === manifest.size && info.mtimeMs === manifest.mtimeMs) return path;
  if (info && info.size === manifest.size && (await sha256OfFile(path)) === manifest.sha256) {
    await writeManifest(folder, { ...manifest, mtimeMs: info.mtimeMs });
    return path;
  }
  progress.note(`${path} is not what was put there (size or SHA-256 differ): it is removed and made again`);
  await rm(folder, { recursive: true, force: true });
  return undefined;
}

/**
 * Fills a slot: `work` puts the executable into a temporary folder and returns its path in there and its origin; the folder gets
 * its final name only when it is complete. The caller holds the lock `lockName`, so a temporary folder of the same lock
 * belongs to a run that was interrupted, and is removed.
 */
export async function fillSlot(
  slot: Slot,
  lockName: string,
  work: (folder: string) => Promise<{ file: string; origin: Record<string, string> }>,
): Promise<string> {
  await removeStaleFolders(lockName);
  const temporary = join(toolsFolder(), `${temporaryPrefix(lockName)}${process.pid}`);
  await mkdir(temporary, { recursive: true });
  try {
    const { file, origin } = await work(temporary);
    const path = join(temporary, file);
    await chmod(path, 0o755);
    const sha256 = await sha256OfFile(path);
    const { size, mtimeMs } = await stat(path);
    const { name, version, source } = slot;
    await writeManifest(temporary, { name, version, source, file, size, mtimeMs, sha256, origin });
    await rm(slotFolder(slot), { recursive: true, force: true });
    await rename(temporary, slotFolder(slot));
    return join(slotFolder(slot), file);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function toolsFolder(): string {
  return join(cacheRoot(), "tools");
}

function slotFolder(slot: Slot): string {
  return join(toolsFolder(), slot.key);
}

function temporaryPrefix(lockName: string): string {
  return `.tmp-${lockName}-`;
}

async function removeStaleFolders(lockName: string): Promise<void> {
  const entries = await readdir(toolsFolder()).catch(() => []);
  const stale = entries.filter((entry) => entry.startsWith(temporaryPrefix(lockName)));
  await Promise.all(stale.map((entry) => rm(join(toolsFolder(), entry), { recursive: true, force: true })));
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  return writeFileAtomic(join(folder, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
