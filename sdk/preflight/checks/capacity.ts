import type { View } from "../../api/view";
import type { PodKind, Workload } from "../pods";
import { acceleratorResources, type KnownPool, offers } from "../pools";
import { tolerates } from "../taints";
import { matchesNode } from "../nodeSelection";
import { amount, unlessSecret } from "./amount";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** Whether every pod finds a node, and all of them together enough nodes. */
export function checkCapacity({ workloads }: CheckedService, cluster: CheckedCluster, report: Report): void {
  const { known } = cluster;
  if (!known) return;
  for (const workload of workloads) {
    const placed = workload.pods.map((pod) => ({ pod, pools: poolsFor(pod, known, cluster, report) }));
    if (placed.every(({ pools }) => pools.length > 0)) checkCount(workload, placed, report);
  }
}

/**
 * The pools whose nodes a pod fits on; reports why there are none, as the first condition that leaves none of the pools that meet the ones
 * before it.
 */
function poolsFor(
  pod: PodKind,
  pools: readonly KnownPool[],
  cluster: CheckedCluster,
  report: Report,
): readonly KnownPool[] {
  const withDevices = havingDevices(pod, pools, report);
  if (withDevices.length === 0) return [];
  const selected = withDevices.filter((pool) => matchesNode(pod.at, pool) !== false);
  if (selected.length === 0) {
    reportSelector(pod, withDevices, report);
    return [];
  }
  const tolerated = selected.filter((pool) => untolerated(pod, pool, cluster) === undefined);
  if (tolerated.length === 0) {
    reportTaint(pod, selected, cluster, report);
    return [];
  }
  return largeEnough(pod, tolerated, report);
}

function havingDevices(pod: PodKind, pools: readonly KnownPool[], report: Report): readonly KnownPool[] {
  let left = pools;
  for (const [resource, { at }] of pod.requests) {
    if (!resource.includes("/")) continue;
    const having = left.filter((pool) => offers(pool, resource) !== false);
    if (having.length === 0) {
      const all = [...new Set(pools.flatMap(devicesOf))].sort();
      const elsewhere = pools.filter((pool) => offers(pool, resource) !== false).map(({ name }) => name);
      report("accelerator-missing", at, {
        message:
          elsewhere.length === 0
            ? `${pod.title} ask${plural(pod)} for ${resource}, which no node pool has`
            : `${pod.title} ask${plural(pod)} for ${resource}, which no node pool has together with what else they ask for`,
        allowed: all.length === 0 ? "none: no pool has accelerators" : all.join(", "),
        fix: `add a pool with ${resource}, or ask for what there is`,
      });
      return [];
    }
    left = having;
  }
  return left;
}

function devicesOf({ capacity, acceleratorResource }: KnownPool): string[] {
  const named = [...capacity.keys()].filter((resource) => resource.includes("/"));
  return acceleratorResource === undefined ? named : [...named, acceleratorResource];
}

function reportSelector(pod: PodKind, pools: readonly KnownPool[], report: Report): void {
  const selector = pod.at.get("nodeSelector");
  const wanted = selector.keys.find((key) => pools.every((pool) => matchesNode(pod.at, pool, key) === false));
  const at =
    wanted === undefined
      ? selector.present
        ? selector
        : pod.at.get("affinity", "nodeAffinity")
      : selector.get(wanted);
  const accelerators = [...pod.requests.keys()].filter((resource) => resource.includes("/")).join(", ");
  const values = wanted === undefined ? [] : labelValues(pools, wanted);
  report("node-selector", at, {
    message:
      `${pod.title} select${plural(pod)} nodes that no pool${accelerators && ` with ${accelerators}`} has` +
      (wanted === undefined ? "" : `: none has the label ${wanted}=${selector.get(wanted).shown.replaceAll('"', "")}`),
    allowed: values.length > 0 ? `${wanted ?? ""}: ${values.join(", ")}` : `labels of ${listOf(pools)}`,
    fix: "select a label that the nodes have, or give it to the pool",
  });
}

function labelValues(pools: readonly KnownPool[], key: string): string[] {
  return [...new Set(pools.flatMap(({ labels }) => (Object.hasOwn(labels, key) ? (labels[key] ?? []) : [])))].sort();
}

function untolerated(pod: PodKind, { pool }: KnownPool, cluster: CheckedCluster): string | undefined {
  const taint = (pool.taints ?? []).find(
    ({ key, value, effect }) =>
      effect !== "PreferNoSchedule" &&
      // Where nobody said that the API server does not, it may add this toleration by itself.
      !(cluster.extendedResourceToleration !== false && pod.requests.has(key)) &&
      !tolerates(pod.at.get("tolerations"), { key, value, effect }),
  );
  return taint && `${taint.key}${taint.value === undefined ? "" : `=${taint.value}`}:${taint.effect}`;
}

function reportTaint(pod: PodKind, pools: readonly KnownPool[], cluster: CheckedCluster, report: Report): void {
  const taints = [...new Set(pools.flatMap((pool) => untolerated(pod, pool, cluster) ?? []))];
  const [first = ""] = taints;
  const [, key, , value, effect] = /^([^=:]+)(=([^:]*))?:(.*)$/.exec(first) ?? [];
  const toleration = value === undefined ? `operator: Exists` : `operator: Equal, value: ${JSON.stringify(value)}`;
  report("untolerated-taint", pod.at.get("tolerations"), {
    given: undefined,
    message: `${pod.title} do${pod.title.endsWith("s") ? "" : "es"} not tolerate a taint of the only nodes that fit (${listOf(pools)}): ${taints.join(", ")}`,
    allowed: "a toleration for each taint",
    fix: `add to tolerations: { key: ${key ?? ""}, ${toleration}, effect: ${effect ?? ""} }`,
  });
}

function largeEnough(pod: PodKind, pools: readonly KnownPool[], report: Report): readonly KnownPool[] {
  const tooLarge = (resource: string, nanos: bigint) => (pool: KnownPool) =>
    nanos > (pool.capacity.get(resource) ?? nanos);
  const fitting = pools.filter((pool) =>
    [...pod.requests].every(([resource, { nanos }]) => !tooLarge(resource, nanos)(pool)),
  );
  if (fitting.length > 0) return fitting;
  // Accelerators first: what a node has of them decides which node it is.
  const resources = [...pod.requests].sort(([a], [b]) => Number(b.includes("/")) - Number(a.includes("/")));
  let left = pools;
  for (const [resource, { nanos, at }] of resources) {
    const next = left.filter((pool) => !tooLarge(resource, nanos)(pool));
    if (next.length === 0) {
      const most = left.reduce((best, { capacity }) => max(best, capacity.get(resource) ?? 0n), 0n);
      const isAccelerator =
        acceleratorResources.has(resource) || left.some((pool) => pool.acceleratorResource === resource);
      report(isAccelerator ? "accelerators-per-node" : "node-too-small", at, {
        message: `${pod.title} ask${plural(pod)} for ${unlessSecret(amount(resource, nanos), at)} of ${resource}, and a node of ${listOf(left)} has ${amount(resource, most)}`,
        allowed: `at most ${amount(resource, most)} in one pod`,
        fix: isAccelerator
          ? "spread the model over several nodes (parallelism and worker), or take a pool of larger nodes"
          : "ask for less, or take a pool of larger nodes",
      });
      return [];
    }
    left = next;
  }
  return [];
}

interface Placed {
  readonly pod: PodKind;
  readonly pools: readonly KnownPool[];
}

function checkCount(workload: Workload, placed: readonly Placed[], report: Report): void {
  const { minReplicas, maxReplicas, replicasAt, at } = workload;
  const room = roomFor(placed);
  if (room === Infinity || minReplicas === undefined) return;
  const perReplica = placed.reduce((sum, { pod }) => sum + pod.perReplica, 0);
  const pools = listOf([...new Set(placed.flatMap(({ pools }) => pools))]);
  const unit = workload.multiNode
    ? `group${room === 1 ? "" : "s"} of ${perReplica} nodes`
    : `pod${room === 1 ? "" : "s"}`;
  const nodes = [...new Set(placed.flatMap((entry) => entry.pools))].reduce((sum, { maxNodes }) => sum + maxNodes, 0);
  const where = `${pools} (at most ${nodes} node${nodes === 1 ? "" : "s"})`;
  if (room === 0 && minReplicas > 0 && workload.multiNode) {
    report("group-too-large", at.get("parallelism"), {
      given: undefined,
      message: `a group has ${perReplica} pods, which do not fit into ${where}`,
      allowed: "a group of at most as many pods as the nodes have room for",
      fix: "raise maxNodes of the pool, or spread the model over fewer nodes",
    });
  } else if (minReplicas > room) {
    report("pool-too-small", replicasAt, {
      given: replicasAt.isSecret ? undefined : minReplicas,
      message: `${roleText[workload.role]} needs room for ${unlessSecret(minReplicas, replicasAt)} replica${minReplicas === 1 ? "" : "s"}, and ${where} has room for ${room} ${unit}`,
      allowed: `at most ${room}`,
      fix: "raise maxNodes of the pool, or lower the replicas",
    });
  } else if (maxReplicas !== undefined && maxReplicas > room) {
    const most = at.get("scaling", "maxReplicas");
    report("scaling-beyond-pools", most, {
      message: `${roleText[workload.role]} may scale to ${unlessSecret(maxReplicas, most)} replicas, and ${where} has room for ${room} ${unit}`,
      allowed: `at most ${room}`,
      fix: "raise maxNodes of the pool, or lower maxReplicas",
    });
  }
}

const roleText = { main: "the service", prefill: "prefill", scheduler: "the scheduler" } as const;

/** How many replicas fit, when nothing else runs on the nodes; Infinity when it is not known. */
function roomFor(placed: readonly Placed[]): number {
  // Leaders and workers that share pools take the same nodes: what is left after one kind is for the other.
  const [first] = placed;
  if (!first) return Infinity;
  const shared = placed.every(({ pools }) => sameItems(pools, first.pools));
  if (!shared) return Math.min(...placed.map((entry) => Math.floor(podsFitting(entry) / entry.pod.perReplica)));
  const counts = placed.map(podsFitting);
  const share = placed.reduce((sum, { pod }, index) => sum + pod.perReplica / (counts[index] ?? 1), 0);
  return share === 0 ? Infinity : Math.floor(1 / share + 1e-9);
}

/** Pods of one kind on empty nodes. */
function podsFitting({ pod, pools }: Placed): number {
  const onPool = (pool: KnownPool): number => (pool.maxNodes === 0 ? 0 : pool.maxNodes * podsPerNode(pod, pool));
  return pools.reduce((sum, pool) => sum + onPool(pool), 0);
}

function podsPerNode(pod: PodKind, { capacity, pool, acceleratorResource }: KnownPool): number {
  const counts = [...pod.requests].flatMap(([resource, { nanos }]) => {
    const has = capacity.get(resource);
    return has === undefined ? [] : [Number(has / nanos)];
  });
  // Of accelerators that nobody counted a node may have any number.
  if (acceleratorResource !== undefined && pool.acceleratorsPerNode === undefined) return Infinity;
  return counts.length === 0 ? Infinity : Math.min(...counts);
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item));
}

/** What a service needs at least, by resource of accelerators, in billionths. */
export function acceleratorsNeeded(
  { workloads }: CheckedService,
  known: readonly KnownPool[],
): Map<string, { nanos: bigint; at: View }> {
  const counted = new Set([
    ...acceleratorResources,
    ...known.flatMap(({ acceleratorResource }) => acceleratorResource ?? []),
  ]);
  const needed = new Map<string, { nanos: bigint; at: View }>();
  for (const { pods, minReplicas = 0 } of workloads) {
    for (const pod of pods) {
      for (const [resource, { nanos, at }] of pod.requests) {
        if (!counted.has(resource)) continue;
        const before = needed.get(resource)?.nanos ?? 0n;
        // Numbers that no API server takes are none for a BigInt.
        const pods = Math.min(Math.ceil(pod.perReplica * minReplicas), Number.MAX_SAFE_INTEGER);
        needed.set(resource, { nanos: before + nanos * BigInt(pods), at });
      }
    }
  }
  return needed;
}

/** What all pools have at their largest; undefined when it is not known. */
export function acceleratorsOf(known: readonly KnownPool[], resource: string): bigint | undefined {
  let total = 0n;
  for (const pool of known) {
    if (offers(pool, resource) === false) continue;
    const perNode = pool.capacity.get(resource);
    if (perNode === undefined || pool.maxNodes === Infinity) return undefined;
    total += perNode * BigInt(pool.maxNodes);
  }
  return total;
}

function plural(pod: PodKind): string {
  return pod.title.endsWith("s") ? "" : "s";
}

function listOf(pools: readonly KnownPool[]): string {
  const names = pools.map(({ name }) => `"${name}"`);
  return `${names.length === 1 ? "pool" : "pools"} ${names.join(", ")}`;
}

function max(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}
