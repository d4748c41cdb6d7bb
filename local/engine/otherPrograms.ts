import type { ClusterPlan } from "../../sdk/preflight/plan";
import { ConfigurationError } from "../../sdk/problems";
import { withMarkedSecrets } from "../../stacks/environment/encrypted";
import { inLayers, rememberLayers } from "../../stacks/environment/origins";
import { parsePart, parts, settingsOfPart } from "../../stacks/environment/parts";
import { type EnvironmentSettings, settingsOfConfig } from "../../stacks/environment/settings";
import type { StackConfig } from "./config";

/** What another program's configuration comes to as an environment, and what was left out of it. */
export interface OtherProgram {
  readonly environment: EnvironmentSettings;
  readonly notes: readonly string[];
  /** What its services are checked against. Of a platform in another stack nothing is known. */
  readonly plan?: ClusterPlan;
}

/**
 * Checks the configuration of an app team, or of the cluster, the platform or the services of an environment in three stacks. What lies in
 * another stack is not known here, and what depends on it is not checked.
 *
 * @returns undefined for the configuration of any other program
 * @throws ConfigurationError with every problem.
 */
export async function checkOtherProgram({ config, layers, program }: StackConfig): Promise<OtherProgram | undefined> {
  const settings = rememberLayers(withMarkedSecrets(settingsOfConfig(config)), layers);
  if (program === "app-team") {
    const { parseAppTeamSettings } = await import("../../stacks/app-team/settings");
    parseAppTeamSettings(settings);
    return { environment: {}, notes: ["a service of its own is composed with what the platform's stack says"] };
  }
  const part = parts.find((one) => one === program);
  if (part === undefined) return undefined;
  const { own } = settingsOfPart(part, settings);
  const { services } = own;
  if (!Array.isArray(services)) return { environment: parsePart(part, { own }), notes: [] };
  // Their pools are in the stack of the cluster.
  const isPooled = (entry: unknown): boolean => typeof entry === "object" && entry !== null && "pool" in entry;
  const names = services.filter(isPooled).map((entry: { name?: unknown }) => String(entry.name));
  const places = [...services.keys()].filter((index) => !isPooled(services[index]));
  const others = { ...own, services: places.map((index) => services[index] as unknown) };
  const environment = atPlaces(places, settings, () => parsePart(part, { own: others }));
  const { requireDigests } = environment.preflight ?? {};
  return {
    environment,
    plan: requireDigests === undefined ? {} : { requireDigests },
    notes:
      names.length === 0 ? [] : [`${names.join(", ")}: not checked, since the stack of the cluster has their pools`],
  };
}

/** Problems name services by their places in the configuration, also where some of these are left out of what is checked. */
function atPlaces<T>(places: readonly number[], settings: object, check: () => T): T {
  const placed = (text: string): string =>
    text.replace(/\bservices\[(\d+)\]/g, (_, index: string) => `services[${places[Number(index)] ?? index}]`);
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const problems = error.problems.map((problem) => ({
      ...problem,
      path: placed(problem.path),
      message: placed(problem.message),
    }));
    throw new ConfigurationError(error.subject, inLayers(settings, problems));
  }
}
