import { z } from "zod";

import type { ClusterPlan } from "../preflight/plan";
import type { Contract } from "./contract";
import type { InferencePlatformFields, PublishedGatewayController, PublishedPlatform } from "./inferencePlatform";

const text = z.string().min(1);

const service = z.object({
  name: text,
  namespace: text,
  modelName: text,
  ready: text,
  url: text.optional(),
  schedulerEndpoint: text.optional(),
  schedulerMetricsEndpoint: text.optional(),
});

const controllerSettings = z
  .object({
    systemNamespace: text,
    ingressGatewayName: text,
    ingressGatewayNamespace: text,
    enableTLS: z.boolean(),
    modelBasedRoutingHeaderName: z.string(),
    presetPrefix: z.string(),
  })
  .partial();

const gatewayController = z.object({
  // A controller that a newer version knows is one that needs nothing beside services here.
  controller: text as unknown as z.ZodType<PublishedGatewayController["controller"]>,
  className: z.string(),
  version: text.optional(),
  poolVersions: z.array(text),
  args: z.record(z.string(), z.unknown()).optional(),
});

/** The fields of InferencePlatformFields; what a newer minor version adds is passed over. */
export const inferencePlatformSchema: ReturnType<Contract<InferencePlatformFields>["schema"]> = {
  gatewayUrls: z.record(z.string(), text),
  gatewayAddresses: z.array(z.object({ type: text.optional(), value: text })),
  kserveVersion: text.regex(/^v?\d+\.\d+/),
  tracingEndpoint: text,
  services: z.record(z.string(), service),
  platform: z.object({
    // Written and read by sdk/preflight, which takes nothing for missing because it is not stated.
    plan: z.record(z.string(), z.unknown()) as unknown as z.ZodType<ClusterPlan>,
    controllerSettings: controllerSettings.optional() as z.ZodType<PublishedPlatform["controllerSettings"]>,
    gatewayController: gatewayController.optional(),
    clusterIdentifier: text.optional(),
    mirrors: z.object({ kserve: text.optional(), "kserve-charts": text.optional() }).optional() as z.ZodType<
      PublishedPlatform["mirrors"]
    >,
  }),
  kubeconfig: text,
};
