import { strict as assert } from "node:assert";

import { alertRules, problemsOfThresholds } from "../../sdk/monitoring/alerts";
import { dashboards } from "../../sdk/monitoring/dashboards";
import { pickerMetrics, serverMetrics, stateMetrics } from "../../sdk/monitoring/metrics";
import { pickerMonitor, serverMonitor } from "../../sdk/monitoring/monitors";
import { grafanaDashboard } from "../../sdk/monitoring/panels";

const histograms = [
  serverMetrics.timeToFirstToken,
  serverMetrics.interTokenLatency,
  serverMetrics.requestLatency,
  serverMetrics.queueTime,
  pickerMetrics.requestDuration,
  pickerMetrics.schedulingDuration,
  pickerMetrics.pluginDuration,
  pickerMetrics.prefixHitRatio,
] as const;
const known = new Set<string>([
  ...Object.values(serverMetrics),
  ...Object.values(pickerMetrics),
  ...Object.values(stateMetrics),
  ...histograms.flatMap((name) => [`${name}_bucket`, `${name}_count`, `${name}_sum`]),
]);

/** What can be said of an expression without PromQL's parser: brackets close, quotes too, metrics exist, rates are of counters. */
function findings(expr: string): string[] {
  const found: string[] = [];
  const closes: Record<string, string> = { ")": "(", "}": "{", "]": "[" };
  const open: string[] = [];
  const bare = expr.replace(/"[^"]*"/g, '""');
  for (const character of bare) {
    if (Object.values(closes).includes(character)) open.push(character);
    else if (character in closes && open.pop() !== closes[character]) found.push(`unbalanced ${character}`);
  }
  if (open.length > 0) found.push(`open ${open.join("")}`);
  if ((bare.match(/"/g) ?? []).length % 2 === 1) found.push("open quote");
  const metrics = [...bare.matchAll(/([a-z]+[a-z0-9_:]*)(?=\{|\[)/g)].map(([, name]) => name ?? "");
  if (metrics.length === 0 && ![...known].some((name) => bare.includes(name))) found.push("no metric");
  found.push(...metrics.filter((name) => !known.has(name)).map((name) => `unknown metric ${name}`));
  for (const [, name = ""] of bare.matchAll(/rate\(([a-z0-9_:]+)/g)) {
    if (!/_(total|bucket|count|sum)$/.test(name)) found.push(`rate of ${name}, which is no counter`);
  }
  for (const [, name = ""] of bare.matchAll(/deriv\(([a-z0-9_:]+)/g)) {
    if (/_(total|bucket|count|sum)$/.test(name)) found.push(`deriv of ${name}, which is a counter`);
  }
  return found;
}

describe("monitoring", () => {
  it("finds what is wrong with an expression", () => {
    assert.deepEqual(findings('sum(rate(vllm:num_requests_waiting{a="b"}[5m])'), [
      "open (",
      "rate of vllm:num_requests_waiting, which is no counter",
    ]);
    assert.deepEqual(findings("vllm:nothing{}"), ["unknown metric vllm:nothing"]);
  });

  it("raises alerts by metrics that exist", () => {
    const rules = alertRules();
    assert.deepEqual(
      rules.map(({ alert, labels }) => `${alert} ${labels.severity}`),
      [
        "LLMInferenceServiceNotReady critical",
        "InferencePoolEmpty critical",
        "EndpointPickerDown critical",
        "InferenceQueueGrowing warning",
        "KVCacheFull warning",
        "InferenceErrors critical",
        "TimeToFirstTokenBurnFast critical",
        "TimeToFirstTokenBurnSlow warning",
      ],
    );
    for (const { alert, expr } of rules) assert.deepEqual(findings(expr), [], `${alert}: ${expr}`);
  });

  it("burns the budget of slow requests over a long and a short window", () => {
    const burns = alertRules({ timeToFirstToken: { share: 0.99, seconds: 1 } }).filter(({ alert }) =>
      alert.startsWith("TimeToFirstToken"),
    );
    const slow = (window: string): string =>
      `(1 - sum by (namespace, llm_inference_service) (rate(vllm:time_to_first_token_seconds_bucket{le="1.0"}[${window}])) / ` +
      `sum by (namespace, llm_inference_service) (rate(vllm:time_to_first_token_seconds_count[${window}])))`;
    assert.deepEqual(
      burns.map(({ alert, expr }) => [alert, expr]),
      [
        ["TimeToFirstTokenBurnFast", `${slow("1h")} > 0.144 and ${slow("5m")} > 0.144`],
        ["TimeToFirstTokenBurnSlow", `${slow("6h")} > 0.06 and ${slow("30m")} > 0.06`],
      ],
    );
  });

  it("leaves out a burn rate that no rate of slow requests can reach", () => {
    const names = alertRules({ timeToFirstToken: { share: 0.5, seconds: 1 } }).map(({ alert }) => alert);
    assert.ok(!names.some((name) => name.startsWith("TimeToFirstToken")), names.join(", "));
  });

  it("takes thresholds", () => {
    const rules = alertRules({ notReadyMinutes: 3, waitingRequests: 7, kvCacheUsage: 0.8, errorShare: 0.2 });
    const text = JSON.stringify(rules);
    for (const part of ['"for":"3m"', "> 7 and", "> 0.8", "> 0.2"]) assert.ok(text.includes(part), part);
  });

  it("names every wrong threshold", () => {
    assert.deepEqual(
      problemsOfThresholds(
        { kvCacheUsage: 95, notReadyMinutes: 0.5, timeToFirstToken: { share: 95, seconds: 2 } },
        "alerts",
      ).map(({ path }) => path),
      [
        "alerts.notReadyMinutes",
        "alerts.kvCacheUsage",
        "alerts.timeToFirstToken.share",
        "alerts.timeToFirstToken.seconds",
      ],
    );
  });

  for (const [name, dashboard] of Object.entries(dashboards)) {
    it(`draws ${name} from metrics that exist, panels side by side`, () => {
      const expressions = dashboard.rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries));
      for (const { expr } of expressions) {
        assert.deepEqual(findings(expr.replaceAll("$__rate_interval", "5m")), [], expr);
      }
      const { panels } = grafanaDashboard(dashboard) as {
        panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
      };
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
      for (const [index, a] of panels.entries()) {
        for (const b of panels.slice(index + 1)) {
          const [left, right] = [a.gridPos, b.gridPos];
          const apart =
            left.x + left.w <= right.x ||
            right.x + right.w <= left.x ||
            left.y + left.h <= right.y ||
            right.y + right.h <= left.y;
          assert.ok(apart, `panels ${a.id} and ${b.id} overlap`);
        }
      }
    });
  }

  it("scrapes servers without their certificate, and pickers with a token", () => {
    const shared = { namespace: "monitoring", labels: { release: "prometheus" }, pickerToken: false as const };
    const [servers] = serverMonitor({ ...shared, enableTLS: true }).spec.podMetricsEndpoints as Record<
      string,
      unknown
    >[];
    assert.deepEqual([servers?.scheme, servers?.tlsConfig], ["https", { insecureSkipVerify: true }]);
    const pickers = pickerMonitor({ ...shared, pickerToken: { name: "reader", key: "token" }, namespaces: ["models"] });
    assert.deepEqual(pickers.metadata, {
      name: "llm-endpoint-pickers",
      namespace: "monitoring",
      labels: { release: "prometheus" },
    });
    assert.deepEqual(pickers.spec.namespaceSelector, { matchNames: ["models"] });
    const [endpoint] = pickers.spec.podMetricsEndpoints as Record<string, unknown>[];
    assert.deepEqual(endpoint?.authorization, { type: "Bearer", credentials: { name: "reader", key: "token" } });
    const [open] = pickerMonitor(shared).spec.podMetricsEndpoints as Record<string, unknown>[];
    assert.equal(open?.authorization, undefined);
  });
});
