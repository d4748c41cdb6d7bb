import type { Problem } from "../problems";
import { type GatewayListenerArgs, type ListenersOf, listenersOf, protocolOf, tlsOf } from "./listeners";

/** Who may send requests through a gateway: exactly one of the two. */
export interface GatewayAuthenticationArgs {
  /** Tokens of any of these issuers. */
  jwt?: JwtArgs[];
  /** Keys in Secrets. */
  apiKey?: ApiKeyArgs;
}

/** Tokens that are accepted: JSON Web Tokens as `Authorization: Bearer …`. */
export interface JwtArgs {
  /** The claim `iss`. */
  issuer: string;
  /** Where the issuer's keys are, over HTTPS. */
  jwksUri: string;
  /** Of the claim `aud`. @default not checked */
  audiences?: string[];
}

/** Keys that are accepted. */
export interface ApiKeyArgs {
  /** Secrets in the gateway's namespace; each of their keys is a client, and its value the client's key. */
  secrets: string[];
  /** Header with the key, which does not reach the model. @default "x-api-key" */
  header?: string;
  /** Header that tells the model who the client is. @default "x-client-id" */
  clientIdHeader?: string;
}

/** A limit that each client has for itself. */
export interface GatewayRateLimitArgs {
  /** What tells clients apart: a header, or a claim of their token. Without it the limit is for all of them together. */
  by?: { header: string } | { claim: string };
  requests?: number;
  /** Tokens of the model. */
  tokens?: number;
  per: "second" | "minute" | "hour" | "day";
}

/** Policies of a gateway, and what realises it. */
export interface GatewayPoliciesArgs {
  readonly authentication?: GatewayAuthenticationArgs;
  readonly rateLimits?: readonly GatewayRateLimitArgs[];
}

/** The gateway that policies are for. */
export interface PolicyTarget {
  readonly gatewayName: string;
  readonly namespace: string;
  readonly listeners: readonly GatewayListenerArgs[];
}

/** An object of the controller's own API. */
export interface PolicyManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Why a controller does not authenticate or limit; none where it does. */
const refusals: Readonly<Record<string, { jwt?: string; apiKey?: string; rateLimits?: string }>> = {
  "envoy-gateway": {},
  istio: {
    apiKey: "Istio has no policy for API keys",
    rateLimits: "Istio has no policy for limits, only EnvoyFilters, which change with Envoy",
  },
  gke: {
    jwt: "GKE's gateways have no policy for tokens of clients",
    apiKey: "GKE's gateways have no policy for API keys",
    rateLimits: "GKE's gateways have no policy for limits by client",
  },
};

/**
 * What authentication would keep from the proof of a host name, which an issuer's server asks for over HTTP on port 80. Istio's policy leaves its
 * path out; Envoy Gateway's is for whole listeners.
 */
export function checkProofs(
  { authentication }: GatewayPoliciesArgs,
  controller: string | undefined,
  gateway: ListenersOf,
): Problem[] {
  const listeners = listenersOf(gateway);
  const isProven = listeners.some((listener) => tlsOf(listener, gateway.tls)?.solvedByGateway);
  if (!authentication || controller !== "envoy-gateway" || !isProven) return [];
  return listeners.flatMap((listener, index): Problem[] => {
    if (protocolOf(listener) !== "HTTP" || listener.port !== 80 || listener.redirectToHttps) return [];
    return [
      {
        path: gateway.listeners ? `listeners[${index}].redirectToHttps` : "redirectToHttps",
        message:
          "missing: the issuer's server, which proves the host names over HTTP, would be asked for a token at this listener",
        fix: "say redirectToHttps: true, with which the listener has no other routes than proofs",
      },
    ];
  });
}

/** What is wrong with the policies of a gateway whose controller is this one. @param sharesLimits whether its Envoys have a store for limits */
export function checkPolicies(
  { authentication, rateLimits = [] }: GatewayPoliciesArgs,
  controller: string | undefined,
  sharesLimits?: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const { jwt, apiKey } = authentication ?? {};
  const unknown = `what ${controller ? `"${controller}"` : "the gateway's controller"} makes of it is not known here`;
  const refused =
    controller !== undefined && Object.hasOwn(refusals, controller)
      ? refusals[controller]
      : { jwt: unknown, apiKey: unknown, rateLimits: unknown };
  const asks = {
    "authentication.jwt": jwt && refused?.jwt,
    "authentication.apiKey": apiKey && refused?.apiKey,
    rateLimits: rateLimits.length > 0 ? refused?.rateLimits : undefined,
  };
  for (const [path, reason] of Object.entries(asks)) {
    if (reason === undefined) continue;
    const able = path === "authentication.jwt" ? "envoy-gateway, istio" : "envoy-gateway";
    problems.push({
      path,
      message: reason,
      allowed: `controllers: ${able}`,
      fix: "leave it out, or take such a controller",
    });
  }
  if (authentication && Boolean(jwt?.length) === Boolean(apiKey?.secrets.length)) {
    problems.push({
      path: "authentication",
      message: jwt?.length ? "every request would need a token and a key" : "accepts nobody",
      allowed: "jwt or apiKey",
    });
  }
  (jwt ?? []).forEach(({ jwksUri }, index) => {
    if (jwksUri.startsWith("https://")) return;
    problems.push({
      path: `authentication.jwt[${index}].jwksUri`,
      given: jwksUri,
      message: "keys that anybody on the way can replace",
      allowed: "https://…",
    });
  });
  rateLimits.forEach((limit, index) => problems.push(...checkLimit(limit, `rateLimits[${index}]`, jwt)));
  if (rateLimits.length > 0 && controller === "envoy-gateway" && sharesLimits === false) {
    problems.push({
      path: "rateLimits",
      message: "Envoy Gateway counts requests of all its Envoys in Redis, and does not know of one",
      fix: "add envoyGateway: { rateLimit: { redis: … } }",
    });
  }
  return problems;
}

function checkLimit(
  { by, requests, tokens }: GatewayRateLimitArgs,
  path: string,
  jwt: JwtArgs[] | undefined,
): Problem[] {
  const problems: Problem[] = [];
  if (tokens !== undefined) {
    problems.push({
      path: `${path}.tokens`,
      given: tokens,
      message: "tokens are counted for routes of Envoy AI Gateway, and KServe makes HTTPRoutes",
      fix: "limit requests",
    });
  } else if (requests === undefined || !Number.isInteger(requests) || requests < 1) {
    problems.push({
      path: `${path}.requests`,
      given: requests,
      message: "not a limit",
      allowed: "a whole number above 0",
    });
  }
  if (by && "claim" in by && !jwt?.length) {
    problems.push({
      path: `${path}.by.claim`,
      given: by.claim,
      message: "without tokens there are no claims",
      fix: "add authentication.jwt, or tell clients apart by a header",
    });
  }
  return problems;
}

/** The objects of the controller that realise policies; checked by {@link checkPolicies} before. */
export function policyManifests(args: GatewayPoliciesArgs, controller: string, target: PolicyTarget): PolicyManifest[] {
  return controller === "istio" ? istioPolicies(args, target) : envoyPolicies(args, target);
}

const gatewayRef = { group: "gateway.networking.k8s.io", kind: "Gateway" };

/**
 * The listeners that take routes of services, which name the gateway and no listener: those of HTTP too, but for redirects, at which proofs of host
 * names pass without a token.
 */
function servedListeners(listeners: readonly GatewayListenerArgs[]): GatewayListenerArgs[] {
  return listeners.filter(
    (listener) => ["HTTP", "HTTPS"].includes(protocolOf(listener)) && listener.redirectToHttps !== true,
  );
}

/** Header with a claim, for limits; the gateway writes it over what clients send. */
const claimHeader = (claim: string): string => `x-jwt-claim-${claim.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

/**
 * Sources: securitypolicy_types.go, jwt_types.go, api_key_auth_types.go, backendtrafficpolicy_types.go and ratelimit_types.go of
 * github.com/envoyproxy/gateway v1.8.1, api/v1alpha1.
 */
function envoyPolicies(
  { authentication, rateLimits = [] }: GatewayPoliciesArgs,
  target: PolicyTarget,
): PolicyManifest[] {
  const { gatewayName, namespace, listeners } = target;
  const apiVersion = "gateway.envoyproxy.io/v1alpha1";
  const claims = [...new Set(rateLimits.flatMap(({ by }) => (by && "claim" in by ? [by.claim] : [])))].sort();
  const served = servedListeners(listeners);
  const targetRefs =
    (served.length > 0 && served.length < listeners.length) ||
    served.some((listener) => protocolOf(listener) === "HTTPS")
      ? served.map(({ name }) => ({ ...gatewayRef, name: gatewayName, sectionName: name }))
      : [{ ...gatewayRef, name: gatewayName }];
  const { jwt, apiKey } = authentication ?? {};
  const security = authentication && {
    targetRefs,
    ...(jwt && {
      jwt: {
        providers: jwt.map(({ issuer, jwksUri, audiences }, index) => ({
          name: `issuer-${index + 1}`,
          issuer,
          ...(audiences && { audiences }),
          remoteJWKS: { uri: jwksUri },
          ...(claims.length > 0 && {
            claimToHeaders: claims.map((claim) => ({ header: claimHeader(claim), claim })),
          }),
        })),
      },
    }),
    ...(apiKey && {
      apiKeyAuth: {
        credentialRefs: apiKey.secrets.map((name) => ({ group: "", kind: "Secret", name })),
        extractFrom: [{ headers: [apiKey.header ?? "x-api-key"] }],
        forwardClientIDHeader: apiKey.clientIdHeader ?? "x-client-id",
        sanitize: true,
      },
    }),
  };
  const rules = rateLimits.map(({ by, requests, per }) => ({
    ...(by && {
      clientSelectors: [{ headers: [{ type: "Distinct", name: "claim" in by ? claimHeader(by.claim) : by.header }] }],
    }),
    limit: { requests, unit: `${per.charAt(0).toUpperCase()}${per.slice(1)}` },
    // Each route would have a count of its own, and with it each service.
    shared: true,
  }));
  return [
    ...(security
      ? [
          {
            apiVersion,
            kind: "SecurityPolicy",
            metadata: { name: `${gatewayName}-authentication`, namespace },
            spec: security,
          },
        ]
      : []),
    ...(rules.length > 0
      ? [
          {
            apiVersion,
            kind: "BackendTrafficPolicy",
            metadata: { name: `${gatewayName}-rate-limits`, namespace },
            spec: { targetRefs: [{ ...gatewayRef, name: gatewayName }], rateLimit: { global: { rules } } },
          },
        ]
      : []),
  ];
}

/** Sources: request_authentication.pb.go and authorization_policy.pb.go of istio.io/api v1.27.1, security/v1beta1, which v1 is the same as. */
function istioPolicies(
  { authentication }: GatewayPoliciesArgs,
  { gatewayName, namespace }: PolicyTarget,
): PolicyManifest[] {
  const { jwt } = authentication ?? {};
  if (!jwt) return [];
  const apiVersion = "security.istio.io/v1";
  const metadata = { name: `${gatewayName}-authentication`, namespace };
  const targetRefs = [{ ...gatewayRef, name: gatewayName }];
  return [
    {
      apiVersion,
      kind: "RequestAuthentication",
      metadata,
      spec: {
        targetRefs,
        jwtRules: jwt.map(({ issuer, jwksUri, audiences }) => ({ issuer, jwksUri, ...(audiences && { audiences }) })),
      },
    },
    {
      apiVersion,
      kind: "AuthorizationPolicy",
      metadata,
      spec: {
        targetRefs,
        action: "DENY",
        // A token that is wrong is refused by the other policy; this one refuses requests without any, but for proofs of host names.
        rules: [
          {
            from: [{ source: { notRequestPrincipals: ["*"] } }],
            to: [{ operation: { notPaths: ["/.well-known/acme-challenge/*"] } }],
          },
        ],
      },
    },
  ];
}
