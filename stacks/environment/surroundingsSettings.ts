import { z } from "zod";

import { CrdOwnership } from "../../components/crds/bundle";

const text = z.string().min(1);
const positive = z.int().min(1);
const count = z.int().min(0);
const texts = z.record(z.string(), z.string());
const object = z.record(z.string(), z.unknown());
const resources = z.strictObject({ requests: texts.optional(), limits: texts.optional() });

/** What every part takes that is installed from a chart of its own project. */
const chart = { namespace: text.optional(), createNamespace: z.boolean().optional(), values: object.optional() };

/** Arguments, a part that exists, or none. */
function part<Shape extends z.ZodRawShape>(shape: Shape) {
  const existing = z.strictObject({ existing: z.literal(true), version: text.optional() });
  return z.union([z.literal(false), existing, z.strictObject({ ...chart, ...shape })]);
}

const chartCrds = z.enum(["own", "existing"]);

/** How controllers reach Prometheus, as `PrometheusAccess`. */
export const prometheusAccess = z.strictObject({
  url: text,
  tlsInsecureSkipVerify: z.boolean().optional(),
  caCertificate: text.optional(),
  authModes: text.optional(),
  triggerAuthName: text.optional(),
  triggerAuthKind: z.enum(["TriggerAuthentication", "ClusterTriggerAuthentication"]).optional(),
});

const autoscaling = z.strictObject({
  keda: part({ crds: chartCrds.optional(), replicas: positive.optional() }).optional(),
  workloadVariantAutoscaler: part({
    crds: z.enum(CrdOwnership).optional(),
    force: z.boolean().optional(),
    prometheusServiceAccount: z.strictObject({ name: text, namespace: text }).optional(),
    replicas: positive.optional(),
    reconcileInterval: text.optional(),
    scaleToZero: z.boolean().optional(),
    saturation: z
      .strictObject({
        kvCacheThreshold: z.number().optional(),
        queueLengthThreshold: z.number().optional(),
        kvSpareTrigger: z.number().optional(),
        queueSpareTrigger: z.number().optional(),
      })
      .optional(),
  }).optional(),
  prometheusAdapter: part({ caSecret: text.optional(), replicas: positive.optional() }).optional(),
  prometheus: prometheusAccess.optional(),
});

const monitoring = z.strictObject({
  stack: part({
    crds: chartCrds.optional(),
    tls: z
      .union([
        z.literal(false),
        z.strictObject({
          issuerRef: z
            .strictObject({ name: text, kind: z.enum(["Issuer", "ClusterIssuer"]).optional(), group: text.optional() })
            .optional(),
          secretName: text.optional(),
        }),
      ])
      .optional(),
    grafana: z
      .union([
        z.literal(false),
        z.strictObject({
          adminPassword: text.optional(),
          adminSecret: z
            .strictObject({ name: text, userKey: text.optional(), passwordKey: text.optional() })
            .optional(),
        }),
      ])
      .optional(),
    alertmanager: z.boolean().optional(),
    replicas: positive.optional(),
    retention: text.optional(),
    storage: z.strictObject({ size: text, storageClassName: text.optional() }).optional(),
  }).optional(),
  namespace: text.optional(),
  labels: texts.optional(),
  namespaces: z.array(text).optional(),
  interval: text.optional(),
  enableTLS: z.boolean().optional(),
  pickerAuthentication: z.boolean().optional(),
  monitors: z.boolean().optional(),
  alerts: z
    .union([
      z.literal(false),
      z.strictObject({
        notReadyMinutes: z.number().optional(),
        waitingRequests: z.number().optional(),
        kvCacheUsage: z.number().optional(),
        errorShare: z.number().optional(),
        timeToFirstToken: z.strictObject({ share: z.number(), seconds: z.number() }).optional(),
      }),
    ])
    .optional(),
  dashboards: z
    .union([z.literal(false), z.strictObject({ labels: texts.optional(), annotations: texts.optional() })])
    .optional(),
});

const tracing = part({
  exporters: z.record(z.string(), object).optional(),
  replicas: positive.optional(),
  samplingShare: z.number().optional(),
  env: z.array(object).optional(),
  resources: resources.optional(),
});

const externalDns = part({
  provider: text,
  domainFilters: z.array(text),
  txtOwnerId: text,
  policy: z.enum(["sync", "upsert-only", "create-only"]).optional(),
  sources: z.array(text).optional(),
  serviceAccountAnnotations: texts.optional(),
  env: z.array(object).optional(),
  extraArgs: z.array(text).optional(),
});

const peers = z.array(
  z.strictObject({ namespace: text.optional(), podLabels: texts.optional(), cidr: text.optional() }),
);
const ports = z.array(z.int().min(1).max(65535));

const networkPolicies = z.strictObject({
  serviceNamespaces: z.array(text).optional(),
  gateways: peers.optional(),
  clients: peers.optional(),
  prometheus: peers.optional(),
  autoscalers: peers.optional(),
  collectors: peers.optional(),
  downloads: z.union([z.literal(false), z.strictObject({ to: peers.optional(), ports: ports.optional() })]).optional(),
  apiServer: z.strictObject({ addresses: peers.optional(), ports: ports.optional() }).optional(),
  dns: peers.optional(),
  controllers: z
    .strictObject({
      kserve: z.boolean().optional(),
      leaderWorkerSet: z.union([z.literal(false), z.strictObject({ namespace: text.optional() })]).optional(),
    })
    .optional(),
});

const level = z.enum(["privileged", "baseline", "restricted"]);

const namespace = z.strictObject({
  podSecurity: z
    .union([
      z.literal(false),
      z.strictObject({
        enforce: level.optional(),
        audit: level.optional(),
        warn: level.optional(),
        version: text.optional(),
      }),
    ])
    .optional(),
  labels: texts.optional(),
  annotations: texts.optional(),
  quota: z.record(z.string(), z.union([text, count])).optional(),
});

/** What runs around KServe, as `SurroundingsArgs`. */
export const surroundingsSettings = {
  autoscaling: z.union([z.literal(false), autoscaling]).optional(),
  monitoring: z.union([z.literal(false), monitoring]).optional(),
  tracing: tracing.optional(),
  externalDns: externalDns.optional(),
  networkPolicies: z.union([z.literal(false), networkPolicies]).optional(),
  disruptionBudgets: z.boolean().optional(),
  namespaces: z.record(z.string(), namespace).optional(),
};
