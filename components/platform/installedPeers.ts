import { platformCharts } from "../../sdk/platform/charts";
import { completeAutoscaling } from "../../sdk/platform/checkSurroundings";
import { installed } from "../../sdk/platform/part";
import type { InferenceNetworkPoliciesArgs } from "./networkPolicies";
import type { PlatformAutoscalingArgs, SurroundingsArgs } from "./surroundings";

/** Who of what the platform installs reads figures, or takes traces: everything in its namespace. */
export function installedPeers({
  autoscaling,
  monitoring,
  tracing,
}: SurroundingsArgs): Pick<InferenceNetworkPoliciesArgs, "autoscalers" | "collectors" | "prometheus"> {
  const inNamespace = (part: { namespace?: string } | undefined, chart: { namespace: string }) =>
    part && [{ namespace: part.namespace ?? chart.namespace }];
  const wva = autoscaling
    ? (completeAutoscaling(autoscaling)
        .workloadVariantAutoscaler as PlatformAutoscalingArgs["workloadVariantAutoscaler"])
    : undefined;
  const autoscalers = inNamespace(installed(wva), platformCharts.workloadVariantAutoscaler);
  const collectors = inNamespace(installed(tracing), platformCharts.openTelemetryCollector);
  const prometheus = inNamespace(
    monitoring ? installed(monitoring.stack ?? {}) : undefined,
    platformCharts.prometheusStack,
  );
  return { ...(autoscalers && { autoscalers }), ...(collectors && { collectors }), ...(prometheus && { prometheus }) };
}
