import { View } from "../../sdk/api/view";
import { canonicalSpec } from "../../sdk/compose/canonical";
import type { JsonObject } from "../../sdk/compose/marked";
import { MergeError, mergeSpecs } from "../../sdk/compose/merge";
import { acceleratorResources } from "../../sdk/preflight/pools";
import { workloadsOfService } from "../../sdk/preflight/pods";

/** Accelerators by kind: the resource that they are asked for by, and the label of their nodes where the pods select one. */
export type AcceleratorCount = ReadonlyMap<string, AcceleratorNumber>;

/** How many of a kind. */
export interface AcceleratorNumber {
  readonly least: number;
  /** With all replicas that autoscaling may ask for. */
  readonly most: number;
}

/** Labels by which nodes of an accelerator are selected, on GKE, EKS and everywhere. */
const kindLabels = [
  "cloud.google.com/gke-accelerator",
  "cloud.google.com/gke-tpu-accelerator",
  "k8s.amazonaws.com/accelerator",
  "nvidia.com/gpu.product",
  "node.kubernetes.io/instance-type",
];

/** The spec of a service merged over the configs that it refers to, as far as what is asked for goes; undefined when it cannot be told. */
export function mergedSpec(spec: unknown, configs: readonly unknown[]): View | undefined {
  try {
    return new View(mergeSpecs([...configs, spec].map((part) => canonicalSpec(part).value)).value);
  } catch (error) {
    if (error instanceof MergeError) return undefined;
    throw error;
  }
}

/** What the pods of a service ask for: per pod, times pods in a replica, times replicas, of every role. */
export function acceleratorsOf(spec: View): AcceleratorCount {
  const found = new Map<string, AcceleratorNumber>();
  for (const { pods, minReplicas = 1, maxReplicas } of workloadsOfService(spec)) {
    for (const { requests, perReplica, at } of pods) {
      for (const [resource, { nanos }] of requests) {
        if (!acceleratorResources.has(resource)) continue;
        const inReplica = Number(nanos / 1_000_000_000n) * perReplica;
        const label = kindLabels.map((key) => at.get("nodeSelector", key).text).find((text) => text !== undefined);
        const kind = label === undefined ? resource : `${resource} (${label})`;
        const known = found.get(kind) ?? { least: 0, most: 0 };
        found.set(kind, {
          least: known.least + inReplica * minReplicas,
          most: known.most + inReplica * Math.max(minReplicas, maxReplicas ?? minReplicas),
        });
      }
    }
  }
  return found;
}

/** Counts of several services together. */
export function sumOf(counts: readonly AcceleratorCount[]): AcceleratorCount {
  const sum = new Map<string, AcceleratorNumber>();
  for (const count of counts) {
    for (const [kind, { least, most }] of count) {
      const known = sum.get(kind) ?? { least: 0, most: 0 };
      sum.set(kind, { least: known.least + least, most: known.most + most });
    }
  }
  return new Map([...sum].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Nodes of a group of each role that has one; a change is refused by KServe. */
export function groupSizes(spec: JsonObject | View): Record<string, number> {
  const view = spec instanceof View ? spec : new View(spec);
  return Object.fromEntries(
    workloadsOfService(view)
      .filter(({ multiNode }) => multiNode)
      .map(({ role, pods }) => [role, pods.reduce((sum, { perReplica }) => sum + perReplica, 0)]),
  );
}
