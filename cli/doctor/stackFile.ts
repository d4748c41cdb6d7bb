import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";

import { load } from "js-yaml";

import { environmentOf, readLayers } from "../../local/engine/config";
import { checkOtherProgram } from "../../local/engine/otherPrograms";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, describeProblem } from "../../sdk/problems";
import type { EnvironmentSettings } from "../../stacks/environment/settings";
import { settingsOfConfig } from "../../stacks/environment/settings";
import { type Check, type DoctorOptions, failed, notChecked, ok, safeText } from "./check";
import type { SecretsSettings } from "./secrets";

/** What a stack's file says, as far as the checks need it. */
export interface StackFile {
  readonly secrets: SecretsSettings;
  /** As they are written; encrypted values are `{ secure }`. */
  readonly settings: Pick<EnvironmentSettings, "cluster" | "platform" | "mirrors" | "acceleratorPools">;
}

/** A stack's file, and what there is to say about it. */
export async function readStackFile(
  options: DoctorOptions,
  stack: string | undefined,
): Promise<{ check: Check; file?: StackFile }> {
  const name = "configuration";
  const path = options.configFile ?? (stack === undefined ? undefined : `Pulumi.${stack}.yaml`);
  if (path === undefined) {
    return { check: notChecked(name, "no stack is named, and Pulumi has none selected: npm run doctor -- <stack>") };
  }
  const found = await parsed(resolve(options.root, path), path);
  if (!("content" in found)) {
    const others = await stacksWithFile(options.root);
    const guess = stack === undefined ? undefined : nearest(stack, others);
    return {
      check: failed(name, found.problem, {
        wanted: others.length > 0 ? `a stack with a file: ${others.join(", ")}` : "a file Pulumi.<stack>.yaml",
        fix: guess
          ? `did you mean "${guess}"?`
          : `begin with one of the examples: cp Pulumi.existing.example.yaml ${path}`,
      }),
    };
  }
  const { encryptionsalt, secretsprovider } = found.content;
  const { check, config = found.content.config ?? {} } = await checkSettings(name, path, stack ?? "", options);
  const file: StackFile = {
    secrets: { encryptionsalt, secretsprovider },
    settings: settingsOfConfig(config) as StackFile["settings"],
  };
  return { check, file };
}

interface Content extends SecretsSettings {
  config?: Record<string, unknown>;
}

async function parsed(file: string, shown: string): Promise<{ content: Content } | { problem: string }> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: code === "ENOENT" ? `${shown} is not there` : `${shown} cannot be read: ${code}` };
  }
  try {
    return { content: (load(text) ?? {}) as Content };
  } catch (error) {
    return { problem: `${shown} is not YAML: ${(error as Error).message.split("\n")[0]}` };
  }
}

/** Whether a configuration is valid, and what it comes to with what lies below it. */
async function checkSettings(
  name: string,
  path: string,
  stack: string,
  options: DoctorOptions,
): Promise<{ check: Check; config?: Record<string, unknown> }> {
  let config: Record<string, unknown> | undefined;
  try {
    const layers = await readLayers(stack, resolve(options.root, path));
    config = layers.config;
    const other = await checkOtherProgram(layers);
    const { services = [] } = other?.environment ?? (await environmentOf(stack, layers));
    return { check: ok(name, `${path} is valid; ${services.length} services`), config };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const [first, ...more] = error.problems;
    const seen = `${path}: ${first ? describeProblem(first) : error.message}${more.length > 0 ? ` (and ${more.length} more)` : ""}`;
    const which = options.configFile === undefined ? stack : `--config ${options.configFile}`;
    const check = failed(name, safeText(seen, options.env), {
      fix: `mend it; npm run config -- check ${which} shows every problem`,
    });
    return { check, ...(config && { config }) };
  }
}

async function stacksWithFile(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names.flatMap((name) => /^Pulumi\.([^.]+)\.yaml$/.exec(name)?.[1] ?? []).sort();
}
