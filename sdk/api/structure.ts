import { Marked } from "../compose/marked";
import type { Problem } from "../problems";
import { isOpaque, pathText, type Step } from "./view";

/** Nesting of what is given; the deepest field of a spec lies at about 20. */
export const deepestStructure = 100;
/** Objects, lists and scalars in one fragment. */
export const largestStructure = 200_000;
/** Characters in one text: nearly what etcd takes for a whole object. */
export const longestText = 1 << 20;

const pollutingKeys = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Finds what could not be walked safely, or would never fit into the cluster: values that contain themselves, are nested too deeply or are
 * too large, and keys that JavaScript gives a meaning to. It reports the first of each kind, in time that these limits bound.
 *
 * Everything else may assume that a value without such problems is a finite tree.
 */
export function checkStructure(value: unknown, path: string): Problem[] {
  const walk = new Walk(path);
  walk.visit(value, 0);
  return [...walk.problems.values()];
}

class Walk {
  /** By kind, so that a thousand equal mistakes are one. */
  readonly problems = new Map<string, Problem>();
  private readonly steps: Step[] = [];
  private readonly ancestors = new Set<object>();
  private nodes = 0;

  constructor(private readonly path: string) {}

  /** Returns false when nothing more needs to be seen. */
  visit(value: unknown, depth: number): boolean {
    this.nodes += 1;
    if (this.nodes > largestStructure) {
      this.report("nodes", "", {
        message: "more values than any spec needs",
        allowed: `at most ${largestStructure} in one fragment`,
        fix: "keep large content in a ConfigMap or in the image, and mount it",
      });
      return false;
    }
    if (typeof value === "string") return this.visitText(value);
    if (typeof value !== "object" || value === null || value instanceof Marked || isOpaque(value)) return true;
    if (this.ancestors.has(value)) {
      this.report("cycle", undefined, {
        message: "contains itself",
        fix: "remove the reference back to what contains it",
      });
      return true;
    }
    if (depth >= deepestStructure) {
      this.report("depth", undefined, { message: "nested too deeply", allowed: `at most ${deepestStructure} levels` });
      return true;
    }
    this.ancestors.add(value);
    const goOn = Array.isArray(value) ? this.visitList(value, depth) : this.visitObject(value, depth);
    this.ancestors.delete(value);
    return goOn;
  }

  private visitText(text: string): boolean {
    if (text.length > longestText) {
      this.report("text", undefined, {
        message: `a text of ${text.length} characters`,
        allowed: `at most ${longestText} characters`,
        fix: "keep large content in a ConfigMap or in the image, and mount it",
      });
    }
    return true;
  }

  private visitList(list: readonly unknown[], depth: number): boolean {
    for (let index = 0; index < list.length; index++) {
      this.steps.push(index);
      const goOn = this.visit(list[index], depth + 1);
      this.steps.pop();
      if (!goOn) return false;
    }
    return true;
  }

  private visitObject(object: object, depth: number): boolean {
    for (const key of Object.keys(object)) {
      this.steps.push(key);
      if (pollutingKeys.has(key)) {
        this.report("key", undefined, {
          message: `"${key}" is not a key that a spec can have, because JavaScript gives it a meaning of its own`,
        });
      } else if (key.length > longestText) this.visitText(key);
      const goOn = this.visit((object as Record<string, unknown>)[key], depth + 1);
      this.steps.pop();
      if (!goOn) return false;
    }
    return true;
  }

  private report(kind: string, at: string | undefined, problem: Omit<Problem, "path">): void {
    if (!this.problems.has(kind))
      this.problems.set(kind, { path: at === undefined ? this.here() : this.path, ...problem });
  }

  /** Where a deep value begins is enough to find it. */
  private here(): string {
    const shown = pathText(this.path, this.steps.slice(0, 12));
    return this.steps.length > 12 ? `${shown}…` : shown;
  }
}
