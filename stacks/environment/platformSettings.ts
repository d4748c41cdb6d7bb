import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import { kserveNamespace } from "../../sdk/api/constants";
import { gatewayApiChannels, gatewayApiVersions } from "../../sdk/gateways/gatewayApi";
import { gatewayControllerSettings } from "./gatewayControllerSettings";
import { prometheusAccess, surroundingsSettings } from "./surroundingsSettings";
import { certManagerSettings } from "./certManagerSettings";
import { gatewaySettings } from "./gatewaySettings";

const text = z.string().min(1);
const positive = z.int().min(1);
const object = z.record(z.string(), z.unknown());

const crds = z.enum(CrdOwnership).optional();
const force = z.boolean().optional();

/** What is installed, as arguments of InferencePlatform. */
export const platformSettings = z.strictObject({
  gatewayApi: z
    .strictObject({
      crds,
      force,
      version: z.enum(gatewayApiVersions).optional(),
      channel: z.enum(gatewayApiChannels).optional(),
    })
    .optional(),
  inferenceExtension: z.strictObject({ crds, force, poolCrd: z.enum(["own", "existing"]).optional() }).optional(),
  leaderWorkerSet: z
    .union([
      z.literal(false),
      z.strictObject({ crds, force, namespace: text.optional(), replicas: positive.optional() }),
    ])
    .optional(),
  kserve: z
    .strictObject({
      // KServe's conversion webhook and presets work in no other (kserve#5668).
      namespace: z.literal(kserveNamespace).optional(),
      crds,
      force,
      crdSchema: z.enum(["full", "minimal"]).optional(),
      gateway: text.optional(),
      autoscaling: z.strictObject({ prometheus: prometheusAccess }).optional(),
      urlScheme: z.enum(["http", "https"]).optional(),
      controller: z
        .strictObject({
          image: text.optional(),
          tag: text.optional(),
          replicas: positive.optional(),
          resources: object.optional(),
        })
        .optional(),
    })
    .optional(),
  certManager: certManagerSettings.optional(),
  gateway: z.union([z.literal(false), z.strictObject({ ...gatewaySettings, ...gatewayControllerSettings })]).optional(),
  ...surroundingsSettings,
});
