import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";

import { load, loadAll } from "js-yaml";

import { nearest } from "../../sdk/nearest";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { encryptedPaths } from "./encrypted";
import { mergeLayers } from "./layers";
import { configNamespace, type Layer, rememberLayers } from "./origins";

/** Where settings with a base come from. */
export interface BaseOptions {
  /** Folder of the project, which the setting `base` is relative to; in a base it is relative to that one's folder. */
  readonly folder: string;
  /** The settings that the program has. */
  readonly keys: readonly string[];
}

/**
 * A layer with those below it, the lowest first: the base that it names, the base of that, and so on.
 *
 * @throws ConfigurationError for a base that cannot be had, has another program's keys, or encrypted values.
 */
export function layersBelow(own: Layer, { folder, keys }: BaseOptions): Layer[] {
  const layers = [own];
  const problems: Problem[] = [];
  const files: string[] = [];
  let from = folder;
  for (let { base } = own.settings; base !== undefined && base !== null && problems.length === 0;) {
    const by = layers[0]?.name;
    if (typeof base !== "string" || base === "") {
      problems.push({ path: "base", given: base, message: "not a path", allowed: "path of a YAML file", origin: by });
      break;
    }
    const file = isAbsolute(base) ? base : join(from, base);
    const name = relative(folder, file).split(sep).join("/");
    if (files.includes(file)) {
      const chain = [...files.slice(files.indexOf(file)), file].map((one) => relative(folder, one)).join(" -> ");
      problems.push({ path: "base", given: base, message: `includes itself: ${chain}`, origin: by });
      break;
    }
    files.push(file);
    const read = readBase(file, name, keys);
    problems.push(...read.problems.map((problem) => (problem.path === "base" ? { ...problem, origin: by } : problem)));
    layers.unshift({ name, settings: read.settings });
    base = read.settings.base;
    from = dirname(file);
  }
  assertNoProblems("environment configuration", problems);
  return layers.map(({ name, settings }) => ({
    name,
    settings: Object.fromEntries(Object.entries(settings).filter(([key]) => key !== "base")),
  }));
}

/**
 * A layer's settings over those of the base that it names.
 *
 * @throws ConfigurationError as {@link layersBelow}, and for what cannot be merged.
 */
export function withBase(own: Layer, options: BaseOptions): Record<string, unknown> {
  const layers = layersBelow(own, options);
  const { settings, problems } = mergeLayers(layers);
  assertNoProblems("environment configuration", problems);
  return rememberLayers(settings, layers);
}

interface ReadBase {
  readonly settings: Record<string, unknown>;
  readonly problems: readonly Problem[];
}

function readBase(file: string, name: string, keys: readonly string[]): ReadBase {
  const failed = (problem: Omit<Problem, "path">): ReadBase => ({
    settings: {},
    problems: [{ path: "base", given: name, ...problem }],
  });
  let content: unknown;
  try {
    content = yamlOf(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return failed({ message: readable(error) });
    const folder = dirname(file);
    const files = existsSync(folder) ? readdirSync(folder).filter((other) => /\.ya?ml$/.test(other)) : [];
    const guess = nearest(basename(file), files);
    return failed({
      message: "no such file",
      allowed: "path of a YAML file, from the folder of the project (in a base: from the folder of that one)",
      fix: guess && `did you mean "${guess}"?`,
    });
  }
  if (!isMap(content) || !isMap(content.config ?? {})) {
    return failed({
      message: "is no configuration",
      allowed: `"config:" with ${configNamespace}:… below it, as in a Pulumi.<stack>.yaml`,
    });
  }
  const { config, ...others } = content;
  const settings: Record<string, unknown> = {};
  const problems = Object.keys(others).map((key): Problem => ({
    path: key,
    message: "a base has nothing but its config",
    fix: keys.includes(key) ? `write ${configNamespace}:${key} below "config:"` : "leave it out",
    origin: name,
  }));
  for (const [key, value] of Object.entries(config ?? {})) {
    const setting = settingOf(key);
    if (setting !== undefined && keys.includes(setting)) settings[setting] = value;
    else problems.push(foreignKey(key, keys, name));
    problems.push(...encryptedPaths(value).map((path) => encryptedInBase((setting ?? key) + path, name)));
  }
  return { settings, problems };
}

function settingOf(key: string): string | undefined {
  return key.startsWith(`${configNamespace}:`) ? key.slice(configNamespace.length + 1) : undefined;
}

function foreignKey(key: string, keys: readonly string[], origin: string): Problem {
  const setting = settingOf(key);
  if (setting === undefined) {
    return {
      path: key,
      message: "is not for this program, and Pulumi does not read a base",
      allowed: `keys of ${configNamespace}`,
      fix: "put it into the configuration of the stack, or of the project (Pulumi.yaml) for all stacks",
      origin,
    };
  }
  const guess = nearest(setting, keys);
  return {
    path: setting,
    message: "no such setting",
    allowed: keys.join(", "),
    fix: guess && `did you mean "${guess}"?`,
    origin,
  };
}

function encryptedInBase(path: string, origin: string): Problem {
  return {
    path,
    message: "is encrypted, and only the stack that it was encrypted for can decrypt it",
    fix: `leave it out here, and set it in each stack: pulumi config set --secret --path '${configNamespace}:${path}'`,
    origin,
  };
}

/** The document in a text, where there is one: an empty file is an empty configuration. @throws YAMLException */
export function yamlOf(text: string): unknown {
  const documents = loadAll(text);
  return documents.length > 1 ? load(text) : (documents[0] ?? {});
}

/** What a file's reader says, in one line. */
export function readable(error: unknown): string {
  const { reason, mark, message } = error as {
    reason?: string;
    mark?: { line: number; column: number };
    message: string;
  };
  if (reason === undefined) return message;
  return `is not YAML: ${reason}${mark ? ` (line ${mark.line + 1}, column ${mark.column + 1})` : ""}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
