import { decideCaches } from "./caches";
import { Deciding } from "./deciding";
import { decideFabric } from "./fabric";
import { decideNeuron } from "./neuron";
import { decideNvidia } from "./nvidia";
import { decideScaling } from "./scaling";
import { type ClusterPartName, clusterPartNames, type ClusterPartsDecision, type ClusterPartsPlan } from "./types";

/** Parts of which a cluster may have one. */
const exclusive: readonly (readonly [ClusterPartName[], string])[] = [
  [["nvidia-device-plugin", "gpu-operator", "nvidia-dra-driver"], "each would give out the same GPUs"],
  [["neuron-device-plugin", "neuron-dra-driver"], "both would give out the same Neuron devices"],
  [["efa-device-plugin", "aws-dranet"], "both would give out the same EFA interfaces"],
  [["cluster-autoscaler", "karpenter"], "both would make nodes for the same pod"],
];

/**
 * Decides which parts a cluster needs for its pools, with a reason for each: only what is needed, and never two that exclude
 * each other. Pure; `problems` says what cannot work.
 *
 * @example
 * ```ts
 * clusterPartsFor({ cloud: "eks", pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", fabric: "efa" }] }).parts;
 * // nvidia-device-plugin, efa-device-plugin
 * ```
 */
export function clusterPartsFor(plan: ClusterPartsPlan): ClusterPartsDecision {
  const deciding = new Deciding(plan);
  plan.installed?.forEach((name, index) => deciding.allowed(`installed[${index}]`, name, clusterPartNames));
  decideNvidia(deciding);
  decideNeuron(deciding);
  for (const { name } of plan.cloud === "gke" ? deciding.of("google") : [])
    deciding.provide("google.com/tpu", "GKE", `nodes of pool "${name}" offer it by themselves`);
  decideFabric(deciding);
  decideScaling(deciding);
  const modelCaches = decideCaches(deciding);
  for (const [names, why] of exclusive) {
    const present = names.filter((name) => deciding.has(name));
    if (present.length > 1)
      deciding.refuse("installed", plan.installed, `${present.join(" and ")} exclude each other: ${why}`, {
        fix: "remove the one that is installed, or do not ask for the other",
      });
  }
  return { parts: deciding.parts, provided: deciding.provided, modelCaches, problems: deciding.problems };
}
