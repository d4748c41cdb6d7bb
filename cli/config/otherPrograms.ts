import { withMarkedSecrets } from "../../stacks/environment/encrypted";
import { configNamespace } from "../../stacks/environment/origins";
import { type EnvironmentSettings, settingsOfConfig } from "../../stacks/environment/settings";

/** What another program's configuration comes to as an environment, and what was left out of it. */
export interface OtherProgram {
  readonly environment: EnvironmentSettings;
  readonly notes: readonly string[];
}

/**
 * Checks a configuration that builds upon another stack: that of an app team (which has the setting `service`), or of the platform or the services
 * of an environment in three stacks. What lies in the other stack is not known here, and what depends on it is not checked.
 *
 * @returns undefined for the configuration of any other program
 * @throws ConfigurationError with every problem.
 */
export async function checkOtherProgram(config: Readonly<Record<string, unknown>>): Promise<OtherProgram | undefined> {
  const has = (key: string): boolean => `${configNamespace}:${key}` in config;
  if (!has("platformStack") && !has("clusterStack")) return undefined;
  const settings = withMarkedSecrets(settingsOfConfig(config));
  if (has("platformStack") && has("service")) {
    const { parseAppTeamSettings } = await import("../../stacks/app-team/settings");
    parseAppTeamSettings(settings);
    return { environment: {}, notes: ["a service of its own is composed with what the platform's stack says"] };
  }
  const { parsePart, settingsOfPart } = await import("../../stacks/environment/parts");
  const part = has("platformStack") ? "services" : "platform";
  const { own } = settingsOfPart(part, settings);
  const { services } = own;
  if (!Array.isArray(services)) return { environment: parsePart(part, { own }), notes: [] };
  // Their pools are in the stack of the cluster.
  const isPooled = (entry: unknown): boolean => typeof entry === "object" && entry !== null && "pool" in entry;
  const names = services.filter(isPooled).map((entry: { name?: unknown }) => String(entry.name));
  const others = { ...own, services: services.filter((entry) => !isPooled(entry)) };
  return {
    environment: parsePart(part, { own: others }),
    notes:
      names.length === 0 ? [] : [`${names.join(", ")}: not checked, since the stack of the cluster has their pools`],
  };
}
