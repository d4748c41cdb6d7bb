import { type Deciding, type KnownPool, namesOf } from "./deciding";
import { type EksAutoscaler, eksAutoscalers } from "./types";

/** Decides what adds nodes: GKE does; on EKS one of cluster-autoscaler, Karpenter and Auto Mode. */
export function decideScaling(deciding: Deciding): void {
  const { autoscaler, autoMode, cloud } = deciding.plan;
  if (!deciding.allowed("autoscaler", autoscaler, eksAutoscalers)) return;
  for (const { path, ...pool } of deciding.pools)
    if (pool.autoMode && !autoMode)
      deciding.refuse(`${path}.autoMode`, true, "the cluster has no Auto Mode", {
        fix: "set autoMode of the cluster, or leave this out",
      });
  const scaled = deciding.pools.filter((pool) => pool.autoscales && !pool.autoMode);
  if (cloud !== "eks") {
    if (autoscaler && autoscaler !== "none")
      deciding.refuse("autoscaler", autoscaler, cloud === "gke" ? "GKE has its own" : "it is installed on EKS only", {
        fix: "leave it out",
      });
    else if (cloud === "gke" && scaled.length > 0)
      deciding.provide("autoscaler", "GKE", `it changes the number of nodes of ${namesOf(scaled)}`);
  } else if (autoMode) besideAutoMode(deciding, autoscaler, scaled);
  else if (autoscaler === "karpenter") withKarpenter(deciding, scaled);
  else if (autoscaler === "none") {
    if (scaled.length > 0)
      deciding.refuse("autoscaler", autoscaler, `nothing would move ${namesOf(scaled)} between minimum and maximum`, {
        fix: "leave it out, which installs cluster-autoscaler, or give the pool a fixed number of nodes",
      });
  } else if (autoscaler || scaled.length > 0)
    deciding.install(
      "cluster-autoscaler",
      scaled.length > 0
        ? `EKS does not move ${namesOf(scaled)} between minimum and maximum by itself`
        : "it is asked for",
      ladderValues(scaled),
    );
}

/**
 * Lets the autoscaler grow the groups of a ladder in its order. Groups without a priority would never grow, so that all others come last.
 * Text, because the keys are numbers, which YAML made from JSON has not. Sources: cluster-autoscaler's expander/priority/readme.md and
 * the chart's values.yaml.
 */
function ladderValues(scaled: readonly KnownPool[]): Record<string, unknown> {
  const byPriority = new Map<number, string[]>();
  for (const { expanderPriorities = {} } of scaled)
    for (const [priority, patterns] of Object.entries(expanderPriorities))
      byPriority.set(Number(priority), [...(byPriority.get(Number(priority)) ?? []), ...patterns]);
  if (byPriority.size === 0) return {};
  byPriority.set(1, [...(byPriority.get(1) ?? []), ".*"]);
  const lines = [...byPriority]
    .sort(([left], [right]) => right - left)
    .flatMap(([priority, patterns]) => [
      `${priority}:`,
      ...patterns.map((pattern) => `  - ${JSON.stringify(pattern)}`),
    ]);
  return { extraArgs: { expander: "priority" }, expanderPriorities: `${lines.join("\n")}\n` };
}

function besideAutoMode(deciding: Deciding, autoscaler: EksAutoscaler | undefined, scaled: readonly KnownPool[]): void {
  deciding.provide("autoscaler", "EKS Auto Mode", "it makes nodes for pods that wait");
  if (autoscaler && autoscaler !== "none")
    deciding.refuse("autoscaler", autoscaler, "Auto Mode makes nodes for pods that wait; both would for the same pod", {
      fix: "leave it out, or take Auto Mode back",
    });
  else if (scaled[0])
    deciding.refuse(
      `${scaled[0].path}.autoscales`,
      true,
      `Auto Mode does not change node groups (${namesOf(scaled)}), and an autoscaler beside it would answer the same pods`,
      { fix: "give the pool a fixed number of nodes" },
    );
}

function withKarpenter(deciding: Deciding, scaled: readonly KnownPool[]): void {
  const fix = 'set it to "cluster-autoscaler"';
  if (scaled.length > 0)
    deciding.refuse("autoscaler", "karpenter", `it makes nodes of its own and does not change ${namesOf(scaled)}`, {
      fix: `${fix}, or give the pool a fixed number of nodes`,
    });
  if (deciding.has("nvidia-dra-driver", "neuron-dra-driver"))
    deciding.refuse("autoscaler", "karpenter", "it makes no nodes for pods that claim devices by DRA", {
      fix: `${fix}, or use device plugins`,
    });
  deciding.install("karpenter", "it is asked for");
}
