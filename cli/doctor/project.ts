import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { readProject } from "../../local/engine/stackYaml";
import { compareVersions } from "../../local/toolchain/go";
import { type Area, type Check, type DoctorOptions, failed, ok, warned } from "./check";
import { ask, findProgram } from "./programs";

/** Node.js as Pulumi finds it, and what is installed of the project's dependencies. */
export async function checkProject(options: DoctorOptions): Promise<Area> {
  return { title: "project", checks: await Promise.all([checkNode(options), checkDependencies(options)]) };
}

/** The name in Pulumi.yaml beside the stack's file; undefined where it cannot be read, of which the configuration's check speaks. */
export async function projectName({ root, configFile }: DoctorOptions): Promise<string | undefined> {
  const folders = [...(configFile === undefined ? [] : [dirname(resolve(root, configFile))]), root];
  for (const folder of folders) {
    const found = await readProject(join(folder, "Pulumi.yaml"), "the project").catch(() => undefined);
    if (found?.name !== undefined) return found.name;
  }
  return undefined;
}

interface Manifest {
  engines?: { node?: string };
}

async function checkNode(options: DoctorOptions): Promise<Check> {
  const name = "Node.js on PATH";
  const { engines } = (await readJson(join(options.root, "package.json"))) as Manifest;
  const minimum = /\d+(\.\d+)*/.exec(engines?.node ?? "")?.[0] ?? "0";
  const wanted = `${minimum} or newer: Pulumi runs programs with the node that is first on PATH`;
  const fix = "install it (https://nodejs.org), or put its folder first on PATH";
  const path = await findProgram("node", options);
  if (!path) return failed(name, "not there", { wanted, fix });
  const answer = await ask(path, ["--version"], options);
  if ("failure" in answer) return failed(name, `${path} does not run: ${answer.failure}`, { wanted, fix });
  const version = answer.stdout.trim().replace(/^v/, "");
  const seen = `${version}, ${path}`;
  return compareVersions(version, minimum) < 0 ? failed(name, seen, { wanted, fix }) : ok(name, seen);
}

interface Lock {
  packages?: Record<string, { version?: string; optional?: boolean; link?: boolean; peer?: boolean }>;
}

/** Compares npm's own record of what it has installed with what is locked. */
async function checkDependencies({ root }: DoctorOptions): Promise<Check> {
  const name = "npm dependencies";
  const fix = "npm ci";
  const locked = (await readJson(join(root, "package-lock.json"))) as Lock | undefined;
  if (!locked) return warned(name, "package-lock.json is not there", { wanted: "the versions that were tested", fix });
  const installed = (await readJson(join(root, "node_modules", ".package-lock.json"))) as Lock | undefined;
  if (!installed) return failed(name, "not installed", { wanted: "those of package-lock.json", fix });
  const packages = Object.entries(locked.packages ?? {}).filter(([path, { link }]) => path !== "" && !link);
  const wrong = packages
    .filter(([path, { version, optional }]) => {
      const found = installed.packages?.[path]?.version;
      return found === undefined ? optional !== true : found !== version;
    })
    .map(([path, { version }]) => {
      const found = installed.packages?.[path]?.version;
      return `${path.replace(/^.*node_modules\//, "")} ${version ?? ""} ${found ? `(is ${found})` : "(missing)"}`;
    });
  if (wrong.length === 0) return ok(name, `${packages.length} as in package-lock.json`);
  const more = wrong.length > 3 ? ` and ${wrong.length - 3} more` : "";
  return failed(name, `not as in package-lock.json: ${wrong.slice(0, 3).join(", ")}${more}`, { fix });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as unknown;
  } catch {
    return undefined;
  }
}
