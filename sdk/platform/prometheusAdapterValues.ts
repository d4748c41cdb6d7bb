import type { Input } from "@pulumi/pulumi";

import type { Problem } from "../problems";
import type { PrometheusAccess } from "./prometheusAccess";

/** WVA's metric. Prometheus keeps WVA's own label `namespace` as `exported_namespace`, because that of the target has its name. */
export const desiredReplicas = "wva_desired_replicas";

/** The rule by which prometheus-adapter serves {@link desiredReplicas} in the namespaces of the services that it is about. */
const desiredReplicasRule = {
  seriesQuery: `${desiredReplicas}{variant_name!="",exported_namespace!=""}`,
  resources: { overrides: { exported_namespace: { resource: "namespace" } } },
  name: { matches: `^${desiredReplicas}$`, as: desiredReplicas },
  metricsQuery: "max by (variant_name, exported_namespace) (<<.Series>>{<<.LabelMatchers>>})",
};

/** Where prometheus-adapter finds the CA of Prometheus' certificate: `ca.crt` in one of the two, in its own namespace. */
export type PrometheusCaVolume = { secret: { secretName: Input<string> } } | { configMap: { name: Input<string> } };

/** What decides the values of prometheus-adapter's chart. */
export interface PrometheusAdapterValuesArgs {
  /** Address without the port. */
  url: Input<string>;
  port: Input<number>;
  ca?: PrometheusCaVolume;
  replicas?: number;
}

/**
 * Values of prometheus-adapter's chart: the one external metric that HorizontalPodAutoscalers of KServe read, and none of the chart's own rules.
 *
 * Sources: `expectedHPA` of KServe 0.20's scaling.go, manage.prometheus-adapter-helm.sh of KServe 0.20, and config/samples of WVA v0.7.0.
 */
export function prometheusAdapterValues({
  url,
  port,
  ca,
  replicas,
}: PrometheusAdapterValuesArgs): Record<string, unknown> {
  return {
    prometheus: { url, port },
    ...(replicas !== undefined && { replicas }),
    rules: { default: false, external: [desiredReplicasRule] },
    ...(ca && {
      extraArguments: ["--prometheus-ca-file=/etc/prometheus-ca/ca.crt"],
      extraVolumes: [{ name: "prometheus-ca", ...ca }],
      extraVolumeMounts: [{ name: "prometheus-ca", mountPath: "/etc/prometheus-ca", readOnly: true }],
    }),
  };
}

/** An address as the chart takes it: `https://host` and the port, which is the scheme's when none is said. */
export function splitAddress(address: string): { url: string; port: number } {
  const { protocol, hostname, port } = new URL(address);
  return { url: `${protocol}//${hostname}`, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

/** Unlike WVA and KEDA, prometheus-adapter has no option that takes any certificate. Source: its cmd/adapter/adapter.go. */
export function problemsOfAdapterAccess(access: PrometheusAccess, hasCaSecret: boolean, path: string): Problem[] {
  if (!access.tlsInsecureSkipVerify || access.caCertificate !== undefined || hasCaSecret) return [];
  return [
    {
      path: `${path}.tlsInsecureSkipVerify`,
      given: true,
      message: "prometheus-adapter verifies Prometheus' certificate always",
      fix: "give caCertificate, or the name of a Secret with the CA (caSecret)",
    },
  ];
}
