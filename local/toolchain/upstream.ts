import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../files";
import { cacheRoot } from "../paths";
import { runCommand } from "../process";
import { modulePins } from "./build";
import { goEnvironment } from "./go";
import { variableName, type Catalog, type Platform, type ToolchainConfig, type UpstreamName } from "./types";

export interface UpstreamSearch {
  folder?: string;
  problem?: string;
}

/** The folder that the user named, or the one that an earlier run had Go fetch, as long as it is still there. */
export async function findUpstream(
  catalog: Catalog,
  name: UpstreamName,
  config: ToolchainConfig,
): Promise<UpstreamSearch> {
  const variable = variableName("UPSTREAM", name);
  const configured = process.env[variable] || config.upstream?.[name];
  if (configured) {
    const folder = resolve(configured);
    if (await isFolder(folder)) return { folder };
    const by = process.env[variable] ? `the environment variable ${variable}` : `the configuration's upstream.${name}`;
    return { problem: `${by} names ${folder}, which is not a folder` };
  }
  const folder = (await readMemo())[await memoKey(catalog, name)];
  return folder && (await isFolder(folder)) ? { folder } : {};
}

/**
 * Has Go fetch modules and verify them against go.sum.
 * @throws what Go said.
 */
export async function fetchUpstream(
  catalog: Catalog,
  names: UpstreamName[],
  go: string,
  platform: Platform,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const memo = await readMemo();
  for (const module of new Set(names.map((name) => catalog.upstream[name].module))) {
    const cwd = join(catalog.modulesFolder, module);
    const env = goEnvironment(platform);
    const wanted = names.filter((name) => catalog.upstream[name].module === module);
    const paths = wanted.map((name) => catalog.upstream[name].goModule);
    const list = async () => {
      const { stdout } = await runCommand(go, ["list", "-m", "-f", "{{.Path}}\t{{.Dir}}", ...paths], { cwd, env });
      return new Map(stdout.split("\n").map((line) => line.split("\t") as [string, string]));
    };
    let folders = await list();
    const absent = paths.filter((path) => !folders.get(path));
    if (absent.length > 0) {
      await runCommand(go, ["mod", "download", ...absent], { cwd, env });
      folders = await list();
    }
    for (const name of wanted) {
      const folder = folders.get(catalog.upstream[name].goModule);
      if (!folder) throw new Error(`Go does not say where it put ${catalog.upstream[name].goModule}`);
      found[name] = folder;
      memo[await memoKey(catalog, name)] = folder;
    }
  }
  await writeFileAtomic(memoFile(), `${JSON.stringify(memo, null, 2)}\n`);
  return found;
}

async function memoKey(catalog: Catalog, name: UpstreamName): Promise<string> {
  const { module, goModule, version } = catalog.upstream[name];
  return `${goModule}@v${version} ${(await modulePins(catalog, module)).slice(0, 16)}`;
}

function memoFile(): string {
  return join(cacheRoot(), "upstream.json");
}

async function readMemo(): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(memoFile(), "utf8")) as Record<string, string>;
  } catch {
    return {};
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
