import type { Input } from "@pulumi/pulumi";

import { stateMetrics } from "../monitoring/metrics";

/** What decides the values of kube-prometheus-stack's chart. */
export interface PrometheusStackValuesArgs {
  /** Whether the chart brings the CRDs of prometheus-operator. */
  crds: boolean;
  /** Secret with `tls.crt` and `tls.key`, and the address that Grafana then reads. */
  tls?: { secretName: string; url: string };
  /** Secret with Grafana's administrator; without it there is no Grafana. */
  grafana?: { secretName: Input<string>; userKey: string; passwordKey: string };
  alertmanager: boolean;
  replicas?: number;
  retention?: string;
  storage?: { size: string; storageClassName?: string };
}

/**
 * Values of kube-prometheus-stack's chart. Prometheus takes every monitor and rule of the cluster, not only those with the release's label.
 *
 * Sources: the chart's values, and manage.prometheus-helm.sh of KServe 0.20.
 */
export function prometheusStackValues(args: PrometheusStackValuesArgs): Record<string, unknown> {
  const { crds, tls, grafana, alertmanager, replicas, retention, storage } = args;
  return {
    crds: { enabled: crds },
    // Their certificates come from Jobs that are hooks of helm, which Pulumi leaves out.
    prometheusOperator: { admissionWebhooks: { enabled: false }, tls: { enabled: false } },
    alertmanager: { enabled: alertmanager },
    prometheus: {
      ...(tls && { serviceMonitor: { scheme: "https", tlsConfig: { insecureSkipVerify: true } } }),
      prometheusSpec: {
        podMonitorSelectorNilUsesHelmValues: false,
        probeSelectorNilUsesHelmValues: false,
        ruleSelectorNilUsesHelmValues: false,
        scrapeConfigSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        ...(replicas !== undefined && { replicas }),
        ...(retention !== undefined && { retention }),
        ...(storage && { storageSpec: storageSpec(storage) }),
        ...(tls && {
          web: {
            tlsConfig: {
              cert: { secret: { name: tls.secretName, key: "tls.crt" } },
              keySecret: { name: tls.secretName, key: "tls.key" },
            },
          },
        }),
      },
    },
    grafana: grafana ? grafanaValues(grafana, tls) : { enabled: false },
    "kube-state-metrics": serviceStateMetrics,
  };
}

function storageSpec({ size, storageClassName }: NonNullable<PrometheusStackValuesArgs["storage"]>) {
  return {
    volumeClaimTemplate: {
      spec: {
        accessModes: ["ReadWriteOnce"],
        ...(storageClassName !== undefined && { storageClassName }),
        resources: { requests: { storage: size } },
      },
    },
  };
}

function grafanaValues(
  { secretName, userKey, passwordKey }: NonNullable<PrometheusStackValuesArgs["grafana"]>,
  tls: PrometheusStackValuesArgs["tls"],
) {
  return {
    enabled: true,
    admin: { existingSecret: secretName, userKey, passwordKey },
    // The chart's own data source is always read without TLS.
    ...(tls && {
      sidecar: { datasources: { defaultDatasourceEnabled: false } },
      additionalDataSources: [
        {
          name: "Prometheus",
          uid: "prometheus",
          type: "prometheus",
          access: "proxy",
          url: tls.url,
          isDefault: true,
          jsonData: { tlsSkipVerify: true, timeInterval: "30s" },
        },
      ],
    }),
  };
}

/**
 * Has kube-state-metrics say of each LLMInferenceService whether it is Ready, which KServe's controller says to nobody: its own
 * metrics are for its pod alone (`--metrics-addr=127.0.0.1:8443`).
 */
const serviceStateMetrics = {
  rbac: {
    extraRules: [{ apiGroups: ["serving.kserve.io"], resources: ["llminferenceservices"], verbs: ["list", "watch"] }],
  },
  customResourceState: {
    enabled: true,
    config: {
      kind: "CustomResourceStateMetrics",
      spec: {
        resources: [
          {
            groupVersionKind: { group: "serving.kserve.io", version: "v1alpha2", kind: "LLMInferenceService" },
            metricNamePrefix: stateMetrics.serviceInfo.replace(/_info$/, ""),
            labelsFromPath: { name: ["metadata", "name"], namespace: ["metadata", "namespace"] },
            metrics: [
              {
                name: "info",
                help: "Whether an LLMInferenceService is Ready, and the model that it serves.",
                each: {
                  type: "Info",
                  info: {
                    labelsFromPath: {
                      ready: ["status", "conditions", "[type=Ready]", "status"],
                      model: ["spec", "model", "name"],
                    },
                  },
                },
              },
            ],
          },
        ],
      },
    },
  },
};
