import { ConfigurationError } from "../problems";
import { canonicalSpec } from "./canonical";
import { type JsonObject, Marked } from "./marked";
import { UndecidedError } from "./presets";

/** Specs of LLMInferenceServiceConfigs, by namespace and name, as they were applied. */
export type ConfigSpecs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A config as the API server keeps it, in canonical form. */
export interface StoredConfig {
  readonly namespace: string;
  readonly name: string;
  readonly spec: JsonObject;
}

/** The LLMInferenceServiceConfigs that services can be composed from: presets above all. Each is read once, when it is first used. */
export class ConfigStore {
  private readonly read = new Map<string, StoredConfig>();

  constructor(private readonly specs: ConfigSpecs) {}

  /**
   * A config in the first of the namespaces that has it. Source: `getConfig` at 0.20.
   *
   * @throws ConfigurationError for one that the API server would not have stored.
   */
  find(name: string, namespaces: readonly string[]): StoredConfig | undefined {
    for (const namespace of namespaces) {
      const given = Object.hasOwn(this.specs, namespace) ? this.specs[namespace] : undefined;
      if (given && Object.hasOwn(given, name)) return this.stored(namespace, name, given[name]);
    }
    return undefined;
  }

  /** Names of the configs in some namespaces. */
  names(namespaces: readonly string[]): string[] {
    return namespaces.flatMap((namespace) => Object.keys(this.specs[namespace] ?? {}));
  }

  /** The same configs and others, which win. */
  with(namespace: string, added: Readonly<Record<string, unknown>>): ConfigStore {
    const store = new ConfigStore({ ...this.specs, [namespace]: { ...this.specs[namespace], ...added } });
    for (const [key, config] of this.read) {
      if (config.namespace !== namespace || !Object.hasOwn(added, config.name)) store.read.set(key, config);
    }
    return store;
  }

  private stored(namespace: string, name: string, given: unknown): StoredConfig {
    const key = `${namespace}/${name}`;
    const known = this.read.get(key);
    if (known) return known;
    if (given instanceof Marked && given.unknown) throw new UndecidedError(`LLMInferenceServiceConfig ${key}`);
    const subject = `LLMInferenceServiceConfig "${key}"`;
    const { value, problems } = canonicalSpec(given, { path: "spec", defaults: true });
    if (problems.length > 0) throw new ConfigurationError(subject, problems);
    const config = { namespace, name, spec: value };
    this.read.set(key, config);
    return config;
  }
}
