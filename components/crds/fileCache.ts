import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { cacheRoot } from "../../sdk/folders";

/** Files of CRD sets by the digest of their content, and what was made of them. */
export function cacheFolder(): string {
  return join(cacheRoot(), "crds");
}

/** Puts a file into the cache; a cache that cannot be written only costs the next run a download. */
export async function keep(file: string, content: Buffer | string): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    console.error(`${file}: not cached: ${messageOf(error)}`);
  }
}

export function digest(content: Buffer | string): string {
  return createHash("sha256").update(content).digest("hex");
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
