import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { Istio, sharedWithIstiod } from "../../components/networking/controllers/istio";
import type { IstioArgs } from "../../components/networking/controllers/istioArgs";
import { named, register, type Registration } from "./mocks";

const chartType = "kubernetes:helm.sh/v4:Chart";

async function install(
  args?: IstioArgs,
): Promise<{ charts: Record<string, Registration>; all: Registration[]; istio: Istio }> {
  const { registrations, result } = await register(() => new Istio("mesh", args));
  const charts = registrations.filter(({ type }) => type === chartType).map((chart) => [chart.name, chart] as const);
  return { charts: Object.fromEntries(charts), all: registrations, istio: result };
}

async function platform(gateway: InferencePlatformArgs["gateway"]): Promise<Registration[]> {
  const { registrations } = await register(
    () => new InferencePlatform("platform", { cluster: { kubeconfig: pulumi.secret("kubeconfig") }, gateway }),
    { call: () => ({ result: [] }) },
  );
  return registrations;
}

const env = { ENABLE_GATEWAY_API_INFERENCE_EXTENSION: "true", SUPPORT_GATEWAY_API_INFERENCE_EXTENSION: "true" };

describe("Istio", () => {
  it("is its CRDs and istiod, told to look at InferencePools, in this order, and nothing else", async () => {
    const { charts, all, istio } = await install();
    deepStrictEqual(
      all.map(({ name, parent }) => [name, parent]),
      [
        ["mesh", ""],
        ["mesh-namespace", "mesh"],
        ["mesh-istio-base", "mesh"],
        ["mesh-istiod", "mesh"],
      ],
    );
    deepStrictEqual(charts["mesh-istio-base"]!.inputs, {
      chart: "oci://gcr.io/istio-release/charts/base",
      name: "istio-base",
      namespace: "istio-system",
      resourcePrefix: "istio-base",
      skipCrds: true,
      values: { defaultRevision: "default" },
      version: "1.29.2",
    });
    deepStrictEqual(charts["mesh-istiod"]!.inputs, {
      chart: "oci://gcr.io/istio-release/charts/istiod",
      name: "istiod",
      namespace: "istio-system",
      resourcePrefix: "istiod",
      skipCrds: true,
      values: { pilot: { env } },
      version: "1.29.2",
    });
    deepStrictEqual(charts["mesh-istio-base"]!.dependsOn, ["mesh-namespace"]);
    deepStrictEqual(charts["mesh-istiod"]!.dependsOn, ["mesh-istio-base"]);
    deepStrictEqual([istio.version, istio.gatewayRevision], ["1.29.2", undefined]);
  });

  it("has what production needs as values, under those that are given", async () => {
    const { charts } = await install({
      version: "1.30.1",
      crds: "existing",
      replicas: { minimum: 2, maximum: 4 },
      resources: { requests: { cpu: "1" } },
      accessLog: true,
      meshConfig: { accessLogEncoding: "JSON" },
      imageRegistry: "registry.example.com/istio",
      imagePullSecrets: ["pull"],
      gatewayPods: {
        replicas: { minimum: 2, maximum: 10 },
        resources: { limits: { cpu: "4" } },
        minAvailable: 1,
        serviceType: "ClusterIP",
      },
      values: { base: { global: { logAsJson: true } }, istiod: { pilot: { env: { PILOT_ENABLE_STATUS: "true" } } } },
    });
    const global = { hub: "registry.example.com/istio", imagePullSecrets: ["pull"] };
    deepStrictEqual(charts["mesh-istio-base"]!.inputs.values, {
      base: { enableCRDTemplates: false },
      defaultRevision: "default",
      global: { ...global, logAsJson: true },
    });
    deepStrictEqual(charts["mesh-istiod"]!.inputs.values, {
      gatewayClasses: {
        istio: {
          deployment: {
            spec: {
              template: { spec: { containers: [{ name: "istio-proxy", resources: { limits: { cpu: "4" } } }] } },
            },
          },
          horizontalPodAutoscaler: { spec: { minReplicas: 2, maxReplicas: 10 } },
          podDisruptionBudget: { spec: { minAvailable: 1 } },
          service: { spec: { type: "ClusterIP" } },
        },
      },
      global,
      meshConfig: { accessLogEncoding: "JSON", accessLogFile: "/dev/stdout" },
      pilot: {
        autoscaleEnabled: true,
        autoscaleMax: 4,
        autoscaleMin: 2,
        env: { ...env, PILOT_ENABLE_STATUS: "true" },
        resources: { requests: { cpu: "1" } },
      },
    });
    const fixed = await install({ replicas: 2, gatewayPods: { replicas: 3 } });
    deepStrictEqual(fixed.charts["mesh-istiod"]!.inputs.values, {
      gatewayClasses: { istio: { deployment: { spec: { replicas: 3 } } } },
      pilot: { autoscaleEnabled: false, env, replicaCount: 2 },
    });
  });

  it("is upgraded by a canary, whose objects stay when it becomes the only control plane", async () => {
    const before = await install({
      revision: "1-29-2",
      canary: { version: "1.30.1", revision: "1-30-1", servesGateways: true },
    });
    deepStrictEqual(Object.keys(before.charts), ["mesh-istio-base", "mesh-istiod-1-29-2", "mesh-istiod-1-30-1"]);
    // The CRDs come first, and validation stays with the first control plane.
    deepStrictEqual(
      [before.charts["mesh-istio-base"]!.inputs.version, before.charts["mesh-istio-base"]!.inputs.values],
      ["1.30.1", { defaultRevision: "1-29-2" }],
    );
    deepStrictEqual([before.istio.version, before.istio.gatewayRevision], ["1.30.1", "1-30-1"]);
    const after = await install({ version: "1.30.1", revision: "1-30-1" });
    deepStrictEqual(Object.keys(after.charts), ["mesh-istio-base", "mesh-istiod-1-30-1"]);
    deepStrictEqual(after.charts["mesh-istiod-1-30-1"], before.charts["mesh-istiod-1-30-1"]);
    deepStrictEqual(after.charts["mesh-istiod-1-30-1"]!.inputs.values, { pilot: { env }, revision: "1-30-1" });
    const waiting = await install({ revision: "1-29-2", canary: { version: "1.30.1", revision: "1-30-1" } });
    deepStrictEqual([waiting.istio.version, waiting.istio.gatewayRevision], ["1.29.2", "1-29-2"]);
  });

  it("runs its agents on every node in ambient mode, after istiod", async () => {
    const { charts, all } = await install({ ambient: true, platform: "gke", namespace: "mesh-system" });
    deepStrictEqual(Object.keys(charts), ["mesh-istio-base", "mesh-istiod", "mesh-istio-cni", "mesh-ztunnel"]);
    const global = { istioNamespace: "mesh-system", platform: "gke" };
    deepStrictEqual(charts["mesh-istiod"]!.inputs.values, { global, pilot: { env }, profile: "ambient" });
    deepStrictEqual(charts["mesh-istio-cni"]!.inputs.values, { global, profile: "ambient" });
    deepStrictEqual(charts["mesh-ztunnel"]!.inputs.values, {
      global: { platform: "gke" },
      istioNamespace: "mesh-system",
      profile: "ambient",
    });
    deepStrictEqual(charts["mesh-istio-cni"]!.dependsOn, ["mesh-istio-base", "mesh-istiod"]);
    deepStrictEqual(charts["mesh-ztunnel"]!.dependsOn, ["mesh-istio-cni"]);
    deepStrictEqual(named(all, "mesh-namespace").inputs.metadata, {
      name: "mesh-system",
      labels: { "pod-security.kubernetes.io/enforce": "privileged" },
    });
  });

  it("has the agents of ambient mode ask the control plane that there is", async () => {
    const { charts } = await install({
      ambient: true,
      revision: "1-29-2",
      canary: { version: "1.30.0", revision: "1-30-0" },
    });
    // The Service of a control plane with a revision is named "istiod-<revision>".
    deepStrictEqual(charts["mesh-ztunnel"]!.inputs.values, { profile: "ambient", revision: "1-29-2" });
    deepStrictEqual(charts["mesh-istio-cni"]!.inputs.values, { profile: "ambient" });
  });

  it("comes from mirrors, each chart by its name", async () => {
    const { charts } = await install({ mirrors: { charts: { base: "/charts", istiod: "https://mirror/istio" } } });
    deepStrictEqual(
      [charts["mesh-istio-base"]!.inputs.chart, charts["mesh-istio-base"]!.inputs.version],
      ["/charts/base", undefined],
    );
    deepStrictEqual(charts["mesh-istiod"]!.inputs.repositoryOpts, { repo: "https://mirror/istio" });
    await rejects(install({ mirrors: { charts: "mirror" } }), /mirrors\.charts: charts cannot come from here/);
  });

  it("leaves the fields of webhooks to istiod that istiod changes", () => {
    const webhook = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration";
    const metadata = { name: "istiod-default-validator", annotations: { team: "mesh" } };
    const args = { custom: true, name: "validator", props: { metadata, webhooks: [] }, opts: {} };
    deepStrictEqual(sharedWithIstiod({ ...args, type: webhook } as never), {
      props: {
        metadata: { ...metadata, annotations: { team: "mesh", "pulumi.com/patchForce": "true" } },
        webhooks: [],
      },
      opts: {},
    });
    strictEqual(sharedWithIstiod({ ...args, type: "kubernetes:core/v1:Service" } as never), undefined);
  });

  it("reports everything that is wrong at once", async () => {
    await rejects(
      install({
        version: "1.27.1",
        revision: "1.27.1",
        canary: { version: "1.26.0", revision: "1.27.1" },
      }),
      (error: Error) => {
        deepStrictEqual(error.message.split("\n"), [
          'Istio "mesh": 5 problems',
          '  - version: does not act on InferencePools of API version v1, which KServe makes; given: "1.27.1"; allowed: 1.28.0 or newer; fix: take 1.29.2',
          '  - revision: no Service can have it in its name; given: "1.27.1"; allowed: lower-case letters, digits and "-", such as "1-29-2"; fix: take "1-27-1"',
          '  - canary.version: does not act on InferencePools of API version v1, which KServe makes; given: "1.26.0"; allowed: 1.28.0 or newer; fix: take 1.29.2',
          '  - canary.revision: no Service can have it in its name; given: "1.27.1"; allowed: lower-case letters, digits and "-", such as "1-29-2"; fix: take "1-27-1"',
          '  - canary.revision: is that of the first control plane, too; given: "1.27.1"; fix: take one that tells its version, such as "1-26-0"',
        ]);
        return true;
      },
    );
    await rejects(install({ revisionTags: ["stable"] }), /revisionTags: have no effect without a revision/);
  });
});

describe("a platform with Istio", () => {
  it("installs it after the kinds that it looks for, and its gateway after it, labelled for its revision", async () => {
    const registrations = await platform({ controller: "istio", istio: { revision: "1-29-2" } });
    const istio = named(registrations, "platform-istio");
    strictEqual(istio.parent, "platform");
    const base = named(registrations, "platform-istio-istio-base");
    for (const before of ["platform-gateway-api-bundle", "platform-inference-extension-bundle"])
      ok(istio.dependsOn.includes(before) || base.dependsOn.includes(before), `${before} is missing`);
    const gateway = named(registrations, "platform-gateway-gateway");
    ok(gateway.dependsOn.includes("platform-istio-istiod-1-29-2"), gateway.dependsOn.join(", "));
    deepStrictEqual((gateway.inputs.metadata as { labels: unknown }).labels, { "istio.io/rev": "1-29-2" });
  });

  it("makes a class of one's own where its controller is said", async () => {
    const registrations = await platform({
      controller: "istio",
      gatewayClassName: "inference",
      gatewayClassController: "istio.io/gateway-controller",
    });
    deepStrictEqual(named(registrations, "platform-gateway-class").inputs.spec, {
      controllerName: "istio.io/gateway-controller",
    });
    await rejects(platform({ controller: "istio", gatewayClassName: "inference" }), /Istio has no such GatewayClass/);
    await rejects(
      platform({ controller: "istio", istio: { version: "1.27.1" } }),
      /gateway\.istio\.version: Istio 1\.27\.1 acts on/,
    );
  });
});
