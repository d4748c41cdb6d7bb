import { View } from "../sdk/api/view";
import type { Json } from "../sdk/compose/marked";

/** A resource as the engine is about to make it. */
export interface StackResource {
  readonly urn: string;
  /** Such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Its inputs; what a preview does not know is unknown. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** Inputs of its provider, such as `defaultTags`. */
  readonly provider?: Readonly<Record<string, Json>>;
}

/** A Kubernetes object among the resources. */
export interface ObjectIdentity {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined while it is not known. */
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** Undefined for what is no Kubernetes object. */
export function objectOf({ type, inputs }: StackResource): ObjectIdentity | undefined {
  const [, group, kind] = /^kubernetes:([^:]+\/v[^:]+):(\w+)$/.exec(type) ?? [];
  if (group === undefined || kind === undefined || group.startsWith("helm.sh/")) return undefined;
  const metadata = new View(inputs).get("metadata");
  const namespace = metadata.get("namespace");
  return {
    apiVersion: group.replace(/^core\//, ""),
    kind,
    namespace: namespace.absent ? "default" : namespace.text,
    name: metadata.get("name").text,
  };
}

/** The stack's name, which is in every URN. */
export function stackNameOf(urn: string): string {
  return /^urn:pulumi:([^:]+)::/.exec(urn)?.[1] ?? "";
}
