import * as pulumi from "@pulumi/pulumi";

/** A Kubernetes object as it is declared; `apiVersion` and `kind` are plain because they make the resource's type. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: pulumi.Input<ManifestMetadata>;
  [field: string]: unknown;
}

/** Metadata that a manifest may set. */
export interface ManifestMetadata {
  name: pulumi.Input<string>;
  namespace?: pulumi.Input<string>;
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  annotations?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * One Kubernetes object of any kind, with its live status as an output.
 *
 * It registers the same resource type as the class of @pulumi/kubernetes for that kind, so state, awaiting and policies are
 * the same; what it saves is loading that class, and it types the status.
 */
export class KubernetesObject<Status = Record<string, unknown>> extends pulumi.CustomResource {
  declare readonly apiVersion: pulumi.Output<string>;
  declare readonly kind: pulumi.Output<string>;
  declare readonly metadata: pulumi.Output<{ name: string; namespace?: string; annotations?: Record<string, string> }>;
  declare readonly spec: pulumi.Output<unknown>;
  /** Unknown in a preview that creates the object. */
  declare readonly status: pulumi.Output<Status | undefined>;

  constructor(name: string, manifest: Manifest, opts?: pulumi.CustomResourceOptions) {
    // A property is an output only when its key is among the inputs, hence the undefined status.
    super(resourceType(manifest.apiVersion, manifest.kind), name, { ...manifest, status: undefined }, opts);
  }
}

/** Pulumi's type for a kind, such as `kubernetes:apps/v1:Deployment`. */
export function resourceType(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

/** Annotation of pulumi-kubernetes: what must hold before the object counts as created. */
export const waitForAnnotation = "pulumi.com/waitFor";
