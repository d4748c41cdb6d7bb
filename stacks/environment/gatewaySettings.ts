import { z } from "zod";

import type { GatewayArgs } from "../../components/networking/gatewayArgs";
import type { GatewayListenerArgs, GatewayTlsArgs, IssuerReference } from "../../sdk/gateways/listeners";
import type { LoadBalancerArgs } from "../../sdk/gateways/loadBalancer";
import type { ApiKeyArgs, GatewayAuthenticationArgs, GatewayRateLimitArgs, JwtArgs } from "../../sdk/gateways/policies";
import { labelSelector } from "./preflightSettings";

const text = z.string().min(1);
const texts = z.array(text);
const map = z.record(z.string(), z.string());

/** Every argument has its setting, and no other: the compiler compares. */
type Settings<Args> = Record<keyof Args, z.ZodType>;

const issuer = z.strictObject({
  name: text,
  kind: z.enum(["ClusterIssuer", "Issuer"]).optional(),
  group: text.optional(),
} satisfies Settings<IssuerReference>);

const tls = z.strictObject({
  mode: z.enum(["Terminate", "Passthrough"]).optional(),
  issuer: issuer.optional(),
  secretName: text.optional(),
  dnsNames: texts.optional(),
  duration: text.optional(),
  renewBefore: text.optional(),
  solvedByGateway: z.boolean().optional(),
  certificates: z.array(z.union([text, z.strictObject({ certificate: text, privateKey: text })])).optional(),
  options: map.optional(),
} satisfies Settings<GatewayTlsArgs>);

const listener = z.strictObject({
  name: text,
  port: z.int().min(1).max(65535),
  protocol: z.enum(["HTTP", "HTTPS", "TLS", "TCP", "UDP"]).optional(),
  hostname: text.optional(),
  certificates: texts.optional(),
  tls: tls.optional(),
  allowedRoutes: z
    .union([
      z.enum(["All", "Same"]),
      z.strictObject({ namespaces: texts }),
      z.strictObject({ selector: labelSelector }),
    ])
    .optional(),
  redirectToHttps: z.boolean().optional(),
} satisfies Settings<GatewayListenerArgs>);

const jwt = z.strictObject({
  issuer: text,
  jwksUri: text,
  audiences: texts.optional(),
} satisfies Settings<JwtArgs>);

/** Arguments of Gateway; what needs more than one of them is the component's to check. */
export const gatewaySettings = {
  gatewayName: text.optional(),
  namespace: text.optional(),
  gatewayClassName: text.optional(),
  gatewayClassController: text.optional(),
  hostnames: texts.optional(),
  listeners: z.array(listener).optional(),
  tls: tls.optional(),
  redirectToHttps: z.boolean().optional(),
  loadBalancer: z
    .strictObject({
      cloud: z.enum(["gke", "eks", "aks"]),
      internal: z.boolean().optional(),
      staticAddress: text.optional(),
    } satisfies Settings<LoadBalancerArgs>)
    .optional(),
  addresses: z.array(z.strictObject({ type: text.optional(), value: text })).optional(),
  parametersRef: z.strictObject({ group: z.string(), kind: text, name: text }).optional(),
  infrastructureLabels: map.optional(),
  infrastructureAnnotations: map.optional(),
  authentication: z
    .strictObject({
      jwt: z.array(jwt).optional(),
      apiKey: z
        .strictObject({
          secrets: texts,
          header: text.optional(),
          clientIdHeader: text.optional(),
        } satisfies Settings<ApiKeyArgs>)
        .optional(),
    } satisfies Settings<GatewayAuthenticationArgs>)
    .optional(),
  rateLimits: z
    .array(
      z.strictObject({
        by: z.union([z.strictObject({ header: text }), z.strictObject({ claim: text })]).optional(),
        requests: z.int().min(1).optional(),
        tokens: z.int().min(1).optional(),
        per: z.enum(["second", "minute", "hour", "day"]),
      } satisfies Settings<GatewayRateLimitArgs>),
    )
    .optional(),
  labels: map.optional(),
  annotations: map.optional(),
} satisfies Settings<GatewayArgs>;
