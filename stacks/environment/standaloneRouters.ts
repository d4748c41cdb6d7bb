import type * as pulumi from "@pulumi/pulumi";

import { StandaloneRouter, type StandaloneRouterArgs } from "../../components/networking/standaloneRouter";
import type { ServiceSettings } from "./settings";

/** The router of a service without a gateway. */
export function createStandaloneRouter(
  { name, namespace, standaloneRouter }: ServiceSettings,
  opts: pulumi.ComponentResourceOptions,
): StandaloneRouter {
  const given = typeof standaloneRouter === "object" ? (standaloneRouter as Partial<StandaloneRouterArgs>) : {};
  return new StandaloneRouter(`${name}-router`, { ...given, serviceName: name, ...(namespace && { namespace }) }, opts);
}
