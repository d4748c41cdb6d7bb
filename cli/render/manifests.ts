import { type BundleInputs, bundleType, CrdOwnership, objectNames } from "../../components/crds/bundle";
import { loadObjects } from "../../components/crds/objects";
import { isObject, type Json, type JsonObject, objectAt, propertyPath, textAt } from "../../local/provider/json";
import {
  annotations,
  definedKind,
  describeObject,
  isTrue,
  kindOf,
  metadataOf,
  toApiObject,
} from "../../local/provider/kinds";
import { isUnknown, type Secrecy } from "../../local/provider/properties";
import type { Problem } from "../../sdk/problems";
import type { Collected } from "./collect";
import { type PlannedResource, wavesOf } from "./plan";

/** One object, and when it can be applied. */
export interface Manifest {
  readonly object: JsonObject;
  /** What of it is secret. */
  readonly secrets: Secrecy;
  /** Name of the resource that it is in the program. */
  readonly resource: string;
  /** 0 needs nothing; every other needs only what is in waves before. */
  readonly wave: number;
}

/** What a stack comes to as manifests. */
export interface Manifests {
  readonly manifests: readonly Manifest[];
  /** CRDs that the stack expects in the cluster, by the name of their set. */
  readonly expected: Readonly<Record<string, readonly string[]>>;
  /** What cannot be written. */
  readonly problems: readonly Problem[];
}

/** A manifest whose wave is not known yet. */
interface Placed extends Omit<Manifest, "wave"> {
  readonly urn: string;
}

/**
 * The objects that an update would apply, as the API server would be sent them, in a stable order: by wave, kind, namespace and name.
 *
 * @throws Error when the files of a CRD set cannot be had.
 */
export async function manifestsOf({ planned, objects }: Collected): Promise<Manifests> {
  const problems: Problem[] = [];
  const expected: Record<string, readonly string[]> = {};
  const placed: Placed[] = [];
  const resources = [...planned.values()].filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));
  for (const resource of resources) {
    const { urn, name, type } = resource;
    const found = objects.get(urn);
    if (type === bundleType) {
      const set = resource.inputs as unknown as BundleInputs;
      if (set.ownership === CrdOwnership.existing) expected[set.name] = objectNames(set);
      else placed.push(...(await crdsOf(resource, set)));
    } else if (found && type.startsWith("kubernetes:")) {
      problems.push(...problemsOf(found.value, name));
      placed.push({ urn, resource: name, object: cleaned(found.value), secrets: found.secrets });
    } else {
      problems.push({ path: name, given: type, message: "is no Kubernetes object, and has no manifest" });
    }
  }
  const scoped = withKnownScopes(placed);
  problems.push(...duplicates(scoped));
  const waves = wavesOf(planned, needsOf(scoped));
  const manifests = scoped.map(({ urn, ...rest }) => ({ ...rest, wave: waves.get(urn) ?? 0 }));
  const order = ({ wave, object }: Manifest): string => `${String(wave).padStart(4, "0")} ${identity(object)}`;
  return {
    manifests: manifests.sort((left, right) => (order(left) < order(right) ? -1 : 1)),
    expected,
    problems,
  };
}

/** "<group> <kind> <namespace>/<name>", which only one object can have. */
export function identity(object: JsonObject): string {
  const { group, kind } = kindOf(object);
  const metadata = metadataOf(object);
  return `${group} ${kind} ${textAt(metadata, "namespace") ?? ""}/${textAt(metadata, "name") ?? ""}`;
}

/** Every scalar in a value, with the path that leads to it and whether it was marked as secret. */
export function* leaves(
  value: Json | undefined,
  secrets: Secrecy,
  path: readonly (string | number)[] = [],
): Generator<{ path: string; value: Json; secret: boolean }> {
  const within = (key: string | number): Secrecy => (secrets === true ? true : secrets?.[key]);
  if (value === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* leaves(item, within(index), [...path, index]);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, within(key), [...path, key]);
  } else yield { path: propertyPath(path), value, secret: secrets === true };
}

async function crdsOf({ urn, name }: PlannedResource, set: BundleInputs): Promise<Placed[]> {
  const found = await loadObjects(set);
  return found.map((object) => ({ urn, resource: name, object: object as unknown as JsonObject, secrets: undefined }));
}

/** Without what is for Pulumi alone. */
function cleaned(inputs: JsonObject): JsonObject {
  const object = toApiObject(inputs) as JsonObject;
  delete object.status;
  const metadata = { ...metadataOf(object) };
  const kept = Object.entries(objectAt(metadata, "annotations")).filter(([key]) => !key.startsWith("pulumi.com/"));
  if (kept.length > 0) metadata.annotations = Object.fromEntries(kept);
  else delete metadata.annotations;
  return { ...object, metadata };
}

function problemsOf(object: JsonObject, resource: string): Problem[] {
  const subject = `${describeObject(object)} (resource "${resource}")`;
  const unknown = [...leaves(object, undefined)].filter(({ value }) => isUnknown(value));
  const problems = unknown.map(({ path }): Problem => ({
    path: `${subject}: ${path}`,
    message: "is known only after an update, because it is an output of another object",
    fix: "give the value itself, or leave this object to pulumi up",
  }));
  const named = textAt(metadataOf(object), "name") !== undefined && !isTrue(object, annotations.autonamed);
  if (named || unknown.some(({ path }) => path === "metadata" || path === "metadata.name")) return problems;
  return [
    ...problems,
    {
      path: `${subject}: metadata.name`,
      message: "is not given, and a made-up name would be another one in every render",
      fix: "give the object a name",
    },
  ];
}

/** Kinds whose CRDs are rendered have the scope that these say; the provider had to guess it. */
function withKnownScopes(placed: readonly Placed[]): Placed[] {
  const scopes = new Map(
    placed.map(({ object }) => definedKind(object)).map((found) => [`${found?.group}/${found?.kind}`, found?.scope]),
  );
  return placed.map((manifest) => {
    const { group, kind } = kindOf(manifest.object);
    const scope = scopes.get(`${group}/${kind}`);
    const { namespace, ...metadata } = metadataOf(manifest.object);
    if (scope === "Cluster" && namespace !== undefined)
      return { ...manifest, object: { ...manifest.object, metadata } };
    if (scope === "Namespaced" && namespace === undefined)
      return { ...manifest, object: { ...manifest.object, metadata: { ...metadata, namespace: "default" } } };
    return manifest;
  });
}

function duplicates(placed: readonly Placed[]): Problem[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ object, resource }): Problem[] => {
    const id = identity(object);
    const other = first.get(id);
    first.set(id, other ?? resource);
    if (other === undefined) return [];
    const message = `is declared twice, by the resources "${other}" and "${resource}"`;
    return [{ path: describeObject(object), message }];
  });
}

/** An object needs its namespace and the CRD of its kind, whether or not the program says so. */
function needsOf(placed: readonly Placed[]): Map<string, string[]> {
  const crds = new Map<string, string>();
  const namespaces = new Map<string, string>();
  for (const { object, urn } of placed) {
    const defined = definedKind(object);
    if (defined) crds.set(`${defined.group}/${defined.kind}`, urn);
    if (object.apiVersion === "v1" && object.kind === "Namespace")
      namespaces.set(textAt(metadataOf(object), "name") ?? "", urn);
  }
  const needs = new Map<string, string[]>();
  for (const { object, urn } of placed) {
    const { group, kind } = kindOf(object);
    const found = [crds.get(`${group}/${kind}`), namespaces.get(textAt(metadataOf(object), "namespace") ?? "")];
    needs.set(urn, [
      ...(needs.get(urn) ?? []),
      ...found.filter((other) => other !== undefined && other !== urn),
    ] as string[]);
  }
  return needs;
}
