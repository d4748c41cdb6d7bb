import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { Gateway } from "../../components/networking/gateway";
import type { GatewayArgs } from "../../components/networking/gatewayArgs";
import { named, register, type Registration, valueOf } from "./mocks";

const programmed = { status: { addresses: [{ type: "IPAddress", value: "203.0.113.7" }] } };

async function gateway(args: GatewayArgs): Promise<{ registrations: Registration[]; result: Gateway }> {
  return register(() => new Gateway("edge", args), {
    outputs: ({ name }) => (name === "edge-gateway" ? programmed : {}),
  });
}

const spec = (registrations: Registration[]): Record<string, unknown> =>
  named(registrations, "edge-gateway").inputs.spec as Record<string, unknown>;

const fromAll = { namespaces: { from: "All" } };

describe("Gateway with TLS", () => {
  it("serves HTTPS with a certificate of an issuer, which is Ready before the gateway is made", async () => {
    const { registrations, result } = await gateway({
      hostnames: ["llm.example.com", "chat.example.com"],
      tls: { issuer: { name: "letsencrypt" }, duration: "2160h" },
    });
    deepStrictEqual(named(registrations, "edge-certificate-kserve-ingress-gateway-tls").inputs, {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: "kserve-ingress-gateway-tls",
        namespace: "kserve",
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        dnsNames: ["llm.example.com", "chat.example.com"],
        issuerRef: { name: "letsencrypt", kind: "ClusterIssuer", group: "cert-manager.io" },
        secretName: "kserve-ingress-gateway-tls",
        duration: "2160h",
      },
    });
    const tls = {
      mode: "Terminate",
      certificateRefs: [{ group: "", kind: "Secret", name: "kserve-ingress-gateway-tls" }],
    };
    deepStrictEqual(spec(registrations).listeners, [
      { name: "https", port: 443, protocol: "HTTPS", hostname: "llm.example.com", tls, allowedRoutes: fromAll },
      { name: "https-2", port: 443, protocol: "HTTPS", hostname: "chat.example.com", tls, allowedRoutes: fromAll },
    ]);
    deepStrictEqual(named(registrations, "edge-gateway").dependsOn, ["edge-certificate-kserve-ingress-gateway-tls"]);
    deepStrictEqual(await valueOf(result.urls), {
      https: "https://llm.example.com",
      "https-2": "https://chat.example.com",
    });
    strictEqual(await valueOf(result.address), "203.0.113.7");
    deepStrictEqual(await valueOf(result.certificates), {
      https: ["kserve/kserve-ingress-gateway-tls"],
      "https-2": ["kserve/kserve-ingress-gateway-tls"],
    });
  });

  it("stands before its certificate when the issuer proves the host name through it", async () => {
    const { registrations } = await gateway({
      hostnames: ["llm.example.com"],
      redirectToHttps: true,
      tls: { issuer: { name: "letsencrypt", kind: "Issuer" }, solvedByGateway: true },
    });
    const certificate = "edge-certificate-kserve-ingress-gateway-tls";
    deepStrictEqual(named(registrations, certificate).dependsOn, ["edge-gateway"]);
    deepStrictEqual(named(registrations, "edge-gateway").dependsOn, []);
    deepStrictEqual((named(registrations, "edge-gateway").inputs.metadata as { annotations: unknown }).annotations, {
      "pulumi.com/waitFor": '["condition=Accepted","jsonpath={.status.addresses[0].value}"]',
    });
  });

  it("redirects from HTTP by a route of its own, to which no other route comes", async () => {
    const { registrations } = await gateway({
      listeners: [
        { name: "http", port: 80, redirectToHttps: true },
        { name: "https", port: 8443, protocol: "HTTPS", certificates: ["web"] },
      ],
    });
    deepStrictEqual((spec(registrations).listeners as unknown[])[0], {
      name: "http",
      port: 80,
      protocol: "HTTP",
      allowedRoutes: { namespaces: { from: "Same" } },
    });
    const redirect = named(registrations, "edge-https-redirect");
    deepStrictEqual(redirect.dependsOn, ["edge-gateway"]);
    deepStrictEqual(redirect.inputs.spec, {
      parentRefs: [{ name: "kserve-ingress-gateway", namespace: "kserve", sectionName: "http" }],
      rules: [
        {
          filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", port: 8443, statusCode: 301 } }],
        },
      ],
    });
  });

  it("makes Secrets of given texts, and keeps the keys secret", async () => {
    const { registrations } = await gateway({
      tls: { certificates: [{ certificate: "CERT", privateKey: pulumi.output("KEY") }] },
    });
    const secret = named(registrations, "edge-secret-kserve-ingress-gateway-tls");
    deepStrictEqual(secret.inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "kserve-ingress-gateway-tls", namespace: "kserve" },
      type: "kubernetes.io/tls",
      data: {
        secret: {
          "tls.crt": Buffer.from("CERT").toString("base64"),
          "tls.key": Buffer.from("KEY").toString("base64"),
        },
      },
    });
    deepStrictEqual(named(registrations, "edge-gateway").dependsOn, ["edge-secret-kserve-ingress-gateway-tls"]);
  });

  it("permits itself to read Secrets of other namespaces, one ReferenceGrant for each", async () => {
    const { registrations } = await gateway({
      listeners: [
        { name: "a", port: 443, protocol: "HTTPS", hostname: "a.example.com", certificates: ["certs/a", "own"] },
        { name: "b", port: 443, protocol: "HTTPS", hostname: "b.example.com", certificates: ["certs/b"] },
      ],
    });
    deepStrictEqual(named(registrations, "edge-grant-certs").inputs, {
      apiVersion: "gateway.networking.k8s.io/v1beta1",
      kind: "ReferenceGrant",
      metadata: { name: "kserve-kserve-ingress-gateway-certificates", namespace: "certs" },
      spec: {
        from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "kserve" }],
        to: [
          { group: "", kind: "Secret", name: "a" },
          { group: "", kind: "Secret", name: "b" },
        ],
      },
    });
    const [first] = spec(registrations).listeners as { tls: { certificateRefs: unknown } }[];
    deepStrictEqual(first?.tls.certificateRefs, [
      { group: "", kind: "Secret", name: "a", namespace: "certs" },
      { group: "", kind: "Secret", name: "own" },
    ]);
    deepStrictEqual(named(registrations, "edge-gateway").dependsOn, ["edge-grant-certs"]);
  });

  it("passes TLS through, and takes certificates as the controller has them", async () => {
    const { registrations } = await gateway({
      listeners: [
        { name: "through", port: 443, protocol: "TLS", hostname: "a.example.com", tls: { mode: "Passthrough" } },
        {
          name: "gke",
          port: 8443,
          protocol: "HTTPS",
          tls: { options: { "networking.gke.io/pre-shared-certs": "web" } },
        },
      ],
    });
    deepStrictEqual(
      (spec(registrations).listeners as { tls: unknown }[]).map(({ tls }) => tls),
      [{ mode: "Passthrough" }, { mode: "Terminate", options: { "networking.gke.io/pre-shared-certs": "web" } }],
    );
  });

  it("admits routes by names and by labels of namespaces", async () => {
    const { registrations } = await gateway({
      listeners: [
        { name: "named", port: 80, allowedRoutes: { namespaces: ["models", "batch"] } },
        { name: "labelled", port: 81, allowedRoutes: { selector: { matchLabels: { serving: "yes" } } } },
      ],
    });
    deepStrictEqual(
      (spec(registrations).listeners as { allowedRoutes: unknown }[]).map(({ allowedRoutes }) => allowedRoutes),
      [
        {
          namespaces: {
            from: "Selector",
            selector: {
              matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: ["batch", "models"] }],
            },
          },
        },
        { namespaces: { from: "Selector", selector: { matchLabels: { serving: "yes" } } } },
      ],
    );
  });
});

describe("Gateway and the cloud's load balancer", () => {
  const infrastructure = async (args: GatewayArgs): Promise<unknown> => {
    const { addresses, infrastructure } = spec((await gateway(args)).registrations) as {
      addresses?: unknown;
      infrastructure: { annotations?: unknown };
    };
    return { addresses, annotations: infrastructure.annotations };
  };

  it("is internal or external, with a reserved address, by annotations of the Service", async () => {
    deepStrictEqual(await infrastructure({ loadBalancer: { cloud: "eks" } }), {
      addresses: undefined,
      annotations: {
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
        "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-type": "external",
      },
    });
    deepStrictEqual(await infrastructure({ loadBalancer: { cloud: "gke", internal: true, staticAddress: "llm" } }), {
      addresses: undefined,
      annotations: {
        "networking.gke.io/load-balancer-ip-addresses": "llm",
        "networking.gke.io/load-balancer-type": "Internal",
      },
    });
    deepStrictEqual(await infrastructure({ loadBalancer: { cloud: "aks", staticAddress: "203.0.113.9" } }), {
      addresses: undefined,
      annotations: { "service.beta.kubernetes.io/azure-load-balancer-ipv4": "203.0.113.9" },
    });
    deepStrictEqual(await infrastructure({ loadBalancer: { cloud: "gke", staticAddress: "203.0.113.9" } }), {
      addresses: [{ type: "IPAddress", value: "203.0.113.9" }],
      annotations: undefined,
    });
  });

  it("asks GKE's own classes by spec.addresses", async () => {
    deepStrictEqual(
      await infrastructure({
        gatewayClassName: "gke-l7-regional-external-managed",
        loadBalancer: { cloud: "gke", staticAddress: "llm" },
      }),
      { addresses: [{ type: "NamedAddress", value: "llm" }], annotations: undefined },
    );
  });

  it("refuses what the class or the cloud does not do", async () => {
    await rejects(
      gateway({
        gatewayClassName: "gke-l7-regional-external-managed",
        loadBalancer: { cloud: "gke", internal: true },
      }),
      /loadBalancer\.internal: load balancers of class "gke-l7-regional-external-managed" are external: on GKE the class decides; given: true; fix: leave it out, or take a class such as "gke-l7-rilb"/,
    );
    await rejects(
      gateway({ loadBalancer: { cloud: "eks", internal: true, staticAddress: "eipalloc-1" } }),
      /loadBalancer\.staticAddress: an internal load balancer has no elastic IP/,
    );
    await rejects(
      gateway({ gatewayClassName: "envoy", loadBalancer: { cloud: "gke", staticAddress: "203.0.113.9" } }),
      /a gateway of class "envoy" cannot ask GKE for an address by its number/,
    );
  });
});
