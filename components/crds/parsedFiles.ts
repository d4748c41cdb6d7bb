import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { cacheFolder, digest, keep } from "./fileCache";

/**
 * What a file of YAML holds. Two megabytes of YAML take a third of a second, before which no CRD is on its way; their JSON takes a hundredth.
 * It is kept by the digest of the YAML, under a first line with its own, so that what was damaged is parsed again.
 */
export async function parsedOnce(text: string, parse: () => object[]): Promise<object[]> {
  const file = join(cacheFolder(), `${digest(text)}.json`);
  const known = await readFile(file, "utf8").catch(() => "");
  const head = known.indexOf("\n");
  const json = known.slice(head + 1);
  if (head > 0 && digest(json) === known.slice(0, head)) return JSON.parse(json) as object[];
  const parsed = parse();
  const made = JSON.stringify(parsed);
  await keep(file, `${digest(made)}\n${made}`);
  return parsed;
}
