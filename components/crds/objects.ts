import { loadAll } from "js-yaml";

import type { KubernetesObject } from "../../sdk/kubernetes/client";
import { type BundleInputs, type CrdConversion, objectNames } from "./bundle";
import { loadFiles } from "./content";
import { parsedOnce } from "./parsedFiles";

/** Path of a CRD, or of all of them. */
export function crdPath(name = ""): string {
  return `/apis/apiextensions.k8s.io/v1/customresourcedefinitions${name && `/${name}`}`;
}

/** API versions of what else CRD sets hold; anything else in a file is refused. */
const otherApiVersions: Record<string, string> = {
  ValidatingAdmissionPolicy: "admissionregistration.k8s.io/v1",
  ValidatingAdmissionPolicyBinding: "admissionregistration.k8s.io/v1",
};

/** A CRD, as far as this package reads it. */
export interface CustomResourceDefinition extends KubernetesObject {
  spec: {
    group: string;
    names: { kind: string; plural: string };
    versions: { name: string; served: boolean; storage: boolean }[];
    conversion?: unknown;
  };
  status?: {
    storedVersions?: string[];
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** Kind and name of an object as `crds` and `others` of a set name it. */
export function nameOf(object: KubernetesObject): string {
  const name = object.metadata.name ?? "";
  return isCrd(object) ? name : `${object.kind}/${name}`;
}

export function isCrd(object: KubernetesObject): object is CustomResourceDefinition {
  return object.kind === "CustomResourceDefinition";
}

/** API coordinates of an object, from its name in a set. */
export function locate(objectName: string): { apiVersion: string; kind: string; name: string } {
  const [kind, name] = objectName.includes("/") ? objectName.split("/") : ["CustomResourceDefinition", objectName];
  const apiVersion = kind === "CustomResourceDefinition" ? "apiextensions.k8s.io/v1" : otherApiVersions[kind ?? ""];
  if (!kind || !name || !apiVersion) throw new Error(`"${objectName}": not an object that a CRD set may hold`);
  return { apiVersion, kind, name };
}

/**
 * Reads the objects of a CRD set as they are to be applied, CRDs first.
 *
 * @throws Error when files cannot be had, or do not hold what the set declares.
 */
export async function loadObjects(set: BundleInputs): Promise<KubernetesObject[]> {
  const files = await loadFiles(set);
  const parsed = await Promise.all([...files].map(([path, text]) => parsedOnce(text, () => parse(path, text))));
  const objects = (parsed.flat() as KubernetesObject[]).filter((object) => !set.leftOut?.includes(nameOf(object)));
  const declared = objectNames(set);
  const found = objects.map(nameOf);
  const different = [
    ...declared.filter((name) => !found.includes(name)).map((name) => `${name} is declared but in no file`),
    ...found.filter((name) => !declared.includes(name)).map((name) => `${name} is in a file but not declared`),
  ];
  if (different.length > 0) throw new Error(`CRD set "${set.name}": ${different.join("; ")}`);
  return objects
    .map((object) => withConversion(clean(object), set.conversion?.[nameOf(object)]))
    .sort((a, b) => Number(isCrd(b)) - Number(isCrd(a)));
}

function parse(path: string, text: string): KubernetesObject[] {
  try {
    return (loadAll(text) as (KubernetesObject | null | undefined)[]).filter((object) => object != null);
  } catch (error) {
    throw new Error(`${path}: not valid YAML: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Generators leave fields in their files that belong to the API server, and cert-manager leaves labels that its chart fills in. */
function clean(object: KubernetesObject): KubernetesObject {
  const cleaned: KubernetesObject = { ...object, metadata: { ...object.metadata } };
  delete cleaned.status;
  delete cleaned.metadata.creationTimestamp;
  const { labels } = cleaned.metadata;
  if (labels && Object.values(labels).some(isTemplate)) {
    cleaned.metadata.labels = Object.fromEntries(Object.entries(labels).filter(([, value]) => !isTemplate(value)));
  }
  return cleaned;
}

const isTemplate = (value: string): boolean => value.includes("{{");

function withConversion(object: KubernetesObject, conversion: CrdConversion | undefined): KubernetesObject {
  if (!conversion || !isCrd(object)) return object;
  const { service, reviewVersions, caBundle, injectCaFrom } = conversion;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(injectCaFrom && {
        annotations: { ...object.metadata.annotations, "cert-manager.io/inject-ca-from": injectCaFrom },
      }),
    },
    spec: {
      ...object.spec,
      conversion: {
        strategy: "Webhook",
        webhook: { clientConfig: { service, ...(caBundle && { caBundle }) }, conversionReviewVersions: reviewVersions },
      },
    },
  };
}
