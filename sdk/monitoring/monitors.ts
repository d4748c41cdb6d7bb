import { roleLabel, serviceLabel } from "./metrics";

/** How pods of all services are scraped. */
export interface MonitorArgs {
  /** Where the monitors are. */
  namespace: string;
  /** By which Prometheus selects monitors. @default none */
  labels?: Readonly<Record<string, string>>;
  /** Namespaces with services. @default all */
  namespaces?: readonly string[];
  /** How often, such as "15s". @default "15s" */
  interval?: string;
  /** Whether model servers serve with KServe's own certificates (`enableLLMInferenceServiceTLS`), which no monitor can verify. @default false */
  enableTLS?: boolean;
  /** Secret in the monitors' namespace with the token that endpoint pickers ask for; false where they run without `--metrics-endpoint-auth`. */
  pickerToken: { readonly name: string; readonly key: string } | false;
}

/** A PodMonitor of prometheus-operator. */
export interface PodMonitor {
  readonly apiVersion: "monitoring.coreos.com/v1";
  readonly kind: "PodMonitor";
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Record<string, string> };
  readonly spec: Readonly<Record<string, unknown>>;
  [field: string]: unknown;
}

/** Names of the monitors, which Prometheus' label `job` ends with. */
export const monitorNames = { servers: "llm-model-servers", pickers: "llm-endpoint-pickers" } as const;

/**
 * Pods that get requests: single pods and leaders of groups. Presets serve on port 8000, without a name; before decode pods the routing
 * sidecar does, and hands `/metrics` on.
 *
 * Sources: the presets and `expectedSingleNodeMainDeployment`, `expectedMainMultiNodeLWS` of KServe 0.20.
 */
export function serverMonitor(args: MonitorArgs): PodMonitor {
  return podMonitor(monitorNames.servers, args, serverPods, {
    // `portNumber` would be newer, which prometheus-operator knows since 0.79 only.
    targetPort: serverPort,
    ...(args.enableTLS ? { scheme: "https", tlsConfig: { insecureSkipVerify: true } } : { scheme: "http" }),
  });
}

/**
 * Endpoint pickers: port 9090, named "metrics", always without TLS, and with a token unless that is switched off.
 *
 * Sources: the preset config-llm-scheduler of KServe 0.20; cmd/epp/runner/runner.go and pkg/epp/server/options.go of the inference extension 1.5.0.
 */
export function pickerMonitor(args: MonitorArgs): PodMonitor {
  return podMonitor(monitorNames.pickers, args, pickerPods, {
    port: "metrics",
    scheme: "http",
    ...(args.pickerToken && { authorization: { type: "Bearer", credentials: { ...args.pickerToken } } }),
  });
}

/** Port of the presets at which a service's pods get requests. */
export const serverPort = 8000;

const partOf = { "app.kubernetes.io/part-of": "llminferenceservice" };

/** Labels of pods that get requests. */
export const serverPods: Readonly<Record<string, string>> = { ...partOf, "kserve.io/component": "workload" };

/** Labels of endpoint pickers. Source: `SchedulerLabels` of KServe 0.20. */
export const pickerPods: Readonly<Record<string, string>> = {
  ...partOf,
  "app.kubernetes.io/component": "llminferenceservice-router-scheduler",
};

function podMonitor(
  name: string,
  { namespace, labels, namespaces, interval = "15s" }: MonitorArgs,
  matchLabels: Readonly<Record<string, string>>,
  endpoint: Record<string, unknown>,
): PodMonitor {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PodMonitor",
    metadata: { name, namespace, ...(labels && { labels: { ...labels } }) },
    spec: {
      namespaceSelector: namespaces ? { matchNames: [...namespaces] } : { any: true },
      selector: { matchLabels: { ...matchLabels } },
      podMetricsEndpoints: [{ ...endpoint, path: "/metrics", interval, relabelings: [...relabelings] }],
    },
  };
}

/** The service's name and the pod's role as labels of every series. */
const relabelings = [
  {
    action: "replace",
    sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"],
    targetLabel: serviceLabel,
  },
  { action: "replace", sourceLabels: ["__meta_kubernetes_pod_label_llm_d_ai_role"], targetLabel: roleLabel },
];
