import { join } from "node:path";
import { withFileLock } from "../files";
import { createProgress, type Progress, silentProgress } from "../progress";
import { buildExecutable, buildSlot, moduleLock } from "./build";
import { cachedExecutable, fillSlot, lockFile, slotFor, type Slot } from "./cache";
import { defaultCatalog } from "./catalog";
import { Downloader } from "./download";
import { explainFailure, missingPartsError, type MissingTool } from "./errors";
import { findGo } from "./go";
import { findPresent, VersionMemo } from "./present";
import {
  gatewayToolNames,
  hostPlatform,
  isOwnTool,
  ToolchainError,
  toolNames,
  upstreamNames,
  type Catalog,
  type EarlierUpstreamName,
  type EmbeddedToolName,
  type Platform,
  type Tool,
  type Toolchain,
  type ToolchainConfig,
  type ToolName,
  type UpstreamName,
} from "./types";
import { fetchUpstream, findUpstream } from "./upstream";

export interface EnsureToolchainOptions<N extends ToolName> {
  /** Told about everything that takes time; nothing is said when all is there. @default to stderr */
  progress?: Progress;
  /** The executables that are needed. @default all of the embedded environment */
  only?: readonly N[];
  /** Repositories at earlier versions that are needed too. @default none */
  earlier?: readonly EarlierUpstreamName[];
  config?: ToolchainConfig;
  /** What is pinned. @default this checkout's */
  catalog?: Catalog;
}

interface Run {
  catalog: Catalog;
  platform: Platform;
  progress: Progress;
  found: Map<ToolName, Tool>;
}

/**
 * Makes sure of every part of the embedded environment. For each, in this order: the executable that the user names (an
 * environment variable PULUMI_KSERVE_TOOL_… or the configuration) or has on PATH; what an earlier run put into the cache;
 * the official download; a build from the module in local/toolchain/modules.
 * @throws {@link ToolchainError} with every part that could not be had and the ways to get it.
 */
export async function ensureToolchain<N extends ToolName = EmbeddedToolName>(
  options: EnsureToolchainOptions<N> = {},
): Promise<Toolchain<N>> {
  const { progress = createProgress(), config = {}, catalog = defaultCatalog() } = options;
  const names: readonly ToolName[] = options.only ?? toolNames;
  const run: Run = { catalog, platform: hostPlatform(), progress, found: new Map() };

  const missing = await findTools(run, names, config);
  const ofTools = gatewayToolNames.filter((name) => names.includes(name));
  const wanted = [...upstreamNames, ...ofTools, ...(options.earlier ?? [])];
  const upstream = await findUpstreams(catalog, wanted, config);
  const missingUpstream = wanted.filter((name) => !upstream[name]);
  await downloadTools(run, missing);
  const toBuild = missing.filter(({ name }) => !run.found.has(name));
  if (toBuild.length > 0 || missingUpstream.length > 0) {
    const modules = new Set([
      ...toBuild.map(({ definition }) => definition.build.module),
      ...missingUpstream.map((name) => catalog.upstream[name].module),
    ]);
    const folders = [...modules].map((module) => join(catalog.modulesFolder, module));
    const go = await findGo(folders, run.platform);
    if ("missing" in go) throw await missingPartsError(catalog, toBuild, missingUpstream, folders, go.missing);
    Object.assign(upstream, await fetchUpstreams(run, missingUpstream, go.path));
    for (const module of modules) {
      await buildModule(run, module, toBuild, go.path);
    }
  }
  const tools = Object.fromEntries(names.map((name) => [name, run.found.get(name)]));
  return { tools, upstream } as Toolchain<N>;
}

/** What of the embedded environment is there, by name. Nothing is fetched or built. @throws {@link ToolchainError} for what was named and cannot be used. */
export async function surveyToolchain(): Promise<{ found: ToolName[]; missing: ToolName[]; upstream: UpstreamName[] }> {
  const catalog = defaultCatalog();
  const run: Run = { catalog, platform: hostPlatform(), progress: silentProgress, found: new Map() };
  const missing = await findTools(run, toolNames, {});
  const upstream = await findUpstreams(catalog, upstreamNames, {});
  return {
    found: [...run.found.keys()],
    missing: missing.map(({ name }) => name),
    upstream: upstreamNames.filter((name) => !upstream[name]),
  };
}

/** One row for each executable, in a fixed order. */
export function describeToolchain(toolchain: { tools: Partial<Record<ToolName, Tool>> }): Tool[] {
  return [...toolNames, ...gatewayToolNames].flatMap((name) => toolchain.tools[name] ?? []);
}

/** Finds what needs nothing to be fetched or built; returns the rest. */
async function findTools(run: Run, names: readonly ToolName[], config: ToolchainConfig): Promise<MissingTool[]> {
  const { catalog, found, progress } = run;
  const memo = await VersionMemo.load();
  const problems: string[] = [];
  const missing: MissingTool[] = [];
  for (const name of names) {
    const definition = catalog.tools[name];
    const present = isOwnTool(name) ? undefined : await findPresent(name, definition, config, memo);
    if (present?.path) {
      found.set(name, { name, path: present.path, version: definition.version, source: present.source });
      continue;
    }
    if (present?.source === "configured") {
      problems.push(present.problem ?? `${name} cannot be used`);
      continue;
    }
    if (present?.problem) progress.note(`${name}: ${present.problem}`);
    const tool = { name, definition, tried: isOwnTool(name) ? [] : [present?.problem ?? "not on PATH"] };
    if (!(await findCached(run, tool))) missing.push(tool);
  }
  await memo.save();
  if (problems.length > 0)
    throw new ToolchainError(`parts that were named cannot be used:\n- ${problems.join("\n- ")}`);
  return missing;
}

async function findUpstreams(
  catalog: Catalog,
  names: readonly UpstreamName[],
  config: ToolchainConfig,
): Promise<Partial<Record<UpstreamName, string>>> {
  const upstream: Partial<Record<UpstreamName, string>> = {};
  const problems: string[] = [];
  for (const name of names) {
    const { folder, problem } = await findUpstream(catalog, name, config);
    if (problem) problems.push(problem);
    upstream[name] = folder;
  }
  if (problems.length > 0)
    throw new ToolchainError(`folders that were named cannot be used:\n- ${problems.join("\n- ")}`);
  return upstream;
}

async function findCached(run: Run, { name, definition }: MissingTool): Promise<boolean> {
  const slots = [downloadSlot(run, name), await buildSlot(run.catalog, name, definition, run.platform)];
  for (const slot of slots) {
    const path = slot && (await cachedExecutable(slot, run.progress));
    if (!path) continue;
    run.found.set(name, { name, path, version: definition.version, source: slot.source });
    return true;
  }
  return false;
}

function downloadSlot(run: Run, name: ToolName): Slot | undefined {
  const definition = run.catalog.tools[name];
  const download = definition.download(run.platform);
  if ("none" in download) return undefined;
  return slotFor(name, definition.version, "download", [download.url, JSON.stringify(download.checksum)]);
}

/** Every download that does not work out is noted with its reason; the part is then built. */
async function downloadTools(run: Run, missing: MissingTool[]): Promise<void> {
  const downloader = new Downloader(run.progress);
  const downloads = missing.map((tool) => ({ tool, download: tool.definition.download(run.platform) }));
  // All hosts at once: waiting for one after the other to not answer would take seconds each.
  await Promise.all(
    downloads.flatMap(({ download }) => ("url" in download ? [downloader.unreachable(download.url)] : [])),
  );
  for (const { tool, download } of downloads) {
    const { name, definition, tried } = tool;
    if ("none" in download) {
      tried.push(`no download: ${download.none}`);
      continue;
    }
    const unreachable = await downloader.unreachable(download.url);
    if (unreachable) {
      tried.push(`no download: ${unreachable}`);
      continue;
    }
    const title = `downloading ${name} ${definition.version} from ${new URL(download.url).host}`;
    const lockName = `download-${name}`;
    const slot = downloadSlot(run, name) as Slot;
    try {
      await withFileLock(
        lockFile(lockName),
        { waitingFor: `another run: ${title}`, progress: run.progress },
        async () => {
          if (await findCached(run, tool)) return;
          const path = await run.progress.step(title, (update) =>
            fillSlot(slot, lockName, async (folder) => {
              const { file, sha256 } = await downloader.fetch(download, folder, name, update);
              return { file, origin: { url: download.url, sha256 } };
            }),
          );
          run.found.set(name, { name, path, version: definition.version, source: "download" });
        },
      );
    } catch (error) {
      const reason = (error as Error).message;
      if (/ENOSPC|no space left/.test(reason)) throw explainFailure(title, error, [tool]);
      run.progress.note(`${name} is not downloaded: ${reason}`);
      tried.push(`no download: ${reason}`);
    }
  }
}

async function fetchUpstreams(run: Run, names: UpstreamName[], go: string): Promise<Record<string, string>> {
  if (names.length === 0) return {};
  const title = `fetching the files of ${names.join(", ")} as Go modules`;
  try {
    return await run.progress.step(title, () => fetchUpstream(run.catalog, names, go, run.platform));
  } catch (error) {
    throw explainFailure(title, error, []);
  }
}

/** One executable after the other: each is compiled on all cores, and the next one finds its shared packages compiled. */
async function buildModule(run: Run, module: string, toBuild: MissingTool[], go: string): Promise<void> {
  const tools = toBuild.filter(({ definition }) => definition.build.module === module);
  if (tools.length === 0) return;
  const lock = { waitingFor: `another run that builds ${module}'s executables`, progress: run.progress };
  await withFileLock(lockFile(moduleLock(module)), lock, async () => {
    for (const [index, tool] of tools.entries()) {
      if (await findCached(run, tool)) continue;
      const { name, definition } = tool;
      const slot = await buildSlot(run.catalog, name, definition, run.platform);
      const title = `building ${name} ${definition.version}`;
      try {
        const path = await run.progress.step(title, (update) =>
          buildExecutable(run.catalog, slot, definition, go, run.platform, update),
        );
        run.found.set(name, { name, path, version: definition.version, source: "build" });
      } catch (error) {
        throw explainFailure(title, error, tools.slice(index));
      }
    }
  });
}
