import { View } from "../../sdk/api/view";
import { canonicalSpec } from "../../sdk/compose/canonical";
import { isObject, type Json, Marked, secretText, unknownText } from "../../sdk/compose/marked";
import { MergeError, mergeSpecs } from "../../sdk/compose/merge";
import { groupSize } from "../../sdk/api/rules/workload";
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
  const parts = [...configs, spec].map((part) => unmasked(part as Json));
  // Not even the parts of it are known.
  if (!parts.every(isObject)) return undefined;
  try {
    return new View(mergeSpecs(parts.map((part) => canonicalSpec(part).value)).value);
  } catch (error) {
    if (error instanceof MergeError) return undefined;
    throw error;
  }
}

/** What stands for a secret or for what is not known yet is no value, so it must not be read as one. */
function unmasked(value: Json): Json {
  if (value === unknownText || value === secretText)
    return new Marked(undefined, { unknown: true, secret: value === secretText, carriers: [] });
  if (Array.isArray(value)) return value.map(unmasked);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unmasked(child)]));
}

/**
 * What the pods of a service ask for: per pod, times pods in a replica, times replicas, of every role; undefined when a part of that is not
 * known.
 */
export function acceleratorsOf(spec: View): AcceleratorCount | undefined {
  if (spec.get("prefill").unknown) return undefined;
  const found = new Map<string, AcceleratorNumber>();
  for (const { at: workload, multiNode, pods, minReplicas, maxReplicas } of workloadsOfService(spec)) {
    const hasUnknownPods = ["template", "worker"].some((name) => workload.get(name).unknown);
    if (hasUnknownPods || (multiNode && pods.length === 0)) return undefined;
    for (const { requests, perReplica, at } of pods) {
      if (hasUnknownRequests(at)) return undefined;
      for (const [resource, { nanos }] of requests) {
        if (!acceleratorResources.has(resource)) continue;
        const labels = kindLabels.map((key) => at.get("nodeSelector", key));
        if (minReplicas === undefined || workload.get("scaling").unknown || labels.some(({ unknown }) => unknown))
          return undefined;
        const inReplica = Number(nanos / 1_000_000_000n) * perReplica;
        const label = labels.map(({ text }) => text).find((text) => text !== undefined);
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

/** Whether a pod may ask for another number of accelerators than can be read. */
function hasUnknownRequests(pod: View): boolean {
  return ["initContainers", "containers"].some((list) => {
    const containers = pod.get(list);
    return containers.unknown || containers.items.some((container) => maps(container).some(isUnknownMap));
  });
}

function maps(container: View): View[] {
  return ["limits", "requests"].map((name) => container.get("resources", name));
}

function isUnknownMap(map: View): boolean {
  return map.unknown || map.keys.some((resource) => acceleratorResources.has(resource) && map.get(resource).unknown);
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

/** What decides of the main or the prefill workload whether it answers while it changes. */
export interface RoleSide {
  /** Nodes of a group; a change is refused by KServe. Undefined when it is not known. */
  readonly groupSize?: number;
  /** A LeaderWorkerSet, not a Deployment; undefined when it is not known. */
  readonly isMultiNode?: boolean;
  /** Undefined when it is not known. */
  readonly leastReplicas?: number;
  /** All that its pods are made of, as JSON. */
  readonly pods: string;
}

/** By role. */
export type RoleSides = Readonly<Partial<Record<"main" | "prefill", RoleSide>>>;

/** Fields of a spec that change no pod of a workload, but their number or the way to them. */
const beside: ReadonlySet<string> = new Set(["replicas", "scaling", "router", "prefill", "baseRefs"]);

/** The workloads of a service that have pods with a model. */
export function rolesOf(spec: View): RoleSides {
  const prefill = spec.get("prefill");
  return { main: roleOf(spec, spec), ...(prefill.present && { prefill: roleOf(prefill, spec) }) };
}

function roleOf(at: View, spec: View): RoleSide {
  const [size, worker, least] = [groupSize(at.get("parallelism")), at.get("worker"), leastReplicas(at)];
  const pods = [
    spec.get("model").raw,
    ...at.keys.filter((key) => !beside.has(key)).map((key) => [key, at.get(key).raw]),
  ];
  return {
    ...(size !== undefined && { groupSize: size }),
    ...(!worker.unknown && { isMultiNode: worker.present }),
    ...(least !== undefined && { leastReplicas: least }),
    pods: JSON.stringify(pods),
  };
}

/** Whether fields of a role's pods are among some paths of a spec. */
export function isOfPods(path: string, role: string): boolean {
  const start = role === "prefill" ? "prefill." : "";
  if (path.startsWith("metadata.") || !path.startsWith(start)) return false;
  return !beside.has(/^[^.[]*/.exec(path.slice(start.length))?.[0] ?? "");
}

function leastReplicas(at: View): number | undefined {
  const scaling = at.get("scaling");
  if (scaling.unknown) return undefined;
  const replicas = scaling.present ? scaling.get("minReplicas") : at.get("replicas");
  return replicas.absent ? 1 : replicas.number;
}
