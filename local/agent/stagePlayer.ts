import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import type { PlayedKind } from "../cluster/stages";
import { sleep } from "../process";
import { follow } from "./follow";

const fieldManager = "pulumi-kserve-local";
const pollMs = 50;
const reminderDelaysMs = [500, 1000, 2000, 4000, 8000, 16_000];
const reminderAnnotation = "pulumi-kserve.local/reminder";

/**
 * Gives kwok its Stages, each when its kind is served, and takes it back when the CRD goes: kwok gives up on a Stage whose kind
 * it does not find, and looks again only when a Stage changes.
 *
 * @param playedNow the kinds, always the same ones, with their Stages as they are to be now.
 * @returns a function to call when the Stages have changed.
 */
export function playStages(
  client: KubernetesClient,
  playedNow: () => readonly PlayedKind[],
  log: (text: string) => void,
  signal: AbortSignal,
): () => Promise<unknown> {
  const served = new Set<string>();
  playedNow().forEach(({ crd }, index) => {
    const stages = () => playedNow()[index]?.stages ?? [];
    if (crd === undefined) return void applyUntilDone(client, stages, log, signal);
    void followCrd(crd, stages);
  });
  return async () => {
    for (const [index, { crd }] of playedNow().entries()) {
      if (crd !== undefined && served.has(crd)) {
        await applyUntilDone(client, () => playedNow()[index]?.stages ?? [], log, signal);
      }
    }
  };

  function followCrd(crd: string, stages: () => readonly KubernetesObject[]): Promise<void> {
    return follow(
      client,
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      { fieldSelector: `metadata.name=${crd}` },
      ({ type, object }) => {
        const serves = type === "set" && isEstablished(object);
        if (serves && !served.has(crd))
          void whenPublished(client, object, log, signal)
            .then(() => applyUntilDone(client, stages, log, signal))
            .then(() => remind(client, stages, () => served.has(crd), log, signal));
        if (!serves && served.has(crd)) void takeBack(client, stages(), log);
        if (serves) served.add(crd);
        else served.delete(crd);
      },
      signal,
    );
  }
}

function isEstablished({ metadata, status }: KubernetesObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: { type: string; status: string }[] };
  return (
    !metadata.deletionTimestamp && conditions.some(({ type, status }) => type === "Established" && status === "True")
  );
}

/** kwok reads the kind's schema from the OpenAPI document, which the API server publishes some time after it serves the kind. */
async function whenPublished(
  client: KubernetesClient,
  crd: KubernetesObject,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { group, names } = crd.spec as { group: string; names: { plural: string } };
  const isPublished = async () => {
    const index = await document<{ serverRelativeURL: string }>(client, "/openapi/v3");
    const entry = index.paths[`apis/${group}/v1`];
    if (!entry) return false;
    const { paths } = await document(client, entry.serverRelativeURL);
    return Object.keys(paths).some((path) => path.endsWith(`/${names.plural}/{name}`));
  };
  for (let attempt = 0; !signal.aborted; attempt++) {
    const published = await isPublished().catch((error: unknown) => {
      if (attempt === 200) log(`OpenAPI document of ${group} not read, still trying: ${String(error)}`);
      return false;
    });
    if (published) return;
    await sleep(pollMs);
  }
}

/** The API server calls the index of its OpenAPI documents plain text. */
async function document<T>(client: KubernetesClient, path: string): Promise<{ paths: Record<string, T> }> {
  const answer = await client.request("GET", path);
  return (typeof answer === "string" ? JSON.parse(answer) : answer) as { paths: Record<string, T> };
}

async function applyUntilDone(
  client: KubernetesClient,
  stages: () => readonly KubernetesObject[],
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, stage] of stages().entries()) {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        // They may change while the API server does not answer.
        await client.apply(stages()[index] ?? stage, { fieldManager, force: true });
        break;
      } catch (error) {
        if (attempt === 40) log(`Stage ${stage.metadata.name ?? ""} not applied, still trying: ${String(error)}`);
        await sleep(pollMs);
      }
    }
  }
}

/**
 * While many CRDs are installed, the documents of the API server change back and forth for some seconds, and kwok may have looked
 * at a moment when the kind was not in them. Every change of a Stage makes it look again for what it does not play yet.
 */
async function remind(
  client: KubernetesClient,
  stages: () => readonly KubernetesObject[],
  isWanted: () => boolean,
  log: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, delay] of reminderDelaysMs.entries()) {
    await sleep(delay);
    if (signal.aborted || !isWanted()) return;
    const reminded = () =>
      stages().map((stage) => ({
        ...stage,
        metadata: {
          ...stage.metadata,
          annotations: { ...stage.metadata.annotations, [reminderAnnotation]: String(index + 1) },
        },
      }));
    await applyUntilDone(client, reminded, log, signal);
  }
}

async function takeBack(
  client: KubernetesClient,
  stages: readonly KubernetesObject[],
  log: (text: string) => void,
): Promise<void> {
  for (const { apiVersion, kind, metadata } of stages) {
    await client
      .delete(apiVersion, kind, undefined, metadata.name ?? "")
      .catch((error: unknown) => log(`Stage ${metadata.name ?? ""} not deleted: ${String(error)}`));
  }
}
