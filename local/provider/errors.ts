import { ApiError } from "../../sdk/kubernetes/client";

import { isObject, objectsAt, textAt, type JsonObject } from "./json";
import { annotations } from "./kinds";

/** The object exists but did not become ready: what there is goes into the state, so that the next update can repair it. */
export class PartialError extends Error {
  constructor(
    readonly id: string,
    readonly properties: Uint8Array,
    readonly reasons: readonly string[],
    readonly inputs?: Uint8Array,
  ) {
    super(reasons.join("\n"));
    this.name = "PartialError";
  }
}

/** The update was cancelled by the user. */
export class CancelledError extends Error {
  constructor() {
    super("the operation was cancelled");
    this.name = "CancelledError";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A field that another manager owns. */
export interface FieldConflict {
  manager: string;
  /** Set when the other manager changed it through `status` or `scale`. */
  subresource: string | undefined;
  field: string;
}

/** The conflicts that a server-side apply was refused for. */
export function fieldConflicts(error: unknown): FieldConflict[] {
  if (!(error instanceof ApiError) || error.code !== 409 || !isObject(error.details)) return [];
  return objectsAt(error.details, "causes")
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => {
      const message = textAt(cause, "message") ?? "";
      return {
        manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? "another manager",
        subresource: /with subresource "([^"]*)"/.exec(message)?.[1],
        field: textAt(cause, "field") ?? "?",
      };
    });
}

/** Names the managers and their fields, and says what to do. */
export function describeConflicts(object: string, conflicts: readonly FieldConflict[]): string {
  const byManager = new Map<string, string[]>();
  for (const { manager, subresource, field } of conflicts) {
    const owner = `"${manager}"${subresource ? ` (through ${subresource})` : ""}`;
    byManager.set(owner, [...(byManager.get(owner) ?? []), field]);
  }
  const owners = [...byManager].map(([owner, fields]) => `  - ${owner} owns ${fields.join(", ")}`);
  return [
    `${object}: field conflict: ${conflicts.length === 1 ? "a field is" : `${conflicts.length} fields are`} owned by another manager`,
    ...owners,
    `either leave the fields to it (remove them from the program, or list them in ignoreChanges), ` +
      `or take them over with the annotation ${annotations.patchForce}: "true"`,
  ].join("\n");
}

/** What went wrong with an API request, with the fix where it is known. */
export function describeApiError(object: string, action: string, error: unknown, inputs: JsonObject): string {
  const conflicts = fieldConflicts(error);
  if (conflicts.length > 0) return describeConflicts(object, conflicts);
  if (error instanceof ApiError && isNoKindMatch(error)) {
    return (
      `${object}: the API server does not serve kind "${textAt(inputs, "kind") ?? "?"}" in version "${textAt(inputs, "apiVersion") ?? "?"}"; ` +
      "install its CustomResourceDefinition first, and let this resource depend on it (dependsOn)"
    );
  }
  if (error instanceof ApiError) return `${object}: the API server refused to ${action} it: ${error.message}`;
  return `${object}: could not ${action} it: ${messageOf(error)}`;
}

export function isNoKindMatch(error: ApiError): boolean {
  return (
    error.reason === "NoKindMatch" ||
    (error.code === 404 && error.message.includes("could not find the requested resource"))
  );
}

export function isNamespaceMissing(error: ApiError): boolean {
  return error.code === 404 && /^namespaces ".*" not found/.test(error.message);
}

export function isWebhookUnavailable(error: ApiError): boolean {
  return (
    error.message.includes("failed calling webhook") &&
    /connection refused|connection reset|no endpoints available|not found|EOF|timeout|deadline exceeded|certificate|no route to host/.test(
      error.message,
    )
  );
}

/** Requests that another try may settle, with what is being waited for; undefined when trying again is no use. */
export function transientReason(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) {
    return error instanceof Error && error.name === "UnreachableError" ? error.message : undefined;
  }
  if (isNoKindMatch(error)) return "its kind to be served";
  if (isNamespaceMissing(error)) return "its namespace";
  if (isWebhookUnavailable(error)) return `an admission webhook (${error.message})`;
  if (error.code === 429 || error.code === 503 || error.code === 504) return `the API server (${error.message})`;
  if (error.code === 409 && error.message.includes("the object has been modified"))
    return "a concurrent change to settle";
  if (error.code === 403 && error.message.includes("because it is being terminated")) {
    return "the deletion of the namespace's previous life";
  }
  return undefined;
}
