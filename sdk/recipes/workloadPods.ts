import type { LLMInferenceServiceSpecArgs, PartialPodSpecArgs } from "../api/llmInferenceService";
import type { RecipeChecks } from "./recipeChecks";

/**
 * A kind of pod that a service has. A recipe cannot see what other fragments make of the service, and a pod that it mentions is a pod that
 * the service has from then on: mentioning `worker` makes it multi-node, and `prefill` takes prefill apart from decode.
 */
export const WorkloadPod = {
  /** The server, or the leader of a multi-node service; decode when there is prefill. */
  template: "template",
  worker: "worker",
  prefill: "prefill",
  prefillWorker: "prefillWorker",
} as const;
export type WorkloadPod = (typeof WorkloadPod)[keyof typeof WorkloadPod];

/** The container that serves the model, in every preset of KServe. */
export const serverContainer = "main";

/** The init container that KServe adds to fetch the model; what a pod says of it is merged, but for arguments and command. */
export const storageInitializerContainer = "storage-initializer";

/** Where KServe's presets serve the model from. */
export const modelPath = "/mnt/models";

/** A spec that says the same of each of some pods. */
export function podsSpec(
  pods: readonly WorkloadPod[],
  pod: () => PartialPodSpecArgs,
): Pick<LLMInferenceServiceSpecArgs, "template" | "worker" | "prefill"> {
  const prefill = {
    ...(pods.includes("prefill") && { template: pod() }),
    ...(pods.includes("prefillWorker") && { worker: pod() }),
  };
  return {
    ...(pods.includes("template") && { template: pod() }),
    ...(pods.includes("worker") && { worker: pod() }),
    ...(Object.keys(prefill).length > 0 && { prefill }),
  };
}

export function checkPods(pods: readonly WorkloadPod[], checks: RecipeChecks): void {
  for (const [path, pod] of checks.list("pods", pods)) checks.choice(path, pod, Object.values(WorkloadPod));
  if (pods.length === 0) {
    checks.report({
      path: "pods",
      message: "names no pod",
      allowed: `one or more of ${Object.values(WorkloadPod).join(", ")}`,
    });
  }
}
