import { pickerMetrics, roleLabel, serverMetrics, serviceLabel } from "./metrics";
import type { Dashboard, Panel, Query, Variable } from "./panels";

const chosen = `namespace=~"$namespace",${serviceLabel}=~"$service"`;
const by = `namespace, ${serviceLabel}`;
const legend = `{{namespace}}/{{${serviceLabel}}}`;
const window = "$__rate_interval";

const variables = (metric: string): readonly Variable[] => [
  { name: "namespace", title: "Namespace", metric, label: "namespace" },
  { name: "service", title: "Service", metric: `${metric}{namespace=~"$namespace"}`, label: serviceLabel },
];

const sum = (metric: string, labels = by): string => `sum by (${labels}) (${metric}{${chosen}})`;
const rate = (metric: string, labels = by): string => `sum by (${labels}) (rate(${metric}{${chosen}}[${window}]))`;
const average = (metric: string): string => `avg by (${by}) (${metric}{${chosen}})`;
const ratio = (part: string, whole: string): string => `${rate(part)} / ${rate(whole)}`;
const quantile = (share: number, histogram: string, labels = by): string =>
  `histogram_quantile(${share}, ${rate(`${histogram}_bucket`, `${labels}, le`)})`;

/** Median and the slowest twentieth and hundredth. */
function latency(title: string, description: string, histogram: string): Panel {
  const queries = [0.5, 0.95, 0.99].map((share): Query => ({
    expr: quantile(share, histogram),
    legend: `${legend} p${share * 100}`,
  }));
  return { title, description, unit: "s", queries };
}

const panel = (title: string, description: string, unit: Panel["unit"], expr: string, name = legend): Panel => ({
  title,
  description,
  unit,
  queries: [{ expr, legend: name }],
});

const servers = serverMetrics;
const pickers = pickerMetrics;

/** What users of a service notice, and how full its pods are. */
const modelServers: Dashboard = {
  uid: "pulumi-kserve-servers",
  title: "LLM inference: model servers",
  description: "Requests, latencies and KV caches of the LLMInferenceServices, as vLLM measures them.",
  variables: variables(servers.running),
  rows: [
    {
      title: "Requests",
      panels: [
        panel(
          "Finished requests",
          "By the reason for which generation ended.",
          "reqps",
          rate(servers.finished, `${by}, finished_reason`),
          `${legend} {{finished_reason}}`,
        ),
        panel(
          "Running requests",
          "Requests that are computed now, by role of the pods.",
          "short",
          sum(servers.running, `${by}, ${roleLabel}`),
          `${legend} {{${roleLabel}}}`,
        ),
        panel("Waiting requests", "Requests in the servers' queues.", "short", sum(servers.waiting)),
        latency("Time in the queue", "Until a server begins with a request.", servers.queueTime),
      ],
    },
    {
      title: "Latency",
      panels: [
        latency("Time to first token (TTFT)", "What users wait before they see something.", servers.timeToFirstToken),
        latency("Inter-token latency (ITL)", "How fast text appears after that.", servers.interTokenLatency),
        latency("Whole requests", "From arrival to the last token.", servers.requestLatency),
      ],
    },
    {
      title: "Throughput and KV cache",
      panels: [
        panel("Generated tokens", "Output of all pods together.", "tokens/s", rate(servers.generatedTokens)),
        panel("Prompt tokens", "Input of all pods together.", "tokens/s", rate(servers.promptTokens)),
        {
          title: "KV cache in use",
          description: "When it is full, requests wait or are computed again.",
          unit: "percentunit",
          queries: [
            { expr: average(servers.kvCacheUsage), legend: `${legend} average` },
            { expr: `max by (${by}) (${servers.kvCacheUsage}{${chosen}})`, legend: `${legend} fullest pod` },
          ],
        },
        panel(
          "Prefix cache hits",
          "Share of the prompts' tokens that were in the cache.",
          "percentunit",
          ratio(servers.prefixCacheHits, servers.prefixCacheQueries),
        ),
        panel(
          "Preemptions",
          "Requests that were put back because the KV cache was full.",
          "reqps",
          rate(servers.preemptions),
        ),
      ],
    },
  ],
};

/** What endpoint pickers see and decide. */
const endpointPickers: Dashboard = {
  uid: "pulumi-kserve-pickers",
  title: "LLM inference: endpoint pickers",
  description: "Requests, pools and decisions of the schedulers of LLMInferenceServices.",
  variables: variables(pickers.readyPods),
  rows: [
    {
      title: "Requests",
      panels: [
        panel(
          "Requests",
          "By the model that clients ask for.",
          "reqps",
          rate(pickers.requests, `${by}, model_name`),
          `${legend} {{model_name}}`,
        ),
        panel("Failed requests", "Share of all.", "percentunit", ratio(pickers.errors, pickers.requests)),
        latency("Duration", "As the gateway sees it.", pickers.requestDuration),
        panel("Running requests", "Passed on and not answered yet.", "short", sum(pickers.runningRequests)),
      ],
    },
    {
      title: "Pools",
      panels: [
        panel(
          "Ready pods",
          "That requests may be sent to.",
          "short",
          `max by (${by}) (${pickers.readyPods}{${chosen}})`,
        ),
        panel("Queue of a pod", "Waiting requests, on average.", "short", average(pickers.averageQueueSize)),
        panel("KV cache of a pod", "In use, on average.", "percentunit", average(pickers.averageKvCacheUtilization)),
        panel("Queue of the picker", "Held back by flow control.", "short", sum(pickers.flowControlQueueSize)),
      ],
    },
    {
      title: "Decisions",
      panels: [
        panel(
          "Chosen pods",
          "Decisions by the pod that was chosen.",
          "reqps",
          rate(pickers.schedulingAttempts, `${by}, pod_name, status`),
          `${legend} {{pod_name}} {{status}}`,
        ),
        latency("Time for a decision", "What scheduling adds to a request.", pickers.schedulingDuration),
        panel(
          "Time in plugins (p95)",
          "By plugin and where it is called.",
          "s",
          quantile(0.95, pickers.pluginDuration, "extension_point, plugin_type, plugin_name"),
          "{{plugin_name}} ({{plugin_type}}, {{extension_point}})",
        ),
        panel(
          "Prefix match",
          "Share of a prompt that the chosen pod has already, the median.",
          "percentunit",
          quantile(0.5, pickers.prefixHitRatio),
        ),
      ],
    },
  ],
};

/** Dashboards by the names of their files. */
export const dashboards: Readonly<Record<string, Dashboard>> = {
  "llm-model-servers": modelServers,
  "llm-endpoint-pickers": endpointPickers,
};
