import type { Input } from "@pulumi/pulumi";

import { versions } from "../versions";
import type { PrometheusAccess } from "./prometheusAccess";

/** When WVA takes a replica for saturated and adds another. Source: `wva.capacityScaling.default` of the chart at v0.7.0. */
export interface SaturationArgs {
  /** Share of the KV cache from which a replica is saturated. @default 0.8 */
  kvCacheThreshold?: number;
  /** Waiting requests from which a replica is saturated. @default 5 */
  queueLengthThreshold?: number;
  /** Replicas are added when less of the KV cache than this share is free on average. @default 0.1 */
  kvSpareTrigger?: number;
  /** Replicas are added when fewer requests than these could still wait on average. @default 3 */
  queueSpareTrigger?: number;
}

/** What decides the values of WVA's chart. */
export interface WvaValuesArgs {
  prometheus: PrometheusAccess;
  /** Service account of Prometheus, which is to read WVA's metrics. */
  prometheusServiceAccount: { name: Input<string>; namespace: Input<string> };
  replicas?: number;
  reconcileInterval?: string;
  scaleToZero?: boolean;
  saturation?: SaturationArgs;
}

/**
 * Values of WVA's chart: the controller for all namespaces, without the model, the HPA and the Service that the chart would make as a sample.
 *
 * Source: charts/workload-variant-autoscaler of llm-d-workload-variant-autoscaler v0.7.0, and manage.wva-helm.sh of KServe 0.20.
 */
export function wvaValues(args: WvaValuesArgs): Record<string, unknown> {
  const { prometheus, prometheusServiceAccount, replicas = 1, reconcileInterval, scaleToZero, saturation } = args;
  return {
    controller: { enabled: true },
    va: { enabled: false },
    hpa: { enabled: false },
    vllmService: { enabled: false },
    wva: {
      replicaCount: replicas,
      // The chart in the sources of 0.7.0 still names the image of 0.5.1.
      image: { tag: `v${versions.workloadVariantAutoscaler}` },
      imagePullPolicy: "IfNotPresent",
      namespaceScoped: false,
      // KServe makes InferencePools of both API groups; the router reads this one.
      poolGroup: "inference.networking.k8s.io",
      ...(reconcileInterval !== undefined && { reconcileInterval }),
      ...(scaleToZero !== undefined && { scaleToZero }),
      prometheus: {
        baseURL: prometheus.url,
        serviceAccountName: prometheusServiceAccount.name,
        monitoringNamespace: prometheusServiceAccount.namespace,
        tls: { insecureSkipVerify: prometheus.tlsInsecureSkipVerify ?? false },
        ...(prometheus.caCertificate !== undefined && { caCert: prometheus.caCertificate }),
      },
      ...(saturation && { capacityScaling: { default: { ...saturation } } }),
    },
  };
}
