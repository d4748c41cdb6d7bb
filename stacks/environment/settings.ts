import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import { Criticality, kserveNamespace } from "../../sdk/api/constants";
import { findingsOf } from "../../sdk/api/schema/issues";
import { checkWrittenService } from "../../sdk/api/validate";
import { pathText } from "../../sdk/api/view";
import { ConfigurationError, type Problem } from "../../sdk/problems";

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

const platform = z.strictObject({
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

const service = z.strictObject({
  name: text,
  namespace: text.optional(),
  criticality: z.enum(Criticality).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  // Checked by sdk/api, which knows every field of it.
  spec: object,
});

const cluster = z.strictObject({
  kubeconfig: text.optional(),
  kubeconfigFile: text.optional(),
  identifier: text.optional(),
});

const settings = z.strictObject({
  cluster: cluster.optional(),
  platform: platform.optional(),
  createNamespaces: z.boolean().optional(),
  services: z.array(service).optional(),
  mirrors: z.record(z.string(), text).optional(),
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
  problems.push(...checkServices(given));
  if (!result.success || problems.length > 0) throw new ConfigurationError("environment configuration", problems);
  return result.data;
}

/** Specs, and what needs more than one field; on whatever has the right shape, so that all problems show at once. */
function checkServices(given: unknown): Problem[] {
  const services = (given as { services?: unknown } | null)?.services;
  if (!Array.isArray(services)) return [];
  const entries = services.map((entry: unknown) => (entry ?? {}) as Partial<ServiceSettings>);
  return entries.flatMap((entry, index) => checkEntry(entry, index, entries));
}

function checkEntry(
  entry: Partial<ServiceSettings>,
  index: number,
  entries: readonly Partial<ServiceSettings>[],
): Problem[] {
  const { name, spec, annotations } = entry;
  const path = `services[${index}]`;
  const isSpec = typeof spec === "object" && spec !== null && !Array.isArray(spec);
  const problems = isSpec
    ? checkWrittenService({ name: typeof name === "string" ? name : "service", spec, annotations }, { path })
    : [];
  // KServe takes a service without a model, and has nothing to serve then.
  if (isSpec && !("model" in spec))
    problems.push({ path: `${path}.spec.model`, message: "missing", allowed: "an object" });
  if (typeof name !== "string") return problems;
  const place = ({ namespace = "default" }: Partial<ServiceSettings>): string => namespace;
  const first = entries.findIndex((other) => other.name === name && place(other) === place(entry));
  if (first === index) return problems;
  problems.push({
    path: `${path}.name`,
    given: name,
    message: `services[${first}] has this name in the same namespace`,
    fix: "rename one of them",
  });
  return problems;
}
