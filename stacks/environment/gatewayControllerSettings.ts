import { z } from "zod";

/** The controller of the platform's gateway, and the controllers' own arguments: one entry for each controller. */
export const gatewayControllerSettings = {
  controller: z
    .enum(["istio", "envoy-gateway", "gke", "kgateway", "agentgateway", "digitalocean", "existing", "standalone"])
    .optional(),
  existing: z.strictObject({ verify: z.boolean().optional() }).optional(),
};
