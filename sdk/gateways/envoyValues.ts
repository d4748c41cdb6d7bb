import type { Problem } from "../problems";

/** What Envoy Gateway is told beside its defaults. */
export interface EnvoyGatewayWiring {
  /**
   * Ask Envoy AI Gateway's controller how requests reach an InferencePool, which Envoy Gateway by itself does not know.
   *
   * @default false
   */
  aiGateway?: boolean | EnvoyAiGatewayAddress;
  /** A Redis in which the gateways count requests, for limits that all of them share. @default none: limits for each gateway pod */
  rateLimit?: EnvoyRateLimit;
}

/** Where Envoy Gateway reaches Envoy AI Gateway's controller. */
export interface EnvoyAiGatewayAddress {
  /** @default "envoy-ai-gateway-system" */
  namespace?: string;
}

/** Limits that all gateways share. */
export interface EnvoyRateLimit {
  /** `host:port` of Redis, such as "redis.redis-system.svc.cluster.local:6379"; several with commas for Sentinel and Redis Cluster. */
  redis: string;
  /**
   * Speak TLS with it. A Secret of type `kubernetes.io/tls` in Envoy Gateway's namespace is the client's certificate, where Redis wants one.
   *
   * @default false
   */
  tls?: boolean | { certificateSecret: string };
  /** Refuse requests while the limits cannot be asked for. @default false: they pass */
  failClosed?: boolean;
}

/** Values of the chart gateway-helm, in the form of EnvoyGateway's configuration. */
export interface EnvoyGatewayValues {
  readonly config: { readonly envoyGateway: Readonly<Record<string, unknown>> };
}

/** Release namespace of Envoy AI Gateway in its own documentation and in KServe's `manage.envoy-ai-gateway-helm.sh`. */
export const envoyAiGatewayNamespace = "envoy-ai-gateway-system";

/** The controller's Service and its gRPC port for Envoy Gateway. Source: ai-gateway v1.0.0, ai-gateway-helm/values.yaml. */
const controllerService = "ai-gateway-controller";
const controllerPort = 1063;

/**
 * What Envoy Gateway's chart is given so that it works with Envoy AI Gateway and with shared rate limits. Maps are merged with the chart's own
 * values, so that only what differs is here.
 *
 * Sources: github.com/envoyproxy/ai-gateway v1.0.0, `manifests/envoy-gateway-values.yaml`, `examples/inference-pool/envoy-gateway-values-addon.yaml` and
 * `examples/token_ratelimit/envoy-gateway-values-addon.yaml`, which KServe 0.20's set-up installs with.
 */
export function envoyGatewayValues({ aiGateway = false, rateLimit }: EnvoyGatewayWiring = {}): EnvoyGatewayValues {
  return {
    config: {
      envoyGateway: {
        ...(aiGateway !== false && extensionOf(aiGateway === true ? {} : aiGateway)),
        ...(rateLimit && rateLimitOf(rateLimit)),
      },
    },
  };
}

function extensionOf({ namespace = envoyAiGatewayNamespace }: EnvoyAiGatewayAddress): Record<string, unknown> {
  const all = { includeAll: true };
  return {
    // Backends of the AI gateway are Envoy Gateway's; it advises the other for what may come.
    extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true },
    extensionManager: {
      backendResources: [{ group: "inference.networking.k8s.io", kind: "InferencePool", version: "v1" }],
      hooks: {
        xdsTranslator: {
          post: ["Translation", "Cluster", "Route"],
          translation: { listener: all, route: all, cluster: all, secret: all },
        },
      },
      service: {
        fqdn: { hostname: `${controllerService}.${namespace}.svc.cluster.local`, port: controllerPort },
      },
    },
  };
}

/** Source: `RateLimit` in Envoy Gateway 1.8.1, api/v1alpha1/envoygateway_types.go. */
function rateLimitOf({ redis, tls, failClosed }: EnvoyRateLimit): Record<string, unknown> {
  const certificate = typeof tls === "object" && { certificateRef: { name: tls.certificateSecret } };
  return {
    rateLimit: {
      backend: { type: "Redis", redis: { url: redis, ...(tls && { tls: { ...certificate } }) } },
      ...(failClosed && { failClosed }),
    },
  };
}

/** What is wrong with a wiring, at `path`. */
export function problemsOfEnvoyWiring({ rateLimit }: EnvoyGatewayWiring, path: string): Problem[] {
  if (rateLimit === undefined) return [];
  const { redis } = rateLimit as Partial<EnvoyRateLimit>;
  if (typeof redis === "string" && redis.split(",").every((address) => /^[-a-z0-9.]+:\d{1,5}$/i.test(address)))
    return [];
  return [
    {
      path: `${path}.rateLimit.redis`,
      ...(redis !== undefined && { given: redis }),
      message: redis === undefined ? "missing: limits that gateways share are counted in Redis" : "not an address",
      allowed: 'host:port, such as "redis.redis-system.svc.cluster.local:6379"',
    },
  ];
}
