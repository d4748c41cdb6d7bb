import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";

import { messageOf } from "../errors";
import type { JsonObject } from "../json";
import { resourceVersion, type Target, type WatchHub } from "./hub";
import { describePod, type AwaitRule, type Readiness, type Related } from "./rules";

/** How a wait ended. `live` is the object as it was seen last. */
export interface WaitOutcome {
  readonly state: "ready" | "failed" | "timeout" | "gone" | "cancelled";
  readonly live: KubernetesObject;
  /** Why it is not ready. */
  readonly reasons: readonly string[];
}

export interface WaitOptions {
  hub: WatchHub;
  client: KubernetesClient;
  /** The object as the API server returned it. */
  object: KubernetesObject;
  rule: AwaitRule;
  timeoutMs: number;
  signal: AbortSignal;
  /** Told what is being waited for, whenever that changes. */
  progress: (text: string) => void;
}

const explainedPods = 5;

/** Follows an object until its rule says that it is ready or has failed. Reacts to events; nothing is polled. */
export async function waitUntilReady(options: WaitOptions): Promise<WaitOutcome> {
  const outcome = await follow(options);
  if (outcome.state === "ready" || !options.rule.explainedBy) return outcome;
  const explained = await explain(options.client, options.object, options.rule.explainedBy).catch(() => []);
  return { ...outcome, reasons: [...outcome.reasons, ...explained] };
}

function follow({ hub, object, rule, timeoutMs, signal, progress }: WaitOptions): Promise<WaitOutcome> {
  return new Promise((resolve) => {
    const stops: (() => void)[] = [];
    const name = object.metadata.name ?? "";
    let live: KubernetesObject = object;
    let related: readonly KubernetesObject[] | undefined;
    let reasons: readonly string[] = [];
    let settled = false;

    const settle = (state: WaitOutcome["state"], why: readonly string[] = reasons): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      for (const stop of stops) stop();
      resolve({ state, live, reasons: why });
    };
    const cancel = (): void => settle("cancelled");
    const timer = setTimeout(() => settle("timeout"), timeoutMs);
    signal.addEventListener("abort", cancel);

    const evaluate = (): void => {
      if (settled) return;
      const readiness = judge(rule, live, related);
      if (readiness.state === "ready") return settle("ready", []);
      if (readiness.state === "failed") return settle("failed", readiness.reasons);
      reasons = readiness.reasons;
      progress(reasons.join("; "));
    };
    const problem = (error: unknown): void => {
      if (!settled) progress(messageOf(error));
    };

    if (signal.aborted) return cancel();
    evaluate();
    if (settled) return;
    stops.push(
      hub.follow(targetOf(object), {
        problem,
        changed: (objects, version) => {
          // The view may be from before the object was created or changed.
          if (version < resourceVersion(live.metadata.resourceVersion)) return;
          const found = objects.get(name);
          if (!found || found.metadata.uid !== object.metadata.uid) return settle("gone", ["it was deleted meanwhile"]);
          if (found === live) return;
          live = found;
          evaluate();
        },
      }),
    );
    if (rule.needs) {
      const { apiVersion, kind, labelSelector } = rule.needs.related;
      stops.push(
        hub.follow(
          { apiVersion, kind, labelSelector, namespace: object.metadata.namespace },
          {
            problem,
            changed: (objects) => {
              related = [...objects.values()];
              evaluate();
            },
          },
        ),
      );
    }
  });
}

function judge(rule: AwaitRule, live: KubernetesObject, related: readonly KubernetesObject[] | undefined): Readiness {
  if (!rule.needs) return rule.evaluate(live as unknown as JsonObject);
  if (!related) return { state: "waiting", reasons: [`its ${rule.needs.related.kind}s are not read yet`] };
  return rule.needs.evaluate(live as unknown as JsonObject, related as unknown as JsonObject[]);
}

/**
 * What to watch for one object. Namespaced objects of a kind share a watch of their namespace, since programs create many of
 * them together; cluster-scoped ones (CRDs are up to a megabyte each) and pods are watched one by one.
 */
export function targetOf(object: KubernetesObject): Target {
  const { apiVersion, kind, metadata } = object;
  const shared = metadata.namespace !== undefined && kind !== "Pod" && kind !== "Secret" && kind !== "ConfigMap";
  return {
    apiVersion,
    kind,
    namespace: metadata.namespace,
    fieldSelector: shared ? undefined : `metadata.name=${metadata.name ?? ""}`,
  };
}

async function explain(client: KubernetesClient, object: KubernetesObject, related: Related): Promise<string[]> {
  const { labelSelector, apiVersion, kind } = related;
  const { items } = await client.list(apiVersion, kind, object.metadata.namespace, { labelSelector });
  const unready = items.filter((pod) => {
    const conditions =
      (pod.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? [];
    return !conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
  });
  return unready.slice(0, explainedPods).flatMap((pod) => describePod(pod as unknown as JsonObject));
}
