import * as pulumi from "@pulumi/pulumi";

import { type AlertThresholds, alertRules, problemsOfThresholds } from "../../sdk/monitoring/alerts";
import { dashboards } from "../../sdk/monitoring/dashboards";
import { type MonitorArgs, pickerMonitor, serverMonitor } from "../../sdk/monitoring/monitors";
import { grafanaDashboard } from "../../sdk/monitoring/panels";
import { assertNoProblems } from "../../sdk/problems";
import { KubernetesObject, type Manifest } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";

/** Arguments of {@link InferenceMonitoring}. */
export interface InferenceMonitoringArgs {
  /** Where everything is made; it must exist. @default "monitoring" */
  namespace?: string;
  /** Labels by which Prometheus selects monitors and rules, such as `{ release: "prometheus" }`. @default none */
  labels?: Record<string, string>;
  /** Namespaces with services. @default all */
  namespaces?: string[];
  /** How often pods are asked, such as "15s". @default "15s" */
  interval?: string;
  /** Whether model servers serve with certificates of KServe (`enableLLMInferenceServiceTLS`). @default false */
  enableTLS?: boolean;
  /** Whether endpoint pickers ask for a token (`--metrics-endpoint-auth`), as they do by default. @default true */
  pickerAuthentication?: boolean;
  /** PodMonitors for model servers and endpoint pickers. @default true */
  monitors?: boolean;
  /** When alerts are raised; false for none. @default the defaults of {@link AlertThresholds} */
  alerts?: AlertThresholds | false;
  /** How Grafana's sidecar finds dashboards; false for none. @default label "grafana_dashboard" with value "1" */
  dashboards?: { labels?: Record<string, string>; annotations?: Record<string, string> } | false;
}

/**
 * What a Prometheus of prometheus-operator and a Grafana need to watch all LLMInferenceServices of a cluster: monitors that select the
 * pods of every service by KServe's labels, alert rules, dashboards.
 *
 * @throws ConfigurationError with every problem of the thresholds.
 */
export class InferenceMonitoring extends pulumi.ComponentResource {
  /** Names of the dashboards' ConfigMaps. */
  readonly dashboards: string[];

  constructor(name: string, args: InferenceMonitoringArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferenceMonitoring", name, {}, opts);
    const { namespace = "monitoring", labels, monitors = true, alerts = {} } = args;
    assertNoProblems(`InferenceMonitoring "${name}"`, alerts ? problemsOfThresholds(alerts, "alerts") : []);

    // A component's dependencies are not those of its children.
    const child = { parent: this, dependsOn: opts.dependsOn };
    if (monitors) createMonitors(name, args, namespace, child);
    if (alerts) {
      const metadata = { name: "llm-inference", namespace, ...(labels && { labels }) };
      const spec = { groups: [{ name: "llm-inference", rules: alertRules(alerts) }] };
      new KubernetesObject(
        `${name}-alerts`,
        { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata, spec },
        child,
      );
    }
    this.dashboards = createDashboards(name, args, namespace, child);
    this.registerOutputs({ dashboards: this.dashboards });
  }
}

const readerName = "llm-metrics-reader";

function createMonitors(
  name: string,
  { labels, namespaces, interval, enableTLS, pickerAuthentication = true }: InferenceMonitoringArgs,
  namespace: string,
  child: pulumi.CustomResourceOptions,
): void {
  const reader = pickerAuthentication ? createReader(name, namespace, child) : [];
  const shared: MonitorArgs = {
    namespace,
    ...(labels && { labels }),
    ...(namespaces && { namespaces }),
    ...(interval !== undefined && { interval }),
    ...(enableTLS !== undefined && { enableTLS }),
    pickerToken: pickerAuthentication && { name: readerName, key: "token" },
  };
  new KubernetesObject(`${name}-servers`, serverMonitor(shared), child);
  new KubernetesObject(`${name}-pickers`, pickerMonitor(shared), after(child, reader));
}

/** An account that may read `/metrics`, and a token of it, which endpoint pickers have the API server check. */
function createReader(name: string, namespace: string, child: pulumi.CustomResourceOptions): pulumi.Resource[] {
  const create = (suffix: string, manifest: Manifest, before: pulumi.Resource[] = []): KubernetesObject =>
    new KubernetesObject(`${name}-${suffix}`, manifest, after(child, before));
  const account = create("reader-account", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: readerName, namespace },
  });
  const role = create("reader-role", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: readerName },
    rules: [{ nonResourceURLs: ["/metrics"], verbs: ["get"] }],
  });
  const binding = create(
    "reader-binding",
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: readerName },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: readerName },
      subjects: [{ kind: "ServiceAccount", name: readerName, namespace }],
    },
    [account, role],
  );
  const token = create(
    "reader-token",
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: readerName,
        namespace,
        annotations: { "kubernetes.io/service-account.name": readerName },
      },
      type: "kubernetes.io/service-account-token",
    },
    [account],
  );
  return [binding, token];
}

function after(child: pulumi.CustomResourceOptions, before: pulumi.Resource[]): pulumi.CustomResourceOptions {
  return { ...child, dependsOn: allResources(child.dependsOn as Resources, before) };
}

function createDashboards(
  name: string,
  { dashboards: sidecar = {} }: InferenceMonitoringArgs,
  namespace: string,
  child: pulumi.CustomResourceOptions,
): string[] {
  if (!sidecar) return [];
  const { labels = { grafana_dashboard: "1" }, annotations } = sidecar;
  const names = Object.keys(dashboards).sort();
  for (const file of names) {
    const dashboard = dashboards[file];
    if (!dashboard) continue;
    new KubernetesObject(
      `${name}-dashboard-${file}`,
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `dashboard-${file}`, namespace, labels, ...(annotations && { annotations }) },
        data: { [`${file}.json`]: `${JSON.stringify(grafanaDashboard(dashboard), undefined, 2)}\n` },
      },
      child,
    );
  }
  return names.map((file) => `dashboard-${file}`);
}
