import { isDeepStrictEqual } from "node:util";

import { nameOf } from "../../local/engine/run";
import { type RefreshDigest, type RefreshStep, type ResourceState, stackType } from "./digest";
import { type Manager, managerOf } from "./managers";
import { partsOfPath, type PathPart, valueAt } from "./paths";

/** A field that is not as the last `up` left it. */
export interface DriftedField {
  readonly path: string;
  /** As the last `up` left it; undefined where it was not there. */
  readonly was?: unknown;
  /** As it is now; undefined where it is gone. */
  readonly is?: unknown;
  readonly by?: Manager;
}

/** A resource that is not as the last `up` left it. */
export interface DriftedResource {
  readonly urn: string;
  /** Name of the resource in the stack. */
  readonly name: string;
  /** Such as `LLMInferenceService models/llama-8b`; of other resources than Kubernetes objects the type. */
  readonly object: string;
  readonly change: "changed" | "gone";
  /** What is known where fields are not, as of CRDs: such as `changed by "kubectl-patch"`. */
  readonly note?: string;
  readonly fields: readonly DriftedField[];
}

/** What differs between the cluster and the last `up`. */
export interface DriftReport {
  readonly drifted: readonly DriftedResource[];
  /** Number of resources that were looked at. */
  readonly resources: number;
  /** Changed resources of which the engine's JSON does not say what changed. */
  readonly unexplained: number;
  /** What the engine could not read, and sets of CRDs that could not be read here. */
  readonly failures: readonly string[];
}

/** Reads more than the engine's JSON has. */
export interface LiveObjects {
  /** An object with its managed fields; undefined where it is gone or may not be read. */
  read(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ): Promise<Record<string, unknown> | undefined>;
  /** What has become of the objects of a set of CRDs, whose content the engine's JSON does not have. @throws where they cannot be read. */
  crds(state: ResourceState): Promise<readonly { object: string; state: string }[]>;
}

/** @param live asks the cluster who changed what. @default nobody is asked, and the engine's JSON decides alone */
export async function driftReport(digest: RefreshDigest, live?: LiveObjects): Promise<DriftReport> {
  const unread: string[] = [];
  const found = await Promise.all(digest.steps.map((step) => driftOf(step, live, unread)));
  const drifted = found
    .flat()
    .sort((left, right) => compare(left.object, right.object) || compare(left.urn, right.urn));
  const shown = new Set(digest.steps.filter(({ op }) => op === "update" || op === "delete").map(({ urn }) => urn));
  const explained = new Set([...shown, ...drifted.map(({ urn }) => urn)]);
  const { update = 0, delete: deleted = 0 } = digest.changeSummary ?? {};
  return {
    drifted,
    resources: digest.steps.filter(({ urn }) => !urn.includes(stackType)).length,
    unexplained: Math.max(0, update + deleted - explained.size),
    failures: [
      ...(digest.diagnostics ?? [])
        .filter(({ severity }) => severity === "error")
        .map(({ urn, message = "" }) => `${urn ? `${nameOf(urn)}: ` : ""}${message.trim()}`),
      ...unread.sort(),
    ],
  };
}

/** @param unread takes what could not be read: without an answer of the cluster, the engine's JSON still says what it can */
async function driftOf(step: RefreshStep, live: LiveObjects | undefined, unread: string[]): Promise<DriftedResource[]> {
  const { op, urn, oldState } = step;
  const name = nameOf(urn);
  if (live && oldState?.type.endsWith(":CrdBundle")) {
    try {
      return (await live.crds(oldState)).map(({ object, state }) =>
        state === "missing"
          ? { urn, name, object, change: "gone", fields: [] }
          : { urn, name, object, change: "changed", note: state, fields: [] },
      );
    } catch (error) {
      unread.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (op === "delete") return [{ urn, name, object: objectOf(oldState), change: "gone", fields: [] }];
  if (op !== "update") return [];
  const fields = await fieldsOf(step, live);
  return fields.length === 0 ? [] : [{ urn, name, object: objectOf(oldState), change: "changed", fields }];
}

/** Kubernetes keeps these by itself, and controllers report in a status. */
const notDrift =
  /^(status|__\w+|metadata\.(resourceVersion|generation|managedFields|creationTimestamp|uid|selfLink))(?![\w-])/;

async function fieldsOf(step: RefreshStep, live: LiveObjects | undefined): Promise<DriftedField[]> {
  const paths = Object.entries(step.detailedDiff ?? {}).filter(([path]) => !notDrift.test(path));
  if (paths.length === 0) return [];
  const { oldState, newState } = step;
  const object = (await liveObject(oldState, live)) ?? newState?.outputs;
  const own = oldState?.outputs?.__fieldManager as string | undefined;
  return paths
    .map(([path, { inputDiff }]) => {
      const parts = partsOfPath(path);
      const field = { path, ...valuesOf(step, parts, inputDiff) };
      const by = managerOf(object, parts, own);
      return { ...field, ...(by && { by }) };
    })
    .sort((left, right) => compare(left.path, right.path));
}

/**
 * A field on both sides. The stand-in writes drift into the inputs; Pulumi's own provider leaves them as the program has them, so that what
 * was added is in the outputs alone, and once a refresh has written it into the state, both outputs are the live object.
 */
function valuesOf({ oldState, newState }: RefreshStep, parts: readonly PathPart[], inputDiff: boolean) {
  const [inputs, outputs] = (["inputs", "outputs"] as const).map((part) => ({
    was: valueAt(oldState?.[part], parts),
    is: valueAt(newState?.[part], parts),
  })) as [Values, Values];
  const sides = inputDiff ? [inputs, outputs] : [outputs, inputs];
  const wanted = { was: inputs.was, is: outputs.is };
  return [...sides, wanted].find(({ was, is }) => !isDeepStrictEqual(was, is)) ?? wanted;
}

type Values = Pick<DriftedField, "was" | "is">;

async function liveObject(
  state: ResourceState | undefined,
  live: LiveObjects | undefined,
): Promise<Record<string, unknown> | undefined> {
  const coordinates = coordinatesOf(state);
  if (!live || !coordinates) return undefined;
  const { apiVersion, kind, namespace, name } = coordinates;
  return live.read(apiVersion, kind, namespace, name);
}

interface ObjectState {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Where a Kubernetes object is; undefined for other resources. */
function coordinatesOf(state: ResourceState | undefined) {
  if (!state?.type.startsWith("kubernetes:")) return undefined;
  const [inputs, outputs] = [state.inputs, state.outputs] as (ObjectState | undefined)[];
  const { apiVersion, kind } = { ...outputs, ...inputs };
  const { name, namespace } = { ...outputs?.metadata, ...inputs?.metadata };
  return apiVersion && kind && name ? { apiVersion, kind, namespace, name } : undefined;
}

function objectOf(state: ResourceState | undefined): string {
  const coordinates = coordinatesOf(state);
  if (!coordinates) return `${state?.type ?? "resource"} ${state?.id ?? ""}`.trim();
  const { kind, namespace, name } = coordinates;
  return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
