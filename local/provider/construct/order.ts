import { objectAt, textAt, type JsonObject } from "../json";
import { annotation, definedKind, kindOf, metadataOf } from "../kinds";

const dependsOn = "config.kubernetes.io/depends-on";

/**
 * Which objects of a set have to be there before others: a CRD before the objects of its kind, a Namespace before what lies in
 * it, and what the annotation `config.kubernetes.io/depends-on` names.
 *
 * @returns for each object, the indexes of those that it depends on
 * @throws Error when they depend on each other in a circle.
 */
export function dependencies(objects: readonly JsonObject[]): number[][] {
  const crds = new Map<string, number>();
  const namespaces = new Map<string, number>();
  const references = new Map<string, number>();
  objects.forEach((object, index) => {
    const defined = definedKind(object);
    if (defined) crds.set(`${defined.group}/${defined.kind}`, index);
    if (object.apiVersion === "v1" && object.kind === "Namespace") namespaces.set(nameOf(object), index);
    references.set(referenceTo(object), index);
  });
  const result = objects.map((object, index) => {
    const { group, kind } = kindOf(object);
    const needed = [
      crds.get(`${group}/${kind}`),
      namespaces.get(textAt(metadataOf(object), "namespace") ?? ""),
      ...(annotation(object, dependsOn) ?? "").split(",").map((reference) => references.get(reference.trim())),
    ];
    return [...new Set(needed)].filter((other) => other !== undefined && other !== index).map(Number);
  });
  refuseCircles(objects, result);
  return result;
}

function nameOf(object: JsonObject): string {
  return textAt(metadataOf(object), "name") ?? "";
}

/** `<group>/namespaces/<namespace>/<kind>/<name>` or `<group>/<kind>/<name>`, as the annotation writes it. */
function referenceTo(object: JsonObject): string {
  const { group, kind } = kindOf(object);
  const namespace = textAt(objectAt(object, "metadata"), "namespace");
  return `${group}/${namespace ? `namespaces/${namespace}/` : ""}${kind}/${nameOf(object)}`;
}

function refuseCircles(objects: readonly JsonObject[], edges: readonly number[][]): void {
  const done = new Set<number>();
  const visit = (index: number, path: number[]): void => {
    if (path.includes(index)) {
      const names = [...path.slice(path.indexOf(index)), index].map((step) => referenceTo(objects[step] ?? {}));
      throw new Error(`objects depend on each other in a circle: ${names.join(" -> ")}`);
    }
    if (done.has(index)) return;
    for (const next of edges[index] ?? []) visit(next, [...path, index]);
    done.add(index);
  };
  objects.forEach((_, index) => visit(index, []));
}
