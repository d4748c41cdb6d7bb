import { readFile, realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { findOnPath, isExecutable } from "../executables";
import { writeFileAtomic } from "../files";
import { cacheRoot } from "../paths";
import { runCommand } from "../process";
import { variableName, type ToolchainConfig, type ToolDefinition, type ToolName } from "./types";

/** What the user has: an executable of the right version, or why there is none. */
export interface Presence {
  path?: string;
  source: "configured" | "path";
  /** Set when there is an executable that cannot be used, or that cannot be told to be right. */
  problem?: string;
}

/**
 * Versions that executables have said, by what tells whether the executable is still the same, so that a later run needs not
 * start it again.
 */
export class VersionMemo {
  private constructor(
    private readonly known: Record<string, string>,
    private changed = false,
  ) {}

  static async load(): Promise<VersionMemo> {
    const text = await readFile(VersionMemo.file(), "utf8").catch(() => "{}");
    try {
      return new VersionMemo(JSON.parse(text) as Record<string, string>);
    } catch {
      return new VersionMemo({});
    }
  }

  async save(): Promise<void> {
    if (this.changed) await writeFileAtomic(VersionMemo.file(), `${JSON.stringify(this.known, null, 2)}\n`);
  }

  /** @throws when the executable does not say its version. */
  async versionOf(name: ToolName, definition: ToolDefinition, path: string): Promise<string> {
    const real = await realpath(path);
    const { size, mtimeMs } = await stat(real);
    const key = `${name} ${real} ${size} ${mtimeMs}`;
    const version = this.known[key] ?? (await statedVersion(definition, path));
    if (this.known[key] === undefined) {
      for (const other of Object.keys(this.known)) if (other.startsWith(`${name} ${real} `)) delete this.known[other];
      this.known[key] = version;
      this.changed = true;
    }
    return version;
  }

  private static file(): string {
    return join(cacheRoot(), "versions.json");
  }
}

/** The executable that the user named, or else the first one on PATH. */
export async function findPresent(
  name: ToolName,
  definition: ToolDefinition,
  config: ToolchainConfig,
  memo: VersionMemo,
): Promise<Presence | undefined> {
  const variable = variableName("TOOL", name);
  const configured = process.env[variable] || config.tools?.[name];
  if (configured) {
    const by = process.env[variable] ? `the environment variable ${variable}` : `the configuration's tools.${name}`;
    const path = resolve(configured);
    const problem = await mismatch(name, definition, path, memo);
    return problem
      ? { source: "configured", problem: `${by} names ${path}, ${problem}` }
      : { source: "configured", path };
  }
  const path = await findOnPath(name, process.env.PATH);
  if (!path) return undefined;
  const problem = await mismatch(name, definition, path, memo);
  return problem ? { source: "path", problem: `${path} on PATH is passed over: ${problem}` } : { source: "path", path };
}

/** Why an executable cannot be used; undefined when it can. */
async function mismatch(
  name: ToolName,
  definition: ToolDefinition,
  path: string,
  memo: VersionMemo,
): Promise<string | undefined> {
  if (!(await isExecutable(path))) return "which is not an executable file";
  try {
    const version = await memo.versionOf(name, definition, path);
    if (version === definition.version) return undefined;
    return `its version is ${version}, and ${name} ${definition.version} is needed`;
  } catch (error) {
    return `which does not say its version (${definition.version} is needed): ${(error as Error).message}`;
  }
}

async function statedVersion(definition: ToolDefinition, path: string): Promise<string> {
  if ("goModule" in definition.versionFrom) return recordedModuleVersion(path, definition.versionFrom.goModule);
  const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const { stdout, stderr } = await runCommand(path, definition.versionFrom.args, { env, timeoutMs: 15_000 });
  const match = /\bv?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/.exec(stdout) ?? /\bv?(\d+\.\d+\.\d+)\b/.exec(stderr);
  if (!match?.[1]) throw new Error(`no version in the output of "${definition.versionFrom.args.join(" ")}"`);
  return match[1];
}

/** Go records the main module and its version in every executable, as a line of the text that `go version -m` prints. */
async function recordedModuleVersion(path: string, goModule: string): Promise<string> {
  const content = await readFile(path);
  const marker = `\nmod\t${goModule}\t`;
  const start = content.indexOf(marker);
  if (start < 0) throw new Error(`no Go build information about ${goModule} in it`);
  const from = start + marker.length;
  const version = /^v?([^\s]+)/.exec(content.toString("latin1", from, from + 100))?.[1];
  return version ?? "unknown";
}
