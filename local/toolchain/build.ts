import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../process";
import { fillSlot, slotFor, type Slot } from "./cache";
import { goEnvironment } from "./go";
import type { Catalog, Platform, ToolDefinition, ToolName } from "./types";

/**
 * The slot of a part that is built. The Go version is not a part of it, beyond the go line of go.mod: a build stays usable when
 * Go is updated or removed.
 */
export async function buildSlot(
  catalog: Catalog,
  name: ToolName,
  definition: ToolDefinition,
  platform: Platform,
): Promise<Slot> {
  const { module, package: goPackage, ldflags, sources } = definition.build;
  const pins = [await modulePins(catalog, module), goPackage, ldflags, platform.os, platform.arch];
  if (sources !== undefined) pins.push(await hashOfFolder(join(catalog.modulesFolder, module, sources)));
  return slotFor(name, definition.version, "build", pins);
}

const pinsOfCatalog = new WeakMap<Catalog, Map<string, Promise<string>>>();

/** A hash of what decides the sources of everything in a module. Taken once for each catalogue. */
export function modulePins(catalog: Catalog, module: string): Promise<string> {
  const known = pinsOfCatalog.get(catalog) ?? new Map<string, Promise<string>>();
  pinsOfCatalog.set(catalog, known);
  const pins = known.get(module) ?? hashOfFiles(catalog.modulesFolder, module);
  known.set(module, pins);
  return pins;
}

async function hashOfFiles(modulesFolder: string, module: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["go.mod", "go.sum"]) hash.update(await readFile(join(modulesFolder, module, name))).update("\0");
  return hash.digest("hex");
}

async function hashOfFolder(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(folder)).sort()) {
    const content = await readFile(join(folder, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** The lock that is held while executables of a module are built. */
export function moduleLock(module: string): string {
  return `module-${module}`;
}

/**
 * Builds one executable into its slot. The caller holds {@link moduleLock}.
 * @throws what Go said.
 */
export async function buildExecutable(
  catalog: Catalog,
  slot: Slot,
  definition: ToolDefinition,
  go: string,
  platform: Platform,
  update: (detail: string) => void,
): Promise<string> {
  const { module, package: goPackage, ldflags } = definition.build;
  return fillSlot(slot, moduleLock(module), async (folder) => {
    const cwd = join(catalog.modulesFolder, module);
    // Inside the folder, so that an interrupted build leaves nothing elsewhere.
    const temporary = join(folder, "go-tmp");
    await mkdir(temporary);
    const env = { ...goEnvironment(platform), GOTMPDIR: temporary };
    let compiled = 0;
    await runCommand(go, ["build", "-v", "-trimpath", "-ldflags", ldflags, "-o", join(folder, slot.name), goPackage], {
      cwd,
      env,
      onLine: (line) => update(line.startsWith("go: ") ? line.slice(4) : `${++compiled} packages, at ${line}`),
    });
    const { stdout } = await runCommand(go, ["env", "GOVERSION"], { cwd, env });
    await rm(temporary, { recursive: true, force: true });
    return { file: slot.name, origin: { module, package: goPackage, ldflags, go: stdout.trim() } };
  });
}
