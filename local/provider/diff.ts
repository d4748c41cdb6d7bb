import { deepEqual, isObject, propertyPath, textAt, type Json, type JsonObject } from "./json";
import { annotations, isTrue, kindOf, metadataOf, type Scope } from "./kinds";
import { isUnknown } from "./properties";
import { replacePaths, touches, type ReplaceOptions } from "./replace";

/** What happens to one property. */
export interface PropertyChange {
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
}

export interface ObjectDiff {
  /** By property path. */
  readonly changes: ReadonlyMap<string, PropertyChange>;
  readonly deleteBeforeReplace: boolean;
}

export interface DiffOptions extends ReplaceOptions {
  scope: Scope;
  /** The namespace that an object without one goes to. */
  defaultNamespace: string;
}

/**
 * Compares what the program asked for before with what it asks for now. Fields that the API server added in between do not
 * count. Drift counts because a refresh writes it into the old inputs (see read.ts).
 */
export function diffInputs(oldInputs: JsonObject, newInputs: JsonObject, options: DiffOptions): ObjectDiff {
  const before = comparable(oldInputs, options);
  const after = comparable(newInputs, options);
  const paths = replacePaths(after, options);
  const groupChanged = kindOf(before).group !== kindOf(after).group;
  const changes = new Map<string, PropertyChange>();
  compare([], before, after, (path, kind, value) => {
    // A whole part that is not known yet need not change in what it has of these fields.
    const decisive = isUnknown(value) ? paths.filter((field) => field.length <= path.length) : paths;
    const replace = touches(path, decisive) || (groupChanged && path[0] === "apiVersion");
    changes.set(propertyPath(path), { kind, replace });
  });

  const oldMetadata = metadataOf(before);
  const newMetadata = metadataOf(after);
  const replaced = [...changes.values()].some((change) => change.replace);
  // The new object needs the old one's place only when it has the same name there.
  const deleteBeforeReplace =
    replaced &&
    !isTrue(after, annotations.autonamed) &&
    newMetadata.name !== undefined &&
    oldMetadata.name === newMetadata.name &&
    oldMetadata.namespace === newMetadata.namespace;
  return { changes, deleteBeforeReplace };
}

const serverFields = new Set([
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** Metadata without what only the server sets. */
export function withoutServerFields(metadata: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !serverFields.has(key)));
}

function comparable(inputs: JsonObject, { scope, defaultNamespace }: DiffOptions): JsonObject {
  if (isUnknown(inputs.metadata)) return inputs;
  const metadata = withoutServerFields(metadataOf(inputs));
  if (scope === "Cluster") delete metadata.namespace;
  else metadata.namespace = textAt(metadata, "namespace") ?? defaultNamespace;
  return { ...inputs, metadata };
}

function compare(
  path: (string | number)[],
  before: Json | undefined,
  after: Json | undefined,
  report: (path: (string | number)[], kind: PropertyChange["kind"], after: Json | undefined) => void,
): void {
  if (deepEqual(before, after)) return;
  if (before === undefined) return report(path, "add", after);
  if (after === undefined) return report(path, "delete", after);
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare([...path, key], before[key], after[key], report);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      compare([...path, index], before[index], after[index], report);
    }
  } else report(path, "update", after);
}
