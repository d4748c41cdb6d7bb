import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "js-yaml";

import { ConfigurationError } from "../../sdk/problems";
import { parseSettings, settingsOfConfig } from "../../stacks/environment/settings";
import { projectRoot } from "../paths";

/**
 * The configuration of a stack, checked.
 *
 * @throws ConfigurationError with every problem, before anything is started.
 */
export async function readConfig(stack: string, file?: string): Promise<Record<string, unknown>> {
  const path = file ?? join(projectRoot(), `Pulumi.${stack}.yaml`);
  let content: { config?: Record<string, unknown> } | undefined;
  try {
    content = load(await readFile(path, "utf8")) as typeof content;
  } catch (error) {
    throw new ConfigurationError(`configuration of stack "${stack}"`, [
      {
        path,
        message: (error as Error).message,
        fix: "create or mend the file, or name another one with --stack or --config",
      },
    ]);
  }
  const config = content?.config ?? {};
  parseSettings(settingsOfConfig(config));
  return config;
}
