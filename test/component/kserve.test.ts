import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { KServe, type KServeArgs } from "../../components/platform/kserve";
import { named, register, type Registration } from "./mocks";

/** A few objects of each sort that KServe's charts render. */
const controllerObjects = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "llmisvc-controller-manager", namespace: "kserve" } },
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "inferenceservice-config", namespace: "kserve" }, data: {} },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "llmisvc-webhook-server-service", namespace: "kserve" },
    spec: {},
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "llmisvc-controller-manager", namespace: "kserve" },
    spec: {},
  },
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "llmisvc-serving-cert", namespace: "kserve" },
  },
  { apiVersion: "cert-manager.io/v1", kind: "Issuer", metadata: { name: "selfsigned-issuer", namespace: "kserve" } },
  {
    apiVersion: "serving.kserve.io/v1alpha1",
    kind: "ClusterStorageContainer",
    metadata: { name: "default" },
    spec: {},
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "llminferenceservice.serving.kserve.io" },
    webhooks: [{ name: "v1alpha2.validator", clientConfig: { service: { name: "llmisvc-webhook-server-service" } } }],
  },
];
const presets = [
  {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceServiceConfig",
    metadata: { name: "kserve-config-llm-template", namespace: "kserve" },
  },
];

async function install(
  args: Partial<KServeArgs> = {},
): Promise<{ registrations: Registration[]; charts: Record<string, unknown>[] }> {
  const charts: Record<string, unknown>[] = [];
  const { registrations } = await register(
    () => {
      const kserve = new KServe("kserve", { kubeconfig: "kubeconfig", ...args });
      // What a service does: it depends on the whole platform.
      new pulumi.ComponentResource("test:index:Service", "service", {}, { dependsOn: kserve.ready as never });
    },
    {
      call: (token, inputs) => {
        strictEqual(token, "kubernetes:helm:template");
        const chart = JSON.parse(inputs.jsonOpts as string) as Record<string, unknown>;
        charts.push(chart);
        return { result: chart.release_name === "kserve-runtime-configs" ? presets : controllerObjects };
      },
    },
  );
  return { registrations, charts };
}

const provided = { provided: { certificate: "CERT", privateKey: "KEY", caBundle: "CA" } };

describe("KServe", () => {
  it("creates each step after the one that it needs", async () => {
    const { registrations } = await install({ certificates: provided });
    const dependsOn = (name: string): string[] => named(registrations, name).dependsOn;

    deepStrictEqual(dependsOn("kserve-service-account-llmisvc-controller-manager"), ["kserve-namespace"]);
    deepStrictEqual(dependsOn("kserve-secret-llmisvc-webhook-server-cert"), ["kserve-namespace"]);
    const deployment = dependsOn("kserve-deployment-llmisvc-controller-manager");
    for (const needed of [
      "kserve-config-map-inferenceservice-config",
      "kserve-crds-bundle",
      "kserve-secret-llmisvc-webhook-server-cert",
      "kserve-service-account-llmisvc-controller-manager",
    ]) {
      ok(deployment.includes(needed), `the Deployment needs ${needed}; it has ${deployment.join(", ")}`);
    }
    deepStrictEqual(dependsOn("kserve-validating-webhook-configuration-llminferenceservice.serving.kserve.io"), [
      "kserve-deployment-llmisvc-controller-manager",
      "kserve-service-llmisvc-webhook-server-service",
    ]);
    deepStrictEqual(dependsOn("kserve-llm-inference-service-config-kserve-config-llm-template"), [
      "kserve-validating-webhook-configuration-llminferenceservice.serving.kserve.io",
    ]);
    deepStrictEqual(dependsOn("service"), [
      "kserve-cluster-storage-container-default",
      "kserve-llm-inference-service-config-kserve-config-llm-template",
    ]);
  });

  it("makes everything a child of itself", async () => {
    const { registrations } = await install({ certificates: provided });
    const others = registrations.filter(({ name }) => !["kserve", "service", "kserve-crds-bundle"].includes(name));
    deepStrictEqual(
      others.filter(({ parent }) => parent !== "kserve").map(({ name }) => name),
      [],
    );
  });

  it("takes a given certificate: its Secret, the CA in webhooks and conversion, no cert-manager objects", async () => {
    const { registrations } = await install({ certificates: provided });
    deepStrictEqual(named(registrations, "kserve-secret-llmisvc-webhook-server-cert").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "llmisvc-webhook-server-cert", namespace: "kserve" },
      type: "kubernetes.io/tls",
      data: { secret: { "ca.crt": "Q0E=", "tls.crt": "Q0VSVA==", "tls.key": "S0VZ" } },
    });
    const webhook = named(
      registrations,
      "kserve-validating-webhook-configuration-llminferenceservice.serving.kserve.io",
    );
    deepStrictEqual(webhook.inputs.webhooks, [
      {
        name: "v1alpha2.validator",
        clientConfig: { service: { name: "llmisvc-webhook-server-service" }, caBundle: "Q0E=" },
      },
    ]);
    const { conversion } = named(registrations, "kserve-crds-bundle").inputs as {
      conversion: Record<string, { caBundle: string }>;
    };
    deepStrictEqual(
      Object.entries(conversion).map(([crd, { caBundle }]) => [crd, caBundle]),
      [
        ["llminferenceserviceconfigs.serving.kserve.io", "Q0E="],
        ["llminferenceservices.serving.kserve.io", "Q0E="],
      ],
    );
    deepStrictEqual(
      registrations.filter(({ type }) => type.includes("cert-manager.io")).map(({ name }) => name),
      [],
    );
  });

  it("has cert-manager issue the certificate, and waits for it, when none is given", async () => {
    const { registrations } = await install();
    deepStrictEqual(named(registrations, "kserve-certificate-llmisvc-serving-cert").inputs, {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: "llmisvc-serving-cert",
        namespace: "kserve",
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        commonName: "llmisvc-webhook-server-service.kserve.svc",
        dnsNames: ["llmisvc-webhook-server-service.kserve.svc"],
        issuerRef: { kind: "Issuer", name: "selfsigned-issuer" },
        secretName: "llmisvc-webhook-server-cert",
      },
    });
    strictEqual(registrations.filter(({ type }) => type.endsWith(":Issuer")).length, 1);
    ok(
      named(registrations, "kserve-deployment-llmisvc-controller-manager").dependsOn.includes(
        "kserve-certificate-llmisvc-serving-cert",
      ),
    );
  });

  it("uses an issuer that exists instead of making one", async () => {
    const { registrations } = await install({
      certificates: { issuerRef: { kind: "ClusterIssuer", name: "corporate" } },
    });
    deepStrictEqual(
      (named(registrations, "kserve-certificate-llmisvc-serving-cert").inputs.spec as { issuerRef: unknown }).issuerRef,
      {
        kind: "ClusterIssuer",
        name: "corporate",
      },
    );
    strictEqual(registrations.filter(({ type }) => type.endsWith(":Issuer")).length, 0);
  });

  it("renders the pinned charts with what was asked for", async () => {
    const { charts } = await install({
      gateway: "edge/public",
      controller: { image: "mirror/llmisvc", tag: "v1", replicas: 2 },
    });
    const [controller, presetChart] = charts;
    strictEqual(controller?.chart, "oci://ghcr.io/kserve/charts/kserve-llmisvc-resources");
    strictEqual(controller.version, "v0.20.0");
    deepStrictEqual(controller.values, {
      kserve: {
        llmisvc: {
          createGIECRDs: false,
          controller: {
            image: "mirror/llmisvc",
            tag: "v1",
            replicas: 2,
            env: [{ name: "PREVENT_WELL_KNOWN_CONFIG_DELETION", value: "false" }],
            readinessProbe: { initialDelaySeconds: 1 },
          },
        },
        controller: { gateway: { ingressGateway: { kserveGateway: "edge/public" } } },
      },
    });
    deepStrictEqual(presetChart?.values, { kserve: { llmisvcConfigs: { enabled: true } } });
  });

  it("refuses another namespace, with the reason", async () => {
    await rejects(
      install({ namespace: "serving", gateway: "public" }),
      /KServe "kserve": 2 problems\n {2}- namespace: .*kserve#5668.*given: "serving"; allowed: "kserve".*\n {2}- gateway: not a namespaced name; given: "public"/,
    );
  });
});
