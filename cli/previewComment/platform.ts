import { isObject, type Json } from "../../sdk/compose/marked";
import { ChangeKind, type PreviewDocument, type PreviewStep, type Properties } from "./document";
import { isServing } from "./services";

/** A resource below the services that is worth a line: clusters, pools, gateways, charts and sets of CRDs. */
export interface PlatformChange {
  readonly step: PreviewStep;
  readonly changes: readonly PropertyChange[];
}

/** A property that differs. */
export interface PropertyChange {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** The resources that are told of one by one, and the number of the others by type and change. */
export interface PlatformChanges {
  readonly notable: readonly PlatformChange[];
  readonly others: readonly { readonly type: string; readonly change: ChangeKind; readonly count: number }[];
}

const notableTypes =
  /^(gcp:container\/(cluster|nodePool):|aws:eks\/(cluster|nodeGroup|addon):|kubernetes:helm\.sh\/|kubernetes:gateway\.networking\.k8s\.io\/[^:]+:Gateway$|kubernetes:serving\.kserve\.io\/)/;

/** What a preview does below and beside the services. */
export function platformChanges({ steps }: PreviewDocument): PlatformChanges {
  const changed = steps.filter(
    (step) =>
      step.change !== ChangeKind.same &&
      !isServing(step) &&
      // Components, stacks and providers do nothing themselves.
      !/^(pulumi:|pulumi-kserve:)/.test(step.type),
  );
  const isNotable = (step: PreviewStep): boolean => notableTypes.test(step.type) || hasVersion(step);
  const counts = new Map<string, { type: string; change: ChangeKind; count: number }>();
  for (const { type, change } of changed.filter((step) => !isNotable(step))) {
    const key = `${type} ${change}`;
    const known = counts.get(key) ?? { type, change, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return {
    notable: changed.filter(isNotable).map((step) => ({ step, changes: changedProperties(step) })),
    others: [...counts].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, other]) => other),
  };
}

/** A set of CRDs, or anything else that says its version, which changes. */
function hasVersion({ before, after }: PreviewStep): boolean {
  const [was, is] = [before?.inputs.version, after?.inputs.version];
  return typeof (was ?? is) === "string" && was !== is;
}

function changedProperties({ change, before, after }: PreviewStep): PropertyChange[] {
  if (!before || !after || change === ChangeKind.same) return versionOf(after ?? before);
  const [old, fresh] = [leavesOf(before.inputs), leavesOf(after.inputs)];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(fresh.get(path)))
    .sort()
    .map((path) => {
      const [was, is] = [old.get(path), fresh.get(path)];
      return { path, ...(was !== undefined && { before: was }), ...(is !== undefined && { after: is }) };
    });
}

function versionOf(side: { inputs: Properties } | undefined): PropertyChange[] {
  const version = side?.inputs.version;
  return typeof version === "string" ? [{ path: "version", after: version }] : [];
}

function leavesOf(properties: Properties): Map<string, Json> {
  const found = new Map<string, Json>();
  const visit = (value: Json, path: string): void => {
    if (Array.isArray(value) && value.some((item) => isObject(item)))
      value.forEach((item, index) => visit(item, `${path}[${index}]`));
    else if (isObject(value) && Object.keys(value).length > 0)
      for (const [key, child] of Object.entries(value))
        visit(child as Json, /^\w+$/.test(key) ? `${path}${path === "" ? "" : "."}${key}` : `${path}["${key}"]`);
    else if (path !== "") found.set(path, value);
  };
  visit(properties as Json, "");
  return found;
}
