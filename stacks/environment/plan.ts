import type { Composition } from "../../sdk/compose/compose";
import type { Json } from "../../sdk/compose/marked";
import type { Finding } from "../../sdk/preflight/finding";
import type { ClusterPlan, NodePool } from "../../sdk/preflight/plan";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { preflight } from "../../sdk/preflight/preflight";
import { defaultNamespace } from "./composeService";
import { annotationsOf, type EnvironmentSettings, type ServiceSettings } from "./settings";

/** Where the settings have the waivers. */
export const waivePath = "preflight.waive";

/**
 * What an environment states of its cluster beside what it installs.
 *
 * @param pools node pools that are known otherwise. @default those of the settings
 */
export function existingIn(settings: EnvironmentSettings, pools?: readonly NodePool[]): ClusterPlan {
  const { existing, preflight: { requireDigests } = {} } = settings;
  const nodes = settings.pools ?? pools;
  const namespaces = existing?.namespaces && { ...existing.namespaces, ...createdNamespaces(settings) };
  return {
    ...existing,
    ...(namespaces && { namespaces }),
    ...(nodes && { pools: nodes }),
    ...(requireDigests !== undefined && { requireDigests }),
  };
}

/** The namespaces that an environment makes for its services, without labels. */
function createdNamespaces({
  services = [],
  createNamespaces,
  existing,
}: EnvironmentSettings): ClusterPlan["namespaces"] {
  if (createNamespaces === false) return {};
  const names = services.map(({ namespace = defaultNamespace }) => namespace).sort();
  return Object.fromEntries(names.map((name) => [name, existing?.namespaces?.[name] ?? { labels: {} }]));
}

/** What keeps a service of an environment from becoming Ready, without the other services; nothing while it is undecided. */
export function preflightService(
  settings: EnvironmentSettings,
  entry: ServiceSettings,
  { effective }: Composition,
): Finding[] {
  if (!effective) return [];
  const { name, namespace = defaultNamespace, labels } = entry;
  const annotations = annotationsOf(entry, settings);
  const service = {
    name,
    namespace,
    spec: effective as Json,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  // Waivers of other services' findings are no findings here.
  return preflight({
    services: [service],
    cluster: planOfPlatform(settings.platform ?? {}, existingIn(settings)),
    waive: settings.preflight?.waive,
  }).filter(({ code }) => code !== "waiver-unused");
}
