import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { CertManager, type CertManagerArgs } from "../../components/platform/certManager";
import { type MockOptions, named, register, type Registration } from "./mocks";

const object = (apiVersion: string, kind: string, name: string): object => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "cert-manager", annotations: { kept: "yes" } },
});

/** What the chart has, as far as its order matters. */
const rendered = [
  object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "cert-manager-webhook"),
  object("apps/v1", "Deployment", "cert-manager"),
  object("apps/v1", "Deployment", "cert-manager-webhook"),
  object("v1", "ServiceAccount", "cert-manager"),
  object("v1", "Service", "cert-manager-webhook"),
];

interface Chart {
  chart?: string;
  fetch_opts?: object;
  release_name: string;
  values: Record<string, unknown>;
}

let charts: Chart[] = [];

const options: MockOptions = {
  call: (_token, inputs) => {
    const chart = JSON.parse(inputs.jsonOpts as string) as Chart;
    charts.push(chart);
    return { result: chart.release_name === "cert-manager" ? rendered : [] };
  },
};

async function install(args: Partial<CertManagerArgs> = {}): Promise<Registration[]> {
  charts = [];
  const { registrations } = await register(() => new CertManager("certs", { kubeconfig: "k", ...args }), options);
  return registrations;
}

async function platform(args: Partial<InferencePlatformArgs>): Promise<Registration[]> {
  charts = [];
  const { registrations } = await register(
    () => new InferencePlatform("platform", { cluster: { kubeconfig: pulumi.secret("k") }, ...args }),
    options,
  );
  return registrations;
}

describe("CertManager", () => {
  it("creates each step after the one that it needs, and issuers when its webhook can be called", async () => {
    const registrations = await install({ issuers: { root: { selfSigned: {} } } });
    const after = (name: string): string[] => named(registrations, name).dependsOn;
    ok(after("certs-service-account-cert-manager").includes("certs-namespace"));
    for (const needed of ["certs-service-account-cert-manager", "certs-crds-bundle"]) {
      ok(after("certs-deployment-cert-manager").includes(needed), needed);
    }
    // A Service is awaited until something is behind it, so nothing that Deployments wait for may wait for one.
    strictEqual(after("certs-deployment-cert-manager").includes("certs-service-cert-manager-webhook"), false);
    const webhook = "certs-validating-webhook-configuration-cert-manager-webhook";
    deepStrictEqual(after(webhook), [
      "certs-deployment-cert-manager",
      "certs-deployment-cert-manager-webhook",
      "certs-service-cert-manager-webhook",
    ]);
    deepStrictEqual((named(registrations, webhook).inputs.metadata as { annotations: unknown }).annotations, {
      kept: "yes",
      "pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}",
    });
    ok(after("certs-issuer-root").includes(webhook));
  });

  it("renders the pinned chart without CRDs and hooks", async () => {
    await install({ replicas: 2, values: { webhook: { replicaCount: 3 } } });
    strictEqual(charts.length, 1);
    const { chart, fetch_opts, values } = charts[0] as Chart;
    deepStrictEqual(
      { chart, fetch_opts },
      { chart: "cert-manager", fetch_opts: { version: "v1.17.0", repo: "https://charts.jetstack.io" } },
    );
    deepStrictEqual(values, {
      crds: { enabled: false },
      startupapicheck: { enabled: false },
      global: { leaderElection: { namespace: "cert-manager" } },
      enableCertificateOwnerRef: true,
      replicaCount: 2,
      webhook: { replicaCount: 3 },
    });
  });

  it("keeps what it sets beside values that say something of the same", async () => {
    await install({ values: { global: { logLevel: 4 }, crds: { keep: false } } });
    const { global, crds } = (charts[0] as Chart).values;
    deepStrictEqual(global, { leaderElection: { namespace: "cert-manager" }, logLevel: 4 });
    deepStrictEqual(crds, { enabled: false, keep: false });
  });

  it("makes issuers of every sort, and an authority before the issuer that signs with it", async () => {
    const registrations = await install({
      issuers: {
        ca: {
          ca: { secretName: "our-ca", authority: { commonName: "Our CA", issuer: "root" } },
        },
        letsencrypt: {
          acme: {
            email: "ops@example.com",
            server: "letsencrypt-staging",
            externalAccountBinding: { keyId: "id", secretName: "eab", key: "hmac" },
            solvers: [
              { http01: {} },
              {
                dns01: { route53: { region: "us-east-2", secretAccessKeySecretRef: { name: "aws", key: "secret" } } },
                selector: { dnsZones: ["example.com"] },
              },
            ],
          },
        },
        root: { selfSigned: {} },
        vault: { kind: "Issuer", namespace: "kserve", spec: { vault: { server: "https://vault" } } },
      },
    });
    const issuer = (name: string) => named(registrations, `certs-issuer-${name}`).inputs;
    deepStrictEqual(issuer("letsencrypt"), {
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: "letsencrypt", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec: {
        acme: {
          email: "ops@example.com",
          server: "https://acme-staging-v02.api.letsencrypt.org/directory",
          privateKeySecretRef: { name: "letsencrypt-account-key" },
          externalAccountBinding: { keyID: "id", keySecretRef: { name: "eab", key: "hmac" } },
          solvers: [
            {
              http01: {
                gatewayHTTPRoute: {
                  parentRefs: [{ kind: "Gateway", name: "kserve-ingress-gateway", namespace: "kserve" }],
                },
              },
            },
            {
              dns01: { route53: { region: "us-east-2", secretAccessKeySecretRef: { name: "aws", key: "secret" } } },
              selector: { dnsZones: ["example.com"] },
            },
          ],
        },
      },
    });
    deepStrictEqual(issuer("vault").spec, { vault: { server: "https://vault" } });
    deepStrictEqual((issuer("vault").metadata as { namespace: string }).namespace, "kserve");
    const authority = named(registrations, "certs-authority-ca");
    deepStrictEqual(authority.dependsOn, ["certs-issuer-root"]);
    deepStrictEqual(authority.inputs.spec, {
      isCA: true,
      commonName: "Our CA",
      duration: "87600h",
      privateKey: { algorithm: "ECDSA", size: 256 },
      issuerRef: { name: "root", kind: "ClusterIssuer", group: "cert-manager.io" },
      secretName: "our-ca",
    });
    deepStrictEqual(named(registrations, "certs-issuer-ca").dependsOn, ["certs-authority-ca"]);
    deepStrictEqual((charts[0]?.values.config as { enableGatewayAPI: boolean }).enableGatewayAPI, true);
  });
});

describe("InferencePlatform with cert-manager", () => {
  const issuers = { letsencrypt: { acme: { email: "ops@example.com", solvers: [{ http01: {} }] } } };
  const tls = { issuer: { name: "letsencrypt" } };

  it("installs it before KServe's certificate and the gateway's, which stands first where the issuer needs it", async () => {
    const registrations = await platform({
      certManager: { issuers },
      gateway: { hostnames: ["llm.example.com"], redirectToHttps: true, tls },
    });
    const kserve = named(registrations, "platform-kserve-certificate-llmisvc-serving-cert");
    ok(kserve.dependsOn.includes("platform-cert-manager-issuer-letsencrypt"), kserve.dependsOn.join());
    ok(named(registrations, "platform-gateway-gateway").dependsOn.includes("platform-cert-manager-issuer-letsencrypt"));
    deepStrictEqual(named(registrations, "platform-gateway-certificate-kserve-ingress-gateway-tls").dependsOn, [
      "platform-gateway-gateway",
    ]);
  });

  it("installs nothing where it exists or is not spoken of", async () => {
    for (const certManager of [undefined, { existing: true } as const]) {
      const registrations = await platform({ certManager });
      strictEqual(registrations.filter(({ name }) => name.includes("cert-manager")).length, 0);
    }
  });

  it("refuses certificates that nobody issues", async () => {
    await rejects(
      platform({ gateway: { hostnames: ["llm.example.com"], tls } }),
      /gateway\.tls\.issuer: cert-manager is neither installed nor stated to be there/,
    );
    await rejects(
      platform({ certManager: { issuers: { le: { selfSigned: {} } } }, gateway: { hostnames: ["a.b"], tls } }),
      /gateway\.tls\.issuer\.name: no issuer of this name is made, nor stated to exist; given: "letsencrypt"; allowed: le/,
    );
    await rejects(
      platform({ certManager: false }),
      /certManager: the certificate of KServe's webhooks is issued by cert-manager; given: false/,
    );
    const given = { certificate: "c", privateKey: "k", caBundle: "b" };
    await platform({ certManager: false, kserve: { certificates: { provided: given } } });
  });

  it("is there before the webhook of Envoy AI Gateway asks for a certificate of its", async () => {
    const webhook = "platform-cert-manager-validating-webhook-configuration-cert-manager-webhook";
    const gateway = (certificate: "cert-manager" | "chart") => ({
      controller: "envoy-gateway" as const,
      envoyGateway: { aiGateway: { certificate } },
    });
    const after = (registrations: Registration[]) =>
      named(registrations, "platform-envoy-gateway-ai-chart").dependsOn.includes(webhook);
    strictEqual(after(await platform({ certManager: {}, gateway: gateway("cert-manager") })), true);
    strictEqual(after(await platform({ certManager: {}, gateway: gateway("chart") })), false);
    const kserve = { certificates: { provided: { certificate: "c", privateKey: "k", caBundle: "a" } } };
    await rejects(
      platform({ certManager: false, kserve, gateway: gateway("cert-manager") }),
      /gateway\.envoyGateway\.aiGateway\.certificate: there is no cert-manager/,
    );
  });

  it("is missed by a Prometheus that is read over https", async () => {
    const kserve = { certificates: { provided: { certificate: "c", privateKey: "k", caBundle: "a" } } };
    const without = { certManager: false, kserve } as const;
    const missing =
      /monitoring\.stack\.tls: the certificate of Prometheus is issued by cert-manager, of which there is none/;
    await rejects(platform({ ...without, monitoring: {}, autoscaling: {} }), missing);
    await rejects(platform({ ...without, monitoring: { stack: { tls: {} } } }), missing);
    await platform({ ...without, monitoring: { stack: { tls: { secretName: "prometheus" } } }, autoscaling: {} });
    await platform({ ...without, monitoring: {} });
  });
});
