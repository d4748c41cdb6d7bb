import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { PartialPodSpecArgs, WorkloadSpecArgs } from "../api/llmInferenceService";
import { checkParallelism, checkResource, checkSpread, type Parallelism, workloadOf } from "./parallelism";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";

/** Arguments of {@link disaggregated}. */
export interface DisaggregatedArgs extends RecipeOptions {
  /** What generates tokens; the service's main workload. */
  decode: RoleArgs;
  /** What reads prompts, and hands their KV cache to decode. */
  prefill: RoleArgs;
}

/** One of the two roles: hardware and parallelism of its own. */
export interface RoleArgs extends Parallelism {
  /** Pods, or groups of nodes when the role has `data` and `dataLocal`. @default KServe's, 1 */
  replicas?: Input<number>;
  /** Resource of the accelerators, such as "nvidia.com/gpu": each pod asks for as many as it needs. @default none is asked for */
  acceleratorResource?: string;
  /** The hardware, and anything else about the pods: node selector, tolerations, image. @default none */
  pod?: PartialPodSpecArgs;
  /** The workers' pods, when the role has several nodes. @default as `pod` */
  workerPod?: PartialPodSpecArgs;
  /** Labels of the role's pods. @default none */
  labels?: Record<string, Input<string>>;
}

const roleNames = [
  "replicas",
  "acceleratorResource",
  "pod",
  "workerPod",
  "labels",
  "tensor",
  "data",
  "dataLocal",
  "expert",
  "dataRPCPort",
];

/**
 * Prefill and decode apart from each other. A role with `data` and `dataLocal` has groups of several nodes, one without has single pods; the two
 * need not be alike. It wants a scheduler that knows both roles: see the scheduler's recipes, and a router with `scheduler`.
 *
 * KServe makes a Deployment or LeaderWorkerSet for each, and puts llm-d's routing sidecar into the decode pods.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function disaggregated(args: DisaggregatedArgs): ConfigFragment {
  const checks = new RecipeChecks("disaggregated");
  checks.fields("", args, ["decode", "prefill", "name", "priority"]);
  checkRole("decode", args.decode, checks);
  checkRole("prefill", args.prefill, checks);
  checks.done();
  return {
    name: args.name ?? "disaggregated",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: { ...roleOf(args.decode), prefill: roleOf(args.prefill) },
  };
}

function roleOf({ labels, ...role }: RoleArgs): WorkloadSpecArgs {
  return { ...workloadOf({ ...role, parallelism: role, spread: isSpread(role) }), ...(labels && { labels }) };
}

function isSpread({ data, dataLocal }: Parallelism): boolean {
  return data !== undefined || dataLocal !== undefined;
}

function checkRole(path: string, role: RoleArgs | undefined, checks: RecipeChecks): void {
  if (typeof role !== "object" || role === null) {
    checks.report({ path, message: "missing", allowed: "an object, which may be empty" });
    return;
  }
  if (role.pipeline !== undefined) {
    checks.report({
      path: `${path}.pipeline`,
      given: role.pipeline,
      message: "KServe 0.20 has no preset for pipeline parallelism, and none of the roles' can be had from here",
      allowed: "data and dataLocal, or tensor alone",
    });
  } else {
    checks.fields(path, role, roleNames);
  }
  checks.integer(`${path}.replicas`, role.replicas, { min: 0 });
  checkParallelism(path, { ...role, pipeline: undefined }, checks);
  if (role.workerPod && !isSpread(role)) checkSpread(path, role, checks);
  checkResource(role, checks, `${path}.`);
}
