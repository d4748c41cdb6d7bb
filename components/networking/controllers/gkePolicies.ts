import type { Manifest } from "../../kubernetesObject";
import type { ScheduledService } from "./controller";
import type { GkeGatewayArgs } from "./gkeGateway";

const poolGroup = "inference.networking.k8s.io";

/** What GKE needs beside a service with a scheduler. Source: inference extension 1.5.0, config/charts/inferencepool/templates/gke.yaml. */
export function gkePolicies(
  { inferencePool: name, namespace }: ScheduledService,
  { healthCheck = {}, backend = {} }: Pick<GkeGatewayArgs, "healthCheck" | "backend"> = {},
): Readonly<Record<string, Manifest>> {
  const { path = "/health", port = 8000, intervalSeconds = 2, timeoutSeconds = 2 } = healthCheck;
  const shared = { apiVersion: "networking.gke.io/v1", metadata: { name, namespace } };
  const targetRef = { group: poolGroup, kind: "InferencePool", name };
  return {
    "health-check": {
      ...shared,
      kind: "HealthCheckPolicy",
      spec: {
        targetRef,
        default: {
          checkIntervalSec: intervalSeconds,
          timeoutSec: timeoutSeconds,
          config: { type: "HTTP", httpHealthCheck: { requestPath: path, port } },
        },
      },
    },
    backend: {
      ...shared,
      kind: "GCPBackendPolicy",
      spec: {
        targetRef,
        default: { timeoutSec: backend.timeoutSeconds ?? 300, logging: { enabled: backend.logging ?? true } },
      },
    },
  };
}
