import { beginnings } from "./explainPaths";
import type { FieldOrigin } from "./origins";
import type { Sources } from "./sources";

/**
 * Who set each part of a spec: the longest path that leads to a field is of whoever set it. A part that has one setter is one entry, such as
 * `{ replicas: "spec", template: 'fragment "gpu"' }`. What "" has is of everything that is not named.
 */
export type OriginParts = Readonly<Record<string, string>>;

interface Part {
  readonly setters: Set<string>;
  readonly children: Set<string>;
  /** Who set it, where it is a field itself. */
  own?: string;
}

/** The parts of a spec by who set them. */
export function originParts(fields: readonly FieldOrigin[], sources: Sources): Record<string, string> {
  const parts = new Map<string, Part>();
  const tops = new Set<string>();
  for (const { path, source } of fields) {
    const setter = sources.text(source);
    let parent: Part | undefined;
    for (const step of beginnings(path)) {
      const part = parts.get(step) ?? { setters: new Set(), children: new Set() };
      parts.set(step, part);
      part.setters.add(setter);
      if (step === path) part.own = setter;
      if (parent) parent.children.add(step);
      else tops.add(step);
      parent = part;
    }
  }
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const { setters, children, own } = parts.get(path) as Part;
    const [setter] = setters.size === 1 ? setters : [own];
    if (setter !== undefined) found[path] = setter;
    if (setters.size > 1) children.forEach(visit);
  };
  tops.forEach(visit);
  return found;
}

/** Who set the field at a path; undefined where nothing is said about it. */
export function setterAt(parts: OriginParts, path: string): string | undefined {
  return parts[beginnings(path).findLast((part) => Object.hasOwn(parts, part)) ?? ""];
}
