import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The first executable of a name on a PATH.
 *
 * @param isPassedOver folders that do not count. @default none
 */
export async function findOnPath(
  name: string,
  searched: string | undefined,
  isPassedOver: (folder: string) => boolean = () => false,
): Promise<string | undefined> {
  for (const folder of (searched ?? "").split(delimiter)) {
    if (!isAbsolute(folder) || isPassedOver(folder)) continue;
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** Whether a path is a file that may be run. */
export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
