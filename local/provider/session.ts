import type { KubernetesClient } from "../../sdk/kubernetes/client";

import type { WatchHub } from "./await/hub";
import type { Cluster } from "./cluster";
import type { EngineLog } from "./engine";
import { CancelledError, transientReason } from "./errors";

/** What every operation of a configured provider needs. */
export interface Session {
  readonly cluster: Cluster;
  readonly log: EngineLog;
  /** Aborts when the user cancels the update. */
  readonly signal: AbortSignal;
}

const firstRetryMs = 100;
const longestRetryMs = 1_000;

/** How long a request is tried again whose failure may settle by itself, such as a kind that is not served yet. */
export const retryBudgetMs = 20_000;

/** @throws Error when the API server does not answer. */
export async function requireCluster(session: Session): Promise<{ client: KubernetesClient; hub: WatchHub }> {
  const { client, hub, unreachable } = await session.cluster.connect();
  if (unreachable === undefined) return { client, hub };
  throw new Error(`the configured Kubernetes cluster cannot be reached: ${unreachable}`);
}

/** Runs a request again while it fails for a reason that may settle, telling the user what is being waited for. */
export async function withRetries<T>(
  session: Session,
  urn: string,
  budgetMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + Math.min(budgetMs, retryBudgetMs);
  for (let delay = firstRetryMs; ; delay = Math.min(2 * delay, longestRetryMs)) {
    try {
      return await work();
    } catch (error) {
      const reason = transientReason(error);
      if (reason === undefined || Date.now() + delay > deadline) throw error;
      session.log.progress(urn, `waiting for ${reason}`);
      await pause(delay, session.signal);
    }
  }
}

/** @throws CancelledError when the signal aborts first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => {
      clearTimeout(timer);
      reject(new CancelledError());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", cancel);
      resolve();
    }, ms);
    if (signal.aborted) cancel();
    else signal.addEventListener("abort", cancel, { once: true });
  });
}
