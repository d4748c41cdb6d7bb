import { constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runCommand } from "../process";
import type { Platform } from "./types";

/** A Go that can build the modules asked for, or why there is none. */
export type GoAnswer = { path: string } | { missing: string };

/**
 * Looks for Go on PATH and compares it with what the modules' go.mod files ask for. A Go that fetches newer toolchains by itself
 * (GOTOOLCHAIN=auto, its default) is given the chance to do so.
 */
export async function findGo(moduleFolders: string[], platform: Platform): Promise<GoAnswer> {
  const path = await onPath();
  if (!path) return { missing: "Go, which would build them, is not on PATH" };
  for (const folder of moduleFolders) {
    const needed = await neededGo(folder);
    const env = goEnvironment(platform);
    const got = await runCommand(path, ["env", "GOVERSION"], { cwd: folder, env }).then(
      ({ stdout }) => stdout.trim(),
      () => undefined,
    );
    if (got && compareVersions(got, needed) >= 0) continue;
    const local = await localGo(platform);
    const seen = local.version === undefined ? `which does not run: ${local.problem}` : `version ${local.version}`;
    return { missing: `the Go on PATH (${path}, ${seen}) is too old to build them` };
  }
  return { path };
}

/** The Go on PATH as it is, without another toolchain that it could fetch. */
export type LocalGo =
  | { readonly path: string; readonly version: string }
  | { readonly path?: string; readonly version?: undefined; readonly problem: string };

/** Asks the Go on PATH for its version; nothing is downloaded. @param timeoutMs milliseconds that it may take. @default no limit */
export async function localGo(platform: Platform, timeoutMs?: number): Promise<LocalGo> {
  const path = await onPath();
  if (!path) return { problem: "not on PATH" };
  const env = { ...goEnvironment(platform), GOTOOLCHAIN: "local" };
  return runCommand(path, ["env", "GOVERSION"], { cwd: tmpdir(), env, timeoutMs }).then(
    ({ stdout }) => ({ path, version: stdout.trim().replace(/^go/, "") }),
    (error: Error) => ({ path, problem: error.message }),
  );
}

/** The `go` line of a module's go.mod, for example "1.26.0". */
export async function neededGo(moduleFolder: string): Promise<string> {
  const file = join(moduleFolder, "go.mod");
  const version = /^go (\S+)/m.exec(await readFile(file, "utf8"))?.[1];
  if (!version) throw new Error(`${file} has no go line`);
  return version;
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => [...text.matchAll(/\d+/g)].slice(0, 3).map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Nothing that the user set for other work (a workspace, a vendor mode, a cross-compilation) may change what is built. */
export function goEnvironment(platform: Platform): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CGO_ENABLED: "0",
    GOOS: platform.os,
    GOARCH: platform.arch,
    GOFLAGS: "-buildvcs=false",
    GOWORK: "off",
  };
}

async function onPath(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (!folder) continue;
    const path = join(folder, "go");
    const usable = await access(path, constants.X_OK).then(
      async () => (await stat(path)).isFile(),
      () => false,
    );
    if (usable) return path;
  }
  return undefined;
}
