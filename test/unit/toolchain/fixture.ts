import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Progress } from "../../../local/progress";
import {
  toolNames,
  earlierUpstreamNames,
  upstreamNames,
  type Catalog,
  type Download,
  type NoDownload,
  type ToolDefinition,
  type ToolName,
  type UpstreamDefinition,
} from "../../../local/toolchain/types";

/** Version of every executable in the tiny catalogue. */
export const tinyVersion = "1.2.3";

/** A catalogue whose parts are all built from one Go module of a few lines that needs nothing but Go's runtime. */
export function tinyCatalog(folder: string, downloads: Partial<Record<ToolName, Download>> = {}): Catalog {
  const tool = (name: ToolName): ToolDefinition => ({
    version: tinyVersion,
    versionFrom: { args: ["version"] },
    download: (): Download | NoDownload => downloads[name] ?? { none: "nobody publishes it" },
    build: { module: "tiny", package: "example.com/tiny/hello", ldflags: `-s -w -X main.version=v${tinyVersion}` },
  });
  const oracle = tool("oracle");
  oracle.build = { ...oracle.build, package: "./own", sources: "own" };
  const upstream: UpstreamDefinition = { version: tinyVersion, module: "tiny", goModule: "example.com/upstream" };
  return {
    modulesFolder: join(folder, "modules"),
    tools: { ...Object.fromEntries(toolNames.map((name) => [name, tool(name)])), oracle } as Catalog["tools"],
    upstream: Object.fromEntries(
      [...upstreamNames, ...earlierUpstreamNames].map((name) => [name, upstream]),
    ) as Catalog["upstream"],
  };
}

/** A world of its own: cache folder, PATH, Go module. */
export interface World {
  folder: string;
  /** Comes first on PATH. */
  bin: string;
  cache: string;
  /** Path of the real Go. */
  go: string;
  env: NodeJS.ProcessEnv;
  /** Writes an executable shell script. */
  script(path: string, body: string): string;
  remove(): void;
}

export function createWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-toolchain-"));
  const bin = join(folder, "bin");
  const cache = join(folder, "cache");
  const go = execFileSync("sh", ["-c", "command -v go"], { encoding: "utf8" }).trim();
  const tiny = join(folder, "modules", "tiny");
  for (const path of [bin, cache, join(tiny, "hello"), join(tiny, "own"), join(tiny, "upstream")])
    mkdirSync(path, { recursive: true });
  writeFileSync(
    join(tiny, "go.mod"),
    "module example.com/tiny\n\ngo 1.21\n\nrequire example.com/upstream v1.2.3\n\nreplace example.com/upstream => ./upstream\n",
  );
  writeFileSync(join(tiny, "go.sum"), "");
  writeFileSync(
    join(tiny, "hello", "main.go"),
    'package main\n\nvar version = "unset"\n\nfunc main() { println("hello " + version) }\n',
  );
  writeFileSync(join(tiny, "own", "main.go"), 'package main\n\nfunc main() { println("I am the oracle") }\n');
  writeFileSync(join(tiny, "upstream", "go.mod"), "module example.com/upstream\n\ngo 1.21\n");
  const script = (path: string, body: string) => {
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  script(join(bin, "go"), `exec ${go} "$@"`);
  const env = {
    ...process.env,
    XDG_CACHE_HOME: cache,
    // Go's own cache would move with it, and its runtime be compiled anew in every test.
    GOCACHE: execFileSync(go, ["env", "GOCACHE"], { encoding: "utf8" }).trim(),
    // Neither this machine's tools nor its proxy may decide a test.
    PATH: `${bin}:/usr/bin:/bin`,
    NO_PROXY: "127.0.0.1",
  };
  return { folder, bin, cache, go, env, script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes a world's environment this process's; returns how to undo it. */
export function enter(world: World): () => void {
  const before = { ...process.env };
  Object.assign(process.env, world.env);
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

/** Keeps what it is told: titles of steps with "> " before, notes as they are. */
export function recordingProgress(): Progress & { lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    note: (text) => void lines.push(text),
    step: (title, work) => {
      lines.push(`> ${title}`);
      return work(() => undefined);
    },
  };
}
