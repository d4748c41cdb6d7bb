import { deepStrictEqual, rejects } from "node:assert";

import { Gateway } from "../../components/networking/gateway";
import type { GatewayArgs } from "../../components/networking/gatewayArgs";
import type { GatewayListenerArgs } from "../../sdk/gateways/listeners";
import { named, register, type Registration } from "./mocks";

const jwt = [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys", audiences: ["llm"] }];
const https = { hostnames: ["llm.example.com"], redirectToHttps: true, tls: { certificates: ["web"] } };
const target = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "kserve-ingress-gateway" };

async function gateway(args: GatewayArgs & Record<string, unknown>): Promise<Registration[]> {
  const { registrations } = await register(() => new Gateway("edge", args));
  return registrations;
}

describe("policies of a Gateway", () => {
  it("are Envoy Gateway's for its class: tokens at HTTPS, and limits by a claim that all services share", async () => {
    const registrations = await gateway({
      ...https,
      gatewayClassName: "envoy",
      authentication: { jwt },
      rateLimits: [
        { by: { claim: "tenant" }, requests: 100, per: "minute" },
        { by: { header: "x-team" }, requests: 5, per: "second" },
        { requests: 100_000, per: "day" },
      ],
    });
    const security = named(registrations, "edge-securitypolicy");
    deepStrictEqual(security.dependsOn, ["edge-gateway"]);
    deepStrictEqual(security.inputs, {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "SecurityPolicy",
      metadata: { name: "kserve-ingress-gateway-authentication", namespace: "kserve" },
      spec: {
        targetRefs: [{ ...target, sectionName: "https" }],
        jwt: {
          providers: [
            {
              name: "issuer-1",
              issuer: "https://id.example.com",
              audiences: ["llm"],
              remoteJWKS: { uri: "https://id.example.com/keys" },
              claimToHeaders: [{ header: "x-jwt-claim-tenant", claim: "tenant" }],
            },
          ],
        },
      },
    });
    deepStrictEqual(named(registrations, "edge-backendtrafficpolicy").inputs.spec, {
      targetRefs: [target],
      rateLimit: {
        global: {
          rules: [
            {
              clientSelectors: [{ headers: [{ type: "Distinct", name: "x-jwt-claim-tenant" }] }],
              limit: { requests: 100, unit: "Minute" },
              shared: true,
            },
            {
              clientSelectors: [{ headers: [{ type: "Distinct", name: "x-team" }] }],
              limit: { requests: 5, unit: "Second" },
              shared: true,
            },
            { limit: { requests: 100_000, unit: "Day" }, shared: true },
          ],
        },
      },
    });
  });

  it("leave no listener open that takes routes of services", async () => {
    const web = { name: "web", port: 443, protocol: "HTTPS", hostname: "llm.example.com", certificates: ["web"] };
    const targetsOf = async (...others: GatewayListenerArgs[]): Promise<unknown> => {
      const listeners = [...others, web];
      const made = await gateway({ gatewayClassName: "envoy", authentication: { jwt }, listeners });
      return (named(made, "edge-securitypolicy").inputs.spec as { targetRefs: unknown }).targetRefs;
    };
    const section = (sectionName: string) => ({ ...target, sectionName });
    deepStrictEqual(await targetsOf(), [section("web")]);
    // KServe's routes name the gateway and no listener, so that they are attached to this one as well.
    deepStrictEqual(await targetsOf({ name: "plain", port: 80 }), [section("plain"), section("web")]);
    const redirect = { name: "redirect", port: 80, redirectToHttps: true };
    deepStrictEqual(await targetsOf(redirect), [section("web")]);
    deepStrictEqual(await targetsOf(redirect, { name: "plain", port: 8080 }), [section("plain"), section("web")]);
    deepStrictEqual(await targetsOf({ name: "db", port: 8443, protocol: "TLS", tls: { mode: "Passthrough" } }), [
      section("web"),
    ]);
  });

  it("do not stand before the proof of a host name", async () => {
    const tls = { issuer: { name: "letsencrypt" }, solvedByGateway: true };
    const listeners = [
      { name: "http", port: 80 },
      { name: "https", port: 443, protocol: "HTTPS", hostname: "llm.example.com", tls },
    ];
    await rejects(
      gateway({ gatewayClassName: "envoy", authentication: { jwt }, listeners }),
      /listeners\[0\]\.redirectToHttps: missing: the issuer's server, which proves the host names over HTTP, would be asked for a token/,
    );
    await gateway({
      gatewayClassName: "envoy",
      authentication: { jwt },
      listeners: [{ ...listeners[0]!, redirectToHttps: true }, listeners[1]!],
    });
  });

  it("are Envoy Gateway's for API keys, which do not reach the model", async () => {
    const registrations = await gateway({
      gatewayClassName: "envoy",
      authentication: { apiKey: { secrets: ["clients"] } },
    });
    deepStrictEqual(named(registrations, "edge-securitypolicy").inputs.spec, {
      targetRefs: [target],
      apiKeyAuth: {
        credentialRefs: [{ group: "", kind: "Secret", name: "clients" }],
        extractFrom: [{ headers: ["x-api-key"] }],
        forwardClientIDHeader: "x-client-id",
        sanitize: true,
      },
    });
  });

  it("are Istio's for its class: a token must be right, and there", async () => {
    const registrations = await gateway({ ...https, authentication: { jwt } });
    deepStrictEqual(named(registrations, "edge-requestauthentication").inputs.spec, {
      targetRefs: [target],
      jwtRules: jwt,
    });
    deepStrictEqual(named(registrations, "edge-authorizationpolicy").inputs.spec, {
      targetRefs: [target],
      action: "DENY",
      rules: [
        {
          from: [{ source: { notRequestPrincipals: ["*"] } }],
          to: [{ operation: { notPaths: ["/.well-known/acme-challenge/*"] } }],
        },
      ],
    });
  });

  it("are refused with the reason where the controller has none", async () => {
    const refused = async (args: GatewayArgs & Record<string, unknown>, ...lines: string[]): Promise<void> => {
      await rejects(gateway(args), (error: Error) => {
        deepStrictEqual(
          error.message.split("\n").slice(1),
          lines.map((line) => `  - ${line}`),
        );
        return true;
      });
    };
    const keys = { apiKey: { secrets: ["clients"] } };
    await refused(
      { authentication: keys, rateLimits: [{ requests: 1, per: "second" }] },
      "authentication.apiKey: Istio has no policy for API keys; allowed: controllers: envoy-gateway; fix: leave it out, or take such a controller",
      "rateLimits: Istio has no policy for limits, only EnvoyFilters, which change with Envoy; allowed: controllers: envoy-gateway; fix: leave it out, or take such a controller",
    );
    await refused(
      { gatewayClassName: "gke-l7-rilb", authentication: { jwt } },
      "authentication.jwt: GKE's gateways have no policy for tokens of clients; allowed: controllers: envoy-gateway, istio; fix: leave it out, or take such a controller",
    );
    await refused(
      { gatewayClassName: "ours", authentication: { jwt } },
      "authentication.jwt: what the gateway's controller makes of it is not known here; allowed: controllers: envoy-gateway, istio; fix: leave it out, or take such a controller",
    );
    await refused(
      {
        controller: "envoy-gateway",
        gatewayClassName: "envoy",
        authentication: { ...keys, jwt: [{ issuer: "i", jwksUri: "http://keys" }] },
        rateLimits: [
          { tokens: 5, per: "second" },
          { requests: 0, per: "second" },
        ],
      },
      "authentication: every request would need a token and a key; allowed: jwt or apiKey",
      'authentication.jwt[0].jwksUri: keys that anybody on the way can replace; given: "http://keys"; allowed: https://…',
      "rateLimits[0].tokens: tokens are counted for routes of Envoy AI Gateway, and KServe makes HTTPRoutes; given: 5; fix: limit requests",
      "rateLimits[1].requests: not a limit; given: 0; allowed: a whole number above 0",
      "rateLimits: Envoy Gateway counts requests of all its Envoys in Redis, and does not know of one; fix: add envoyGateway: { rateLimit: { redis: … } }",
    );
    await refused(
      { gatewayClassName: "envoy", rateLimits: [{ by: { claim: "sub" }, requests: 1, per: "hour" }] },
      'rateLimits[0].by.claim: without tokens there are no claims; given: "sub"; fix: add authentication.jwt, or tell clients apart by a header',
    );
  });
});
