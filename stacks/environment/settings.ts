import { createRequire } from "node:module";

import { z } from "zod";

import { byPriority } from "../../sdk/api/configFragment";
import { Criticality } from "../../sdk/api/constants";
import { findingsOf } from "../../sdk/api/schema/issues";
import { pathText } from "../../sdk/api/view";
import { composeWritten, CompositionMode } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import type { ExplainedField } from "../../sdk/compose/explain";
import { readSpec } from "../../sdk/compose/fragments";
import type { ControllerSettings } from "../../sdk/compose/settings";
import { defaultGatewayOf, kserveIngressGateway } from "../../sdk/gateways/defaultGateway";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { Waivers } from "../../sdk/preflight/waivers";
import type { AcceleratorPoolSettings, ClusterPartsSettings } from "./acceleratorPoolSettings";
import type { ClusterSettings } from "./clusterSettings";
import { clusterSettings } from "./kubeconfigSettings";
import { standaloneRouterSettings } from "./gatewayControllerSettings";
import { configNamespace, inLayers } from "./origins";
import { platformSettings } from "./platformSettings";
import { poolFragmentOf, type PooledSettings } from "./plannedPools";
import { checkPools, checkServicePool, isUsable } from "./poolChecks";
import { existingSettings, poolSettings, preflightSettings } from "./preflightSettings";
import { serviceWithDefaults, withDefaults } from "./serviceDefaults";
import { repeatedService } from "./serviceNames";
import { servicePoolSettings } from "./servicePoolSettings";

const text = z.string().min(1);
const positive = z.int().min(1);
/** Specs, and parts of them. */
export const specSettings = z.record(z.string(), z.unknown());

const fragment = z.strictObject({
  name: text,
  priority: z.number().optional(),
  // Checked by sdk/compose, which knows every field of it.
  spec: specSettings,
  /** Annotations of the services that have the fragment. */
  annotations: z.record(z.string(), z.string()).optional(),
});

const common = {
  namespace: text.optional(),
  criticality: z.enum(Criticality).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  mode: z.enum(CompositionMode).optional(),
  /** Seconds until the service must be Ready. */
  timeoutSeconds: positive.optional(),
};

const serviceDefaults = z.strictObject({
  ...common,
  /** Names of the environment's fragments, which come before those of the service. */
  fragments: z.array(text).optional(),
});

const service = z.strictObject({
  name: text,
  ...common,
  /** Names of configs in the cluster. */
  baseRefs: z.array(text).optional(),
  /** Names of the environment's fragments, or fragments of this service alone. */
  fragments: z.array(z.union([text, fragment])).optional(),
  /** Name of an accelerator pool that leads the service's pods to it, or with what they want of a node. */
  pool: servicePoolSettings.optional(),
  spec: specSettings.optional(),
  /** A router of its own, without a gateway. @default where the platform's gateway controller is "standalone" */
  standaloneRouter: standaloneRouterSettings.optional(),
});

/** Environments without clusters and nodes of their own do not load the schemas of these. */
const lazyRequire = createRequire(__filename);
const nodeSchemas = () => lazyRequire("./acceleratorPoolSettings") as typeof import("./acceleratorPoolSettings");
const clusterSchema = (given: unknown): z.ZodType<ClusterSettings> =>
  isKubeconfigAlone(given)
    ? clusterSettings
    : (lazyRequire("./clusterSettings") as typeof import("./clusterSettings")).environmentClusterSettings;

const isKubeconfigAlone = (given: unknown): boolean =>
  typeof given !== "object" || given === null || Object.keys(given).every((key) => key in clusterSettings.shape);

/** Folders or URL prefixes by upstream; of charts also one by one. */
export const mirrorSettings = z
  .object({ charts: z.union([text, z.record(z.string(), text)]).optional() })
  .catchall(z.string().min(1));

const outputSettings = z.strictObject({
  /** A kubeconfig for services that other stacks declare: true for the one of this stack, or the text of another. @default false */
  kubeconfig: z.union([z.boolean(), text]).optional(),
});

const settings = z.strictObject({
  /** Path of a file with settings below these ones; resolved before they are parsed. */
  base: text.optional(),
  cluster: clusterSettings.optional(),
  /** Nodes that are added to a cluster of GKE or EKS. */
  acceleratorPools: z.unknown().optional(),
  /** What is installed for accelerators, where it is not what the pools need by default. */
  clusterParts: z.unknown().optional(),
  platform: platformSettings.optional(),
  createNamespaces: z.boolean().optional(),
  /** Fragments that several services share. */
  fragments: z.array(fragment).optional(),
  /** What services have that do not say it themselves. */
  serviceDefaults: serviceDefaults.optional(),
  services: z.array(service).optional(),
  mirrors: mirrorSettings.optional(),
  /** Node pools that the cluster has beside those of `acceleratorPools`. */
  pools: z.array(poolSettings).optional(),
  /** What else is in the cluster. */
  existing: existingSettings.optional(),
  preflight: preflightSettings.optional(),
  /** What other stacks get beside what they always do. */
  outputs: outputSettings.optional(),
});

/** What an environment is made of, as its configuration says it. */
export type EnvironmentSettings = Omit<z.infer<typeof settings>, keyof NodeSettings> & NodeSettings;

interface NodeSettings {
  cluster?: ClusterSettings | undefined;
  acceleratorPools?: AcceleratorPoolSettings[] | undefined;
  clusterParts?: ClusterPartsSettings | undefined;
}

/** The schema of settings, with that of clusters and nodes where they have some. */
function schemaFor(given: unknown): z.ZodType<EnvironmentSettings> {
  const { cluster, acceleratorPools, clusterParts } = (given ?? {}) as Record<string, unknown>;
  const isPlain = isKubeconfigAlone(cluster) && acceleratorPools === undefined && clusterParts === undefined;
  return isPlain ? (settings as z.ZodType<EnvironmentSettings>) : environmentSettingsSchema(cluster);
}

/** The whole schema of an environment's settings. */
export function environmentSettingsSchema(cluster: unknown = { gke: {} }): z.ZodType<EnvironmentSettings> {
  return settings.extend({
    cluster: clusterSchema(cluster).optional(),
    acceleratorPools: z.array(nodeSchemas().acceleratorPoolSettings).optional(),
    clusterParts: nodeSchemas().clusterPartsSettings.optional(),
  });
}

/** One LLMInferenceService of an environment. */
export type ServiceSettings = z.infer<typeof service>;

/** What services have that do not say it themselves. */
export type ServiceDefaults = z.infer<typeof serviceDefaults>;

/** The keys of the stack configuration that this program reads. */
export const settingKeys = Object.keys(settings.shape) as (keyof EnvironmentSettings)[];

/** The settings in a stack's configuration, whose keys are `pulumi-kserve:<setting>`; values are as in the YAML file. */
export function settingsOfConfig(config: Record<string, unknown>): Record<string, unknown> {
  const prefix = `${configNamespace}:`;
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

/**
 * Checks an environment's configuration as a whole.
 *
 * @throws ConfigurationError with every problem: its path, what was given and what is allowed.
 */
export function parseSettings(given: unknown): EnvironmentSettings {
  const schema = schemaFor(given);
  const result = schema.safeParse(given, { reportInput: true });
  const issues = result.error?.issues ?? [];
  const problems = issues
    .flatMap((issue) => findingsOf(issue, schema, "setting"))
    .map(({ at, ...problem }): Problem => ({ path: pathText("", at), ...problem }));
  const parts = usableParts(given);
  problems.push(...checkPools(parts), ...checkServices(parts), ...checkWaivers(given));
  if (!result.success || problems.length > 0)
    throw new ConfigurationError("environment configuration", inLayers(given, problems));
  return withDefaults(result.data);
}

/** Codes that do not exist, and reasons that are missing. */
export function checkWaivers(given: unknown): Problem[] {
  const parsed = preflightSettings.safeParse((given as { preflight?: unknown } | null | undefined)?.preflight);
  return new Waivers(parsed.data?.waive ?? [], "preflight.waive").wrong();
}

/** A fragment as the configuration gives it. */
export type FragmentSettings = z.infer<typeof fragment>;

/** What an environment has for its services to name. */
export interface SharedSettings extends PooledSettings {
  readonly fragments?: readonly (FragmentSettings | undefined)[] | undefined;
  readonly serviceDefaults?: ServiceDefaults | undefined;
}

/**
 * The fragments of a service: that of its pool, then the others in the order in which it names them.
 *
 * @throws Error for a name that is not among the environment's; {@link parseSettings} has found it before.
 */
export function fragmentsOf(entry: ServiceSettings, environment: SharedSettings): FragmentSettings[] {
  const { fragments = [] } = environment;
  const ofPool = entry.pool === undefined ? [] : [poolFragmentOf(entry.pool, entry.name, environment)];
  const others = (entry.fragments ?? []).map((named) => {
    if (typeof named !== "string") return named;
    const shared = fragments.find((candidate) => candidate?.name === named);
    if (!shared) throw new Error(`no fragment "${named}"`);
    return shared;
  });
  return [...ofPool, ...others];
}

/** A service's annotations with those that its fragments bring. */
export function annotationsOf(
  entry: ServiceSettings,
  environment: Parameters<typeof fragmentsOf>[1],
): ServiceSettings["annotations"] {
  const brought = [...fragmentsOf(entry, environment)].sort(byPriority).map(({ annotations }) => annotations);
  if (brought.every((annotations) => annotations === undefined)) return entry.annotations;
  return Object.assign({}, ...brought, entry.annotations) as ServiceSettings["annotations"];
}

/** A service's annotations as fields of it, each with what set it: a fragment, or the service itself. */
export function annotationFields(entry: ServiceSettings, environment: SharedSettings): ExplainedField[] {
  const layers = [
    ...[...fragmentsOf(entry, environment)].sort(byPriority).map(({ name, annotations = {} }) => ({
      source: `fragment "${name}"`,
      annotations,
    })),
    { source: "service", annotations: entry.annotations ?? {} },
  ].reverse();
  const defaults = environment.serviceDefaults?.annotations ?? {};
  const names = new Set(layers.flatMap(({ annotations }) => Object.keys(annotations)));
  return [...names].sort().map((name) => {
    const [first, ...others] = layers
      .filter(({ annotations }) => Object.hasOwn(annotations, name))
      .map(({ source, annotations }) => ({
        // Parsed services have the defaults already.
        source: source === "service" && annotations[name] === defaults[name] ? "serviceDefaults" : source,
        value: annotations[name] as unknown,
      }));
    return { path: `metadata.annotations["${name}"]`, value: undefined, source: "", ...first, overrides: others };
  });
}

/** What the platform's settings decide of how KServe's controller composes services. */
export function controllerSettingsOf({ platform }: Pick<EnvironmentSettings, "platform">): Partial<ControllerSettings> {
  const reference = defaultGatewayOf(platform ?? {});
  const [namespace, name] = reference.split("/");
  if (reference === kserveIngressGateway || !namespace || !name) return {};
  return { ingressGatewayNamespace: namespace, ingressGatewayName: name };
}

/** Services and fragments at their places; undefined for those of another shape, about which enough is said. */
interface UsableParts extends PooledSettings {
  /** With the defaults. */
  readonly services: readonly (ServiceSettings | undefined)[];
  /** The fragments that each service itself names. */
  readonly ownFragments: readonly ServiceSettings["fragments"][];
  readonly fragments: readonly (FragmentSettings | undefined)[];
  readonly serviceDefaults: ServiceDefaults | undefined;
}

/** What can be checked further, whatever is wrong with the rest, so that all problems show at once. */
function usableParts(given: unknown): UsableParts {
  const {
    services,
    fragments,
    acceleratorPools,
    cluster,
    clusterParts,
    serviceDefaults: defaults,
  } = (given ?? {}) as Record<string, unknown>;
  const listOf = <T>(value: unknown, type: z.ZodType<T>): (T | undefined)[] =>
    Array.isArray(value) ? value.map((item: unknown) => type.safeParse(item).data) : [];
  const own = listOf(services, service);
  const shared = {
    fragments: listOf(fragments, fragment),
    serviceDefaults: defaults === undefined ? undefined : serviceDefaults.safeParse(defaults).data,
  };
  return {
    ...shared,
    services: own.map((entry) => entry && serviceWithDefaults(entry, shared)),
    ownFragments: own.map((entry) => entry?.fragments),
    ...(acceleratorPools !== undefined && {
      acceleratorPools: listOf(acceleratorPools, nodeSchemas().acceleratorPoolSettings),
    }),
    ...(cluster !== undefined && { cluster: clusterSchema(cluster).safeParse(cluster).data }),
    ...(clusterParts !== undefined && {
      clusterParts: nodeSchemas().clusterPartsSettings.safeParse(clusterParts).data,
    }),
  };
}

/** Compositions, and what needs more than one field. */
function checkServices(parts: UsableParts): Problem[] {
  return [
    ...parts.fragments.flatMap((shared, index) => (shared ? checkShared(shared, index, parts) : [])),
    ...unknownFragments(parts.serviceDefaults?.fragments, parts, "serviceDefaults"),
    ...parts.services.flatMap((entry, index) => (entry ? checkEntry(entry, index, parts) : [])),
  ];
}

function checkShared({ name, spec }: FragmentSettings, index: number, { fragments }: UsableParts): Problem[] {
  const path = `fragments[${index}]`;
  const problems = readSpec(spec, `${path}.spec`).problems;
  const first = fragments.findIndex((other) => other?.name === name);
  if (first === index) return [...problems];
  const duplicate = {
    path: `${path}.name`,
    given: name,
    message: `fragments[${first}] has this name too`,
    fix: "rename one of them",
  };
  return [...problems, duplicate];
}

function checkEntry(entry: ServiceSettings, index: number, parts: UsableParts): Problem[] {
  const path = `services[${index}]`;
  const first = parts.services.findIndex((other) => other?.name === entry.name);
  const problems = first === index ? [] : [repeatedService(index, first, entry.name)];
  const unknown = [
    ...checkServicePool(entry.pool, path, parts),
    ...unknownFragments(parts.ownFragments[index], parts, path),
  ];
  if (unknown.length === 0 && entry.pool !== undefined && !isUsable(entry.pool, parts)) return problems;
  if (unknown.length > 0) return [...problems, ...unknown];
  // Of the defaults it is said once.
  if (unknownFragments(entry.fragments, parts, path).length > 0) return problems;
  return [...problems, ...checkComposition(entry, parts, path)];
}

function unknownFragments(
  fragments: ServiceSettings["fragments"] = [],
  parts: Pick<UsableParts, "fragments">,
  path: string,
): Problem[] {
  const names = parts.fragments.flatMap((shared) => shared?.name ?? []);
  return fragments.flatMap((named, index) => {
    if (typeof named !== "string" || names.includes(named)) return [];
    const guess = nearest(named, names);
    return [
      {
        path: `${path}.fragments[${index}]`,
        given: named,
        message: "the environment has no fragment of this name",
        allowed: names.join(", ") || 'none, until "fragments" has one',
        ...(guess && { fix: `did you mean "${guess}"?` }),
      },
    ];
  });
}

/** What can be said without KServe's presets. */
function checkComposition(entry: ServiceSettings, parts: UsableParts, path: string): Problem[] {
  const { name, namespace = "default", labels, baseRefs = [], mode, spec = {} } = entry;
  const fragments = fragmentsOf(entry, parts);
  const annotations = annotationsOf(entry, parts);
  try {
    composeWritten({
      service: { name, namespace, labels, annotations },
      fragments,
      baseRefs,
      spec,
      mode,
      configs: new ConfigStore({}),
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => ({ ...problem, path: placed(problem.path, path) }));
  }
}

/** Problems of fragments name their fragment; others lie within the service. */
function placed(problem: string, path: string): string {
  return problem.startsWith("fragment ") ? `${path}: ${problem}` : `${path}.${problem}`;
}
