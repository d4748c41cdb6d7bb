import { assertNoProblems, type Problem } from "../problems";
import { checkEndpointPickerConfig } from "./check";
import type { SchedulerPlugin } from "./plugins";
import { defaultRouter, type ExtraPlugins, SchedulerRouter } from "./routers";
import { unknownName } from "./shape";

/** The configuration that an endpoint picker reads when it starts, as a plain object. */
export interface EndpointPickerConfig {
  readonly apiVersion: string;
  readonly kind: "EndpointPickerConfig";
  readonly featureGates?: readonly string[];
  readonly plugins: readonly DeclaredPlugin[];
  readonly schedulingProfiles: readonly SchedulingProfile[];
  readonly saturationDetector?: PluginReference;
  readonly dataLayer?: unknown;
  readonly flowControl?: FlowControl;
  readonly parser?: PluginReference;
}
export interface DeclaredPlugin {
  readonly type: string;
  readonly name?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}
export interface SchedulingProfile {
  readonly name: string;
  readonly plugins: readonly { readonly pluginRef: string; readonly weight?: number }[];
}
export interface PluginReference {
  readonly pluginRef: string;
}

/** Queues in front of the pool; read with the feature gate `flowControl` only. */
export interface FlowControl {
  /** Of all requests together, as a quantity such as "1Gi". @default no limit */
  readonly maxBytes?: string | number;
  /** Of all requests together. @default no limit */
  readonly maxRequests?: string | number;
  /** How long a request may wait, such as "30s". @default as long as its client does */
  readonly defaultRequestTTL?: string;
  readonly defaultPriorityBand?: PriorityBand;
  readonly priorityBands?: readonly (PriorityBand & { readonly priority: number })[];
  /** Name of a plugin. @default static-usage-limit-policy */
  readonly usageLimitPolicyPluginRef?: string;
}
export interface PriorityBand {
  /** @default 1 GB */
  readonly maxBytes?: string | number;
  /** @default no limit */
  readonly maxRequests?: string | number;
  /** Name of a plugin. @default global-strict-fairness-policy */
  readonly fairnessPolicyRef?: string;
  /** Name of a plugin. @default fcfs-ordering-policy */
  readonly orderingPolicyRef?: string;
}

export interface EndpointPickerConfigArgs {
  /** What will read it. @default "llm-d-router-0.9.0" */
  readonly router?: SchedulerRouter;
  /** What each profile filters, scores and picks with, in this order. */
  readonly profiles: Readonly<Record<string, readonly SchedulerPlugin[]>>;
  /** Plugins that belong to no profile: profile handlers, deciders, producers of data, policies. @default none */
  readonly plugins?: readonly SchedulerPlugin[];
  /** @default none */
  readonly featureGates?: readonly string[];
  /** @default utilization-detector */
  readonly saturationDetector?: SchedulerPlugin;
  /** @default openai-parser */
  readonly parser?: SchedulerPlugin;
  /** As it stands. @default the router's */
  readonly dataLayer?: unknown;
  readonly flowControl?: FlowControl;
  /** Plugins that the scheduler's image has beyond those of the router: which kinds each type is. @default none */
  readonly extraPlugins?: ExtraPlugins;
}

/**
 * A configuration of the endpoint picker for `router.scheduler.config.inline`, put together from plugins. A plugin that several
 * profiles use is declared once.
 *
 * @throws ConfigurationError with everything that the router would refuse or pass over.
 */
export function endpointPickerConfig(args: EndpointPickerConfigArgs): EndpointPickerConfig {
  assertNoProblems(subject, checkArgs(args));
  const router = args.router ?? defaultRouter;
  const problems: Problem[] = [];
  const declared = new Map<string, DeclaredPlugin>();
  const declare = (plugin: SchedulerPlugin, path: string): string => {
    for (const needed of plugin.needs ?? []) declare(needed, path);
    const name = plugin.name ?? plugin.type;
    const { type, parameters } = plugin;
    const entry = {
      type,
      ...(name === type ? {} : { name }),
      ...(parameters && Object.keys(parameters).length > 0 ? { parameters } : {}),
    };
    const before = declared.get(name);
    if (before === undefined) declared.set(name, entry);
    else if (JSON.stringify(before) !== JSON.stringify(entry)) {
      problems.push({ path, message: `another plugin is called "${name}"`, fix: "give one of them another name" });
    }
    return name;
  };
  for (const [index, plugin] of (args.plugins ?? []).entries()) declare(plugin, `plugins[${index}]`);
  const profiles = Object.entries(args.profiles).map(([name, plugins]) => ({
    name,
    plugins: plugins.map((plugin, index) => ({
      pluginRef: declare(plugin, `profiles.${name}[${index}]`),
      ...(plugin.weight === undefined ? {} : { weight: plugin.weight }),
    })),
  }));
  const refer = (plugin: SchedulerPlugin | undefined, field: string) =>
    plugin === undefined ? {} : { [field]: { pluginRef: declare(plugin, field) } };
  const references = { ...refer(args.saturationDetector, "saturationDetector"), ...refer(args.parser, "parser") };
  const config: EndpointPickerConfig = {
    apiVersion: preferredApiVersion[router],
    kind: "EndpointPickerConfig",
    ...(args.featureGates ? { featureGates: args.featureGates } : {}),
    plugins: [...declared.values()],
    schedulingProfiles: profiles,
    ...references,
    ...(args.dataLayer === undefined ? {} : { dataLayer: args.dataLayer }),
    ...(args.flowControl ? { flowControl: args.flowControl } : {}),
  };
  problems.push(
    ...checkEndpointPickerConfig(config, { router, ...(args.extraPlugins ? { plugins: args.extraPlugins } : {}) }),
  );
  assertNoProblems(subject, problems);
  return config;
}

const subject = "scheduler configuration";

const argumentNames = [
  "router",
  "profiles",
  "plugins",
  "featureGates",
  "saturationDetector",
  "parser",
  "dataLayer",
  "flowControl",
  "extraPlugins",
];

/** What a compiler would find: programs in JavaScript have none. */
function checkArgs(args: EndpointPickerConfigArgs): Problem[] {
  const unknown = Object.keys(args).filter((name) => !argumentNames.includes(name));
  const problems: Problem[] = unknown.map((name) => ({ path: name, ...unknownName("argument", name, argumentNames) }));
  const profiles: unknown = args.profiles;
  if (typeof profiles !== "object" || profiles === null || Array.isArray(profiles)) {
    return [
      ...problems,
      { path: "profiles", message: "missing", allowed: "an object with a list of plugins for each profile" },
    ];
  }
  const lists = Object.entries(profiles).map(([name, list]) => [`profiles.${name}`, list as unknown] as const);
  for (const [path, list] of [...lists, ["plugins", args.plugins ?? []] as const]) {
    if (!Array.isArray(list)) problems.push({ path, message: "not a list", allowed: "a list of plugins" });
    else problems.push(...list.flatMap((plugin: unknown, index) => checkPlugin(plugin, `${path}[${index}]`)));
  }
  for (const path of ["saturationDetector", "parser"] as const) {
    if (args[path] !== undefined) problems.push(...checkPlugin(args[path], path));
  }
  return problems;
}

function checkPlugin(plugin: unknown, path: string): Problem[] {
  const { type } = (plugin ?? {}) as { type?: unknown };
  if (typeof type === "string" && type !== "") return [];
  return [{ path, message: "no plugin", allowed: 'such as queueScorer(2), or schedulerPlugin("queue-scorer")' }];
}

const preferredApiVersion: Readonly<Record<SchedulerRouter, string>> = {
  [SchedulerRouter.llmD]: "llm-d.ai/v1alpha1",
  [SchedulerRouter.inferenceExtension]: "inference.networking.x-k8s.io/v1alpha1",
};
