import { chartSource } from "../charts";
import { versions } from "../versions";

const prometheusCommunity = "https://prometheus-community.github.io/helm-charts";

/** Charts of what runs around KServe, by the names of the platform's parts. */
export const platformCharts = {
  keda: chartSource("https://kedacore.github.io/charts/keda", versions.keda, "keda"),
  workloadVariantAutoscaler: chartSource(
    "oci://ghcr.io/llm-d/workload-variant-autoscaler",
    versions.workloadVariantAutoscaler,
    "workload-variant-autoscaler-system",
  ),
  prometheusAdapter: chartSource(`${prometheusCommunity}/prometheus-adapter`, versions.prometheusAdapter, "monitoring"),
  prometheusStack: chartSource(
    `${prometheusCommunity}/kube-prometheus-stack`,
    versions.kubePrometheusStack,
    "monitoring",
  ),
  openTelemetryCollector: chartSource(
    "https://open-telemetry.github.io/opentelemetry-helm-charts/opentelemetry-collector",
    versions.openTelemetryCollector,
    "observability",
  ),
  externalDns: chartSource(
    "https://kubernetes-sigs.github.io/external-dns/external-dns",
    versions.externalDns,
    "external-dns",
  ),
} as const;
