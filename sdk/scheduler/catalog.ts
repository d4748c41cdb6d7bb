import { inferenceExtensionPlugins } from "./inferenceExtensionPlugins";
import { llmDPlugins } from "./llmDPlugins";
import { type PluginKind, SchedulerRouter } from "./routers";

/** One parameter of a plugin, as Go reads it from JSON. Null is the same as nothing. */
export interface ParameterDefinition {
  readonly type:
    | "integer"
    | "number"
    | "boolean"
    | "string"
    /** Text that Go's time.ParseDuration reads, such as "200ms". */
    | "duration"
    /** A whole number of nanoseconds: a Go time.Duration that is read without help. */
    | "nanoseconds"
    | "object"
    /** A list of objects. */
    | "objects";
  /** Must be given, and not be zero or empty. */
  readonly required?: true;
  readonly default?: string | number | boolean;
  /** At least. */
  readonly minimum?: number;
  /** More than. */
  readonly above?: number;
  /** At most. */
  readonly maximum?: number;
  readonly values?: readonly string[];
  /** What a text is in: a selector of PromQL for one metric; CEL, which is left to the router. */
  readonly language?: "metric" | "cel";
  /** What lies outside is taken and replaced by the default, or does nothing. */
  readonly lenient?: true;
  /** Of "object" and "objects"; without it nothing within is judged. */
  readonly fields?: Parameters;
  /** How many elements a list must have. */
  readonly length?: number;
  /** Names a plugin of this kind that the configuration declares. */
  readonly refersTo?: PluginKind;
  readonly meaning: string;
}
export type Parameters = Readonly<Record<string, ParameterDefinition>>;

export interface PluginDefinition {
  readonly kinds: readonly PluginKind[];
  readonly meaning: string;
  /**
   * What it reads; without it the plugin reads none, and "open" where this package does not know them.
   */
  readonly parameters?: Parameters | "open";
  /** It may have more parameters than these: only a name that looks like one of them misspelt is refused. */
  readonly furtherParameters?: true;
  /** What holds between parameters: the path, and what is wrong. */
  readonly rule?: (
    parameters: Readonly<Record<string, unknown>>,
  ) => { name: string; message: string; allowed: string } | undefined;
  /** Data of endpoints that it sets, and that it reads. */
  readonly produces?: readonly string[];
  readonly consumes?: readonly string[];
  /** Still there, to be replaced by this. */
  readonly deprecatedFor?: string;
  /** Which sources an extractor can be bound to, or which extractors a source takes. */
  readonly input?: string;
  readonly output?: string;
}
export type PluginCatalog = Readonly<Record<string, PluginDefinition>>;

/** The plugins that a router has by itself. */
export function pluginCatalog(router: SchedulerRouter): PluginCatalog {
  return catalogs[router];
}

const catalogs: Readonly<Record<SchedulerRouter, PluginCatalog>> = {
  [SchedulerRouter.inferenceExtension]: inferenceExtensionPlugins,
  [SchedulerRouter.llmD]: llmDPlugins,
};
