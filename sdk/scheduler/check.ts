import { createRequire } from "node:module";

import type { Problem } from "../problems";
import { omit } from "./omit";
import { defaultRouter, type ExtraPlugins, SchedulerRouter } from "./routers";
import { unknownName } from "./shape";

/** What a configuration is judged for. */
export interface EndpointPickerCheckOptions {
  /** The endpoint picker that will read it. @default "llm-d-router-0.9.0", what KServe 0.20 runs */
  readonly router?: SchedulerRouter;
  /** Plugins that the scheduler's image has beyond those of the router. @default none */
  readonly plugins?: ExtraPlugins;
  /** What paths start with, such as `spec.router.scheduler.config.inline`. @default "" */
  readonly path?: string;
}

const lazyRequire = createRequire(__filename);

/**
 * Everything that would keep an endpoint picker from starting with a configuration (EndpointPickerConfig), and what it would
 * silently ignore: unknown fields, plugins and parameters, wrong types and ranges, references to what is not there, missing or
 * superfluous profile handlers and pickers, weights of plugins that do not score.
 *
 * Values that are not known yet in a preview, and Outputs, are not judged.
 */
export function checkEndpointPickerConfig(config: unknown, options: EndpointPickerCheckOptions = {}): Problem[] {
  return findingsOf(config, options).map((finding) => omit(finding, "ignored"));
}

/** A problem, and what the router makes of it. */
export interface SchedulerFinding extends Problem {
  /** The router starts all the same and pays no heed to what was written. */
  readonly ignored?: true;
}

/** {@link checkEndpointPickerConfig}, with what the router itself would say. */
export function findingsOf(config: unknown, options: EndpointPickerCheckOptions = {}): SchedulerFinding[] {
  const { router = defaultRouter, plugins = {}, path = "" } = options;
  const routers = Object.values(SchedulerRouter);
  if (!routers.includes(router)) return [{ path: "router", given: router, ...unknownName("router", router, routers) }];
  // The tables of plugins are loaded when the first configuration is judged.
  const { judge } = lazyRequire("./judge") as typeof import("./judge");
  return judge(config, router, plugins, path);
}
