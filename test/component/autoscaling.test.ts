import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { KServe } from "../../components/platform/kserve";
import type { PrometheusAccess } from "../../sdk/platform/prometheusAccess";
import { named, register, type Registration } from "./mocks";

const prometheus: PrometheusAccess = { url: "https://prometheus.monitoring.svc:9090", tlsInsecureSkipVerify: true };

const controllerObjects = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "inferenceservice-config", namespace: "kserve" },
    data: { ingress: "{}" },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "llmisvc-controller-manager", namespace: "kserve" },
  },
];

const call = (_token: string, inputs: Record<string, unknown>): Record<string, unknown> => {
  const { release_name } = JSON.parse(inputs.jsonOpts as string) as { release_name: string };
  return { result: release_name === "kserve-llmisvc-resources" ? controllerObjects : [] };
};

async function install(
  args: Partial<InferencePlatformArgs>,
): Promise<{ registrations: Registration[]; result: InferencePlatform }> {
  return register(
    () => {
      const platform = new InferencePlatform("platform", { cluster: { kubeconfig: "kubeconfig" }, ...args });
      new pulumi.ComponentResource("test:index:Service", "service", {}, { dependsOn: platform.ready as never });
      return platform;
    },
    { call },
  );
}

function configOf(registrations: Registration[], name: string): unknown {
  const { data } = named(registrations, name).inputs as { data: Record<string, string> };
  return JSON.parse(data["autoscaling-wva-controller-config"] ?? "null");
}

describe("autoscaling of a platform", () => {
  it("installs KEDA and WVA, and tells KServe which Prometheus to ask", async () => {
    const { registrations, result } = await install({ autoscaling: { prometheus } });
    deepStrictEqual(
      registrations
        .filter(({ parent, name }) => parent === "platform" && /keda|wva|adapter/.test(name))
        .map(({ name }) => name),
      ["platform-keda", "platform-wva"],
    );
    deepStrictEqual(configOf(registrations, "platform-kserve-config-map-inferenceservice-config"), {
      prometheus: { url: "https://prometheus.monitoring.svc:9090", tlsInsecureSkipVerify: true },
    });
    const { components, autoscalingPrometheus } = result.plan;
    strictEqual(autoscalingPrometheus, true);
    deepStrictEqual([components?.keda, components?.wva, components?.prometheusAdapter], ["2.18.0", "0.7.0", false]);
  });

  it("gives KEDA's chart its CRDs, unless they are there", async () => {
    const { registrations } = await install({ autoscaling: { prometheus } });
    const chart = named(registrations, "platform-keda-chart");
    deepStrictEqual(chart.inputs, {
      chart: "keda",
      name: "keda",
      namespace: "keda",
      repositoryOpts: { repo: "https://kedacore.github.io/charts" },
      resourcePrefix: "platform-keda",
      values: { crds: { install: true } },
      version: "2.18.0",
    });
    strictEqual(chart.parent, "platform-keda");
    deepStrictEqual(chart.dependsOn, ["platform-keda-namespace"]);

    const keda = { crds: "existing", replicas: 2, namespace: "scaling", createNamespace: false } as const;
    const { registrations: others } = await install({ autoscaling: { prometheus, keda } });
    const { values, namespace } = named(others, "platform-keda-chart").inputs;
    deepStrictEqual(
      { values, namespace },
      { values: { crds: { install: false }, operator: { replicaCount: 2 } }, namespace: "scaling" },
    );
    ok(!others.some(({ name }) => name === "platform-keda-namespace"));
  });

  it("gives WVA's chart the controller alone, for all namespaces", async () => {
    const wva = { saturation: { kvSpareTrigger: 0.2 }, values: { wva: { limitedMode: true } } };
    const { registrations } = await install({ autoscaling: { prometheus, workloadVariantAutoscaler: wva } });
    const chart = named(registrations, "platform-wva-chart");
    deepStrictEqual(chart.inputs, {
      chart: "oci://ghcr.io/llm-d/workload-variant-autoscaler",
      name: "workload-variant-autoscaler",
      namespace: "workload-variant-autoscaler-system",
      resourcePrefix: "platform-wva",
      skipCrds: true,
      version: "0.7.0",
      values: {
        controller: { enabled: true },
        hpa: { enabled: false },
        va: { enabled: false },
        vllmService: { enabled: false },
        wva: {
          capacityScaling: { default: { kvSpareTrigger: 0.2 } },
          image: { tag: "v0.7.0" },
          imagePullPolicy: "IfNotPresent",
          limitedMode: true,
          namespaceScoped: false,
          poolGroup: "inference.networking.k8s.io",
          prometheus: {
            baseURL: "https://prometheus.monitoring.svc:9090",
            monitoringNamespace: "monitoring",
            serviceAccountName: "kube-prometheus-stack-prometheus",
            tls: { insecureSkipVerify: true },
          },
          replicaCount: 1,
        },
      },
    });
    deepStrictEqual(chart.dependsOn, ["platform-wva-crds-bundle", "platform-wva-namespace"]);
  });

  it("starts KServe's controller after the kinds that it looks for at its start, and services after the autoscalers", async () => {
    const { registrations } = await install({ autoscaling: { prometheus } });
    const controller = named(registrations, "platform-kserve-deployment-llmisvc-controller-manager").dependsOn;
    for (const before of ["platform-wva-crds-bundle", "platform-keda-chart"]) {
      ok(controller.includes(before), `${before} is missing in ${controller.join(", ")}`);
    }
    const service = named(registrations, "service").dependsOn;
    for (const before of ["platform-wva-chart", "platform-keda-chart"]) {
      ok(service.includes(before), `${before} is missing in ${service.join(", ")}`);
    }
  });

  it("has prometheus-adapter serve WVA's metric, and nothing else, where services scale by HorizontalPodAutoscalers", async () => {
    const access = { url: "https://thanos.monitoring.svc", caCertificate: "CA" };
    const autoscaling = { prometheus: access, keda: false as const, prometheusAdapter: {} };
    const { registrations, result } = await install({ autoscaling });
    deepStrictEqual(named(registrations, "platform-prometheus-adapter-chart").inputs.values, {
      prometheus: { url: "https://thanos.monitoring.svc", port: 443 },
      rules: {
        default: false,
        external: [
          {
            seriesQuery: 'wva_desired_replicas{variant_name!="",exported_namespace!=""}',
            resources: { overrides: { exported_namespace: { resource: "namespace" } } },
            name: { matches: "^wva_desired_replicas$", as: "wva_desired_replicas" },
            metricsQuery: "max by (variant_name, exported_namespace) (<<.Series>>{<<.LabelMatchers>>})",
          },
        ],
      },
      extraArguments: ["--prometheus-ca-file=/etc/prometheus-ca/ca.crt"],
      extraVolumes: [{ name: "prometheus-ca", configMap: { name: "prometheus-ca" } }],
      extraVolumeMounts: [{ name: "prometheus-ca", mountPath: "/etc/prometheus-ca", readOnly: true }],
    });
    deepStrictEqual(named(registrations, "platform-prometheus-adapter-prometheus-ca").inputs, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "prometheus-ca", namespace: "monitoring" },
      data: { "ca.crt": "CA" },
    });
    deepStrictEqual([result.plan.components?.keda, result.plan.components?.prometheusAdapter], [false, "5.3.0"]);
  });

  it("installs nothing that is there already, and knows of it", async () => {
    const autoscaling = {
      prometheus: { url: "http://prometheus:9090" },
      keda: { existing: true, version: "2.17.1" } as const,
      workloadVariantAutoscaler: { existing: true } as const,
    };
    const { registrations, result } = await install({ autoscaling });
    deepStrictEqual(
      registrations.filter(({ name }) => /keda|wva/.test(name)).map(({ name }) => name),
      [],
    );
    deepStrictEqual([result.plan.components?.keda, result.plan.components?.wva], ["2.17.1", true]);
    deepStrictEqual(configOf(registrations, "platform-kserve-config-map-inferenceservice-config"), {
      prometheus: { url: "http://prometheus:9090", tlsInsecureSkipVerify: false },
    });
  });

  it("knows that there is none, or nothing of it", async () => {
    const { result: none } = await install({ autoscaling: false });
    deepStrictEqual(
      [none.plan.components?.keda, none.plan.components?.wva, none.plan.autoscalingPrometheus],
      [false, false, false],
    );
    const { result: unsaid } = await install({});
    deepStrictEqual([unsaid.plan.components?.keda, unsaid.plan.components?.wva], [undefined, undefined]);
  });

  it("refuses what cannot work, all at once", async () => {
    await rejects(install({ autoscaling: { prometheus: { url: "http://prometheus" }, prometheusAdapter: {} } }), {
      message: [
        'InferencePlatform "platform": 2 problems',
        "  - autoscaling.prometheusAdapter: KEDA and prometheus-adapter both answer for external.metrics.k8s.io, and a cluster has one APIService of this name; fix: set autoscaling.keda to false to scale by HorizontalPodAutoscalers, or leave prometheusAdapter out",
        '  - autoscaling.prometheus.url: the workload variant autoscaler reads Prometheus over https only; given: "http://prometheus"; allowed: https://<host>:<port>; fix: serve Prometheus with a certificate, and set tlsInsecureSkipVerify where it is self-signed',
      ].join("\n"),
    });
    await rejects(install({ autoscaling: {} }), /autoscaling\.prometheus: missing: scaling goes by figures/);
    await rejects(
      install({ autoscaling: { keda: false, prometheusAdapter: {}, prometheus } }),
      /prometheus-adapter verifies Prometheus' certificate always; given: true; fix: give caCertificate/,
    );
    await rejects(
      install({ autoscaling: { prometheus: { ...prometheus, authModes: "bearer" } } }),
      /autoscaling\.prometheus\.triggerAuthName: missing: KServe takes authModes and triggerAuthName together/,
    );
  });

  it("can be told to KServe alone, whose address may be an output", async () => {
    const access = {
      url: pulumi.output("https://prometheus:9090"),
      authModes: "bearer",
      triggerAuthName: "prometheus",
      triggerAuthKind: "ClusterTriggerAuthentication" as const,
    };
    const { registrations } = await register(
      () => new KServe("kserve", { kubeconfig: "kubeconfig", autoscaling: { prometheus: access } }),
      { call },
    );
    deepStrictEqual(configOf(registrations, "kserve-config-map-inferenceservice-config"), {
      prometheus: {
        url: "https://prometheus:9090",
        tlsInsecureSkipVerify: false,
        authModes: "bearer",
        triggerAuthName: "prometheus",
        triggerAuthKind: "ClusterTriggerAuthentication",
      },
    });
  });
});
