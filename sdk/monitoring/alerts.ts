import type { Problem } from "../problems";
import { pickerMetrics, serverMetrics, serviceLabel, stateMetrics, timeToFirstTokenBuckets } from "./metrics";

/** When alerts are raised. */
export interface AlertThresholds {
  /** Minutes for which a service is not Ready, or has no pod that takes requests. @default 10 */
  notReadyMinutes?: number;
  /** Requests of a service that wait, while they become more. @default 50 */
  waitingRequests?: number;
  /** Share of the KV cache in use, on average over a service's pods. @default 0.95 */
  kvCacheUsage?: number;
  /** Share of the requests that fail. @default 0.05 */
  errorShare?: number;
  /** What is promised of the time to the first token. @default 95 % within 2.5 s */
  timeToFirstToken?: TimeToFirstTokenObjective;
}

/** A promise: so many of the requests get their first token within so many seconds. */
export interface TimeToFirstTokenObjective {
  /** Share of the requests, such as 0.95. */
  share: number;
  /** One of the bounds of vLLM's histogram, such as 0.5, 1, 2.5 or 5. */
  seconds: number;
}

/** A rule of a PrometheusRule. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: "critical" | "warning" };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const byService = `namespace, ${serviceLabel}`;
const ofService = `{{ $labels.namespace }}/{{ $labels.${serviceLabel} }}`;

/** The alerts, one for each way in which a service lets its users down. */
export function alertRules(thresholds: AlertThresholds = {}): AlertRule[] {
  const { notReadyMinutes = 10, waitingRequests = 50, kvCacheUsage = 0.95, errorShare = 0.05 } = thresholds;
  const notReady = `${notReadyMinutes}m`;
  return [
    rule("LLMInferenceServiceNotReady", "critical", notReady, {
      expr: `${stateMetrics.serviceInfo}{ready!="True"} == 1`,
      summary: "LLMInferenceService {{ $labels.namespace }}/{{ $labels.name }} is not Ready",
      description: `It has not been Ready for ${notReadyMinutes} minutes. npm run local -- diagnose, or diagnoseService, says why.`,
    }),
    rule("InferencePoolEmpty", "critical", notReady, {
      expr: `max by (${byService}) (${pickerMetrics.readyPods}) == 0`,
      summary: `${ofService} has no pod that takes requests`,
      description: `The endpoint picker has known of none for ${notReadyMinutes} minutes.`,
    }),
    rule("EndpointPickerDown", "critical", "5m", {
      expr: `${stateMetrics.deploymentAvailable}{deployment=~".*-kserve-router-scheduler"} == 0`,
      summary: "Endpoint picker {{ $labels.namespace }}/{{ $labels.deployment }} is down",
      description:
        "No replica has been available for 5 minutes: requests are spread without regard to load, or refused.",
    }),
    rule("InferenceQueueGrowing", "warning", "10m", {
      expr:
        `sum by (${byService}) (${serverMetrics.waiting}) > ${waitingRequests} and ` +
        `sum by (${byService}) (deriv(${serverMetrics.waiting}[10m])) > 0`,
      summary: `Requests of ${ofService} wait, and become more`,
      description: `{{ $value }} requests wait (threshold ${waitingRequests}): more replicas are needed, or fewer requests.`,
    }),
    rule("KVCacheFull", "warning", "10m", {
      expr: `avg by (${byService}) (${serverMetrics.kvCacheUsage}) > ${kvCacheUsage}`,
      summary: `The KV cache of ${ofService} is full`,
      description: `{{ $value | humanizePercentage }} are in use on average: requests wait or are computed again.`,
    }),
    rule("InferenceErrors", "critical", "5m", {
      expr:
        `sum by (${byService}) (rate(${pickerMetrics.errors}[5m])) / ` +
        `sum by (${byService}) (rate(${pickerMetrics.requests}[5m])) > ${errorShare}`,
      summary: `Requests to ${ofService} fail`,
      description: `{{ $value | humanizePercentage }} of the requests of the last 5 minutes failed.`,
    }),
    ...burnRules(thresholds.timeToFirstToken),
  ];
}

/**
 * How fast the budget of slow requests is used up, over a long and a short window, so that an alert comes early and ends soon.
 * The factors use up 2 % of the budget of 30 days within an hour, and 5 % within six.
 */
const burns = [
  { severity: "critical", factor: 14.4, long: "1h", short: "5m", for: "2m" },
  { severity: "warning", factor: 6, long: "6h", short: "30m", for: "15m" },
] as const;

function burnRules({ share, seconds }: TimeToFirstTokenObjective = { share: 0.95, seconds: 2.5 }): AlertRule[] {
  // The budget may be so large that no rate of slow requests exceeds it by the factor.
  const reachable = burns.filter(({ factor }) => factor * (1 - share) < 1);
  return reachable.map(({ severity, factor, long, short, for: duration }) => {
    const limit = Number((factor * (1 - share)).toPrecision(6));
    return rule(`TimeToFirstTokenBurn${severity === "critical" ? "Fast" : "Slow"}`, severity, duration, {
      expr: [long, short].map((window) => `${slowShare(seconds, window)} > ${limit}`).join(" and "),
      summary: `First tokens of ${ofService} come late`,
      description: `{{ $value | humanizePercentage }} of the requests of the last ${long} waited longer than ${seconds} s; promised is that ${Number((share * 100).toPrecision(6))} % do not.`,
    });
  });
}

function slowShare(seconds: number, window: string): string {
  const { timeToFirstToken } = serverMetrics;
  const sum = (series: string): string => `sum by (${byService}) (rate(${series}[${window}]))`;
  return `(1 - ${sum(`${timeToFirstToken}_bucket{le="${bound(seconds)}"}`)} / ${sum(`${timeToFirstToken}_count`)})`;
}

/** As Python's client writes bounds, and Prometheus 3 normalises them. */
function bound(seconds: number): string {
  return Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}

function rule(
  alert: string,
  severity: AlertRule["labels"]["severity"],
  duration: string,
  { expr, summary, description }: { expr: string; summary: string; description: string },
): AlertRule {
  return { alert, expr, for: duration, labels: { severity }, annotations: { summary, description } };
}

/** What is wrong with thresholds. */
export function problemsOfThresholds(thresholds: AlertThresholds, path: string): Problem[] {
  const problems: Problem[] = [];
  const check = (field: string, given: unknown, ok: (value: number) => boolean, allowed: string): void => {
    if (given === undefined || (typeof given === "number" && ok(given))) return;
    problems.push({ path: `${path}.${field}`, given, message: "not a threshold", allowed });
  };
  const isShare = (value: number): boolean => value > 0 && value < 1;
  const { timeToFirstToken } = thresholds;
  check("notReadyMinutes", thresholds.notReadyMinutes, (n) => Number.isInteger(n) && n >= 1, "minutes, at least 1");
  check("waitingRequests", thresholds.waitingRequests, (value) => value >= 0, "a number of requests");
  check("kvCacheUsage", thresholds.kvCacheUsage, isShare, "a share between 0 and 1");
  check("errorShare", thresholds.errorShare, isShare, "a share between 0 and 1");
  check("timeToFirstToken.share", timeToFirstToken?.share, isShare, "a share between 0 and 1");
  check(
    "timeToFirstToken.seconds",
    timeToFirstToken?.seconds,
    (value) => timeToFirstTokenBuckets.includes(value),
    `a bound of vLLM's histogram: ${timeToFirstTokenBuckets.join(", ")}`,
  );
  return problems;
}
