import { readFile } from "node:fs/promises";

import { isObject, type JsonObject } from "../../local/provider/json";

/** A resource as the engine plans to make it. */
export interface PlannedResource {
  readonly urn: string;
  /** Such as `kubernetes:core/v1:Namespace`. */
  readonly type: string;
  readonly name: string;
  /** False of a component. */
  readonly custom: boolean;
  readonly parent: string | undefined;
  /** URNs of what it comes after: those that the program names, and those whose outputs it uses. */
  readonly dependencies: readonly string[];
  /** Secret values are still encrypted. */
  readonly inputs: JsonObject;
}

interface PlanFile {
  resourcePlans?: Record<string, { goal?: Goal } | undefined>;
}

/** Source: `GoalV1` in sdk/go/common/apitype/plan.go of Pulumi 3.259. */
interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent?: string;
  dependencies?: string[] | null;
  inputDiff?: { adds?: JsonObject };
}

/** Every resource of the plan that a preview of an empty stack has written, by its URN. */
export async function readPlan(file: string): Promise<Map<string, PlannedResource>> {
  const { resourcePlans = {} } = JSON.parse(await readFile(file, "utf8")) as PlanFile;
  const planned = Object.entries(resourcePlans).flatMap(([urn, plan]): [string, PlannedResource][] => {
    const goal = plan?.goal;
    if (!goal) return [];
    const { type, name, custom, parent, dependencies, inputDiff } = goal;
    const inputs = isObject(inputDiff?.adds) ? inputDiff.adds : {};
    return [[urn, { urn, type, name, custom, parent: parent || undefined, dependencies: dependencies ?? [], inputs }]];
  });
  return new Map(planned);
}

/**
 * In which wave each of some resources can be applied: the first wave needs nothing, and every other only what is in waves before.
 *
 * @param planned all resources: a dependency on a component, which has no manifest, is one on everything in it
 * @param needs for each resource to be ordered, what it needs beside its dependencies in the plan
 */
export function wavesOf(
  planned: ReadonlyMap<string, PlannedResource>,
  needs: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const children = new Map<string, string[]>();
  for (const { urn, parent } of planned.values()) {
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), urn]);
  }
  const found = new Map<string, number>();
  const visiting = new Set<string>();
  /** The number of waves after which a resource, and what is in it, is there. */
  const after = (urn: string): number => {
    const known = found.get(urn);
    if (known !== undefined) return known;
    // A component that waits for a part of itself.
    if (visiting.has(urn)) return 0;
    visiting.add(urn);
    const own = needs.get(urn);
    const others = [...(planned.get(urn)?.dependencies ?? []), ...(own ?? children.get(urn) ?? [])];
    const waves = Math.max(0, ...others.map(after)) + (own ? 1 : 0);
    visiting.delete(urn);
    found.set(urn, waves);
    return waves;
  };
  return new Map([...needs.keys()].map((urn) => [urn, after(urn) - 1]));
}
