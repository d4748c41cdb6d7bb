import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { InferenceMonitoring } from "../../components/monitoring/inferenceMonitoring";
import { PrometheusStack } from "../../components/monitoring/prometheusStack";
import { named, register, type Registration } from "./mocks";

async function install(args: Partial<InferencePlatformArgs>): Promise<Registration[]> {
  const { registrations } = await register(
    () => new InferencePlatform("platform", { cluster: { kubeconfig: "kubeconfig" }, ...args }),
    { call: () => ({ result: [] }) },
  );
  return registrations;
}

const valuesOf = (registrations: Registration[], name: string): Record<string, unknown> =>
  named(registrations, name).inputs.values as Record<string, unknown>;

describe("monitoring of a platform", () => {
  it("installs kube-prometheus-stack so that nothing needs a hook, and Prometheus takes every monitor", async () => {
    const registrations = await install({ monitoring: {} });
    const { values, ...chart } = named(registrations, "platform-prometheus-chart").inputs;
    deepStrictEqual(chart, {
      chart: "kube-prometheus-stack",
      name: "kube-prometheus-stack",
      namespace: "monitoring",
      repositoryOpts: { repo: "https://prometheus-community.github.io/helm-charts" },
      resourcePrefix: "platform-prometheus",
      version: "83.4.0",
    });
    const { "kube-state-metrics": states, ...others } = values as Record<string, unknown>;
    deepStrictEqual(others, {
      crds: { enabled: true },
      prometheusOperator: { admissionWebhooks: { enabled: false }, tls: { enabled: false } },
      alertmanager: { enabled: true },
      prometheus: {
        prometheusSpec: {
          podMonitorSelectorNilUsesHelmValues: false,
          probeSelectorNilUsesHelmValues: false,
          ruleSelectorNilUsesHelmValues: false,
          scrapeConfigSelectorNilUsesHelmValues: false,
          serviceMonitorSelectorNilUsesHelmValues: false,
        },
      },
      grafana: { enabled: false },
    });
    ok(JSON.stringify(states).includes('"ready":["status","conditions","[type=Ready]","status"]'));
  });

  it("makes monitors, rules and dashboards after the stack, as children of the monitoring", async () => {
    const registrations = await install({ monitoring: {} });
    const children = registrations.filter(({ parent }) => parent === "platform-monitoring");
    deepStrictEqual(children.map(({ name, type }) => `${type.split(":").at(-1)} ${name}`).sort(), [
      "ClusterRole platform-monitoring-reader-role",
      "ClusterRoleBinding platform-monitoring-reader-binding",
      "ConfigMap platform-monitoring-dashboard-llm-endpoint-pickers",
      "ConfigMap platform-monitoring-dashboard-llm-model-servers",
      "PodMonitor platform-monitoring-pickers",
      "PodMonitor platform-monitoring-servers",
      "PrometheusRule platform-monitoring-alerts",
      "Secret platform-monitoring-reader-token",
      "ServiceAccount platform-monitoring-reader-account",
    ]);
    ok(named(registrations, "platform-monitoring-servers").dependsOn.includes("platform-prometheus-chart"));
    deepStrictEqual(named(registrations, "platform-monitoring-servers").inputs.spec, {
      namespaceSelector: { any: true },
      selector: {
        matchLabels: { "app.kubernetes.io/part-of": "llminferenceservice", "kserve.io/component": "workload" },
      },
      podMetricsEndpoints: [
        {
          targetPort: 8000,
          scheme: "http",
          path: "/metrics",
          interval: "15s",
          relabelings: [
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"],
              targetLabel: "llm_inference_service",
            },
            {
              action: "replace",
              sourceLabels: ["__meta_kubernetes_pod_label_llm_d_ai_role"],
              targetLabel: "llm_d_role",
            },
          ],
        },
      ],
    });
    const { metadata, data } = named(registrations, "platform-monitoring-dashboard-llm-model-servers").inputs as {
      metadata: unknown;
      data: Record<string, string>;
    };
    deepStrictEqual(metadata, {
      name: "dashboard-llm-model-servers",
      namespace: "monitoring",
      labels: { grafana_dashboard: "1" },
    });
    strictEqual((JSON.parse(data["llm-model-servers.json"] ?? "") as { uid: string }).uid, "pulumi-kserve-servers");
  });

  it("serves Prometheus by https where it installs WVA, which reads it so", async () => {
    const registrations = await install({ monitoring: {}, autoscaling: {} });
    const { prometheus, grafana } = valuesOf(registrations, "platform-prometheus-chart") as {
      prometheus: { prometheusSpec: { web: unknown }; serviceMonitor: unknown };
      grafana: unknown;
    };
    deepStrictEqual(prometheus.prometheusSpec.web, {
      tlsConfig: {
        cert: { secret: { name: "prometheus-tls", key: "tls.crt" } },
        keySecret: { name: "prometheus-tls", key: "tls.key" },
      },
    });
    deepStrictEqual(prometheus.serviceMonitor, { scheme: "https", tlsConfig: { insecureSkipVerify: true } });
    deepStrictEqual(grafana, { enabled: false });
    const { wva } = valuesOf(registrations, "platform-wva-chart") as { wva: { prometheus: unknown } };
    deepStrictEqual(wva.prometheus, {
      baseURL: "https://kube-prometheus-stack-prometheus.monitoring.svc:9090",
      serviceAccountName: "kube-prometheus-stack-prometheus",
      monitoringNamespace: "monitoring",
      tls: { insecureSkipVerify: true },
    });
    ok(named(registrations, "platform-wva-chart").dependsOn.includes("platform-prometheus-chart"));
    ok(named(registrations, "platform-prometheus-chart").dependsOn.includes("platform-prometheus-certificate"));
    deepStrictEqual(named(registrations, "platform-prometheus-certificate").inputs.spec, {
      secretName: "prometheus-tls",
      dnsNames: [
        "kube-prometheus-stack-prometheus.monitoring",
        "kube-prometheus-stack-prometheus.monitoring.svc",
        "kube-prometheus-stack-prometheus.monitoring.svc.cluster.local",
      ],
      issuerRef: { kind: "Issuer", name: "prometheus-selfsigned" },
    });
  });

  it("puts prometheus-adapter beside the Secret with Prometheus' CA", async () => {
    const registrations = await install({ monitoring: {}, autoscaling: { keda: false, prometheusAdapter: {} } });
    const { namespace, values } = named(registrations, "platform-prometheus-adapter-chart").inputs as {
      namespace: string;
      values: Record<string, unknown>;
    };
    strictEqual(namespace, "monitoring");
    deepStrictEqual(values.extraVolumes, [{ name: "prometheus-ca", secret: { secretName: "prometheus-tls" } }]);
    deepStrictEqual(values.prometheus, {
      url: "https://kube-prometheus-stack-prometheus.monitoring.svc",
      port: 9090,
    });
    ok(!registrations.some(({ name }) => name === "platform-prometheus-adapter-namespace"));
  });

  it("watches by a Prometheus that exists, in its namespace and by its labels", async () => {
    const monitoring = {
      stack: { existing: true } as const,
      namespace: "observability",
      labels: { release: "prometheus" },
      alerts: false as const,
      dashboards: { labels: { dashboards: "grafana" }, annotations: { folder: "LLM" } },
      pickerAuthentication: false,
      namespaces: ["models"],
    };
    const registrations = await install({ monitoring });
    deepStrictEqual(
      registrations
        .filter(({ parent }) => parent === "platform-monitoring")
        .map(({ name }) => name)
        .sort(),
      [
        "platform-monitoring-dashboard-llm-endpoint-pickers",
        "platform-monitoring-dashboard-llm-model-servers",
        "platform-monitoring-pickers",
        "platform-monitoring-servers",
      ],
    );
    deepStrictEqual(named(registrations, "platform-monitoring-pickers").inputs.metadata, {
      name: "llm-endpoint-pickers",
      namespace: "observability",
      labels: { release: "prometheus" },
    });
    deepStrictEqual(named(registrations, "platform-monitoring-dashboard-llm-model-servers").inputs.metadata, {
      name: "dashboard-llm-model-servers",
      namespace: "observability",
      labels: { dashboards: "grafana" },
      annotations: { folder: "LLM" },
    });
  });

  it("gives Grafana an administrator whose password stays a secret", async () => {
    const { registrations } = await register(
      () => new PrometheusStack("stack", { grafana: { adminPassword: "hunter2" }, tls: { secretName: "own" } }),
    );
    deepStrictEqual(named(registrations, "stack-grafana-admin").inputs.stringData, {
      secret: { "admin-user": "admin", "admin-password": "hunter2" },
    });
    deepStrictEqual(valuesOf(registrations, "stack-chart").grafana, {
      enabled: true,
      admin: { existingSecret: "grafana-admin", userKey: "admin-user", passwordKey: "admin-password" },
      sidecar: { datasources: { defaultDatasourceEnabled: false } },
      additionalDataSources: [
        {
          name: "Prometheus",
          uid: "prometheus",
          type: "prometheus",
          access: "proxy",
          url: "https://kube-prometheus-stack-prometheus.monitoring.svc:9090",
          isDefault: true,
          jsonData: { tlsSkipVerify: true, timeInterval: "30s" },
        },
      ],
    });
    ok(!JSON.stringify(named(registrations, "stack-chart").inputs).includes("hunter2"));
    ok(!registrations.some(({ name }) => name === "stack-certificate"));
  });

  it("refuses a Grafana without an administrator, and thresholds that are none", async () => {
    await rejects(
      register(() => new PrometheusStack("stack", { grafana: {} })),
      /grafana: needs an administrator: the chart would make up a password anew in every preview; allowed: one of adminPassword and adminSecret/,
    );
    await rejects(
      register(() => new InferenceMonitoring("watch", { alerts: { errorShare: 5 } })),
      /alerts\.errorShare: not a threshold; given: 5; allowed: a share between 0 and 1/,
    );
  });
});

describe("tracing and DNS of a platform", () => {
  it("takes traces by OTLP and hands them on", async () => {
    const exporters = { otlp: { endpoint: "tempo:4317", tls: { insecure: true } } };
    const { registrations, result } = await register(
      () =>
        new InferencePlatform("platform", {
          cluster: { kubeconfig: "kubeconfig" },
          tracing: { exporters, samplingShare: 0.25 },
        }),
      { call: () => ({ result: [] }) },
    );
    strictEqual(result.tracingEndpoint, "http://otel-collector.observability.svc:4317");
    const { values, ...chart } = named(registrations, "platform-tracing-chart").inputs;
    deepStrictEqual(chart, {
      chart: "opentelemetry-collector",
      name: "opentelemetry-collector",
      namespace: "observability",
      repositoryOpts: { repo: "https://open-telemetry.github.io/opentelemetry-helm-charts" },
      resourcePrefix: "platform-tracing",
      version: "0.158.3",
    });
    const { alternateConfig, ...rest } = values as { alternateConfig: Record<string, unknown> };
    deepStrictEqual(rest, {
      command: { name: "otelcol-k8s" },
      fullnameOverride: "otel-collector",
      image: { repository: "otel/opentelemetry-collector-k8s" },
      mode: "deployment",
      ports: Object.fromEntries(
        ["jaeger-compact", "jaeger-grpc", "jaeger-thrift", "zipkin"].map((port) => [port, { enabled: false }]),
      ),
      replicaCount: 1,
      resources: { limits: { memory: "512Mi" } },
    });
    deepStrictEqual(alternateConfig.exporters, exporters);
    deepStrictEqual(alternateConfig.service, {
      extensions: ["health_check"],
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "probabilistic_sampler", "batch"],
          exporters: ["otlp"],
        },
      },
    });
    deepStrictEqual((alternateConfig.processors as Record<string, unknown>).probabilistic_sampler, {
      sampling_percentage: 25,
    });
  });

  it("refuses a collector that hands nothing on", async () => {
    await rejects(
      install({ tracing: { exporters: {}, samplingShare: 25 } }),
      /exporters: is empty: traces would go nowhere; .*\n.*samplingShare: not a share; given: 25/,
    );
  });

  it("makes records for HTTPRoutes after their kind is there", async () => {
    const externalDns = {
      provider: "aws",
      domainFilters: ["llm.example.com"],
      txtOwnerId: "prod",
      serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": pulumi.output("arn:dns") },
    };
    const registrations = await install({ externalDns });
    const chart = named(registrations, "platform-external-dns-chart");
    deepStrictEqual(chart.inputs, {
      chart: "external-dns",
      name: "external-dns",
      namespace: "external-dns",
      repositoryOpts: { repo: "https://kubernetes-sigs.github.io/external-dns" },
      resourcePrefix: "platform-external-dns",
      skipCrds: true,
      version: "1.20.0",
      values: {
        provider: { name: "aws" },
        sources: ["gateway-httproute"],
        domainFilters: ["llm.example.com"],
        policy: "upsert-only",
        registry: "txt",
        txtOwnerId: "prod",
        serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:dns" } },
      },
    });
    deepStrictEqual(chart.dependsOn, ["platform-external-dns-namespace", "platform-gateway-api-bundle"]);
  });

  it("refuses records without an owner or in any zone", async () => {
    await rejects(
      install({ externalDns: { provider: "aws", domainFilters: [], txtOwnerId: "" } }),
      /txtOwnerId: missing: without it .*\n.*domainFilters: missing: it would write every zone/,
    );
    await rejects(
      install({ externalDns: { provider: "aws", domainFilters: ["*.example.com"], txtOwnerId: "a" } }),
      /domainFilters\[0\]: not a domain; given: "\*\.example\.com"/,
    );
    // The top-level domain may be one of another script.
    await install({ externalDns: { provider: "aws", domainFilters: ["llm.xn--p1ai"], txtOwnerId: "a" } });
  });
});
