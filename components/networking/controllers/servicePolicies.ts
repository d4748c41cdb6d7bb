import { createRequire } from "node:module";

import type { GatewayControllerHandle, ScheduledService } from "./controller";
import type { GkeGatewayArgs } from "./gkeGateway";
import type { IstioArgs } from "./istioArgs";

const lazyRequire = createRequire(__filename);

const istio = (): typeof import("./istioPolicies") =>
  lazyRequire("./istioPolicies") as typeof import("./istioPolicies");
const gke = (): typeof import("./gkePolicies") => lazyRequire("./gkePolicies") as typeof import("./gkePolicies");

/**
 * What a controller that another stack has installed needs beside services of this one.
 *
 * @param args `policyArgs` of the controller's handle there
 * @returns undefined for a controller that needs nothing, or that is not known here
 */
export function servicePoliciesOf(
  controller: string,
  args?: Readonly<Record<string, unknown>>,
): GatewayControllerHandle["servicePolicies"] {
  switch (controller) {
    case "istio":
    case "digitalocean":
      return (service: ScheduledService) => istio().istioPolicies(service, args as IstioArgs | undefined);
    case "gke":
      return (service: ScheduledService) => gke().gkePolicies(service, args as GkeGatewayArgs | undefined);
    default:
      return undefined;
  }
}
