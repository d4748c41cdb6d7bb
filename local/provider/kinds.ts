import { isObject, objectAt, textAt, type Json, type JsonObject } from "./json";

/** Group, version and kind, taken from a type token or from an object. */
export interface Kind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export type Scope = "Namespaced" | "Cluster";

/** Annotations that steer the provider; they are the official provider's. */
export const annotations = {
  autonamed: "pulumi.com/autonamed",
  deletionPropagation: "pulumi.com/deletionPropagationPolicy",
  fieldManager: "pulumi.com/patchFieldManager",
  patchForce: "pulumi.com/patchForce",
  replaceUnready: "pulumi.com/replaceUnready",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  waitFor: "pulumi.com/waitFor",
} as const;

/** Reads `kubernetes:apps/v1:Deployment` or `kubernetes:core/v1:Namespace`. */
export function parseTypeToken(token: string): Kind | undefined {
  const match = /^kubernetes:([^:/]+)\/([^:/]+):([^:/]+)$/.exec(token);
  const [, group, version, kind] = match ?? [];
  if (!group || !version || !kind) return undefined;
  return { group: group === "core" ? "" : group, version, kind };
}

/** The type token of an object, as the official provider's components write it. */
export function typeToken(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return { group: group === "core" ? "" : group, version: apiVersion.slice(slash + 1) };
}

export function joinApiVersion({ group, version }: { group: string; version: string }): string {
  return group === "" ? version : `${group}/${version}`;
}

export function kindOf(object: JsonObject): Kind {
  return { ...parseApiVersion(textAt(object, "apiVersion") ?? ""), kind: textAt(object, "kind") ?? "" };
}

export function metadataOf(object: JsonObject): JsonObject {
  return objectAt(object, "metadata");
}

export function annotation(object: JsonObject, key: string): string | undefined {
  return textAt(objectAt(metadataOf(object), "annotations"), key);
}

export function isTrue(object: JsonObject, key: string): boolean {
  return annotation(object, key)?.toLowerCase() === "true";
}

export function isSecretKind(object: JsonObject): boolean {
  return object.apiVersion === "v1" && object.kind === "Secret";
}

export function isCrd(object: JsonObject): boolean {
  return object.kind === "CustomResourceDefinition" && kindOf(object).group === "apiextensions.k8s.io";
}

/** The resource's ID: `namespace/name`, or `name` for what has no namespace. */
export function objectId(object: JsonObject): string {
  const metadata = metadataOf(object);
  const namespace = textAt(metadata, "namespace");
  const name = textAt(metadata, "name") ?? textAt(metadata, "generateName") ?? "?";
  return namespace ? `${namespace}/${name}` : name;
}

export function parseId(id: string): { namespace: string | undefined; name: string } {
  const slash = id.indexOf("/");
  return slash < 0 ? { namespace: undefined, name: id } : { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/** `Deployment default/web`, for messages. */
export function describeObject(object: JsonObject): string {
  return `${textAt(object, "kind") ?? "object"} ${objectId(object)}`;
}

const builtInGroups = new Set(["", "apps", "autoscaling", "batch", "extensions", "policy"]);

/** Built-in groups end in `.k8s.io` too, but so do the groups of many CRDs; these are the ones of Kubernetes itself. */
const builtInDomains = new Set(
  (
    "admissionregistration apiextensions apiregistration authentication authorization certificates coordination discovery " +
    "events flowcontrol.apiserver internal.apiserver networking node rbac.authorization resource scheduling storage " +
    "storagemigration"
  )
    .split(" ")
    .map((name) => `${name}.k8s.io`),
);

export function isBuiltIn({ group }: Kind): boolean {
  return builtInGroups.has(group) || builtInDomains.has(group);
}

const clusterScoped = new Set(
  (
    "APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle " +
    "CustomResourceDefinition DeviceClass DeviceTaintRule FlowSchema IPAddress IngressClass MutatingAdmissionPolicy " +
    "MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PriorityClass " +
    "PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersionMigration " +
    "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment " +
    "VolumeAttributesClass"
  ).split(" "),
);

/**
 * Scope of a kind that the API server does not serve (yet). Kubernetes' own kinds are known. A custom kind is taken as
 * namespaced, except for the names that mean cluster scope by convention (`ClusterIssuer`, `GatewayClass`); once its CRD
 * is there the API server is asked instead.
 */
export function likelyScope(kind: Kind): Scope {
  if (isBuiltIn(kind)) return clusterScoped.has(kind.kind) ? "Cluster" : "Namespaced";
  return /^Cluster[A-Z]/.test(kind.kind) || /Class$/.test(kind.kind) ? "Cluster" : "Namespaced";
}

/** Group, kind and scope that a CRD defines. */
export function definedKind(crd: JsonObject): { group: string; kind: string; scope: Scope } | undefined {
  if (!isCrd(crd)) return undefined;
  const spec = objectAt(crd, "spec");
  const group = textAt(spec, "group");
  const kind = textAt(objectAt(spec, "names"), "kind");
  return group && kind ? { group, kind, scope: spec.scope === "Cluster" ? "Cluster" : "Namespaced" } : undefined;
}

// The Node SDK cannot name properties with dashes, so its CRD types write them with underscores.
const underscored = /^x_kubernetes_[a-z_]+$/;

/** The object as the API server wants it: SDK spellings of OpenAPI extensions undone. */
export function toApiObject(value: Json): Json {
  if (Array.isArray(value)) return value.map(toApiObject);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[underscored.test(key) ? key.replaceAll("_", "-") : key] = toApiObject(item);
  }
  return result;
}
