import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import { byPriority } from "../../sdk/api/configFragment";
import { Criticality, kserveNamespace } from "../../sdk/api/constants";
import { findingsOf } from "../../sdk/api/schema/issues";
import { pathText } from "../../sdk/api/view";
import { composeWritten, CompositionMode } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { readSpec } from "../../sdk/compose/fragments";
import type { JsonObject } from "../../sdk/compose/marked";
import { at } from "../../sdk/compose/presets";
import type { ControllerSettings } from "../../sdk/compose/settings";
import { nearest } from "../../sdk/nearest";
import { ConfigurationError, type Problem } from "../../sdk/problems";
import { existingSettings, poolSettings, preflightSettings } from "./preflightSettings";
import { Waivers } from "../../sdk/preflight/waivers";

const text = z.string().min(1);
const positive = z.int().min(1);
const object = z.record(z.string(), z.unknown());

const crds = z.enum(CrdOwnership);

const listener = z.strictObject({
  name: text,
  port: z.int().min(1).max(65535),
  protocol: z.enum(["HTTP", "HTTPS"]).optional(),
  hostname: text.optional(),
  certificates: z.array(text).optional(),
  allowedRoutes: z.enum(["All", "Same"]).optional(),
});

/** What is installed, as arguments of InferencePlatform. */
export const platformSettings = z.strictObject({
  gatewayApi: z
    .strictObject({ crds: crds.optional(), channel: z.enum(["standard", "experimental"]).optional() })
    .optional(),
  inferenceExtension: z.strictObject({ crds: crds.optional() }).optional(),
  leaderWorkerSet: z
    .union([
      z.literal(false),
      z.strictObject({ crds: crds.optional(), namespace: text.optional(), replicas: positive.optional() }),
    ])
    .optional(),
  kserve: z
    .strictObject({
      // KServe's conversion webhook and presets work in no other (kserve#5668).
      namespace: z.literal(kserveNamespace).optional(),
      crds: crds.optional(),
      crdSchema: z.enum(["full", "minimal"]).optional(),
      gateway: text.optional(),
      controller: z
        .strictObject({
          image: text.optional(),
          tag: text.optional(),
          replicas: positive.optional(),
          resources: object.optional(),
        })
        .optional(),
    })
    .optional(),
  gateway: z
    .union([
      z.literal(false),
      z.strictObject({
        gatewayName: text.optional(),
        namespace: text.optional(),
        gatewayClassName: text.optional(),
        gatewayClassController: text.optional(),
        listeners: z.array(listener).optional(),
      }),
    ])
    .optional(),
});

const fragment = z.strictObject({
  name: text,
  priority: z.number().optional(),
  // Checked by sdk/compose, which knows every field of it.
  spec: object,
  /** Annotations of the services that have the fragment. */
  annotations: z.record(z.string(), z.string()).optional(),
});

const service = z.strictObject({
  name: text,
  namespace: text.optional(),
  criticality: z.enum(Criticality).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  mode: z.enum(CompositionMode).optional(),
  /** Seconds until the service must be Ready. */
  timeoutSeconds: positive.optional(),
  /** Names of configs in the cluster. */
  baseRefs: z.array(text).optional(),
  /** Names of the environment's fragments, or fragments of this service alone. */
  fragments: z.array(z.union([text, fragment])).optional(),
  spec: object.optional(),
});

export const clusterSettings = z.strictObject({
  kubeconfig: text.optional(),
  kubeconfigFile: text.optional(),
  identifier: text.optional(),
});

const settings = z.strictObject({
  cluster: clusterSettings.optional(),
  platform: platformSettings.optional(),
  createNamespaces: z.boolean().optional(),
  /** Fragments that several services share. */
  fragments: z.array(fragment).optional(),
  services: z.array(service).optional(),
  mirrors: z.record(z.string(), text).optional(),
  /** Node pools of the cluster. */
  pools: z.array(poolSettings).optional(),
  /** What else is in the cluster. */
  existing: existingSettings.optional(),
  preflight: preflightSettings.optional(),
});

/** What an environment is made of, as its configuration says it. */
export type EnvironmentSettings = z.infer<typeof settings>;

/** One LLMInferenceService of an environment. */
export type ServiceSettings = z.infer<typeof service>;

/** The keys of the stack configuration that this program reads. */
export const settingKeys = Object.keys(settings.shape) as (keyof EnvironmentSettings)[];

const configNamespace = "pulumi-kserve";

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
  const result = settings.safeParse(given, { reportInput: true });
  const issues = result.error?.issues ?? [];
  const problems = issues
    .flatMap((issue) => findingsOf(issue, settings, "setting"))
    .map(({ at, ...problem }): Problem => ({ path: pathText("", at), ...problem }));
  problems.push(...checkServices(usableParts(given)), ...checkWaivers(given));
  if (!result.success || problems.length > 0) throw new ConfigurationError("environment configuration", problems);
  return result.data;
}

/** Codes that do not exist, and reasons that are missing. */
function checkWaivers(given: unknown): Problem[] {
  const parsed = preflightSettings.safeParse((given as { preflight?: unknown } | null | undefined)?.preflight);
  return new Waivers(parsed.data?.waive ?? [], "preflight.waive").wrong();
}

/** A fragment as the configuration gives it. */
export type FragmentSettings = z.infer<typeof fragment>;

/**
 * The fragments of a service in the order in which it names them.
 *
 * @throws Error for a name that is not among the environment's; {@link parseSettings} has found it before.
 */
export function fragmentsOf(
  entry: ServiceSettings,
  { fragments = [] }: { readonly fragments?: readonly (FragmentSettings | undefined)[] },
): FragmentSettings[] {
  return (entry.fragments ?? []).map((named) => {
    if (typeof named !== "string") return named;
    const shared = fragments.find((candidate) => candidate?.name === named);
    if (!shared) throw new Error(`no fragment "${named}"`);
    return shared;
  });
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

/** What the platform's settings decide of how KServe's controller composes services. */
export function controllerSettingsOf({ platform }: EnvironmentSettings): Partial<ControllerSettings> {
  const [namespace, name] = platform?.kserve?.gateway?.split("/") ?? [];
  return namespace && name ? { ingressGatewayNamespace: namespace, ingressGatewayName: name } : {};
}

/** Services and fragments at their places; undefined for those of another shape, about which enough is said. */
interface UsableParts {
  readonly services: readonly (ServiceSettings | undefined)[];
  readonly fragments: readonly (FragmentSettings | undefined)[];
}

/** What can be checked further, whatever is wrong with the rest, so that all problems show at once. */
function usableParts(given: unknown): UsableParts {
  const { services, fragments } = (given ?? {}) as { services?: unknown; fragments?: unknown };
  const listOf = <T>(value: unknown, type: z.ZodType<T>): (T | undefined)[] =>
    Array.isArray(value) ? value.map((item: unknown) => type.safeParse(item).data) : [];
  return { services: listOf(services, service), fragments: listOf(fragments, fragment) };
}

/** Compositions, and what needs more than one field. */
function checkServices(parts: UsableParts): Problem[] {
  return [
    ...parts.fragments.flatMap((shared, index) => (shared ? checkShared(shared, index, parts) : [])),
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
  const { name, namespace = "default" } = entry;
  const first = parts.services.findIndex(
    (other) => other?.name === name && (other.namespace ?? "default") === namespace,
  );
  const problems: Problem[] = [];
  if (first !== index) {
    problems.push({
      path: `${path}.name`,
      given: name,
      message: `services[${first}] has this name in the same namespace`,
      fix: "rename one of them",
    });
  }
  const unknown = unknownFragments(entry, parts, path);
  return [...problems, ...(unknown.length > 0 ? unknown : checkComposition(entry, parts, path))];
}

function unknownFragments({ fragments = [] }: ServiceSettings, parts: UsableParts, path: string): Problem[] {
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
    const written = composeWritten({
      service: { name, namespace, labels, annotations },
      fragments,
      baseRefs,
      spec,
      mode,
      configs: new ConfigStore({}),
    });
    // KServe takes a service without a model, and has nothing to serve then.
    const complete = mode === CompositionMode.references || baseRefs.length > 0 || modelUri(written.spec) !== "";
    return complete ? [] : [{ path: `${path}.spec.model`, message: "missing", allowed: "an object with a uri" }];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => ({ ...problem, path: placed(problem.path, path) }));
  }
}

function modelUri(spec: JsonObject): unknown {
  return at(spec, "model", "uri") ?? "";
}

/** Problems of fragments name their fragment; others lie within the service. */
function placed(problem: string, path: string): string {
  return problem.startsWith("fragment ") ? `${path}: ${problem}` : `${path}.${problem}`;
}
