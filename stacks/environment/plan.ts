import type { Composition } from "../../sdk/compose/compose";
import type { Json } from "../../sdk/compose/marked";
import type { Finding } from "../../sdk/preflight/finding";
import type { ClusterPlan, NodePool } from "../../sdk/preflight/plan";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { preflight } from "../../sdk/preflight/preflight";
import { securedLabels } from "../../sdk/platform/podSecurity";
import { defaultNamespace } from "./composeService";
import { plannedNodes } from "./plannedPools";
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
  const planned = pools === undefined ? plannedNodes(settings) : {};
  const nodes = planned.pools ? [...(settings.pools ?? []), ...planned.pools] : (settings.pools ?? pools);
  const partial = [...(existing?.partial ?? []), ...(planned.partial ?? [])];
  const namespaces = existing?.namespaces && { ...existing.namespaces, ...createdNamespaces(settings) };
  return {
    ...planned,
    ...existing,
    ...(partial.length > 0 && { partial }),
    ...(namespaces && { namespaces }),
    ...(nodes && { pools: nodes }),
    ...(requireDigests !== undefined && { requireDigests }),
  };
}

/** The platform of an environment; on GKE, whose clusters bring the CRDs of Gateway API, those are only checked unless it is stated. */
export function platformIn({ platform, cluster }: EnvironmentSettings): EnvironmentSettings["platform"] {
  const isStated = platform?.gatewayApi?.crds !== undefined;
  if (!cluster?.gke || cluster.gke.gatewayApi === false || isStated) return platform;
  return { ...platform, gatewayApi: { ...platform?.gatewayApi, crds: "existing" } };
}

/** The namespaces that an environment makes for its services, with the labels of those that the platform makes. */
export function createdNamespaces({
  services = [],
  createNamespaces,
  existing,
  platform: { namespaces: secured = {} } = {},
}: EnvironmentSettings): ClusterPlan["namespaces"] {
  if (createNamespaces === false) return {};
  const names = services.map(({ namespace = defaultNamespace }) => namespace).sort();
  return Object.fromEntries(names.map((name) => [name, existing?.namespaces?.[name] ?? labelled(secured[name])]));
}

function labelled(secured: Parameters<typeof securedLabels>[0] | undefined) {
  return { labels: secured ? securedLabels(secured) : {} };
}

/** What keeps a service of an environment from becoming Ready, without the other services; nothing while it is undecided. */
export function preflightService(
  settings: EnvironmentSettings,
  entry: ServiceSettings,
  composition: Composition,
  cluster?: ClusterPlan,
): Finding[] {
  // Waivers of other services' findings are no findings here.
  return composition.effective
    ? preflightServices(settings, [[entry, composition]], cluster).filter(({ code }) => code !== "waiver-unused")
    : [];
}

/**
 * What keeps services of an environment from becoming Ready, alone and together; nothing of those that are undecided.
 *
 * @param cluster what is known of the cluster. @default what the settings say of it, and install
 */
export function preflightServices(
  settings: EnvironmentSettings,
  composed: readonly (readonly [ServiceSettings, Composition])[],
  cluster: ClusterPlan = planOfPlatform(platformIn(settings) ?? {}, existingIn(settings)),
): Finding[] {
  const services = composed.flatMap(([entry, { effective }]) => {
    const { name, namespace = defaultNamespace, labels } = entry;
    const annotations = annotationsOf(entry, settings);
    if (!effective) return [];
    return [
      { name, namespace, spec: effective as Json, ...(labels && { labels }), ...(annotations && { annotations }) },
    ];
  });
  return preflight({
    services,
    cluster,
    waive: settings.preflight?.waive,
  });
}
