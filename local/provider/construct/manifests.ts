import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { messageOf } from "../errors";
import { isObject, type Json, type JsonObject } from "../json";
import { expand, parseManifests } from "../yaml";

const fetchTimeoutMs = 60_000;

/** The objects of a `ConfigFile`: of a file or an address. */
export async function manifestsOfFile(file: string): Promise<JsonObject[]> {
  return parseManifests(await readText(file), file);
}

/** The objects of a `ConfigGroup`: of files (patterns allowed), YAML texts, and objects. */
export async function manifestsOfGroup(inputs: JsonObject): Promise<JsonObject[]> {
  const files = texts(inputs.files, "files").flatMap(expandPattern);
  const contents = await Promise.all(files.map(async (file) => parseManifests(await readText(file), file)));
  const yaml = texts(inputs.yaml, "yaml").flatMap((text, index) => parseManifests(text, `yaml[${index}]`));
  const objs = inputs.objs === undefined ? [] : Array.isArray(inputs.objs) ? inputs.objs : [inputs.objs];
  return [...contents.flat(), ...yaml, ...flatten(objs).flatMap((item, index) => expand(item, `objs[${index}]`))];
}

function flatten(items: Json[]): Json[] {
  return items.flatMap((item) => (Array.isArray(item) ? flatten(item) : [item]));
}

function texts(value: Json | undefined, property: string): string[] {
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (typeof item !== "string") throw new Error(`${property}: expected a text or a list of texts`);
    return item;
  });
}

function expandPattern(file: string): string[] {
  if (isAddress(file) || !/[*?[]/.test(file)) return [file];
  const found = globSync(file).sort();
  if (found.length === 0) throw new Error(`files: no file matches "${file}" (in ${process.cwd()})`);
  return found;
}

function isAddress(file: string): boolean {
  return /^https?:\/\//.test(file);
}

async function readText(file: string): Promise<string> {
  try {
    if (!isAddress(file)) return await readFile(file, "utf8");
    const response = await fetch(file, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
    return await response.text();
  } catch (error) {
    const where = isAddress(file) ? "" : ` (in ${process.cwd()})`;
    throw new Error(`${file}: could not be read${where}: ${messageOf(error)}`, { cause: error });
  }
}

/** The same objects, with the annotation that makes the provider not wait for them. */
export function withoutAwait(objects: readonly JsonObject[]): JsonObject[] {
  return objects.map((object) => {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const annotations = isObject(metadata.annotations) ? metadata.annotations : {};
    return { ...object, metadata: { ...metadata, annotations: { ...annotations, "pulumi.com/skipAwait": "true" } } };
  });
}
