import { createHash } from "node:crypto";

import { ports } from "../../sdk/api/constants";
import { proxyPorts } from "../../sdk/gateways/envoyBootstrap";

/** What the pod of a standalone router is made of. */
export interface RouterPod {
  /** Of the pool that the endpoint picker serves. */
  readonly poolName: string;
  /** Configuration of the endpoint picker, as JSON. */
  readonly pickerConfig: string;
  /** Configuration of Envoy, as JSON; the ConfigMap `configMapName` has it under {@link bootstrapKey}. */
  readonly bootstrap: string;
  readonly configMapName: string;
  readonly images: { readonly endpointPicker: string; readonly envoy: string };
  readonly resources: { readonly endpointPicker: object; readonly envoy: object };
  readonly listenerPort: number;
  readonly replicas: number;
  readonly modelServerTls: boolean;
}

/** The key under which the ConfigMap has Envoy's configuration. */
export const bootstrapKey = "envoy.json";

/** Annotations of the pod: Envoy reads its configuration once, so that another one needs other pods. */
export function podAnnotations({ bootstrap }: RouterPod): Record<string, string> {
  return {
    "pulumi-kserve/envoy-configuration": createHash("sha256").update(bootstrap).digest("hex").slice(0, 16),
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(proxyPorts.ready),
    "prometheus.io/path": "/stats/prometheus",
  };
}

/**
 * An endpoint picker and the Envoy that asks it.
 *
 * Sources: KServe 0.20's preset `kserve-config-llm-scheduler` (the endpoint picker's arguments, probes and rights) and the chart `standalone` of the
 * inference extension 1.5.0 (the two in one pod, Envoy's arguments).
 */
export function podSpec(pod: RouterPod): Record<string, unknown> {
  return {
    containers: [endpointPicker(pod), envoy(pod)],
    // As long as the longest request may take to end: both wait for the requests that they have.
    terminationGracePeriodSeconds: 130,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    volumes: [
      {
        name: "envoy",
        configMap: { name: pod.configMapName, items: [{ key: bootstrapKey, path: bootstrapKey }] },
      },
    ],
  };
}

const hardened = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

function endpointPicker({ images, resources, poolName, pickerConfig, replicas, modelServerTls }: RouterPod): object {
  const probe = (service: string) => ({ grpc: { port: ports.schedulerHealth, service } });
  const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    name: "main",
    image: images.endpointPicker,
    args: [
      "--pool-name",
      poolName,
      "--pool-namespace",
      "$(NAMESPACE)",
      "--pool-group",
      "inference.networking.k8s.io",
      "--zap-encoder",
      "json",
      "--grpc-port",
      String(ports.schedulerGrpc),
      "--grpc-health-port",
      String(ports.schedulerHealth),
      ...(modelServerTls ? ["--model-server-metrics-scheme=https"] : []),
      ...(replicas > 1 ? ["--ha-enable-leader-election"] : []),
      "--config-text",
      pickerConfig,
    ],
    env: [fromField("NAMESPACE", "metadata.namespace"), fromField("POD_NAME", "metadata.name")],
    ports: [
      { name: "grpc", containerPort: ports.schedulerGrpc, protocol: "TCP" },
      { name: "grpc-health", containerPort: ports.schedulerHealth, protocol: "TCP" },
      { name: "metrics", containerPort: ports.schedulerMetrics, protocol: "TCP" },
    ],
    livenessProbe: { ...probe("liveness"), initialDelaySeconds: 5, periodSeconds: 10 },
    // Of several, only the one that leads is ready, so that requests reach no other.
    readinessProbe: { ...probe("readiness"), periodSeconds: 2 },
    resources: resources.endpointPicker,
    securityContext: hardened,
  };
}

function envoy({ images, resources, listenerPort }: RouterPod): object {
  return {
    name: "envoy",
    image: images.envoy,
    command: ["envoy"],
    args: [
      "--config-path",
      `/etc/envoy/${bootstrapKey}`,
      "--service-node",
      "standalone-router",
      "--service-cluster",
      "standalone-router",
      "--log-level",
      "warn",
      "--drain-strategy",
      "immediate",
      "--drain-time-s",
      "60",
      // It needs shared memory and does nothing for a single process.
      "--disable-hot-restart",
    ],
    ports: [
      { name: "http", containerPort: listenerPort, protocol: "TCP" },
      { name: "envoy-metrics", containerPort: proxyPorts.ready, protocol: "TCP" },
    ],
    readinessProbe: { httpGet: { path: "/ready", port: proxyPorts.ready }, periodSeconds: 5 },
    resources: resources.envoy,
    // The image's user, which has a number so that the kubelet can tell that it is not root.
    securityContext: { ...hardened, runAsUser: 65532, runAsGroup: 65532 },
    volumeMounts: [{ name: "envoy", mountPath: "/etc/envoy", readOnly: true }],
  };
}
