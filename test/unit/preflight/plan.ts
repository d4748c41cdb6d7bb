import type { Json } from "../../../sdk/compose/marked";
import type { PreflightCode } from "../../../sdk/preflight/codes";
import type { ClusterPlan, NodePool, PlannedService, PreflightPlan, Waiver } from "../../../sdk/preflight/plan";

/** A plan with a finding, what exactly it says, and the plan beside it that has no such finding. */
export interface PreflightCase {
  readonly code: PreflightCode;
  readonly title: string;
  readonly bad: PreflightPlan;
  /** As a preview shows it. */
  readonly finding: string;
  readonly good: PreflightPlan;
}

/** Pools as on GKE: H100 nodes with their taint, and nodes without accelerators. */
export const h100: NodePool = {
  name: "h100",
  accelerator: "nvidia-h100-80gb",
  acceleratorsPerNode: 8,
  maxNodes: 2,
  cpu: 200,
  memory: "1800Gi",
  labels: { "cloud.google.com/gke-accelerator": "nvidia-h100-80gb", team: "serving" },
  taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
};
export const cpu: NodePool = { name: "cpu", maxNodes: 3, cpu: 16, memory: "64Gi" };
export const pools = [h100, cpu];

/** A container that asks for something. */
export function container(limits: Record<string, string | number>, more: Record<string, Json> = {}): Json {
  return { name: "main", image: "vllm/vllm-openai:v0.11.0", resources: { limits: limits as Json }, ...more };
}

/** The template of a pod with one container. */
export function pod(
  limits: Record<string, string | number>,
  more: Record<string, Json> = {},
  ofPod: Record<string, Json> = {},
): Json {
  return { containers: [container(limits, more)], ...ofPod };
}

/** A service with one GPU, changed. */
export function service(spec: Record<string, Json> = {}, more: Partial<PlannedService> = {}): PlannedService {
  return {
    name: "llama",
    namespace: "models",
    spec: {
      model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct", name: "llama" },
      template: pod({ "nvidia.com/gpu": "1" }),
      ...spec,
    },
    ...more,
  };
}

/** A plan of one service. */
export function plan(
  spec: Record<string, Json>,
  cluster: ClusterPlan = {},
  more: Partial<PlannedService> = {},
): PreflightPlan {
  return { services: [service(spec, more)], cluster };
}

/** A plan of one service with waivers. */
export function waived(waive: readonly Waiver[], spec: Record<string, Json> = {}): PreflightPlan {
  return { ...plan(spec), waive };
}
