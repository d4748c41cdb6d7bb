import { quantityNanos } from "../api/quantity";
import { groupSize } from "../api/rules/workload";
import type { View } from "../api/view";

/** What one kind of pod of a service asks for. */
export interface PodKind {
  /** In messages, such as "the worker pods". */
  readonly title: string;
  /** Its PodSpec. */
  readonly at: View;
  /** Pods of this kind in one replica. */
  readonly perReplica: number;
  readonly requests: ReadonlyMap<string, PodRequest>;
}

/** How much of a resource the containers of a pod ask for together. */
export interface PodRequest {
  /** In billionths. */
  readonly nanos: bigint;
  /** Where the largest part of it is asked for. */
  readonly at: View;
}

/** A Deployment or LeaderWorkerSet of a service. */
export interface Workload {
  readonly role: "main" | "prefill" | "scheduler";
  /** What holds its replicas and parallelism. */
  readonly at: View;
  readonly pods: readonly PodKind[];
  readonly multiNode: boolean;
  /** Where the number of replicas comes from. */
  readonly replicasAt: View;
  /** Undefined when it is not known. */
  readonly minReplicas?: number;
  readonly maxReplicas?: number;
}

/** The workloads that KServe makes for a spec. Source: `reconcileSingleNodeWorkload`, `expectedMainMultiNodeLWS` of KServe 0.20. */
export function workloadsOfService(spec: View): Workload[] {
  const found = [workload(spec, "main")];
  const prefill = spec.get("prefill");
  if (prefill.present) found.push(workload(prefill, "prefill"));
  const scheduler = spec.get("router", "scheduler");
  const template = scheduler.get("template");
  if (template.present) {
    found.push({
      role: "scheduler",
      at: scheduler,
      pods: [podKind("the endpoint picker's pod", template, 1)],
      multiNode: false,
      replicasAt: scheduler.get("replicas"),
      ...replicasOf(scheduler.get("replicas")),
    });
  }
  return found;
}

function workload(at: View, role: "main" | "prefill"): Workload {
  const prefix = role === "prefill" ? "prefill " : "";
  const template = at.get("template");
  const worker = at.get("worker");
  const scaling = at.get("scaling");
  const replicas = scaling.present
    ? { replicasAt: scaling.get("minReplicas"), ...scaledReplicas(scaling) }
    : { replicasAt: at.get("replicas"), ...replicasOf(at.get("replicas")) };
  const common = { role, at, ...replicas };
  if (!worker.present) {
    const pods = template.present ? [podKind(`the ${prefix}pods`, template, 1)] : [];
    return { ...common, pods, multiNode: false };
  }
  const size = groupSize(at.get("parallelism"));
  if (size === undefined) return { ...common, pods: [], multiNode: true };
  const leader = template.present ? template : worker;
  const pods = [podKind(`the ${prefix}leader pods`, leader, 1)];
  if (size > 1) pods.push(podKind(`the ${prefix}worker pods`, worker, size - 1));
  return { ...common, pods, multiNode: true };
}

function replicasOf(replicas: View): { minReplicas?: number; maxReplicas?: number } {
  if (replicas.unknown) return {};
  const count = replicas.number ?? 1;
  return { minReplicas: count, maxReplicas: count };
}

function scaledReplicas(scaling: View): { minReplicas?: number; maxReplicas?: number } {
  const [min, max] = [scaling.get("minReplicas"), scaling.get("maxReplicas")];
  return {
    ...(!min.unknown && { minReplicas: min.number ?? 1 }),
    ...(max.number !== undefined && { maxReplicas: max.number }),
  };
}

function podKind(title: string, at: View, perReplica: number): PodKind {
  return { title, at, perReplica, requests: podRequests(at) };
}

/**
 * What the scheduler reckons with: containers and sidecars together, or an init container where that is more.
 *
 * Source: `PodRequests` of k8s.io/component-helpers, resource/helpers.go.
 */
export function podRequests(pod: View): Map<string, PodRequest> {
  const total = new Map<string, PodRequest>();
  const initContainers = pod.get("initContainers").items;
  const sidecars = initContainers.filter((container) => container.get("restartPolicy").text === "Always");
  for (const container of [...pod.get("containers").items, ...sidecars]) {
    for (const [resource, request] of containerRequests(container)) {
      const before = total.get(resource);
      const larger = before && before.nanos >= request.nanos ? before.at : request.at;
      total.set(resource, { nanos: request.nanos + (before?.nanos ?? 0n), at: larger });
    }
  }
  for (const container of initContainers) {
    for (const [resource, request] of containerRequests(container)) {
      if (request.nanos > (total.get(resource)?.nanos ?? 0n)) total.set(resource, request);
    }
  }
  return total;
}

/** Where only a limit is given, the API server makes it the request. */
function containerRequests(container: View): Map<string, PodRequest> {
  const resources = container.get("resources");
  const found = new Map<string, PodRequest>();
  for (const map of [resources.get("limits"), resources.get("requests")]) {
    for (const resource of map.keys) {
      const at = map.get(resource);
      const nanos = nanosOf(at);
      if (nanos !== undefined && nanos > 0n) found.set(resource, { nanos, at });
      else if (nanos === 0n) found.delete(resource);
    }
  }
  return found;
}

/** A quantity in billionths. */
export function nanosOf(at: View): bigint | undefined {
  const quantity = at.text ?? at.number;
  return quantity === undefined ? undefined : quantityNanos(quantity);
}
