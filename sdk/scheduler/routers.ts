/** The endpoint pickers that this package knows: what runs in the scheduler's container. */
export const SchedulerRouter = {
  /** llm-d's router 0.9.0 (`ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0`), which KServe 0.20's scheduler preset runs. */
  llmD: "llm-d-router-0.9.0",
  /** The endpoint picker that Gateway API's inference extension 1.5.0 itself publishes (`cmd/epp`). */
  inferenceExtension: "inference-extension-1.5.0",
} as const;
export type SchedulerRouter = (typeof SchedulerRouter)[keyof typeof SchedulerRouter];

/** What KServe 0.20 runs unless the scheduler's template names another image. */
export const defaultRouter: SchedulerRouter = SchedulerRouter.llmD;

/** Where a plugin of an endpoint picker may be used. */
export const pluginKinds = [
  "filter",
  "scorer",
  "picker",
  "profile-handler",
  "disaggregation-decider",
  "data-producer",
  "admission",
  "request-control",
  "parser",
  "saturation-detector",
  "fairness-policy",
  "ordering-policy",
  "usage-limit-policy",
  "data-source",
  "extractor",
  "discovery",
] as const;
export type PluginKind = (typeof pluginKinds)[number];

/** The plugins of an image of your own: which kinds each type is. Their parameters are not looked into. */
export type ExtraPlugins = Readonly<Record<string, PluginKind | readonly PluginKind[]>>;
