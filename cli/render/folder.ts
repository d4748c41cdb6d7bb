import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";

import { isObject } from "../../local/provider/json";
import { ConfigurationError, type Problem } from "../../sdk/problems";

/**
 * Lists what a render has written. It has no ending, because kubectl, Argo CD and Flux take every file that ends in .json, .yaml or
 * .yml for manifests.
 */
export const markerFile = ".pulumi-kserve-render";

interface Marker {
  readonly stack: string;
  /** SHA-256 by path. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Makes sure that a render can be written to a folder without touching anything of somebody else: it is not there, it is empty, or it
 * holds a render of the same stack and nothing else.
 *
 * @throws ConfigurationError with every file in the way, or why the folder cannot be written.
 */
export async function checkFolder(folder: string, stack: string): Promise<void> {
  const target = await located(folder);
  const problems = (await writeProblem(target)) ?? (await foreignFiles(target, stack));
  if (problems.length > 0) throw new ConfigurationError(`render folder ${folder}`, problems);
}

/** Where a folder is: behind a link, which stays. */
async function located(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder));
}

/**
 * Writes all files or none: beside the folder first, which is then put in its place.
 *
 * @throws ConfigurationError as {@link checkFolder} does.
 */
export async function writeFolder(folder: string, stack: string, files: ReadonlyMap<string, string>): Promise<void> {
  const target = await located(folder);
  const marker: Marker = {
    stack,
    files: Object.fromEntries([...files].map(([path, content]) => [path, digest(content)] as const).sort()),
  };
  const suffix = `${process.pid}-${randomUUID().slice(0, 8)}`;
  const [made, replaced] = [`${target}.new-${suffix}`, `${target}.old-${suffix}`];
  await checkFolder(folder, stack);
  try {
    await mkdir(made, { recursive: true });
    for (const path of new Set([...files.keys()].map((file) => dirname(join(made, file)))))
      await mkdir(path, { recursive: true });
    for (const [path, content] of files) await writeFile(join(made, path), content, { flag: "wx" });
    await writeFile(join(made, markerFile), `${JSON.stringify(marker, undefined, 2)}\n`, { flag: "wx" });
    // Somebody may have written to it meanwhile.
    await checkFolder(folder, stack);
    const isThere = await rename(target, replaced).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return false;
        throw error;
      },
    );
    try {
      await rename(made, target);
    } catch (error) {
      if (isThere) await rename(replaced, target);
      throw error;
    }
    await rm(replaced, { recursive: true, force: true }).catch((error: Error) => {
      throw new ConfigurationError(`render folder ${folder}`, [
        {
          path: replaced,
          message: `what was in the folder before cannot be deleted, though the folder is written: ${error.message}`,
          fix: "delete it",
        },
      ]);
    });
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`render folder ${folder}`, [
      { path: target, message: `cannot be written, and is as it was: ${(error as Error).message}` },
    ]);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function writeProblem(target: string): Promise<Problem[] | undefined> {
  const problem = (message: string): Problem[] => [
    { path: target, message, fix: "name a folder that can be made or replaced, with its parent folder" },
  ];
  const info = await stat(target).catch((error: NodeJS.ErrnoException) => error);
  if (info instanceof Error) {
    if (info.code !== "ENOENT") return problem(`cannot be read: ${info.message}`);
  } else if (!info.isDirectory()) return problem("is not a folder");
  // The nearest folder that exists: what is between is made.
  for (let parent = dirname(target); ; parent = dirname(parent)) {
    const found = await stat(parent).catch(() => undefined);
    if (!found && parent !== dirname(parent)) continue;
    if (!found?.isDirectory()) return problem(`${parent} is not a folder`);
    const writable = await access(parent, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
    return writable ? undefined : problem(`${parent} cannot be written`);
  }
}

async function foreignFiles(target: string, stack: string): Promise<Problem[]> {
  const found = await listFiles(target);
  if (found.length === 0) return [];
  const marker = await readMarker(target);
  if (!marker) {
    return [
      {
        path: target,
        given: listed(found),
        message: "is not empty, and holds no render",
        fix: "name a folder that is empty or not there",
      },
    ];
  }
  if (marker.stack !== stack) {
    const message = `holds the render of stack ${marker.stack}`;
    return [{ path: target, message, fix: "name another folder or delete it" }];
  }
  const problems = await Promise.all(
    found.map(async (path): Promise<Problem[]> => {
      const known = path === markerFile ? "" : marker.files[path];
      if (known === undefined)
        return [{ path, message: "is not of the render that the folder holds", fix: "move it to another folder" }];
      const isSame = known === "" || known === digest(await readFile(join(target, path)));
      if (isSame) return [];
      const fix =
        "move the changed file to another folder, such as a kustomize overlay, or delete it to have it rendered anew";
      return [{ path, message: "was changed since it was rendered", fix }];
    }),
  );
  return problems.flat();
}

function listed(paths: readonly string[]): string {
  return paths.slice(0, 5).join(", ") + (paths.length > 5 ? ` and ${paths.length - 5} more` : "");
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    },
  );
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

async function readMarker(folder: string): Promise<Marker | undefined> {
  try {
    const content = JSON.parse(await readFile(join(folder, markerFile), "utf8")) as Partial<Marker>;
    return isObject(content.files) && typeof content.stack === "string" ? (content as Marker) : undefined;
  } catch {
    return undefined;
  }
}

function digest(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
