import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

import { loadAll } from "js-yaml";

import { type ArtifactMirrors, artifacts, resolveChart } from "../sdk/artifacts";
import { isUrl } from "../sdk/charts";
import { ConfigurationError } from "../sdk/problems";
import { projectRoot } from "./paths";
import { defaultCatalog } from "./toolchain/catalog";
import { ensureToolchain } from "./toolchain/toolchain";
import { findUpstream } from "./toolchain/upstream";

/**
 * Specs of KServe's presets by name, from a folder that the mirrors name or else the pinned sources, which Go fetches when they are not
 * there yet.
 *
 * @throws ToolchainError when they cannot be had.
 */
export async function readPresets(mirrors: ArtifactMirrors = {}): Promise<Record<string, unknown>> {
  const mirrored = resolveChart(artifacts.kservePresets, mirrors).chart;
  const folder = isUrl(mirrored) ? join(await kserveSources(), artifacts.kservePresets.path) : mirrored;
  return readConfigs(join(isAbsolute(folder) ? folder : join(projectRoot(), folder), presetFile));
}

/** The chart renders this file as it is. */
const presetFile = join("files", "llmisvcconfigs", "resources.yaml");

async function kserveSources(): Promise<string> {
  const { folder } = await findUpstream(defaultCatalog(), "kserve", {});
  return folder ?? (await ensureToolchain({ only: [] })).upstream.kserve;
}

interface ConfigObject {
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown };
  readonly spec?: unknown;
  readonly items?: unknown;
}

/**
 * Specs of the LLMInferenceServiceConfigs in a YAML or JSON file, by name; lists are looked into, other objects left out.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readConfigs(file: string): Promise<Record<string, unknown>> {
  try {
    const documents = loadAll(await readFile(file, "utf8")) as (ConfigObject | null)[];
    return Object.fromEntries(documents.flatMap(configsIn));
  } catch (error) {
    const message = (error as Error).message;
    throw new ConfigurationError("LLMInferenceServiceConfigs", [{ path: file, message }]);
  }
}

function configsIn(object: ConfigObject | null): [string, unknown][] {
  if (typeof object !== "object" || object === null) return [];
  if (Array.isArray(object.items)) return (object.items as (ConfigObject | null)[]).flatMap(configsIn);
  const name = object.metadata?.name;
  return object.kind === "LLMInferenceServiceConfig" && typeof name === "string" ? [[name, object.spec ?? {}]] : [];
}
