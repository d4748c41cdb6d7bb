import { mkdir, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";

import { cacheRoot, stateRoot } from "../../local/paths";
import { freePort } from "../../local/process";
import { defaultCatalog } from "../../local/toolchain/catalog";
import { compareVersions, localGo, neededGo } from "../../local/toolchain/go";
import { surveyToolchain } from "../../local/toolchain/toolchain";
import { hostPlatform, ToolchainError, toolNames } from "../../local/toolchain/types";
import { type Check, type DoctorOptions, failed, ok, warned } from "./check";

const gib = 1024 ** 3;
/** Room that a first build takes in the cache, and in Go's. Source: local/toolchain/errors.ts. */
const needed = { built: 1, toBuild: 12 };

/** What `npm run local:up` needs: its parts, or what builds them, room for them, and ports. Nothing is fetched or built. */
export async function checkEmbedded(options: DoctorOptions): Promise<readonly Check[]> {
  try {
    hostPlatform();
  } catch (error) {
    return [failed("platform", (error as Error).message, { fix: "use a cluster of yours" })];
  }
  const parts = await checkParts();
  const isMissing = parts.state !== "ok";
  return [parts, await checkGo(isMissing, options), await checkRoom(isMissing), await checkState(), await checkPorts()];
}

async function checkParts(): Promise<Check> {
  const name = "embedded parts";
  try {
    const { found, missing, upstream } = await surveyToolchain();
    const lacking = [...missing, ...upstream.map((each) => `files of ${each}`)];
    if (lacking.length === 0) return ok(name, `all ${found.length} there, in ${cacheRoot()}`);
    return warned(name, `${found.length} of ${toolNames.length} there; missing: ${lacking.join(", ")}`, {
      wanted: "all of them; npm run local:up downloads or builds what is missing (about ten minutes)",
      fix: "npm run local -- toolchain",
    });
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    return failed(name, error.message, { fix: "correct or unset the variable" });
  }
}

async function checkGo(isNeeded: boolean, options: DoctorOptions): Promise<Check> {
  const name = "Go";
  const catalog = defaultCatalog();
  const folders = [...new Set(toolNames.map((tool) => catalog.tools[tool].build.module))].map((module) =>
    join(catalog.modulesFolder, module),
  );
  const versions = await Promise.all(folders.map(neededGo));
  const newest = versions.sort(compareVersions).at(-1) ?? "";
  const wanted = `${newest} or newer, to build what is missing`;
  const go = await localGo(hostPlatform(), options.timeoutMs);
  const seen = [go.version ?? go.problem, ...(go.path === undefined ? [] : [go.path])].join(", ");
  if (go.version !== undefined && compareVersions(go.version, newest) >= 0) return ok(name, seen);
  if (!isNeeded) return ok(name, `${seen}; not needed, as every part is there`);
  // Since 1.21 Go fetches a newer one that a module asks for, unless it is told not to.
  const fetches = go.version !== undefined && compareVersions(go.version, "1.21") >= 0;
  return fetches && !/^(local|path)/.test(options.env.GOTOOLCHAIN ?? "")
    ? warned(name, seen, { wanted: `${wanted}: a newer one is fetched by Go when it builds` })
    : failed(name, seen, { wanted, fix: "install it (https://go.dev/dl)" });
}

async function checkRoom(isBuilt: boolean): Promise<Check> {
  const name = "disk";
  const folder = nearestThere(cacheRoot());
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gib;
  const least = isBuilt ? needed.toBuild : needed.built;
  const seen = `${free.toFixed(1)} GiB free at ${folder}`;
  return free < least
    ? failed(name, seen, {
        wanted: `${least} GiB`,
        fix: "make room, or move the caches: XDG_CACHE_HOME, GOCACHE, GOMODCACHE",
      })
    : ok(name, seen);
}

async function checkState(): Promise<Check> {
  const name = "state folder";
  try {
    await mkdir(stateRoot(), { recursive: true, mode: 0o700 });
    return ok(name, stateRoot());
  } catch (error) {
    return failed(name, `${stateRoot()}: ${(error as NodeJS.ErrnoException).code}`, {
      fix: "make it writable, or set XDG_STATE_HOME",
    });
  }
}

async function checkPorts(): Promise<Check> {
  const name = "ports";
  try {
    await freePort();
    return ok(name, "free ones on 127.0.0.1");
  } catch (error) {
    return failed(name, (error as Error).message, { fix: "end what listens there" });
  }
}

function nearestThere(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestThere(dirname(folder));
}
