import { quantityNanos } from "../api/quantity";
import { View } from "../api/view";
import type { KubernetesObject } from "../kubernetes/client";
import { amount } from "../preflight/checks/amount";
import { podRequests } from "../preflight/pods";
import { tolerates } from "../preflight/taints";
import { fieldsAt, listAt, nameOf, textAt } from "./read";

/** Why the scheduler found no node. */
export interface Unschedulable {
  readonly message: string;
  readonly fix?: string;
}

/** Explains what kube-scheduler says of a pod by the pod's requests and the nodes there are. */
export function explainScheduling(
  pod: KubernetesObject,
  said: string,
  nodes: readonly KubernetesObject[],
): Unschedulable {
  const reasons = reasonsIn(said);
  const findings = [
    ...resourceFindings(pod, reasons, nodes),
    ...selectorFindings(pod, reasons, nodes),
    ...taintFindings(pod, reasons, nodes),
    ...volumeFindings(pod, said),
  ];
  const details = findings.map(({ message }) => message);
  const fixes = [...new Set(findings.flatMap(({ fix }) => fix ?? []))];
  const summary = `cannot be scheduled: ${details.length > 0 ? details.join("; ") : "no node fits"}`;
  return { message: `${summary} (${reasons.join(", ")})`, ...(fixes.length > 0 && { fix: fixes.join("; ") }) };
}

/**
 * The reasons in `0/8 nodes are available: 6 Insufficient nvidia.com/gpu, 2 node(s) …. preemption: …`, without what would have come of
 * preemption, which has no news. Source: `FitError` of kube-scheduler, `pkg/scheduler/framework/types.go`.
 */
function reasonsIn(said: string): string[] {
  const listed = /^\d+\/\d+ nodes are available: (.*)$/s.exec(said)?.[1] ?? said;
  const [first = listed] = listed.split(/\. |\.$/);
  return first.split(/, (?=\d+ )/);
}

function resourceFindings(
  pod: KubernetesObject,
  reasons: readonly string[],
  nodes: readonly KubernetesObject[],
): Unschedulable[] {
  const lacking = reasons.flatMap((reason) => /\bInsufficient (\S+)/.exec(reason)?.[1] ?? []);
  return [...new Set(lacking)].map((resource) => {
    const { nanos, text: asked } = requestOf(pod, resource);
    if (nodes.length === 0) {
      return { message: `not enough ${resource}: ${asked} asked for`, fix: `add nodes with ${asked} ${resource}` };
    }
    const sizes = nodes.map((node) => allocatable(node, resource)).filter((size) => size.nanos > 0n);
    const largest = sizes.reduce((best, size) => (size.nanos > best.nanos ? size : best), { nanos: 0n, text: "0" });
    if (sizes.length === 0) {
      return {
        message: `${asked} ${resource} asked for, and no node has any`,
        fix: `add nodes with ${resource}; where they exist, see that their device plugin runs`,
      };
    }
    if (nanos > largest.nanos) {
      return {
        message: `${asked} ${resource} asked for, and no node has more than ${largest.text}`,
        fix: `ask for at most ${largest.text} ${resource} in a pod, or add larger nodes`,
      };
    }
    return {
      message: `${asked} ${resource} asked for, and the ${sizes.length === 1 ? "node" : `${sizes.length} nodes`} with ${resource} ${sizes.length === 1 ? "has" : "have"} too little left or may not be used`,
      fix: `add nodes with ${resource}, free some, or run fewer replicas`,
    };
  });
}

function allocatable(node: KubernetesObject, resource: string): { nanos: bigint; text: string } {
  const text = textAt(node, "status", "allocatable", resource) ?? "0";
  return { nanos: quantityNanos(text) ?? 0n, text };
}

/** What a pod asks of a resource, as kube-scheduler reckons. */
function requestOf(pod: KubernetesObject, resource: string): { nanos: bigint; text: string } {
  const request = podRequests(new View(pod.spec)).get(resource);
  if (!request) return { nanos: 0n, text: "0" };
  // One container asks in most pods, and then its own text is what the user knows.
  const own = request.at.text;
  const isOwn = own !== undefined && quantityNanos(own) === request.nanos;
  return { nanos: request.nanos, text: isOwn ? own : amount(resource, request.nanos) };
}

function selectorFindings(
  pod: KubernetesObject,
  reasons: readonly string[],
  nodes: readonly KubernetesObject[],
): Unschedulable[] {
  if (!reasons.some((reason) => reason.includes("node affinity/selector"))) return [];
  const selector = Object.entries(fieldsAt(pod, "spec", "nodeSelector")).map(([key, value]) => [key, String(value)]);
  const has = (node: KubernetesObject, [key = "", value]: string[]): boolean => node.metadata.labels?.[key] === value;
  const absent = nodes.length === 0 ? [] : selector.filter((pair) => !nodes.some((node) => has(node, pair)));
  if (absent.length > 0) {
    const known = absent.flatMap(([key = ""]) => {
      const values = [...new Set(nodes.flatMap((node) => node.metadata.labels?.[key] ?? []))].sort();
      return values.length > 0 ? [`${key} is ${values.join(", ")} on the nodes there are`] : [];
    });
    return [
      {
        message: `no node has the label ${absent.map((pair) => pair.join("=")).join(", ")}`,
        fix: `label or add such nodes, or correct nodeSelector${known.length > 0 ? ` (${known.join("; ")})` : ""}`,
      },
    ];
  }
  // A node that is excluded by its labels is no reason when others are full.
  if (selector.length > 0 && nodes.some((node) => selector.every((pair) => has(node, pair)))) return [];
  const wanted =
    selector.length > 0
      ? `all of ${selector.map((pair) => pair.join("=")).join(", ")}`
      : "what the required node affinity asks for";
  return [{ message: `no node has ${wanted}`, fix: "label or add such nodes, or correct nodeSelector and affinity" }];
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** The scheduler does not say which taint it was, but the nodes do: of those that the pod may select, which none tolerates. */
function taintFindings(
  pod: KubernetesObject,
  reasons: readonly string[],
  nodes: readonly KubernetesObject[],
): Unschedulable[] {
  if (!reasons.some((reason) => reason.includes("untolerated taint"))) return [];
  const selector = Object.entries(fieldsAt(pod, "spec", "nodeSelector"));
  const selected = nodes.filter(({ metadata }) => selector.every(([key, value]) => metadata.labels?.[key] === value));
  const tolerations = new View(pod.spec).get("tolerations");
  const untolerated = selected.map((node) => taintsOf(node).filter((taint) => !tolerates(tolerations, taint)));
  // Accelerator nodes are tainted so that pods that need none stay off them; that is a reason only when there is no other node.
  if (untolerated.length === 0 || untolerated.some((taints) => taints.length === 0)) return [];
  const unique = new Map(untolerated.flat().map((taint) => [`${taint.key}=${taint.value}:${taint.effect}`, taint]));
  return [...unique].sort().map(([text, { key, value }]) => ({
    message: `the taint ${text} is not tolerated`,
    fix: key.startsWith("node.kubernetes.io/")
      ? `see why the nodes have it: kubectl get nodes`
      : `add a toleration (key ${key}${value ? `, value ${value}` : ""}) to the template, or use other nodes`,
  }));
}

function taintsOf(node: KubernetesObject): Taint[] {
  return listAt(node, "spec", "taints")
    .map((taint) => ({
      key: textAt(taint, "key") ?? "",
      value: textAt(taint, "value") ?? "",
      effect: textAt(taint, "effect") ?? "",
    }))
    .filter(({ effect }) => effect !== "PreferNoSchedule");
}

function volumeFindings(pod: KubernetesObject, said: string): Unschedulable[] {
  const missing = /persistentvolumeclaim "([^"]+)" not found/.exec(said)?.[1];
  if (missing) {
    return [
      {
        message: `PersistentVolumeClaim "${missing}" does not exist in namespace "${pod.metadata.namespace ?? ""}"`,
        fix: "create it, or name another one",
      },
    ];
  }
  if (!said.includes("unbound immediate PersistentVolumeClaims")) return [];
  const claims = listAt(pod, "spec", "volumes").flatMap(
    (volume) => textAt(volume, "persistentVolumeClaim", "claimName") ?? [],
  );
  return [
    {
      message: `PersistentVolumeClaim ${claims.map((claim) => `"${claim}"`).join(", ")} is not bound to a volume`,
      fix: `see why: kubectl -n ${pod.metadata.namespace ?? ""} describe pvc ${claims.join(" ")} (a storage class that exists and has a provisioner, or a fitting volume)`,
    },
  ];
}

/** The pod's place in its LeaderWorkerSet, as a text to put behind its name. */
export function groupOf(pod: KubernetesObject): string {
  const { labels = {}, annotations = {} } = pod.metadata;
  const group = labels["leaderworkerset.sigs.k8s.io/group-index"];
  const size = annotations["leaderworkerset.sigs.k8s.io/size"];
  if (group === undefined) return "";
  return ` (group ${group}${size ? ` of ${size} nodes` : ""} of LeaderWorkerSet ${labels["leaderworkerset.sigs.k8s.io/name"] ?? nameOf(pod)})`;
}
