import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { isUrl } from "../../sdk/charts";
import type { BundleInputs } from "./bundle";
import { cacheFolder, digest, keep, messageOf } from "./fileCache";

const downloadTimeoutMs = 60_000;
const attempts = 3;

/**
 * Reads every file of a CRD set: from the mirror when that is a folder; else from the user's cache, which is filled by
 * download. What does not have its checksum is never used.
 *
 * @throws Error with every file that could not be had, why, and how to get it.
 */
export async function loadFiles(
  set: Pick<BundleInputs, "name" | "source" | "mirror" | "files">,
): Promise<Map<string, string>> {
  const address = set.mirror ?? set.source;
  const entries = Object.entries(set.files);
  const results = await Promise.allSettled(
    entries.map(([path, sha256]) =>
      isUrl(address) ? cached(address + path, sha256) : fromFolder(address + path, sha256),
    ),
  );
  const problems = results.flatMap((result) => (result.status === "rejected" ? [messageOf(result.reason)] : []));
  if (problems.length > 0) {
    throw new Error(
      `CRD set "${set.name}": ${problems.length} of its ${entries.length} files cannot be used\n${problems.map((problem) => `  - ${problem}`).join("\n")}\n` +
        "fix: make the address reachable, or set `mirrors` to a folder or URL prefix that holds the same files",
    );
  }
  return new Map(entries.map(([path], index) => [path, (results[index] as PromiseFulfilledResult<string>).value]));
}

async function fromFolder(path: string, sha256: string): Promise<string> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path}: ${error.code === "ENOENT" ? "does not exist" : error.message}`);
  });
  return verified(path, content, sha256);
}

async function cached(url: string, sha256: string): Promise<string> {
  const file = join(cacheFolder(), `${sha256}.yaml`);
  const known = await readFile(file).catch(() => undefined);
  // A damaged cache entry is fetched again.
  if (known && digest(known) === sha256) return known.toString("utf8");
  const content = await download(url);
  const text = verified(url, content, sha256);
  await keep(file, content);
  return text;
}

async function download(url: string): Promise<Buffer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
      if (response.ok) return Buffer.from(await response.arrayBuffer());
      throw new DownloadError(
        `${url}: the server answered ${response.status} ${response.statusText}`,
        response.status >= 500,
      );
    } catch (error) {
      if (error instanceof DownloadError ? !error.temporary || attempt === attempts : attempt === attempts) {
        throw error instanceof DownloadError ? error : new Error(`${url}: ${reason(error)}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt));
    }
  }
}

class DownloadError extends Error {
  constructor(
    message: string,
    readonly temporary: boolean,
  ) {
    super(message);
  }
}

/** fetch says "fetch failed" and hides why in the cause. */
function reason(error: unknown): string {
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}

function verified(address: string, content: Buffer, sha256: string): string {
  const actual = digest(content);
  if (actual === sha256) return content.toString("utf8");
  throw new Error(`${address}: has SHA-256 ${actual}; expected ${sha256}`);
}
