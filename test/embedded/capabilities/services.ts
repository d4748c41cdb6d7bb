import type { ConfigFragment } from "../../../sdk/api/configFragment";
import { kvCacheOffloading } from "../../../sdk/recipes/cache";
import { disaggregated } from "../../../sdk/recipes/disaggregation";
import { deviceClaim } from "../../../sdk/recipes/dra";
import { model } from "../../../sdk/recipes/model";
import { multiNode, singleNode } from "../../../sdk/recipes/parallelism";
import { customPool, referencedPool } from "../../../sdk/recipes/pool";
import { canary, ingress, managedRouter, referencedRoutes } from "../../../sdk/recipes/router";
import { customRoute } from "../../../sdk/recipes/routerRules";
import { autoscale, replicas } from "../../../sdk/recipes/scaling";
import { storageInitializer, withoutStorageInitializer } from "../../../sdk/recipes/storage";
import { tracing } from "../../../sdk/recipes/tracing";

export const namespace = "capabilities";
const gpu = "nvidia.com/gpu";
const hub = model({ uri: "hf://acme/llama" });

/** The services of the test, by name, and what they are composed from; credentials come from the program. */
export function capabilityServices(credentials: {
  readonly hub: ConfigFragment;
  readonly buckets: ConfigFragment;
}): Record<string, readonly ConfigFragment[]> {
  return {
    hub: [
      model({
        uri: "hf://acme/llama:v2",
        modelName: "acme/llama",
        adapters: [
          { name: "sql", uri: "hf://acme/sql-adapter" },
          { name: "chat", uri: "pvc://models/chat" },
        ],
        maxLoraRank: 64,
      }),
      credentials.hub,
      singleNode({ replicas: 2, tensor: 2, acceleratorResource: gpu }),
      managedRouter(),
      tracing({ endpoint: "http://collector:4317", ratio: 0.5 }),
    ],
    bucket: [
      model({ uri: "s3://models/llama" }),
      credentials.buckets,
      storageInitializer({ env: { HTTPS_PROXY: "http://proxy:3128" } }),
    ],
    google: [
      model({ uri: "gs://models/llama", credentials: { secretName: "gcs" } }),
      managedRouter({ scheduler: false }),
    ],
    image: [model({ uri: "oci://registry.example.com/llama:1", credentials: { secretName: "registry" } })],
    volume: [
      model({ uri: "pvc://models/llama" }),
      kvCacheOffloading({
        cpu: "8Gi",
        tiers: [
          { nodeDisk: "10Gi" },
          { claim: { name: "models", path: "cache" } },
          { claimPerPod: { size: "1Gi", storageClassName: "local" } },
        ],
      }),
    ],
    offline: [
      model({ uri: "hf://acme/llama" }),
      withoutStorageInitializer({ volume: { hostPath: { path: "/models" } }, subPath: "llama" }),
      ingress({ refs: [{ name: "web" }] }),
    ],
    spread: [
      hub,
      credentials.hub,
      multiNode({ data: 4, dataLocal: 2, tensor: 2, expert: true, dataRPCPort: 5600, acceleratorResource: gpu }),
      managedRouter({ gateways: [{ name: "edge", namespace }] }),
    ],
    stages: [hub, multiNode({ pipeline: 2, tensor: 4, acceleratorResource: gpu })],
    roles: [
      hub,
      credentials.hub,
      disaggregated({
        decode: { replicas: 1, tensor: 2, acceleratorResource: gpu },
        prefill: { data: 2, dataLocal: 1, acceleratorResource: "google.com/tpu", labels: { role: "prefill" } },
      }),
      managedRouter(),
    ],
    stable: [hub, managedRouter(), canary({ group: "llama", weight: 90 })],
    candidate: [hub, managedRouter(), canary({ group: "llama", weight: 10 })],
    routed: [
      hub,
      managedRouter(),
      customRoute({
        service: { name: "routed", namespace },
        timeouts: { request: "300s", backendRequest: "300s" },
        rules: [
          { path: "/tenant/v1/completions", rewriteTo: "/v1/completions", headers: { "x-tenant": "gold" } },
          { path: "/legacy", to: [{ name: "legacy", port: 8000 }] },
        ],
      }),
    ],
    routes: [hub, referencedRoutes({ routes: ["own-route"], gateways: [{ name: "edge", namespace }] })],
    pooled: [
      hub,
      managedRouter(),
      customPool({
        selector: { "llm-d.ai/role": "both" },
        targetPorts: [8000],
        picker: { name: "own-picker", failureMode: "FailClose" },
      }),
    ],
    borrowing: [hub, managedRouter({ scheduler: false }), referencedPool({ pool: "shared" })],
    hpa: [hub, autoscale({ min: 1, max: 4, by: "hpa", scaleDownStabilization: 600 })],
    keda: [
      hub,
      disaggregated({ decode: {}, prefill: {} }),
      autoscale({ max: 4, by: "keda", pollingInterval: 15 }),
      autoscale({ min: 2, max: 3, by: "keda", idleReplicas: 1, workload: "prefill" }),
    ],
    devices: [
      hub,
      replicas({ count: 2 }),
      deviceClaim({
        deviceClass: "gpu.example.com",
        count: 2,
        selectors: ['device.driver == "gpu.example.com"'],
        container: "main",
      }),
    ],
  };
}
