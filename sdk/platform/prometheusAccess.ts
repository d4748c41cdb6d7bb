import type { Input } from "@pulumi/pulumi";

import type { Problem } from "../problems";

/** How controllers in the cluster reach Prometheus. Names are those of KServe's ConfigMap. */
export interface PrometheusAccess {
  /** Such as "https://prometheus.monitoring.svc:9090". WVA takes https only. */
  url: Input<string>;
  /** Whether its certificate is not verified. @default false */
  tlsInsecureSkipVerify?: boolean;
  /** PEM of the CA that WVA verifies the certificate with. @default the system's */
  caCertificate?: Input<string>;
  /** KEDA's `authModes`, such as "bearer". Together with `triggerAuthName`. @default no authentication */
  authModes?: string;
  /** A TriggerAuthentication or ClusterTriggerAuthentication that exists. */
  triggerAuthName?: string;
  /** @default "TriggerAuthentication", which every namespace with services must have */
  triggerAuthKind?: "TriggerAuthentication" | "ClusterTriggerAuthentication";
}

/**
 * What is wrong with an access.
 *
 * Source: `validateAutoscalingConfig` of KServe 0.20, pkg/controller/v1alpha2/llmisvc/scaling.go.
 */
export function problemsOfPrometheusAccess(access: PrometheusAccess, path: string): Problem[] {
  const problems: Problem[] = [];
  const { url, authModes, triggerAuthName } = access;
  if (url === undefined || url === "")
    problems.push({ path: `${path}.url`, message: "missing", allowed: "an address" });
  else if (typeof url === "string" && !/^https?:\/\/[^\s/]+/.test(url)) {
    problems.push({ path: `${path}.url`, given: url, message: "not an address", allowed: "https://<host>:<port>" });
  }
  if ((authModes === undefined) !== (triggerAuthName === undefined)) {
    problems.push({
      path: `${path}.${authModes === undefined ? "authModes" : "triggerAuthName"}`,
      message: "missing: KServe takes authModes and triggerAuthName together or not at all",
      fix: "give both, or none",
    });
  }
  return problems;
}

/**
 * WVA refuses to start without https.
 *
 * Source: llm-d-workload-variant-autoscaler v0.7.0, `ValidateTLSConfig` of internal/utils/tls.go.
 */
export function problemsOfWvaAccess({ url }: PrometheusAccess, path: string): Problem[] {
  if (typeof url !== "string" || url.startsWith("https://") || !/^http:\/\//.test(url)) return [];
  return [
    {
      path: `${path}.url`,
      given: url,
      message: "the workload variant autoscaler reads Prometheus over https only",
      allowed: "https://<host>:<port>",
      fix: "serve Prometheus with a certificate, and set tlsInsecureSkipVerify where it is self-signed",
    },
  ];
}

/** Key of KServe's ConfigMap `inferenceservice-config`. Source: `autoscalingConfigName` of KServe 0.20's config_loader.go. */
export const autoscalingConfigKey = "autoscaling-wva-controller-config";

/** The value of the key as KServe reads it (`WVAAutoscalingConfig`). */
export function autoscalingConfig(access: {
  [Key in keyof PrometheusAccess]: Resolved<PrometheusAccess[Key]>;
}): string {
  const { url, tlsInsecureSkipVerify = false, authModes, triggerAuthName, triggerAuthKind } = access;
  return JSON.stringify({
    prometheus: {
      url,
      tlsInsecureSkipVerify,
      ...(authModes !== undefined && { authModes }),
      ...(triggerAuthName !== undefined && { triggerAuthName }),
      ...(triggerAuthKind !== undefined && { triggerAuthKind }),
    },
  });
}

type Resolved<T> = T extends Input<infer Value> ? Value : T;
