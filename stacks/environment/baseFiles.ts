import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";

import { load, loadAll } from "js-yaml";

import { nearest } from "../../sdk/nearest";
import { assertNoProblems, ConfigurationError, type Problem } from "../../sdk/problems";
import { encryptedPaths } from "./encrypted";
import { mergeLayers } from "./layers";
import { configNamespace, type Layer, rememberLayers } from "./origins";

/** The settings that a base may have. */
export interface BaseKeys {
  readonly known: readonly string[];
  /** Which of these the program reads; the others are for programs that share the base. @default all */
  readonly reads?: (key: string) => boolean;
}

/** Where settings with a base come from. */
export interface BaseOptions {
  /** Folder of the project, which the setting `base` is relative to; in a base it is relative to that one's folder. */
  readonly folder: string;
  /** What a base may have, told the whole settings of all layers. */
  readonly keys: (given: Readonly<Record<string, unknown>>) => BaseKeys;
}

/** A base as it stands in its file. */
export interface BaseFile {
  /** Such as `environments/base.yaml`, from the project's folder. */
  readonly name: string;
  /** With full keys. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Keys beside `config`. */
  readonly others: readonly string[];
}

/**
 * A layer with those below it, the lowest first: the base that it names, the base of that, and so on.
 *
 * @throws ConfigurationError for a base that cannot be had, has another program's keys, or encrypted values.
 */
export function layersBelow(own: Layer, { folder, keys }: BaseOptions): Layer[] {
  const files = basesOf(own, folder);
  return layersOf(own, files, keys(settingsOfAll(own, files)));
}

/**
 * The files of the bases below a layer, the lowest first.
 *
 * @throws ConfigurationError for one that cannot be had.
 */
export function basesOf(own: Layer, folder: string): BaseFile[] {
  const found: BaseFile[] = [];
  const files: string[] = [];
  let from = folder;
  for (let { base } = own.settings; base !== undefined && base !== null;) {
    const by = found[0]?.name ?? own.name;
    const failed = (problem: Omit<Problem, "path">): ConfigurationError =>
      new ConfigurationError(subject, [{ path: "base", given: base, origin: by, ...problem }]);
    if (typeof base !== "string" || base === "")
      throw failed({ message: "not a path", allowed: "path of a YAML file" });
    const file = isAbsolute(base) ? base : join(from, base);
    const name = relative(folder, file).split(sep).join("/");
    if (files.includes(file)) {
      const chain = [...files.slice(files.indexOf(file)), file].map((one) => relative(folder, one)).join(" -> ");
      throw failed({ message: `includes itself: ${chain}` });
    }
    files.push(file);
    const read = readBase(file);
    if ("message" in read) throw failed({ given: name, ...read });
    found.unshift({ name, ...read });
    base = read.config[`${configNamespace}:base`];
    from = dirname(file);
  }
  return found;
}

/** The settings of a layer and of the bases below it, one whole over the other. */
export function settingsOfAll(own: Layer, files: readonly BaseFile[]): Record<string, unknown> {
  const below = files.flatMap(({ config }) =>
    Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
      const setting = settingOf(key);
      return setting === undefined ? [] : [[setting, value]];
    }),
  );
  return Object.fromEntries([...below, ...Object.entries(own.settings)]);
}

/**
 * The settings that a program reads, of each of some bases and of the layer above them.
 *
 * @throws ConfigurationError for settings that no base may have.
 */
export function layersOf(own: Layer, files: readonly BaseFile[], { known, reads = () => true }: BaseKeys): Layer[] {
  assertNoProblems(
    subject,
    files.flatMap((file) => problemsOf(file, known)),
  );
  const bases = files.map(({ name, config }): Layer => {
    const settings = Object.entries(config).map(([key, value]) => [settingOf(key) ?? key, value] as const);
    return { name, settings: Object.fromEntries(settings.filter(([key]) => key !== "base" && reads(key))) };
  });
  const settings = Object.entries(own.settings).filter(([key]) => key !== "base");
  return [...bases, { ...own, settings: Object.fromEntries(settings) }];
}

const subject = "environment configuration";

/**
 * A layer's settings over those of the base that it names.
 *
 * @throws ConfigurationError as {@link layersBelow}, and for what cannot be merged.
 */
export function withBase(own: Layer, options: BaseOptions): Record<string, unknown> {
  const layers = layersBelow(own, options);
  const { settings, problems } = mergeLayers(layers);
  assertNoProblems(subject, problems);
  return rememberLayers(settings, layers);
}

function readBase(file: string): Omit<BaseFile, "name"> | Omit<Problem, "path"> {
  let content: unknown;
  try {
    content = yamlOf(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return { message: readable(error) };
    const folder = dirname(file);
    const files = existsSync(folder) ? readdirSync(folder).filter((other) => /\.ya?ml$/.test(other)) : [];
    const guess = nearest(basename(file), files);
    return {
      message: "no such file",
      allowed: "path of a YAML file, from the folder of the project (in a base: from the folder of that one)",
      fix: guess && `did you mean "${guess}"?`,
    };
  }
  if (!isMap(content) || !isMap(content.config ?? {})) {
    return {
      message: "is no configuration",
      allowed: `"config:" with ${configNamespace}:… below it, as in a Pulumi.<stack>.yaml`,
    };
  }
  const { config, ...others } = content;
  return { config: (config ?? {}) as Record<string, unknown>, others: Object.keys(others) };
}

function problemsOf({ name, config, others }: BaseFile, keys: readonly string[]): Problem[] {
  const misplaced = others.map((key): Problem => ({
    path: key,
    message: "a base has nothing but its config",
    fix: keys.includes(key) ? `write ${configNamespace}:${key} below "config:"` : "leave it out",
    origin: name,
  }));
  const wrong = Object.entries(config).flatMap(([key, value]): Problem[] => {
    const setting = settingOf(key);
    const isKnown = setting !== undefined && (setting === "base" || keys.includes(setting));
    const encrypted = encryptedPaths(value).map((path) => encryptedInBase((setting ?? key) + path, name));
    return isKnown ? encrypted : [foreignKey(key, keys, name), ...encrypted];
  });
  return [...misplaced, ...wrong];
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
