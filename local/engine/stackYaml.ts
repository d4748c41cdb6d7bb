import { readFile } from "node:fs/promises";

import { ConfigurationError } from "../../sdk/problems";
import { readable, yamlOf } from "../../stacks/environment/baseFiles";
import { configNamespace } from "../../stacks/environment/origins";

type Config = Record<string, unknown>;

/**
 * What a stack's file has below "config:", with full keys.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readStackConfig(path: string, subject: string): Promise<Config> {
  return (await readYaml(path, subject)).config;
}

/** What the project's file says. */
export interface ProjectFile {
  /** Name of the project. */
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * The project's file, and what it has for all its stacks: a text or number as it is, anything else as `value`. Nothing where there is no such file.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readProject(path: string, subject: string): Promise<ProjectFile> {
  const { name, config: given } = await readYaml(path, subject, true);
  const config = Object.fromEntries(
    Object.entries(given).flatMap(([key, entry]): [string, unknown][] => {
      const full = key.includes(":") ? key : `${configNamespace}:${key}`;
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return [[full, entry]];
      const { value, default: fallback } = entry as { value?: unknown; default?: unknown };
      const said = value ?? fallback;
      return said === undefined ? [] : [[full, said]];
    }),
  );
  return { config, ...(typeof name === "string" && { name }) };
}

async function readYaml(path: string, subject: string, optional = false): Promise<{ name?: unknown; config: Config }> {
  const failed = (message: string): ConfigurationError =>
    new ConfigurationError(subject, [
      { path, message, fix: "create or mend the file, or name another one with --stack or --config" },
    ]);
  let content: unknown;
  try {
    content = yamlOf(await readFile(path, "utf8"));
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return { config: {} };
    throw failed(readable(error));
  }
  const { name, config = {} } = content as { name?: unknown; config?: unknown };
  const found = config ?? {};
  if ([content, found].every((part) => typeof part === "object" && !Array.isArray(part)))
    return { name, config: found as Config };
  throw failed(
    'is no configuration: it must be "config:" with a key such as pulumi-kserve:services on each line below it',
  );
}
