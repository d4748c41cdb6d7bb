import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Folder of everything that can be made or downloaded again. Shared by all checkouts and projects of a user.
 * @default `~/.cache/pulumi-kserve`; `$XDG_CACHE_HOME/pulumi-kserve` when that variable holds an absolute path.
 */
export function cacheRoot(): string {
  // A relative value is ignored, as the XDG base directory specification asks.
  const configured = process.env.XDG_CACHE_HOME;
  return join(configured && isAbsolute(configured) ? configured : join(homedir(), ".cache"), "pulumi-kserve");
}
