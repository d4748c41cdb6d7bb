import type { ProgramName } from "../../local/engine/config";
import type { ExplainedField } from "../../sdk/compose/explain";
import { isWithin } from "../../sdk/compose/explainPaths";
import { secretText } from "../../sdk/compose/marked";
import { explainLayers } from "../../stacks/environment/layers";
import type { Layer } from "../../stacks/environment/origins";
import { isSecretSetting } from "../../stacks/environment/secretSettings";
import { type DefaultsOf, fragmentsWithDefaults, serviceWithDefaults } from "../../stacks/environment/serviceDefaults";
import type { ServiceSettings, ServiceDefaults } from "../../stacks/environment/settings";

/** What sets what nobody says. */
export const packageDefault = "default";

/**
 * Every setting of some layers with who set it: a layer, the defaults of services in one, or the package. Encrypted values and what is
 * secret by its nature are not shown.
 */
export function explainSettings(layers: readonly Layer[], program: ProgramName): ExplainedField[] {
  const { settings, fields } = explainLayers(layers);
  const hasServices = program === "environment" || program === "services";
  const all = hasServices ? [...withServiceDefaults(settings, fields), ...topDefaults(fields)] : fields;
  return all.map(masked);
}

const ofPackage = (path: string, value: unknown): ExplainedField => ({
  path,
  value,
  source: packageDefault,
  overrides: [],
});

function topDefaults(fields: readonly ExplainedField[]): ExplainedField[] {
  return [ofPackage("createNamespaces", true)].filter(({ path }) => !fields.some((field) => field.path === path));
}

const serviceDefault: Readonly<Partial<Record<keyof ServiceDefaults, unknown>>> = {
  namespace: "default",
  mode: "inline",
};
const scalars = ["namespace", "criticality", "mode", "timeoutSeconds"] as const;

function withServiceDefaults(settings: Record<string, unknown>, fields: readonly ExplainedField[]): ExplainedField[] {
  const { services } = settings;
  if (!Array.isArray(services)) return [...fields];
  const ofServices = fields.filter(({ path }) => path.startsWith("services["));
  const owners = ofServices.filter(({ path }) => /^services\[[^\]]*\]\.name$/.test(path));
  // What a layer removes is no default.
  const defaults = fields.filter(({ path, value }) => path.startsWith("serviceDefaults.") && value !== null);
  const given = usableDefaults(settings);
  const completed = owners.flatMap((owner, index) => {
    const at = owner.path.slice(0, -".name".length);
    const own = ofServices.filter((field) => isWithin(field.path, at));
    const entry = services[index] as ServiceSettings;
    return serviceFields(at, entry, own, { given, fields: defaults });
  });
  const others = fields.filter(
    (field) => !owners.some(({ path }) => isWithin(field.path, path.slice(0, -".name".length))),
  );
  return [...others, ...completed];
}

/** Defaults and fragments of a right form; that others are wrong is the check's to say. */
function usableDefaults({ serviceDefaults, fragments }: Record<string, unknown>): DefaultsOf {
  const isUsable = ([key, value]: [string, unknown]): boolean => {
    if (key === "fragments") return Array.isArray(value);
    return ["labels", "annotations"].includes(key) ? isObject(value) : value !== null;
  };
  return {
    ...(isObject(serviceDefaults) && {
      serviceDefaults: Object.fromEntries(Object.entries(serviceDefaults).filter(isUsable)) as ServiceDefaults,
    }),
    ...(Array.isArray(fragments) && { fragments: fragments as DefaultsOf["fragments"] }),
  };
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Defaults {
  readonly given: DefaultsOf;
  readonly fields: readonly ExplainedField[];
}

function serviceFields(
  at: string,
  entry: ServiceSettings,
  own: readonly ExplainedField[],
  defaults: Defaults,
): ExplainedField[] {
  const result = new Map(own.map((field) => [field.path, field]));
  const named = Array.isArray(entry.fragments) ? entry.fragments : undefined;
  const { annotations: joined = {} } = serviceWithDefaults({ ...entry, fragments: named }, defaults.given);
  const annotations = Object.keys(joined);
  const isBroughtByFragment = (part: string): boolean =>
    part.startsWith("annotations") &&
    !annotations.some((key) => part.endsWith(`.${key}`) || part.endsWith(`["${key}"]`));
  for (const { path, value, source } of defaults.fields) {
    const part = path.slice("serviceDefaults.".length);
    const place = `${at}.${part}`;
    const setter = `serviceDefaults of ${source}`;
    const before = result.get(place);
    if (isBroughtByFragment(part)) continue;
    if (part === "fragments" && Array.isArray(value)) {
      const all = fragmentsWithDefaults(named, value as string[]);
      const sources = before ? `${before.source}, ${setter}` : setter;
      result.set(place, { path: place, value: all, source: sources, overrides: before?.overrides ?? [] });
    } else if (before) result.set(place, { ...before, overrides: [...before.overrides, { source: setter, value }] });
    else result.set(place, { path: place, value, source: setter, overrides: [] });
  }
  for (const key of scalars) {
    const place = `${at}.${key}`;
    if (!result.has(place) && serviceDefault[key] !== undefined)
      result.set(place, ofPackage(place, serviceDefault[key]));
  }
  return [...result.values()];
}

function masked(field: ExplainedField): ExplainedField {
  return {
    ...field,
    value: withoutSecrets(field.value, field.path),
    overrides: field.overrides.map(({ source, value }) => ({ source, value: withoutSecrets(value, field.path) })),
  };
}

function withoutSecrets(value: unknown, path: string): unknown {
  if (value === null || value === undefined) return value;
  // Whether a kubeconfig is published is none.
  if (typeof value === "boolean") return value;
  if (isSecretSetting(path)) return secretText;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, path));
  if (typeof (value as { secure?: unknown }).secure === "string") return secretText;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, withoutSecrets(child, `${path}.${key}`)]),
  );
}
