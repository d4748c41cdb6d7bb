import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { load } from "js-yaml";

import { ConfigurationError, type Problem } from "../../sdk/problems";
import {
  type EnvironmentSettings,
  parseSettings,
  settingKeys,
  settingsOfConfig,
} from "../../stacks/environment/settings";
import { projectRoot } from "../paths";
import type { GatewayToolName } from "../toolchain/types";
import { encryptedPaths, withMarkedSecrets } from "./encrypted";

/** File of a stack's configuration. */
export function configFile(stack: string, file?: string): string {
  return file ?? join(projectRoot(), `Pulumi.${stack}.yaml`);
}

/**
 * The configuration of a stack, checked, as the embedded environment takes it.
 *
 * @throws ConfigurationError with every problem, before anything is started. Encrypted values are one, because only the stack's own
 * backend can decrypt them; of the cluster, which the embedded one replaces, they are a text that nobody reads (the rest says which pools can be
 * added to it), and those of other packages are left out.
 */
export async function readConfig(stack: string, file?: string): Promise<Record<string, unknown>> {
  const config = await loadConfig(stack, file);
  const { keys, parse } = await programOf(config);
  const problems: Problem[] = [];
  const usable = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    const paths = encryptedPaths(value);
    const setting = key.replace(/^pulumi-kserve:/, "");
    const isOwn = setting !== key && keys.includes(setting);
    if (paths.length === 0) return [[key, value]];
    if (isOwn && setting === "cluster")
      return paths.includes("") ? [] : [[key, withMarkedSecrets({ cluster: value }).cluster]];
    if (!isOwn) return [];
    problems.push(...paths.map((path) => encryptedProblem(setting + path)));
    return [[key, value]];
  });
  if (problems.length > 0) throw new ConfigurationError(`configuration of stack "${stack}"`, problems);
  const checked = Object.fromEntries(usable);
  parse(settingsOfConfig(checked));
  return checked;
}

/** The program that a configuration is for: stacks/gallery reads entries' names, stacks/inference-scheduling what it calls the guide. */
export function programOfConfig(config: Record<string, unknown>): "environment" | "gallery" | "inference-scheduling" {
  if ("pulumi-kserve:gallery" in config) return "gallery";
  return "pulumi-kserve:guide" in config ? "inference-scheduling" : "environment";
}

/** The gateway controllers of a configuration that run in the embedded environment, and cert-manager: what has to be built for it. */
export function gatewayToolsOf(config: Record<string, unknown>): GatewayToolName[] {
  const { platform } = settingsOfConfig(config) as {
    platform?: {
      gateway?: false | { controller?: string; envoyGateway?: { aiGateway?: unknown } };
      certManager?: false | { existing?: boolean };
    };
  };
  const { gateway, certManager } = platform ?? {};
  const isEnvoy = gateway && gateway.controller === "envoy-gateway";
  return [
    ...(isEnvoy ? ["envoy-gateway" as const] : []),
    ...(isEnvoy && gateway.envoyGateway?.aiGateway !== false ? ["envoy-ai-gateway" as const] : []),
    ...(certManager && !certManager.existing ? ["cert-manager" as const] : []),
  ];
}

/** What reads a configuration. */
async function programOf(
  config: Record<string, unknown>,
): Promise<{ keys: readonly string[]; parse: (given: unknown) => unknown }> {
  // The others load the recipes too.
  switch (programOfConfig(config)) {
    case "environment":
      return { keys: settingKeys, parse: parseSettings };
    case "gallery": {
      const { gallerySettingKeys, parseGallerySettings } = await import("../../stacks/gallery/settings");
      return { keys: gallerySettingKeys, parse: parseGallerySettings };
    }
    case "inference-scheduling": {
      const found = await import("../../stacks/inference-scheduling/settings");
      return { keys: found.inferenceSchedulingKeys, parse: found.parseInferenceScheduling };
    }
  }
}

/**
 * The environment that a stack's configuration describes, checked; encrypted values in specs are secret and not known. Another
 * program's is taken for the environment that it comes to.
 *
 * @throws ConfigurationError with every problem.
 */
export async function readEnvironment(stack: string, file?: string): Promise<EnvironmentSettings> {
  const config = await loadConfig(stack, file);
  const settings = settingsOfConfig(config);
  const program = programOfConfig(config);
  if (program === "inference-scheduling") {
    const [{ parseInferenceScheduling }, { environmentOfGuide }] = await Promise.all([
      import("../../stacks/inference-scheduling/settings"),
      import("../../stacks/inference-scheduling/asEnvironment"),
    ]);
    return environmentOfGuide(parseInferenceScheduling(withMarkedSecrets(settings)));
  }
  if (program === "gallery") {
    const [{ parseGallerySettings }, { environmentOfGallery }] = await Promise.all([
      import("../../stacks/gallery/settings"),
      import("../../stacks/gallery/asEnvironment"),
    ]);
    return environmentOfGallery(parseGallerySettings(withMarkedSecrets(settings)));
  }
  const whole = (["services", "fragments"] as const).flatMap((key) =>
    encryptedPaths(settings[key])
      .map((path) => key + path)
      .filter((path) => /^\w+(\[\d+\](\.spec)?)?$/.test(path)),
  );
  if (whole.length > 0) throw new ConfigurationError(`configuration of stack "${stack}"`, whole.map(wholeProblem));
  return parseSettings(withMarkedSecrets(settings));
}

function wholeProblem(path: string): Problem {
  return {
    path,
    message: "is encrypted as a whole, so that nothing can be said about it here",
    fix: "encrypt single values in it: pulumi config set --secret --path pulumi-kserve:<path of the value>",
  };
}

async function loadConfig(stack: string, file?: string): Promise<Record<string, unknown>> {
  const path = configFile(stack, file);
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
  return content?.config ?? {};
}

function encryptedProblem(path: string): Problem {
  return {
    path,
    message: "is encrypted for another stack, and the embedded environment cannot decrypt it",
    fix: "name a file with a plain value by --config",
  };
}
