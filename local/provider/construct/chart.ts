import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { renderChart } from "../helm";
import { isObject, objectAt, textAt, type Json, type JsonObject } from "../json";
import { assetSource } from "../properties";
import type { Session } from "../session";
import { parseManifests } from "../yaml";

const knownInputs = new Set([
  "chart",
  "dependencyUpdate",
  "devel",
  "includeHooks",
  "keyring",
  "name",
  "namespace",
  "plainHttp",
  "postRenderer",
  "repositoryOpts",
  "resourcePrefix",
  "skipAwait",
  "skipCrds",
  "valueYamlFiles",
  "values",
  "verify",
  "version",
]);

/**
 * The objects of a `helm.sh/v4:Chart`.
 *
 * @param component its name, which is the release's unless the inputs give one
 * @throws Error when helm cannot render it, or an input is not supported.
 */
export async function manifestsOfChart(
  session: Session,
  component: string,
  inputs: JsonObject,
  namespace: string,
): Promise<JsonObject[]> {
  const unknown = Object.keys(inputs).filter((key) => !knownInputs.has(key));
  if (inputs.dependencyUpdate === true) unknown.push("dependencyUpdate: true (run helm dependency update beforehand)");
  if (unknown.length > 0) throw new Error(`Chart ${component}: inputs that are not supported: ${unknown.join(", ")}`);
  const chart = textAt(inputs, "chart");
  if (!chart) throw new Error(`Chart ${component}: chart is required`);
  const repository = objectAt(inputs, "repositoryOpts");
  const renderer = objectAt(inputs, "postRenderer");
  const folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-chart-"));
  try {
    const manifests = await renderChart(session, {
      chart,
      name: textAt(inputs, "name") ?? component,
      namespace,
      version: textAt(inputs, "version"),
      devel: inputs.devel === true,
      repo: textAt(repository, "repo"),
      username: textAt(repository, "username"),
      password: textAt(repository, "password"),
      caFile: textAt(repository, "caFile"),
      certFile: textAt(repository, "certFile"),
      keyFile: textAt(repository, "keyFile"),
      keyring: await assetFile(folder, "keyring", inputs.keyring),
      plainHttp: inputs.plainHttp === true,
      verify: inputs.verify === true,
      valuesFiles: await valuesFiles(folder, inputs.valueYamlFiles),
      values: await inlineAssets(objectAt(inputs, "values")),
      includeCrds: inputs.skipCrds !== true,
      hooks: inputs.includeHooks === true ? "without tests" : "none",
      lookup: true,
      postRenderer: textAt(renderer, "command")
        ? {
            command: textAt(renderer, "command") ?? "",
            args: Array.isArray(renderer.args) ? renderer.args.map(String) : [],
          }
        : undefined,
    });
    return parseManifests(manifests, `chart ${chart}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function valuesFiles(folder: string, value: Json | undefined): Promise<string[]> {
  const files: string[] = [];
  for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
    const file = await assetFile(folder, `values-${index}.yaml`, item);
    if (file) files.push(file);
  }
  return files;
}

/** An asset as a file (or address) that helm can read. */
async function assetFile(folder: string, name: string, value: Json | undefined): Promise<string | undefined> {
  const asset = assetSource(value);
  if (!asset) return typeof value === "string" ? value : undefined;
  if (asset.kind !== "text") return asset.source;
  const file = join(folder, name);
  await writeFile(file, asset.source, { mode: 0o600 });
  return file;
}

/** Assets among the values stand for their content. */
async function inlineAssets(values: JsonObject): Promise<JsonObject> {
  const { readFile } = await import("node:fs/promises");
  const convert = async (value: Json): Promise<Json> => {
    const asset = assetSource(value);
    if (asset?.kind === "text") return asset.source;
    if (asset?.kind === "path") return readFile(asset.source, "utf8");
    if (asset) throw new Error(`values: an asset must be a text or a file, given: ${asset.source}`);
    if (Array.isArray(value)) return Promise.all(value.map(convert));
    if (!isObject(value)) return value;
    const entries = Object.entries(value).map(async ([key, item]) => [key, await convert(item ?? null)] as const);
    return Object.fromEntries(await Promise.all(entries));
  };
  return (await convert(values)) as JsonObject;
}
