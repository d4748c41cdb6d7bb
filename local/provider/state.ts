import { createHash } from "node:crypto";

import type { KubernetesObject } from "../../sdk/kubernetes/client";

import { alwaysSecret } from "./check";
import { isObject, objectAt, textAt, type JsonObject } from "./json";
import { annotation, annotations, metadataOf } from "./kinds";
import {
  encodeProperties,
  joinSecrecy,
  unknownValue,
  withSecretLists,
  type Properties,
  type Secrecy,
} from "./properties";

const fieldManagerKey = "__fieldManager";
const initialApiVersionKey = "__initialApiVersion";
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * The name under which an object's fields are owned. It stays what it was at the object's creation, and is made from the URN,
 * so that an object that was created just before the engine was killed is recognised by the next update.
 */
export function fieldManagerOf(urn: string, inputs: JsonObject, oldState?: JsonObject): string {
  return annotation(inputs, annotations.fieldManager) ?? textAt(oldState, fieldManagerKey) ?? ownFieldManager(urn);
}

export function ownFieldManager(urn: string): string {
  return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
}

/** Whether an object has fields that were applied under the name. */
export function isManagedBy(object: KubernetesObject, fieldManager: string): boolean {
  const entries = object.metadata.managedFields;
  return Array.isArray(entries) && entries.some((entry) => isObject(entry) && entry.manager === fieldManager);
}

export interface StateOptions {
  fieldManager: string;
  initialApiVersion: string;
}

/**
 * What is kept in the state: the live object without its managed fields, with what was secret in the inputs marked again.
 * The official provider's `__inputs` is left out, since the engine keeps the inputs itself and sends them along.
 */
export function stateOf(live: KubernetesObject, inputs: Properties, options: StateOptions): Uint8Array {
  const state = withoutManagedFields(live);
  state[fieldManagerKey] = options.fieldManager;
  state[initialApiVersionKey] = options.initialApiVersion;
  return encodeProperties(state, secretsOf(state, inputs.secrets));
}

/** The result of a dry run, without what will be different in the real run. */
export function previewOf(dryRun: KubernetesObject, inputs: Properties, options: StateOptions): Uint8Array {
  const state = withoutManagedFields(dryRun);
  delete state.status;
  const metadata = metadataOf(state);
  delete metadata.resourceVersion;
  delete metadata.generation;
  delete metadata.creationTimestamp;
  if (state.kind === "Service" && state.apiVersion === "v1") hideAllocations(state, inputs.value);
  state[fieldManagerKey] = options.fieldManager;
  state[initialApiVersionKey] = options.initialApiVersion;
  return encodeProperties(state, secretsOf(state, inputs.secrets));
}

export function initialApiVersionOf(inputs: JsonObject, oldState?: JsonObject): string {
  return textAt(oldState, initialApiVersionKey) ?? textAt(inputs, "apiVersion") ?? "";
}

/** Which parts of a live object are secret. */
export function secretsOf(object: JsonObject, inputSecrets: Secrecy): Secrecy {
  let secrets = joinSecrecy(withSecretLists(object, inputSecrets), alwaysSecret(object));
  // kubectl keeps a copy of the whole object there.
  if (secrets !== undefined && annotation(object, lastApplied)) {
    secrets = joinSecrecy(secrets, { metadata: { annotations: { [lastApplied]: true } } });
  }
  return secrets;
}

export function withoutManagedFields(live: KubernetesObject): JsonObject {
  const metadata = { ...live.metadata };
  delete metadata.managedFields;
  return { ...(live as unknown as JsonObject), metadata: metadata as unknown as JsonObject };
}

/** A dry run allocates addresses and ports that the real run will not get. */
function hideAllocations(service: JsonObject, inputs: JsonObject): void {
  const spec = objectAt(service, "spec");
  const given = objectAt(inputs, "spec");
  for (const field of ["clusterIP", "clusterIPs", "healthCheckNodePort"]) {
    if (spec[field] !== undefined && given[field] === undefined && spec.clusterIP !== "None")
      spec[field] = unknownValue;
  }
  const ports = Array.isArray(given.ports) ? given.ports : [];
  if (!Array.isArray(spec.ports)) return;
  spec.ports.forEach((port, index) => {
    const asked = ports[index];
    if (isObject(port) && port.nodePort !== undefined && !(isObject(asked) && asked.nodePort !== undefined)) {
      port.nodePort = unknownValue;
    }
  });
}
