import { dirname, join, relative, sep } from "node:path";

import { ConfigurationError, type Problem } from "../../sdk/problems";
import { type BaseKeys, basesOf, layersOf, settingsOfAll } from "../../stacks/environment/baseFiles";
import { encryptedPaths, withMarkedSecrets } from "../../stacks/environment/encrypted";
import { mergeLayers } from "../../stacks/environment/layers";
import { configNamespace, type Layer, rememberLayers } from "../../stacks/environment/origins";
import type { Part } from "../../stacks/environment/parts";
import {
  type EnvironmentSettings,
  parseSettings,
  settingKeys,
  settingsOfConfig,
} from "../../stacks/environment/settings";
import { projectRoot } from "../paths";
import type { GatewayToolName } from "../toolchain/types";
import { readProject, readStackConfig } from "./stackYaml";

/** File of a stack's configuration. */
export function configFile(stack: string, file?: string): string {
  return file ?? join(projectRoot(), `Pulumi.${stack}.yaml`);
}

/** The configuration of a stack as its program gets it; encrypted values stay as they are written. */
export interface StackConfig {
  /** With full keys such as `pulumi-kserve:services`, and without `base`, which is merged. */
  readonly config: Record<string, unknown>;
  /** What the settings of this project were merged from, the lowest first. */
  readonly layers: readonly Layer[];
  readonly program: ProgramName;
}

/** A program whose configuration is known here. */
export type ProgramName = ReturnType<typeof programOfConfig> | Part | "app-team";

/**
 * Reads a stack's configuration: its file, over the base that it names. What the project's file (Pulumi.yaml in the same folder) has for
 * all its stacks lies between the two; a stack replaces whole keys of it, as Pulumi does.
 *
 * @throws ConfigurationError when a file cannot be read, or layers cannot be merged.
 */
export async function readLayers(stack: string, file?: string): Promise<StackConfig> {
  const subject = `configuration of stack "${stack}"`;
  const path = configFile(stack, file);
  const folder = dirname(path);
  const given = await readStackConfig(path, subject);
  const { name, config: ofAll } = await readProject(join(folder, "Pulumi.yaml"), subject);
  const project = Object.fromEntries(Object.entries(ofAll).filter(([key]) => !Object.hasOwn(given, key)));
  const all = { ...project, ...given };

  const own: Layer = { name: relative(folder, path).split(sep).join("/"), settings: settingsOfConfig(given) };
  const { base, ...shared } = settingsOfConfig(project);
  const named = Object.hasOwn(own.settings, "base") ? own.settings.base : base;
  const top = { ...own, settings: { ...own.settings, ...(named !== undefined && { base: named }) } };
  const bases = basesOf(top, folder);
  const whole = { ...settingsOfAll({ ...own, settings: {} }, bases), ...settingsOfConfig(all) };
  const program = programOfSettings(whole, name);
  const layers = named === undefined ? [own] : layersOf(top, bases, await baseKeysOf(program, whole));
  if (Object.keys(shared).length > 0) layers.splice(-1, 0, { name: "Pulumi.yaml", settings: shared });
  const { settings, problems } = mergeLayers(layers);
  if (problems.length > 0) throw new ConfigurationError(subject, problems);
  const isOthers = ([key]: [string, unknown]): boolean => !key.startsWith(`${configNamespace}:`);
  return {
    config: {
      ...Object.fromEntries(Object.entries(all).filter(isOthers)),
      ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${configNamespace}:${key}`, value])),
    },
    layers,
    program,
  };
}

/** The settings that a base may have. */
async function baseKeysOf(program: ProgramName, given: Readonly<Record<string, unknown>>): Promise<BaseKeys> {
  switch (program) {
    case "gallery":
    case "inference-scheduling":
      return { known: (await programNamed(program)).keys };
    case "app-team":
      return { known: (await import("../../stacks/app-team/settings")).appTeamKeys };
    default:
      return (await import("../../stacks/environment/parts")).sharedBaseKeys(program, given);
  }
}

/** The program that some settings are for: by the name of its project, otherwise by what only its settings have. */
function programOfSettings(settings: Readonly<Record<string, unknown>>, project = ""): ProgramName {
  const [, part] = /^inference-(cluster|platform|services)$/.exec(project) ?? [];
  if (part !== undefined) return part as Part;
  if (project === "app-team") return project;
  const [, other] = /^pulumi-kserve-(gallery|inference-scheduling)$/.exec(project) ?? [];
  if (other !== undefined) return other as "gallery" | "inference-scheduling";
  const { platformStack, clusterStack, service } = settings;
  if (platformStack !== undefined) return service === undefined ? "services" : "app-team";
  if (clusterStack !== undefined) return "platform";
  return programOfConfig(Object.fromEntries(Object.keys(settings).map((key) => [`${configNamespace}:${key}`, true])));
}

/**
 * The configuration of a stack, checked, as the embedded environment takes it.
 *
 * @throws ConfigurationError with every problem, before anything is started. Encrypted values are one, because only the stack's own
 * backend can decrypt them; of the cluster, which the embedded one replaces, they are a text that nobody reads (the rest says which pools can be
 * added to it), and those of other packages are left out.
 */
export async function readConfig(stack: string, file?: string): Promise<Record<string, unknown>> {
  const { config, layers } = await readLayers(stack, file);
  const { keys, parse } = await programOf(config);
  const problems: Problem[] = [];
  const usable = Object.entries(config).flatMap(([key, value]): [string, unknown][] => {
    const paths = encryptedPaths(value);
    const setting = key.replace(/^pulumi-kserve:/, "");
    const isOwn = setting !== key && keys.includes(setting);
    if (paths.length === 0) return [[key, value]];
    if (isOwn && setting === "cluster")
      return paths.includes("") ? [] : [[key, withMarkedSecrets({ cluster: value }).cluster]];
    // A key with a typing error is to be found.
    if (!isOwn) return setting === key ? [] : [[key, value]];
    problems.push(...paths.map((path) => encryptedProblem(setting + path)));
    return [[key, value]];
  });
  if (problems.length > 0) throw new ConfigurationError(`configuration of stack "${stack}"`, problems);
  const checked = Object.fromEntries(usable);
  parse(rememberLayers(settingsOfConfig(checked), layers));
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

/** The settings of a program, and the check of all of them. */
interface Program {
  readonly keys: readonly string[];
  readonly parse: (given: unknown) => unknown;
}

/** What reads a configuration. */
export async function programOf(config: Record<string, unknown>): Promise<Program> {
  return programNamed(programOfConfig(config));
}

async function programNamed(name: ReturnType<typeof programOfConfig>): Promise<Program> {
  // The others load the recipes too.
  switch (name) {
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
  return environmentOf(stack, await readLayers(stack, file));
}

/** {@link readEnvironment} of what was read. */
export async function environmentOf(stack: string, { config, layers }: StackConfig): Promise<EnvironmentSettings> {
  const settings = settingsOfConfig(config);
  const marked = () => rememberLayers(withMarkedSecrets(settings), layers);
  const program = programOfConfig(config);
  if (program === "inference-scheduling") {
    const [{ parseInferenceScheduling }, { environmentOfGuide }] = await Promise.all([
      import("../../stacks/inference-scheduling/settings"),
      import("../../stacks/inference-scheduling/asEnvironment"),
    ]);
    return environmentOfGuide(parseInferenceScheduling(marked()));
  }
  if (program === "gallery") {
    const [{ parseGallerySettings }, { environmentOfGallery }] = await Promise.all([
      import("../../stacks/gallery/settings"),
      import("../../stacks/gallery/asEnvironment"),
    ]);
    return environmentOfGallery(parseGallerySettings(marked()));
  }
  const whole = (["services", "fragments"] as const).flatMap((key) =>
    encryptedPaths(settings[key])
      .map((path) => key + path)
      .filter((path) => /^\w+(\[\d+\](\.spec)?)?$/.test(path)),
  );
  if (whole.length > 0) throw new ConfigurationError(`configuration of stack "${stack}"`, whole.map(wholeProblem));
  return parseSettings(marked());
}

function wholeProblem(path: string): Problem {
  return {
    path,
    message: "is encrypted as a whole, so that nothing can be said about it here",
    fix: "encrypt single values in it: pulumi config set --secret --path pulumi-kserve:<path of the value>",
  };
}

function encryptedProblem(path: string): Problem {
  return {
    path,
    message: "is encrypted for another stack, and the embedded environment cannot decrypt it",
    fix: "name a file with a plain value by --config",
  };
}
