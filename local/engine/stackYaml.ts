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
  return readYaml(path, subject);
}

/**
 * What the project's file has for all its stacks: a text or number as it is, anything else as `value`. Nothing where there is no such file.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readProjectConfig(path: string, subject: string): Promise<Config> {
  return Object.fromEntries(
    Object.entries(await readYaml(path, subject, true)).flatMap(([key, entry]): [string, unknown][] => {
      const full = key.includes(":") ? key : `${configNamespace}:${key}`;
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return [[full, entry]];
      const { value, default: fallback } = entry as { value?: unknown; default?: unknown };
      const given = value ?? fallback;
      return given === undefined ? [] : [[full, given]];
    }),
  );
}

async function readYaml(path: string, subject: string, optional = false): Promise<Config> {
  const failed = (message: string): ConfigurationError =>
    new ConfigurationError(subject, [
      { path, message, fix: "create or mend the file, or name another one with --stack or --config" },
    ]);
  let content: unknown;
  try {
    content = yamlOf(await readFile(path, "utf8"));
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw failed(readable(error));
  }
  const found = (content as { config?: unknown }).config ?? {};
  if ([content, found].every((part) => typeof part === "object" && !Array.isArray(part))) return found as Config;
  throw failed(
    'is no configuration: it must be "config:" with a key such as pulumi-kserve:services on each line below it',
  );
}
