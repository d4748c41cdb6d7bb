import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/**
 * Folder of everything that can be made again: built and downloaded tools. Shared by all checkouts of a user.
 * @default `~/.cache/pulumi-kserve`; `$XDG_CACHE_HOME/pulumi-kserve` when that variable holds an absolute path.
 */
export function cacheRoot(): string {
  return join(xdgFolder("XDG_CACHE_HOME", ".cache"), "pulumi-kserve");
}

/**
 * Folder of what must outlive a run: clusters, engine state.
 * @default `~/.local/state/pulumi-kserve`; `$XDG_STATE_HOME/pulumi-kserve` when that variable holds an absolute path.
 */
export function stateRoot(): string {
  return join(xdgFolder("XDG_STATE_HOME", join(".local", "state")), "pulumi-kserve");
}

/**
 * Folder of one embedded cluster.
 * @throws when the name is not a DNS label of at most 40 characters, since it becomes a part of paths and host names.
 */
export function clusterFolder(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    throw new Error(
      `cluster name "${name}" is not allowed: use 1 to 40 lower-case letters, digits and "-", with a letter or digit at both ends`,
    );
  }
  return join(stateRoot(), "clusters", name);
}

/** Folder of the checkout, found from the compiled file that runs: the nearest one upwards with a package.json. */
export function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json"))) {
    if (folder === dirname(folder)) throw new Error(`no package.json in ${__dirname} or a folder above it`);
    folder = dirname(folder);
  }
  return folder;
}

/** A relative value is ignored, as the XDG base directory specification asks. */
function xdgFolder(variable: string, fallback: string): string {
  const value = process.env[variable];
  return value && isAbsolute(value) ? value : join(homedir(), fallback);
}
