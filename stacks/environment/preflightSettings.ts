import { z } from "zod";

import { componentTitles } from "../../sdk/compatibility";
import { gatewayControllerSettings } from "./gatewayControllerSettings";

const text = z.string().min(1);
const quantity = z.union([z.number(), text]);
const texts = z.record(z.string(), z.string());

const namespacedName = text.regex(/^[^/]+\/[^/]+$/, { error: 'not "<namespace>/<name>"' });
const object = z.union([
  namespacedName,
  z.strictObject({ namespace: text, name: text, keys: z.array(text).optional() }),
]);

/** Node pools, as `NodePool` of sdk/preflight/plan.ts. */
export const poolSettings = z.strictObject({
  name: text,
  accelerator: text.optional(),
  acceleratorsPerNode: z.int().min(0).optional(),
  acceleratorResource: text.optional(),
  acceleratorMemoryGiB: z.number().positive().optional(),
  minNodes: z.int().min(0).optional(),
  maxNodes: z.int().min(0).optional(),
  cpu: quantity.optional(),
  memory: quantity.optional(),
  resources: z.record(z.string(), quantity).optional(),
  labels: texts.optional(),
  taints: z.array(z.strictObject({ key: text, value: z.string().optional(), effect: text })).optional(),
  topology: text.optional(),
});

/** As `LabelSelector` of sdk/gateways/listeners.ts. */
export const labelSelector = z.strictObject({
  matchLabels: texts.optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: text,
        operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

const listener = z.strictObject({
  name: text,
  protocol: text.optional(),
  port: z.int().min(1).max(65535).optional(),
  hostname: text.optional(),
  allowedRoutes: z
    .strictObject({
      from: z.enum(["All", "Same", "Selector", "None"]),
      selector: labelSelector.optional(),
    })
    .optional(),
});

const components = Object.keys(componentTitles) as (keyof typeof componentTitles)[];

/** What is in the cluster beside what the environment installs, as `ClusterPlan` of sdk/preflight/plan.ts. */
export const existingSettings = z.strictObject({
  components: z.partialRecord(z.enum(components), z.union([z.boolean(), text])).optional(),
  crds: z.array(text).optional(),
  gateways: z
    .array(
      z.strictObject({
        namespace: text,
        name: text,
        className: text.optional(),
        controller: gatewayControllerSettings.controller,
        listeners: z.array(listener).optional(),
      }),
    )
    .optional(),
  namespaces: z.record(z.string(), z.strictObject({ labels: texts.optional() })).optional(),
  secrets: z.array(object).optional(),
  configMaps: z.array(object).optional(),
  persistentVolumeClaims: z.array(object).optional(),
  serviceAccounts: z.array(object).optional(),
  deviceClasses: z.array(text).optional(),
  inferenceExtensionEnabled: z.boolean().optional(),
  autoscalingPrometheus: z.boolean().optional(),
  extendedResourceToleration: z.boolean().optional(),
  enableTLS: z.boolean().optional(),
  partial: z
    .array(
      z.enum([
        "crds",
        "pools",
        "gateways",
        "namespaces",
        "secrets",
        "configMaps",
        "persistentVolumeClaims",
        "serviceAccounts",
        "deviceClasses",
      ]),
    )
    .optional(),
});

/** How findings are judged. */
export const preflightSettings = z.strictObject({
  waive: z.array(z.strictObject({ code: text, reason: text, service: text.optional() })).optional(),
  requireDigests: z.boolean().optional(),
});
