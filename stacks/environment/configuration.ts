import { createRequire } from "node:module";
import { isAbsolute } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";

import type { BaseOptions } from "./baseFiles";
import { composedSettings } from "./encrypted";
import { configNamespace } from "./origins";
import { encryptedSetting, markSecrets } from "./secrets";
import { rememberDecrypted } from "./secretSettings";

const lazyRequire = createRequire(__filename);

/**
 * The settings of a program in the stack's configuration, over those of the base that they name; not checked, with whatever else has the
 * namespace of this project, so that a key with a typing error is found. What was encrypted in specs that are composed is marked.
 *
 * @param keys the settings that the program has
 * @param baseKeys what a base of it may have. @default the same
 * @throws ConfigurationError for a base that cannot be had or merged.
 */
export function configuredSettings(
  keys: readonly string[],
  baseKeys: BaseOptions["keys"] = () => ({ known: keys }),
): Record<string, unknown> {
  const prefix = `${configNamespace}:`;
  const config = runtimeConfig.allConfig();
  const found = Object.keys(config).flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const known = keys.filter((key) => found.includes(key));
  const inOrder = [...known, ...found.filter((name) => !keys.includes(name)).sort()];
  const given: Record<string, unknown> = Object.fromEntries(
    inOrder.map((key) => {
      const name = prefix + key;
      const value = parseValue(config[name] ?? "");
      if (!isConfigSecret(name)) return [key, value];
      const encrypted = encryptedSetting(name, pulumi.getStack(), projectFolder());
      rememberDecrypted(value, encrypted);
      return [key, composedSettings.has(key) ? markSecrets(value, encrypted) : value];
    }),
  );
  if (given.base === undefined) return given;
  const { withBase } = lazyRequire("./baseFiles") as typeof import("./baseFiles");
  const own = { name: `Pulumi.${pulumi.getStack()}.yaml`, settings: given };
  return withBase(own, { folder: projectFolder(), keys: baseKeys });
}

/** The folder of the project; programs that run in another process's do not know theirs. */
export function projectFolder(): string {
  const folder = pulumi.getRootDirectory();
  return isAbsolute(folder) ? folder : process.cwd();
}

/** The SDK knows which settings hold something encrypted, and leaves that out of its types. */
const { isConfigSecret } = runtimeConfig as unknown as { isConfigSecret: (key: string) => boolean };

/**
 * Structured configuration arrives as JSON, a plain string as it is. A setting that is null arrives as an empty text (Pulumi 3.259.0, which
 * warns that this will change), which no setting may be.
 */
function parseValue(value: string): unknown {
  if (value === "") return null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}
