import { asText, isObject, numberAt, objectAt, objectsAt, textAt, type JsonObject } from "../json";
import { annotation, annotations, isTrue, kindOf, metadataOf } from "../kinds";
import { falseConditions, parseWaitFor, describeCondition } from "./waitFor";

/** What is known about an object's readiness. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly reasons: readonly string[] }
  | { readonly state: "failed"; readonly reasons: readonly string[] };

/** Decides readiness from the live object alone. */
export type ReadinessRule = (object: JsonObject) => Readiness;

/** Objects beside the awaited one that take part: they are watched too. */
export interface Related {
  apiVersion: string;
  kind: string;
  labelSelector: string;
}

export interface AwaitRule {
  readonly evaluate: ReadinessRule;
  /** Objects without which the rule cannot be decided. */
  readonly needs?: { related: Related; evaluate(live: JsonObject, related: readonly JsonObject[]): Readiness };
  /** Objects that explain a failure or a delay; read when there is one. */
  readonly explainedBy?: Related;
  /** Whether a refresh evaluates the rule as well. */
  readonly onRefresh: boolean;
}

const ready: Readiness = { state: "ready" };
const waiting = (...reasons: string[]): Readiness => ({ state: "waiting", reasons });
const failed = (...reasons: string[]): Readiness => ({ state: "failed", reasons });

/**
 * How an object is awaited after it was created or changed; undefined when it is not. The rules are those of the official
 * provider: `pulumi.com/skipAwait` wins, then `pulumi.com/waitFor`, then the kind's own rule. Custom resources have none.
 */
export function awaitRule(inputs: JsonObject): AwaitRule | undefined {
  if (isTrue(inputs, annotations.skipAwait)) return undefined;
  const text = annotation(inputs, annotations.waitFor);
  if (text !== undefined) {
    const conditions = parseWaitFor(text);
    return {
      onRefresh: false,
      evaluate: (live) => {
        const unmet = conditions.map((condition) => condition.unmet(live)).filter((reason) => reason !== undefined);
        return unmet.length === 0 ? ready : waiting(...new Set([...unmet, ...falseConditions(live)]));
      },
    };
  }
  const { group, kind } = kindOf(inputs);
  return kindRules[`${group}/${kind}`]?.(inputs);
}

const kindRules: Record<string, (inputs: JsonObject) => AwaitRule | undefined> = {
  "/Namespace": () => simple(phaseRule("Active")),
  "/PersistentVolume": () => simple(phaseRule("Available", "Bound")),
  "/PersistentVolumeClaim": () => simple(phaseRule("Bound")),
  "/Pod": () => ({ evaluate: podRule, onRefresh: true }),
  "/Service": serviceRule,
  "apiextensions.k8s.io/CustomResourceDefinition": () => simple(crdRule),
  "apiregistration.k8s.io/APIService": () => simple(conditionRule("Available")),
  "apps/DaemonSet": (inputs) => workload(inputs, daemonSetRule),
  "apps/Deployment": (inputs) => workload(inputs, deploymentRule),
  "apps/StatefulSet": (inputs) => workload(inputs, statefulSetRule),
  "batch/Job": (inputs) => ({
    evaluate: jobRule,
    onRefresh: true,
    explainedBy: pods(`batch.kubernetes.io/job-name=${textAt(metadataOf(inputs), "name") ?? ""}`),
  }),
  "networking.k8s.io/Ingress": () => ({ evaluate: loadBalancerRule, onRefresh: true }),
};

function simple(evaluate: ReadinessRule): AwaitRule {
  return { evaluate, onRefresh: false };
}

function pods(labelSelector: string): Related {
  return { apiVersion: "v1", kind: "Pod", labelSelector };
}

function workload(inputs: JsonObject, evaluate: ReadinessRule): AwaitRule {
  const labels = objectAt(objectAt(objectAt(inputs, "spec"), "selector"), "matchLabels");
  const selector = labelSelector(labels);
  return { evaluate, onRefresh: true, explainedBy: selector ? pods(selector) : undefined };
}

function labelSelector(labels: JsonObject): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${asText(value)}`)
    .join(",");
}

function phaseRule(...phases: string[]): ReadinessRule {
  return (live) => {
    const phase = textAt(objectAt(live, "status"), "phase");
    return phase && phases.includes(phase)
      ? ready
      : waiting(`phase is ${phase ?? "not set"}, expected ${phases.join(" or ")}`);
  };
}

function findCondition(live: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(objectAt(live, "status"), "conditions").find((condition) => condition.type === type);
}

function conditionRule(type: string): ReadinessRule {
  return (live) => {
    const condition = findCondition(live, type);
    if (condition?.status === "True") return ready;
    return waiting(condition ? describeCondition(condition) : `condition ${type} is not reported yet`);
  };
}

function crdRule(live: JsonObject): Readiness {
  const names = findCondition(live, "NamesAccepted");
  if (names?.status === "False") return failed(describeCondition(names));
  return conditionRule("Established")(live);
}

/** Undefined when the controller has seen the object as it is now. */
function notObserved(live: JsonObject): Readiness | undefined {
  const generation = numberAt(metadataOf(live), "generation");
  const observed = numberAt(objectAt(live, "status"), "observedGeneration");
  return observed < generation ? waiting("its controller has not seen this version yet") : undefined;
}

function deploymentRule(live: JsonObject): Readiness {
  const unseen = notObserved(live);
  if (unseen) return unseen;
  const spec = objectAt(live, "spec");
  const status = objectAt(live, "status");
  const progressing = findCondition(live, "Progressing");
  if (progressing?.status === "False") return failed(describeCondition(progressing));
  if (spec.paused === true) return ready;
  const wanted = typeof spec.replicas === "number" ? spec.replicas : 1;
  const updated = numberAt(status, "updatedReplicas");
  const reasons: string[] = [];
  if (updated < wanted) reasons.push(`${updated} of ${wanted} replicas are of the new version`);
  const old = numberAt(status, "replicas") - updated;
  if (old > 0) reasons.push(`${old} replicas of the old version are still there`);
  const available = numberAt(status, "availableReplicas");
  if (available < wanted) reasons.push(`${available} of ${wanted} replicas are available`);
  for (const type of ["Available", "ReplicaFailure"]) {
    const condition = findCondition(live, type);
    const bad = type === "Available" ? condition?.status !== "True" : condition?.status === "True";
    if (bad && condition) reasons.push(describeCondition(condition));
  }
  return reasons.length === 0 ? ready : waiting(...reasons);
}

function statefulSetRule(live: JsonObject): Readiness {
  const unseen = notObserved(live);
  if (unseen) return unseen;
  const spec = objectAt(live, "spec");
  const status = objectAt(live, "status");
  const strategy = objectAt(spec, "updateStrategy");
  if (strategy.type === "OnDelete") return ready;
  const wanted = typeof spec.replicas === "number" ? spec.replicas : 1;
  const available = numberAt(status, "readyReplicas");
  const reasons: string[] = [];
  if (available < wanted) reasons.push(`${available} of ${wanted} replicas are ready`);
  const toUpdate = Math.max(0, wanted - numberAt(objectAt(strategy, "rollingUpdate"), "partition"));
  if (status.updateRevision !== status.currentRevision && numberAt(status, "updatedReplicas") < toUpdate) {
    reasons.push(`${numberAt(status, "updatedReplicas")} of ${toUpdate} replicas are of the new version`);
  }
  return reasons.length === 0 ? ready : waiting(...reasons);
}

function daemonSetRule(live: JsonObject): Readiness {
  const unseen = notObserved(live);
  if (unseen) return unseen;
  const status = objectAt(live, "status");
  if (objectAt(objectAt(live, "spec"), "updateStrategy").type === "OnDelete") return ready;
  const wanted = numberAt(status, "desiredNumberScheduled");
  const reasons: string[] = [];
  const updated = numberAt(status, "updatedNumberScheduled");
  if (updated < wanted) reasons.push(`${updated} of ${wanted} pods are of the new version`);
  const available = numberAt(status, "numberAvailable");
  if (available < wanted) reasons.push(`${available} of ${wanted} pods are available`);
  return reasons.length === 0 ? ready : waiting(...reasons);
}

function jobRule(live: JsonObject): Readiness {
  if (objectAt(live, "spec").suspend === true) return ready;
  const failure = findCondition(live, "Failed") ?? findCondition(live, "FailureTarget");
  if (failure?.status === "True") return failed(describeCondition(failure));
  if (findCondition(live, "Complete")?.status === "True") return ready;
  const status = objectAt(live, "status");
  return waiting(
    `${numberAt(status, "succeeded")} pods succeeded, ${numberAt(status, "active")} active, ` +
      `${numberAt(status, "failed")} failed`,
  );
}

function podRule(live: JsonObject): Readiness {
  const phase = textAt(objectAt(live, "status"), "phase");
  if (phase === "Succeeded") return ready;
  if (phase === "Failed") return failed(...describePod(live));
  const condition = findCondition(live, "Ready");
  return condition?.status === "True" ? ready : waiting(...describePod(live));
}

function loadBalancerRule(live: JsonObject): Readiness {
  const ingress = objectsAt(objectAt(objectAt(live, "status"), "loadBalancer"), "ingress");
  return ingress.length > 0 ? ready : waiting("no load balancer address is assigned yet");
}

function serviceRule(inputs: JsonObject): AwaitRule | undefined {
  const spec = objectAt(inputs, "spec");
  if (spec.type === "ExternalName") return undefined;
  const evaluate: ReadinessRule = (live) =>
    objectAt(live, "spec").type === "LoadBalancer" ? loadBalancerRule(live) : ready;
  const name = textAt(metadataOf(inputs), "name");
  const selects = Object.keys(objectAt(spec, "selector")).length > 0;
  if (!selects || spec.clusterIP === "None" || !name) return { evaluate, onRefresh: true };
  return {
    evaluate,
    onRefresh: true,
    needs: {
      related: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        labelSelector: `kubernetes.io/service-name=${name}`,
      },
      evaluate: (live, slices) => {
        const endpoints = slices.flatMap((slice) => objectsAt(slice, "endpoints"));
        const usable = endpoints.some((endpoint) => objectAt(endpoint, "conditions").ready !== false);
        if (usable) return evaluate(live);
        const selector = labelSelector(objectAt(objectAt(live, "spec"), "selector"));
        return waiting(
          endpoints.length > 0
            ? `none of its ${endpoints.length} endpoints is ready (selector ${selector})`
            : `no pod matches its selector ${selector}`,
        );
      },
    },
  };
}

/** Why a pod is not ready: its containers' waiting or termination reasons, else its conditions. */
export function describePod(pod: JsonObject): string[] {
  const name = `pod ${textAt(metadataOf(pod), "name") ?? "?"}`;
  const status = objectAt(pod, "status");
  const reasons: string[] = [];
  for (const list of ["initContainerStatuses", "containerStatuses"]) {
    for (const container of objectsAt(status, list)) {
      const state = objectAt(container, "state");
      const detail = isObject(state.waiting)
        ? state.waiting
        : isObject(state.terminated)
          ? state.terminated
          : undefined;
      if (!detail || (detail === state.terminated && detail.exitCode === 0)) continue;
      const text = [textAt(detail, "reason"), textAt(detail, "message")]
        .filter((part) => part !== undefined)
        .join(": ");
      reasons.push(`${name}, container ${textAt(container, "name") ?? "?"}: ${text || "waiting"}`);
    }
  }
  if (reasons.length > 0) return reasons;
  const message = textAt(status, "message") ?? textAt(status, "reason");
  if (message) return [`${name}: ${message}`];
  const unmet = objectsAt(status, "conditions").filter((condition) => condition.status !== "True");
  return unmet.length > 0
    ? unmet.map((condition) => `${name}: ${describeCondition(condition)}`)
    : [`${name} is not ready`];
}
