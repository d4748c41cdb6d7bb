import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { KEDAFallbackArgs, ScalingSpecArgs } from "../api/llmInferenceService";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** What changes the number of replicas. */
export const Autoscaler = { hpa: "hpa", keda: "keda" } as const;
export type Autoscaler = (typeof Autoscaler)[keyof typeof Autoscaler];

/** A workload that has replicas of its own. */
export const ScaledWorkload = { decode: "decode", prefill: "prefill" } as const;
export type ScaledWorkload = (typeof ScaledWorkload)[keyof typeof ScaledWorkload];

/** Arguments of {@link replicas}. */
export interface ReplicasArgs extends RecipeOptions {
  /** Pods, or groups of nodes; 0 stops them. */
  count: Input<number>;
  /** `prefill` is there when the service has it. @default "decode" */
  workload?: ScaledWorkload;
}

/** A fixed number of replicas. Excludes {@link autoscale}. @throws ConfigurationError */
export function replicas(args: ReplicasArgs): ConfigFragment {
  const checks = new RecipeChecks("replicas");
  checks.fields("", args, ["count", "workload", "name", "priority"]);
  checks.integer("count", args.count, { min: 0, required: true });
  checks.choice("workload", args.workload, Object.values(ScaledWorkload));
  checks.done();
  return fragmentOf("replicas", args, { replicas: args.count });
}

/** Arguments of {@link autoscale}. */
export interface AutoscaleArgs extends RecipeOptions {
  /** At least 1. @default 1 */
  min?: Input<number>;
  max: Input<number>;
  /** A HorizontalPodAutoscaler, or a KEDA ScaledObject. Decode and prefill must have the same. */
  by: Autoscaler;
  /** Cost of one replica, by which WVA chooses among variants of a model. @default "10.0", of the API */
  variantCost?: string;
  /** Seconds between two looks at the metric. KEDA only. @default KEDA's, 30 */
  pollingInterval?: number;
  /** Seconds without load before going down to `idleReplicas`. KEDA only. @default KEDA's, 300 */
  cooldownPeriod?: number;
  /** Replicas without any load, at least 1 and fewer than `min`. KEDA only. @default none fewer than `min` */
  idleReplicas?: number;
  /** Replicas while the metric cannot be read. KEDA only. @default none */
  fallback?: KEDAFallbackArgs;
  /** Seconds that a lower number must hold before it is followed. HPA only. @default Kubernetes', 300 */
  scaleDownStabilization?: number;
  /** @default "decode" */
  workload?: ScaledWorkload;
}

const kedaOnly = ["pollingInterval", "cooldownPeriod", "idleReplicas", "fallback"] as const;

/**
 * Replicas by load. In KServe 0.20 it is always the workload variant autoscaler (WVA) that decides (kserve#5646): KServe makes a
 * VariantAutoscaling, and a HorizontalPodAutoscaler or ScaledObject that follows WVA's metric `wva_desired_replicas`. WVA and
 * Prometheus must be installed, KEDA for "keda", and prometheus-adapter for "hpa". With "hpa" the number runs up to `max`, because KServe 0.20
 * gives the HPA a target by which Kubernetes multiplies; prefer "keda".
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function autoscale(args: AutoscaleArgs): ConfigFragment {
  check(args);
  const { min, max, by, variantCost, pollingInterval, cooldownPeriod, idleReplicas, fallback } = args;
  const actuator =
    by === Autoscaler.hpa
      ? { hpa: behaviorOf(args) }
      : {
          keda: {
            ...(pollingInterval !== undefined && { pollingInterval }),
            ...(cooldownPeriod !== undefined && { cooldownPeriod }),
            ...(idleReplicas !== undefined && { idleReplicaCount: idleReplicas }),
            ...(fallback && { fallback }),
          },
        };
  return fragmentOf("scaling", args, {
    scaling: {
      ...(min !== undefined && { minReplicas: min }),
      maxReplicas: max,
      wva: { ...(variantCost !== undefined && { variantCost }), ...actuator },
    },
  });
}

function behaviorOf({ scaleDownStabilization }: AutoscaleArgs) {
  if (scaleDownStabilization === undefined) return {};
  return { behavior: { scaleDown: { stabilizationWindowSeconds: scaleDownStabilization } } };
}

function fragmentOf(
  name: string,
  { workload, ...options }: RecipeOptions & { workload?: ScaledWorkload },
  scaled: { replicas?: Input<number>; scaling?: ScalingSpecArgs },
): ConfigFragment {
  const isPrefill = workload === ScaledWorkload.prefill;
  return {
    name: options.name ?? (isPrefill ? `prefill-${name}` : name),
    ...(options.priority !== undefined && { priority: options.priority }),
    spec: isPrefill ? { prefill: scaled } : scaled,
  };
}

function check(args: AutoscaleArgs): void {
  const checks = new RecipeChecks("autoscale");
  checks.fields("", args, [
    "min",
    "max",
    "by",
    "variantCost",
    ...kedaOnly,
    "scaleDownStabilization",
    "workload",
    "name",
    "priority",
  ]);
  const { min = 1, max, by } = args;
  // The CRD takes no 0.
  checks.integer("min", args.min, { min: 1 });
  checks.integer("max", max, { min: 1, required: true });
  if (typeof min === "number" && typeof max === "number" && min > max) {
    checks.report({ path: "min", given: min, message: `more than max (${max})`, allowed: "at most max" });
  }
  if (by === undefined) checks.report({ path: "by", message: "missing", allowed: '"hpa" or "keda"' });
  checks.choice("by", by, Object.values(Autoscaler));
  checks.choice("workload", args.workload, Object.values(ScaledWorkload));
  checks.text("variantCost", args.variantCost, {
    pattern: /^\d+(\.\d+)?$/,
    allowed: 'a number of at least 0 as text, such as "10" or "0.5"',
  });
  checks.integer("pollingInterval", args.pollingInterval, { min: 1 });
  checks.integer("cooldownPeriod", args.cooldownPeriod, { min: 0 });
  // KServe's CRD takes no 0, which KEDA would.
  checks.integer("idleReplicas", args.idleReplicas, { min: 1 });
  checks.integer("scaleDownStabilization", args.scaleDownStabilization, { min: 0, max: 3600 });
  if (typeof args.idleReplicas === "number" && typeof min === "number" && args.idleReplicas >= min) {
    checks.report({
      path: "idleReplicas",
      given: args.idleReplicas,
      message: `not less than min (${min})`,
      allowed: "less than min",
    });
  }
  const others = by === Autoscaler.hpa ? kedaOnly : by === Autoscaler.keda ? (["scaleDownStabilization"] as const) : [];
  for (const field of others) {
    if (args[field] === undefined) continue;
    checks.report({
      path: field,
      message: `is not an argument of ${by}`,
      fix: `remove it, or use by: "${by === "hpa" ? "keda" : "hpa"}"`,
    });
  }
  checks.done();
}
