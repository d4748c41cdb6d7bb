import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";
import { kserveNamespace } from "../../sdk/api/constants";
import { gatewayControllerSettings } from "./gatewayControllerSettings";
import { prometheusAccess, surroundingsSettings } from "./surroundingsSettings";

const text = z.string().min(1);
const positive = z.int().min(1);
const object = z.record(z.string(), z.unknown());

const crds = z.enum(CrdOwnership);

const listener = z.strictObject({
  name: text,
  port: z.int().min(1).max(65535),
  protocol: z.enum(["HTTP", "HTTPS"]).optional(),
  hostname: text.optional(),
  certificates: z.array(text).optional(),
  allowedRoutes: z.enum(["All", "Same"]).optional(),
});

/** What is installed, as arguments of InferencePlatform. */
export const platformSettings = z.strictObject({
  gatewayApi: z
    .strictObject({ crds: crds.optional(), channel: z.enum(["standard", "experimental"]).optional() })
    .optional(),
  inferenceExtension: z.strictObject({ crds: crds.optional() }).optional(),
  leaderWorkerSet: z
    .union([
      z.literal(false),
      z.strictObject({ crds: crds.optional(), namespace: text.optional(), replicas: positive.optional() }),
    ])
    .optional(),
  kserve: z
    .strictObject({
      // KServe's conversion webhook and presets work in no other (kserve#5668).
      namespace: z.literal(kserveNamespace).optional(),
      crds: crds.optional(),
      crdSchema: z.enum(["full", "minimal"]).optional(),
      gateway: text.optional(),
      autoscaling: z.strictObject({ prometheus: prometheusAccess }).optional(),
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
  gateway: z
    .union([
      z.literal(false),
      z.strictObject({
        gatewayName: text.optional(),
        namespace: text.optional(),
        gatewayClassName: text.optional(),
        gatewayClassController: text.optional(),
        listeners: z.array(listener).optional(),
        ...gatewayControllerSettings,
      }),
    ])
    .optional(),
  ...surroundingsSettings,
});
