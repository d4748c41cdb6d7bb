import type { KubernetesObject } from "../kubernetes/client";
import { type Cause, CauseCode, type ServiceObjects } from "./diagnosis";
import { conditionOf, nameOf, numberAt, oneLine, reasonOf, textAt } from "./read";

/** Why there are fewer pods than there should be: the API server refuses them, or nobody makes them. */
export function workloadCauses(objects: ServiceObjects): Cause[] {
  const refused = [...refusals(objects)];
  const causes = refused.map(({ object, message }) => refusal(object, message, objects.namespace));
  const told = new Set(refused.map(({ set }) => set));
  const empty = [...objects.deployments, ...objects.leaderWorkerSets].filter(
    (workload) => wanted(workload) > 0 && !told.has(nameOf(workload)) && podsOf(workload, objects).length === 0,
  );
  return [...causes, ...empty.map((workload) => withoutPods(workload, objects.namespace))];
}

interface Refusal {
  readonly object: string;
  readonly message: string;
  /** Name of the Deployment or LeaderWorkerSet. */
  readonly set: string;
}

/** From the Deployments' conditions, and from events of the StatefulSets that LeaderWorkerSets make, which have no such condition. */
function refusals(objects: ServiceObjects): Refusal[] {
  const found = objects.deployments.flatMap((deployment): Refusal[] => {
    const failure = conditionOf(deployment, "ReplicaFailure");
    if (failure?.status !== "True") return [];
    return [{ object: `Deployment ${nameOf(deployment)}`, message: failure.message ?? "", set: nameOf(deployment) }];
  });
  for (const set of objects.leaderWorkerSets) {
    // An event stays when what it tells of is over.
    if (podsOf(set, objects).length >= wanted(set) * groupSize(set)) continue;
    const said = objects.events.find(
      (event) => textAt(event, "reason") === "FailedCreate" && isOfSet(event, nameOf(set)),
    );
    if (!said) continue;
    found.push({ object: `LeaderWorkerSet ${nameOf(set)}`, message: textAt(said, "message") ?? "", set: nameOf(set) });
  }
  return found;
}

/** The leaders' StatefulSet has the set's name, those of the workers have the group's number behind it. */
function isOfSet(event: KubernetesObject, set: string): boolean {
  const about = textAt(event, "involvedObject", "name") ?? "";
  const isStatefulSet = textAt(event, "involvedObject", "kind") === "StatefulSet";
  return isStatefulSet && (about === set || (about.startsWith(`${set}-`) && /^\d+$/.test(about.slice(set.length + 1))));
}

function groupSize(set: KubernetesObject): number {
  return numberAt(set, "spec", "leaderWorkerTemplate", "size") || 1;
}

function refusal(object: string, message: string, namespace: string): Cause {
  const [kind = "", name = ""] = object.split(" ");
  const quota = /exceeded quota: ([^,]+), requested: (.*?), used: (.*?), limited: (.*)$/.exec(oneLine(message));
  if (quota) {
    const [, quotaName = "", requested = "", used = "", limited = ""] = quota;
    return {
      code: CauseCode.quotaExceeded,
      object,
      message: `its pods exceed the ResourceQuota "${quotaName}": each asks for ${requested}; ${used} is used and ${limited} allowed`,
      fix: "raise the quota, free some of it, or ask for less",
      command: `kubectl -n ${namespace} describe resourcequota ${quotaName}`,
    };
  }
  const account = /serviceaccount "([^"]+)" not found/.exec(message)?.[1];
  return {
    code: CauseCode.podRefused,
    object,
    message: `its pods are refused: ${account ? `ServiceAccount "${account}" does not exist` : oneLine(message)}`,
    fix: account
      ? `create it in namespace "${namespace}", or leave serviceAccountName out`
      : "correct what the message names: an admission policy, Pod Security, a limit range or a quota",
    command: `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}`,
  };
}

function withoutPods(workload: KubernetesObject, namespace: string): Cause {
  const { kind } = workload;
  const progressing = conditionOf(workload, "Progressing");
  const unseen = numberAt(workload, "status", "observedGeneration") === 0 && kind === "Deployment";
  const why = unseen
    ? "the controller manager has not looked at it"
    : progressing?.status === "False"
      ? reasonOf(progressing)
      : "nothing says why";
  return {
    code: CauseCode.noPods,
    object: `${kind} ${nameOf(workload)}`,
    message: `has no pods: ${oneLine(why)}`,
    fix: kind === "LeaderWorkerSet" ? "see that the LeaderWorkerSet controller runs (namespace lws-system)" : undefined,
    command: `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${nameOf(workload)}`,
  };
}

function wanted(workload: KubernetesObject): number {
  const { replicas } = workload.spec as { replicas?: number };
  return replicas ?? 1;
}

function podsOf(workload: KubernetesObject, { pods }: ServiceObjects): readonly KubernetesObject[] {
  const name = nameOf(workload);
  if (workload.kind === "LeaderWorkerSet") {
    return pods.filter((pod) => pod.metadata.labels?.["leaderworkerset.sigs.k8s.io/name"] === name);
  }
  return pods.filter((pod) => {
    const { labels = {} } = pod.metadata;
    const selector = (workload.spec as { selector?: { matchLabels?: Record<string, string> } }).selector?.matchLabels;
    return selector !== undefined && Object.entries(selector).every(([key, value]) => labels[key] === value);
  });
}
