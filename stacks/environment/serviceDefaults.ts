import type { EnvironmentSettings, FragmentSettings, ServiceDefaults, ServiceSettings } from "./settings";

/** What decides what services have that do not say it themselves. */
export interface DefaultsOf {
  readonly serviceDefaults?: ServiceDefaults | undefined;
  readonly fragments?: readonly (FragmentSettings | undefined)[] | undefined;
}

/** Settings whose services have the defaults. */
export function withDefaults(settings: EnvironmentSettings): EnvironmentSettings {
  const { serviceDefaults, services } = settings;
  if (serviceDefaults === undefined || services === undefined) return settings;
  return { ...settings, services: services.map((entry) => serviceWithDefaults(entry, settings)) };
}

/**
 * A service with the defaults below its own settings: labels and annotations are joined, fragments of the defaults come before its own.
 * Annotations that its fragments bring stay, since they are about fewer services.
 */
export function serviceWithDefaults(
  entry: ServiceSettings,
  { serviceDefaults, fragments: shared = [] }: DefaultsOf,
): ServiceSettings {
  if (serviceDefaults === undefined) return entry;
  const { labels, annotations, fragments, ...others } = serviceDefaults;
  const named = fragmentsWithDefaults(entry.fragments, fragments);
  const brought = new Set(
    (named ?? []).flatMap((fragment) => {
      const found = typeof fragment === "string" ? shared.find((one) => one?.name === fragment) : fragment;
      return Object.keys(found?.annotations ?? {});
    }),
  );
  const ofDefaults = Object.entries(annotations ?? {}).filter(([key]) => !brought.has(key));
  return {
    ...others,
    ...entry,
    ...(labels && { labels: { ...labels, ...entry.labels } }),
    ...(ofDefaults.length > 0 && { annotations: { ...Object.fromEntries(ofDefaults), ...entry.annotations } }),
    ...(named && { fragments: named }),
  };
}

/** Fragments of the defaults before those of a service; what it names itself keeps its place. */
export function fragmentsWithDefaults(
  own: ServiceSettings["fragments"],
  defaults: ServiceDefaults["fragments"],
): ServiceSettings["fragments"] {
  if (defaults === undefined) return own;
  return [...defaults.filter((name) => !own?.includes(name)), ...(own ?? [])];
}
