import { kserveNamespace } from "../../sdk/api/constants";
import { isObject, type Json } from "../../sdk/compose/marked";
import type { OriginParts } from "../../sdk/compose/originParts";
import { type AcceleratorCount, acceleratorsOf, mergedSpec, type RoleSides, rolesOf } from "./accelerators";
import { ChangeKind, type PreviewDocument, type PreviewStep, type Properties } from "./document";
import { changedFields, type ComposedSide, type FieldChange } from "./fields";

/** What a preview does to one service, or to a config that services share. */
export interface ServiceChange {
  readonly urn: string;
  readonly change: ChangeKind;
  /** `metadata.name`, of a service that gets another one the new one. */
  readonly name: string;
  readonly namespace: string;
  readonly before?: ServiceSide;
  readonly after?: ServiceSide;
  /** None where nothing of what is composed differs. */
  readonly fields: readonly FieldChange[];
  /** Fields for which it is replaced, such as `metadata.name`. */
  readonly replaceReasons: readonly string[];
  /** Whether the preview says who set its fields; a preview without resources that stay the same may not. */
  readonly hasOrigins: boolean;
}

/** A service on one side. */
export interface ServiceSide {
  /** `<namespace>/<name>`. */
  readonly id: string;
  readonly model: string;
  /** Such as `3`, `1–4` or `2 + 1 prefill`. */
  readonly replicas: string;
  /** By its annotation; it has no pods then. */
  readonly stopped: boolean;
  /** Undefined when it is not known. */
  readonly hasRoute?: boolean;
  /** Undefined when it cannot be told, as of a service whose configs are not in the preview. */
  readonly accelerators?: AcceleratorCount;
  /** None when nothing can be told. */
  readonly roles: RoleSides;
  readonly url?: string;
}

/** Services and shared configs of a preview; those that stay the same are left out. */
export interface ServiceChanges {
  readonly services: readonly ServiceChange[];
  readonly configs: readonly ServiceChange[];
  /** Of services that stay the same, where the preview has them. */
  readonly unchanged: readonly ServiceSide[];
}

const serviceType = /^kubernetes:serving\.kserve\.io\/[^:]+:LLMInferenceService$/;
const configType = /^kubernetes:serving\.kserve\.io\/[^:]+:LLMInferenceServiceConfig$/;
const componentType = "pulumi-kserve:index:LLMInferenceService";

/** Whether a resource is told of as a service, and not among the others. */
export function isServing({ type }: Pick<PreviewStep, "type">): boolean {
  return serviceType.test(type) || configType.test(type) || type === componentType;
}

/** What a preview does to the services and to the configs that they share. */
export function serviceChanges({ steps }: PreviewDocument): ServiceChanges {
  const components = new Map(steps.filter(({ type }) => type === componentType).map((step) => [step.urn, step]));
  const configSteps = steps.filter(({ type }) => configType.test(type));
  const configs = { before: configsOn(configSteps, "before"), after: configsOn(configSteps, "after") };
  const services = steps
    .filter(({ type }) => serviceType.test(type))
    .map((step) => serviceChange(step, components.get(step.parent ?? ""), configs));
  const isUnchanged = ({ change, before, after }: ServiceChange): boolean =>
    change === ChangeKind.same && JSON.stringify(counted(before)) === JSON.stringify(counted(after));
  const sorted = services.sort(byRank);
  return {
    services: sorted.filter((service) => !isUnchanged(service)),
    configs: configSteps
      .filter(({ change }) => change !== ChangeKind.same)
      .map(configChange)
      .sort(byRank),
    unchanged: sorted.filter(isUnchanged).flatMap(({ after }) => after ?? []),
  };
}

/** A service that itself stays the same may be given other pods, replicas or another route by a config that it refers to. */
function counted(side: ServiceSide | undefined): unknown {
  return side && [side.replicas, side.hasRoute, side.roles, side.accelerators && [...side.accelerators]];
}

type Configs = ReadonlyMap<string, unknown>;

/** Specs of configs by namespace and name. */
function configsOn(steps: readonly PreviewStep[], side: "before" | "after"): Configs {
  return new Map(
    steps.flatMap((step) => {
      const inputs = step[side]?.inputs;
      return inputs ? [[idOf(inputs), inputs.spec ?? {}] as const] : [];
    }),
  );
}

function serviceChange(
  step: PreviewStep,
  component: PreviewStep | undefined,
  configs: { before: Configs; after: Configs },
): ServiceChange {
  const sides = [component?.before, component?.after];
  // A service that records nothing has nothing to record: its spec is all there is. With one side alone it may be that nothing was recorded yet.
  const unrecorded = sides.some((side) => side?.inputs.origins !== undefined) ? undefined : specOnly;
  const composed = (side: "before" | "after"): ComposedSide | undefined => {
    const object = step[side]?.inputs;
    const inputs = component?.[side]?.inputs;
    const origins = inputs && ((inputs.origins as OriginParts | undefined) ?? unrecorded);
    return object && { object, ...(origins && { origins }) };
  };
  const [before, after] = [composed("before"), composed("after")];
  const object = (after ?? before)?.object ?? {};
  return {
    urn: step.urn,
    change: step.change,
    ...namesOf(object),
    ...(step.before && { before: sideOf(step.before.inputs, step.before.outputs, configs.before) }),
    // What a preview that changes something makes of its status is not known; its address stays.
    ...(step.after && { after: sideOf(step.after.inputs, step.after.outputs, configs.after) }),
    fields: changedFields(before, after, step.diffs),
    replaceReasons: step.replaceReasons,
    hasOrigins: [before, after].some((side) => side?.origins !== undefined),
  };
}

const specOnly: OriginParts = { "": "spec" };

/** A config is a fragment, which set all that is in it. */
function configChange(step: PreviewStep): ServiceChange {
  const object = (step.after ?? step.before)?.inputs ?? {};
  const origins: OriginParts = { "": `fragment "${namesOf(object).name}"` };
  const side = (inputs: Properties | undefined): ComposedSide | undefined => inputs && { object: inputs, origins };
  return {
    urn: step.urn,
    change: step.change,
    ...namesOf(object),
    fields: changedFields(side(step.before?.inputs), side(step.after?.inputs), step.diffs),
    replaceReasons: step.replaceReasons,
    hasOrigins: true,
  };
}

function sideOf(inputs: Properties, outputs: Properties, configs: Configs): ServiceSide {
  const { namespace } = namesOf(inputs);
  const view = viewOf(inputs.spec, namespace, configs);
  const stopped = isStopped(inputs);
  const url = (outputs.status as { url?: unknown } | undefined)?.url;
  const accelerators = stopped ? new Map() : view && acceleratorsOf(view);
  const route = view?.get("router", "route");
  return {
    id: idOf(inputs),
    model: view === undefined ? "" : modelText(view.get("model")),
    replicas: stopped ? "stopped" : view === undefined ? "" : replicasText(view),
    stopped,
    ...(route && !route.unknown && { hasRoute: route.present }),
    ...(accelerators && { accelerators }),
    roles: view === undefined ? {} : rolesOf(view),
    ...(typeof url === "string" && { url }),
  };
}

/** Undefined when what it is made of is not all there. */
function viewOf(spec: unknown, namespace: string, configs: Configs): ReturnType<typeof mergedSpec> {
  if (!isObject(spec)) return mergedSpec(spec ?? {}, []);
  const { baseRefs = [] } = spec;
  if (!Array.isArray(baseRefs)) return undefined;
  const refs = baseRefs.map((ref) => {
    const name = isObject(ref) && typeof ref.name === "string" ? ref.name : "";
    // Source: `getConfig` in config_merge.go of KServe 0.20, which looks into its own namespace too.
    return configs.get(`${namespace}/${name}`) ?? configs.get(`${kserveNamespace}/${name}`);
  });
  return refs.includes(undefined) ? undefined : mergedSpec(spec, refs);
}

/** Source: `GetForceStopRuntime` in pkg/utils of KServe 0.20. */
function isStopped({ metadata }: Properties): boolean {
  const { annotations } = (metadata ?? {}) as { annotations?: Json };
  const value = isObject(annotations) ? annotations["serving.kserve.io/stop"] : undefined;
  return typeof value === "string" && value.toLowerCase() === "true";
}

function modelText(model: NonNullable<ReturnType<typeof mergedSpec>>): string {
  const [name, uri] = [model.get("name"), model.get("uri")];
  const shown = name.present || name.unknown ? name : uri;
  return shown.unknown ? shown.shown : (shown.text ?? "");
}

function replicasText(spec: NonNullable<ReturnType<typeof mergedSpec>>): string {
  const of = (workload: typeof spec): string => {
    const scaling = workload.get("scaling");
    if (scaling.unknown) return "?";
    if (!scaling.present) return numberText(workload.get("replicas"));
    const most = scaling.get("maxReplicas");
    return `${numberText(scaling.get("minReplicas"))}–${most.number ?? "?"}`;
  };
  const prefill = spec.get("prefill");
  return prefill.present ? `${of(spec)} + ${of(prefill)} prefill` : of(spec);
}

function numberText(at: NonNullable<ReturnType<typeof mergedSpec>>): string {
  return at.absent ? "1" : at.number === undefined ? "?" : String(at.number);
}

function namesOf(object: Properties): { name: string; namespace: string } {
  const metadata = (object.metadata ?? {}) as { name?: unknown; namespace?: unknown };
  const text = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);
  return { name: text(metadata.name, "?"), namespace: text(metadata.namespace, "default") };
}

function idOf(object: Properties): string {
  const { name, namespace } = namesOf(object);
  return `${namespace}/${name}`;
}

/** What may interrupt somebody comes first. */
const ranks: readonly ChangeKind[] = [
  ChangeKind.removed,
  ChangeKind.replaced,
  ChangeKind.retained,
  ChangeKind.changed,
  ChangeKind.added,
];

function byRank(left: ServiceChange, right: ServiceChange): number {
  const [one, other] = [left, right].map(({ change, namespace, name, urn }) => [
    ranks.indexOf(change === ChangeKind.same ? ChangeKind.changed : change),
    `${namespace}/${name}/${urn}`,
  ]) as [[number, string], [number, string]];
  return one[0] - other[0] || (one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0);
}
