import { cacheRoot } from "../paths";
import { compareVersions, neededGo } from "./go";
import {
  isOwnTool,
  ToolchainError,
  variableName,
  type Catalog,
  type ToolDefinition,
  type ToolName,
  type UpstreamName,
} from "./types";

export interface MissingTool {
  name: ToolName;
  definition: ToolDefinition;
  /** Why each way that was tried did not lead to it. */
  tried: string[];
}

/** Everything that is missing because there is no usable Go, and every way to get it. */
export async function missingPartsError(
  catalog: Catalog,
  tools: MissingTool[],
  upstream: UpstreamName[],
  moduleFolders: string[],
  why: string,
): Promise<ToolchainError> {
  const needed = (await Promise.all(moduleFolders.map(neededGo))).sort(compareVersions).at(-1);
  const lines = [
    `parts of the embedded environment are missing, and ${why}:`,
    ...tools.map(({ name, definition, tried }) => `- ${name} ${definition.version}: ${tried.join("; ")}`),
    ...upstream.map((name) => `- files of ${name} ${catalog.upstream[name].version}: fetched by Go`),
    "any of these helps:",
    `- install Go ${needed} or newer (https://go.dev/dl) and run this again; every part is then built from pinned modules`,
  ];
  const namable = tools.filter(({ name }) => !isOwnTool(name));
  if (namable.length > 0) {
    const names = namable.map(({ name }) => variableName("TOOL", name)).join(", ");
    lines.push(
      `- put executables of exactly these versions on PATH, or name their paths in environment variables: ${names}`,
    );
  }
  if (upstream.length > 0) {
    const names = upstream.map((name) => variableName("UPSTREAM", name)).join(", ");
    lines.push(`- name folders with the repositories' files at these versions in environment variables: ${names}`);
  }
  return new ToolchainError(lines.join("\n"));
}

/** Says what to do about a failure that is not the part's own. */
export function explainFailure(title: string, error: unknown, missing: MissingTool[]): ToolchainError {
  const reason = error instanceof Error ? error.message : String(error);
  const lines = [`${title} failed: ${reason}`];
  if (/ENOSPC|no space left on device/.test(reason)) {
    lines.push(
      `the disk is full: up to 12 GB are needed for a first build (0.8 GB in ${cacheRoot()}, the rest in Go's caches, see "go env GOCACHE GOMODCACHE"); both can be moved by XDG_CACHE_HOME, GOCACHE and GOMODCACHE`,
    );
  } else if (/dial tcp|lookup .* on|proxyconnect|i\/o timeout|TLS handshake|GOPROXY/.test(reason)) {
    lines.push(`Go modules could not be fetched: is the network there, and GOPROXY ("go env GOPROXY") reachable?`);
  }
  if (missing.length > 0) {
    const parts = missing.map(({ name, definition }) =>
      isOwnTool(name)
        ? `${name} (its sources: local/toolchain/modules/${definition.build.module}/${definition.build.sources})`
        : `${name} ${definition.version} (or name one in ${variableName("TOOL", name)})`,
    );
    lines.push(`still missing: ${parts.join(", ")}`);
  }
  return new ToolchainError(lines.join("\n"));
}
