import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import { Criticality, kserveNamespace } from "../../sdk/api/constants";
import { checkLLMInferenceService } from "../../sdk/api/validate";
import { nearest } from "../../sdk/nearest";
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

const parallelism = z.strictObject({
  tensor: positive.optional(),
  pipeline: positive.optional(),
  data: positive.optional(),
  dataLocal: positive.optional(),
  dataRPCPort: z.int().min(1).max(65535).optional(),
  expert: z.boolean().optional(),
});

const workloadFields = {
  replicas: z.int().min(0).optional(),
  scaling: object.optional(),
  parallelism: parallelism.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  template: object.optional(),
  worker: object.optional(),
  kvCacheOffloading: object.optional(),
};

const model = z.strictObject({
  uri: text,
  name: text.optional(),
  lora: object.optional(),
  confidential: object.optional(),
});

const spec = z.strictObject({
  ...workloadFields,
  model,
  prefill: z.strictObject(workloadFields).optional(),
  router: z
    .strictObject({
      route: object.optional(),
      gateway: object.optional(),
      ingress: object.optional(),
      scheduler: object.optional(),
    })
    .optional(),
  storageInitializer: z.strictObject({ enabled: z.boolean().optional() }).optional(),
  tracing: object.optional(),
  baseRefs: z.array(z.strictObject({ name: text })).optional(),
});

const service = z.strictObject({
  name: text,
  namespace: text.optional(),
  criticality: z.enum(Criticality).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  spec,
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
  const problems = result.success ? [] : result.error.issues.flatMap((issue) => problemsOf(issue));
  problems.push(...checkServices(given));
  if (!result.success || problems.length > 0) throw new ConfigurationError("environment configuration", problems);
  return result.data;
}

type Issue = z.core.$ZodIssue;

function problemsOf(issue: Issue): Problem[] {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => {
      const guess = nearest(key, known);
      return {
        path: path ? `${path}.${key}` : key,
        message: "no such setting",
        allowed: known.join(", ") || undefined,
        fix: guess ? `did you mean "${guess}"?` : undefined,
      };
    });
  }
  if (issue.code === "invalid_union")
    return (
      issue.errors.at(-1)?.flatMap((inner) => problemsOf({ ...inner, path: [...issue.path, ...inner.path] })) ?? []
    );
  const missing = issue.input === undefined;
  return [{ path, given: issue.input, message: missing ? "missing" : issue.message, allowed: allowedValues(issue) }];
}

function allowedValues(issue: Issue): string | undefined {
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value)).join(", ");
  if (issue.code === "invalid_type") return `a value of type ${issue.expected}`;
  return undefined;
}

/** The keys that the schema knows at a path; walks optional, union and array types. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let current: z.core.$ZodType | undefined = settings;
  for (const key of path) {
    current = unwrap(current);
    if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodObject) current = (current.shape as Record<string, z.core.$ZodType>)[String(key)];
    else return [];
  }
  current = unwrap(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(type: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (type instanceof z.ZodOptional) return unwrap(type.unwrap());
  if (type instanceof z.ZodUnion) return unwrap(type.options.at(-1));
  return type;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** The checks that need more than one field; they run on whatever has the right shape, so that all problems show at once. */
function checkServices(given: unknown): Problem[] {
  const services = (given as { services?: unknown } | null)?.services;
  if (!Array.isArray(services)) return [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  services.forEach((entry: unknown, index) => {
    const { name, namespace, spec: serviceSpec } = (entry ?? {}) as Partial<ServiceSettings>;
    if (typeof name !== "string") return;
    const path = `services[${index}]`;
    problems.push(...checkLLMInferenceService({ name, spec: serviceSpec }, path));
    const key = `${namespace ?? "default"}/${name}`;
    const first = seen.get(key);
    if (first !== undefined) {
      problems.push({
        path: `${path}.name`,
        given: name,
        message: `services[${first}] has this name in the same namespace`,
        fix: "rename one of them",
      });
    } else {
      seen.set(key, index);
    }
  });
  return problems;
}
