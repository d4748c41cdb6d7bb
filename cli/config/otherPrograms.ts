import type { ClusterPlan } from "../../sdk/preflight/plan";
import { ConfigurationError } from "../../sdk/problems";
import { withMarkedSecrets } from "../../stacks/environment/encrypted";
import { configNamespace } from "../../stacks/environment/origins";
import type { Part } from "../../stacks/environment/parts";
import { type EnvironmentSettings, settingsOfConfig } from "../../stacks/environment/settings";

/** What another program's configuration comes to as an environment, and what was left out of it. */
export interface OtherProgram {
  readonly environment: EnvironmentSettings;
  readonly notes: readonly string[];
  /** What its services are checked against. Of a platform in another stack nothing is known. */
  readonly plan?: ClusterPlan;
}

/**
 * Checks a configuration that builds upon another stack: that of an app team (which has the setting `service`), or of the platform or the services
 * of an environment in three stacks, which are also known by the names of their projects. What lies in the other stack is not known here, and what depends on it is not checked.
 *
 * @returns undefined for the configuration of any other program
 * @throws ConfigurationError with every problem.
 */
export async function checkOtherProgram(
  config: Readonly<Record<string, unknown>>,
  project = "",
): Promise<OtherProgram | undefined> {
  const has = (key: string): boolean => `${configNamespace}:${key}` in config;
  const isTeam = project === "app-team" || (has("platformStack") && has("service"));
  const part = partOf(project) ?? (has("platformStack") ? "services" : has("clusterStack") ? "platform" : undefined);
  if (!isTeam && part === undefined) return undefined;
  const settings = withMarkedSecrets(settingsOfConfig(config));
  if (part === undefined || isTeam) {
    const { parseAppTeamSettings } = await import("../../stacks/app-team/settings");
    parseAppTeamSettings(settings);
    return { environment: {}, notes: ["a service of its own is composed with what the platform's stack says"] };
  }
  const { parsePart, settingsOfPart } = await import("../../stacks/environment/parts");
  const { own } = settingsOfPart(part, settings);
  const { services } = own;
  if (!Array.isArray(services)) return { environment: parsePart(part, { own }), notes: [] };
  // Their pools are in the stack of the cluster.
  const isPooled = (entry: unknown): boolean => typeof entry === "object" && entry !== null && "pool" in entry;
  const names = services.filter(isPooled).map((entry: { name?: unknown }) => String(entry.name));
  const places = [...services.keys()].filter((index) => !isPooled(services[index]));
  const others = { ...own, services: places.map((index) => services[index] as unknown) };
  const environment = atPlaces(places, () => parsePart(part, { own: others }));
  const { requireDigests } = environment.preflight ?? {};
  return {
    environment,
    plan: requireDigests === undefined ? {} : { requireDigests },
    notes:
      names.length === 0 ? [] : [`${names.join(", ")}: not checked, since the stack of the cluster has their pools`],
  };
}

function partOf(project: string): Part | undefined {
  return /^inference-(cluster|platform|services)$/.exec(project)?.[1] as Part | undefined;
}

/** Problems name services by their places in the configuration, also where some of these are left out of what is checked. */
function atPlaces<T>(places: readonly number[], check: () => T): T {
  const placed = (text: string): string =>
    text.replace(/\bservices\[(\d+)\]/g, (_, index: string) => `services[${places[Number(index)] ?? index}]`);
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.subject,
      error.problems.map((problem) => ({ ...problem, path: placed(problem.path), message: placed(problem.message) })),
    );
  }
}
