import { compose, type Composition, CompositionMode } from "../../sdk/compose/compose";
import type { ConfigStore } from "../../sdk/compose/configs";
import { type Json, Marked } from "../../sdk/compose/marked";
import { at } from "../../sdk/compose/presets";
import { defaultControllerSettings } from "../../sdk/compose/settings";
import {
  annotationsOf,
  controllerSettingsOf,
  type EnvironmentSettings,
  fragmentsOf,
  type ServiceSettings,
} from "./settings";

/** How a service is composed without a cluster. */
export interface ComposeServiceOptions {
  /** The configs that are known: KServe's presets above all. */
  readonly configs: ConfigStore;
  /** @default the service's own */
  readonly mode?: CompositionMode;
}

/**
 * Composes a service of an environment before anything exists. A config that lies in the cluster only makes what depends on it not known.
 *
 * @throws ConfigurationError with every problem.
 */
export function composeService(
  environment: EnvironmentSettings,
  entry: ServiceSettings,
  { configs, mode = entry.mode }: ComposeServiceOptions,
): Composition {
  const { name, namespace = defaultNamespace, labels, baseRefs, spec } = entry;
  return compose({
    service: { name, namespace, labels, annotations: annotationsOf(entry, environment) },
    fragments: fragmentsOf(entry, environment),
    baseRefs,
    spec,
    mode,
    configs: withClusterConfigs(environment, entry, configs),
    settings: controllerSettingsOf(environment),
  });
}

/** Where services live that do not say it. */
export const defaultNamespace = "default";

/** What other services of the environment publish beside this one, and what is not known of the others that it names. */
function withClusterConfigs(
  environment: EnvironmentSettings,
  entry: ServiceSettings,
  configs: ConfigStore,
): ConfigStore {
  const namespace = entry.namespace ?? defaultNamespace;
  const published = (environment.services ?? [])
    .filter((other) => other !== entry && (other.namespace ?? defaultNamespace) === namespace)
    .filter((other) => other.mode === CompositionMode.references)
    .flatMap((other) => fragmentsOf(other, environment));
  const known = configs.with(namespace, Object.fromEntries(published.map(({ name, spec }) => [name, spec])));
  const names = known.names([namespace, defaultControllerSettings.systemNamespace]);
  const missing = namedConfigs(entry).filter((name) => !names.includes(name));
  return known.with(namespace, Object.fromEntries(missing.map((name) => [name, notKnown])));
}

function namedConfigs({ baseRefs = [], spec }: ServiceSettings): string[] {
  const own = at(spec as Json | undefined, "baseRefs");
  const named = Array.isArray(own) ? own.map((ref) => at(ref, "name")) : [];
  return [...baseRefs, ...named.filter((name): name is string => typeof name === "string")];
}

const notKnown = new Marked(undefined, { unknown: true, secret: false, carriers: [] });
