import { isOfPods } from "./accelerators";
import { ChangeKind, type PreviewDocument, type PreviewStep, type ResourceSide } from "./document";
import { code, plainText } from "./markdown";
import { isServing, type ServiceChange, type ServiceSide } from "./services";

/** What a change does to those who use what runs. */
export interface Consequence {
  /** Requests are refused or lost, for a while or for good. */
  readonly isDowntime: boolean;
  /** Markdown in one line. */
  readonly text: string;
}

/** What the changes of services do to their users. */
export function serviceConsequences(services: readonly ServiceChange[]): Consequence[] {
  return services.flatMap((service) => [...consequencesOf(service)]);
}

function* consequencesOf(service: ServiceChange): Generator<Consequence> {
  const { change, before, after, replaceReasons } = service;
  const name = code((before ?? after)?.id ?? "");
  if (change === ChangeKind.removed) {
    yield { isDowntime: true, text: `${name} is **removed**: its URL stops answering` };
    return;
  }
  if (change === ChangeKind.replaced) {
    const reasons = replaceReasons.map(code).join(", ");
    const because = reasons === "" ? "" : ` because ${reasons} ${replaceReasons.length === 1 ? "differs" : "differ"}`;
    const text =
      before && after && before.id !== after.id
        ? `${name} is **replaced** by ${code(after.id)}${because}: it has another URL, and the old one stops answering`
        : `${name} is **replaced**${because}: it is deleted and does not answer until its new pods are ready`;
    yield { isDowntime: true, text };
  }
  if (!before || !after) return;
  const refusals = change === ChangeKind.replaced ? [] : refusalsOf(before, after);
  for (const text of refusals) yield { isDowntime: false, text: `${name} ${text}` };
  // What does not answer has nothing to lose, and what is refused interrupts nothing.
  if (before.stopped || before.roles.main?.leastReplicas === 0 || refusals.length > 0) return;
  for (const text of interruptionsOf(service, before, after)) yield { isDowntime: true, text: `${name} ${text}` };
}

/** Source: `validateImmutable` in llm_inference_service_validation.go of KServe 0.20, which does not ask whether there is a worker. */
function refusalsOf(before: ServiceSide, after: ServiceSide): string[] {
  return roleNames.flatMap((role) => {
    const [was, is] = [before.roles[role]?.groupSize, after.roles[role]?.groupSize];
    if (was === undefined || is === undefined || was === is) return [];
    return `would have groups of ${is} instead of ${was} nodes, which **KServe refuses** in a service that exists: give it another name`;
  });
}

const roleNames = ["main", "prefill"] as const;

/** What takes a service that answers out of service without deleting it. */
function* interruptionsOf(
  { change, fields }: ServiceChange,
  before: ServiceSide,
  after: ServiceSide,
): Generator<string> {
  if (after.stopped) {
    yield "is **stopped** by its annotation: nothing answers";
    return;
  }
  if (after.roles.main?.leastReplicas === 0) {
    yield "goes to **0 replicas**: nothing answers";
    return;
  }
  if (before.hasRoute === true && after.hasRoute === false) yield "loses its **route**: its URL stops answering";
  if (change === ChangeKind.replaced) return;
  for (const role of roleNames) {
    const [was, is] = [before.roles[role], after.roles[role]];
    if (was?.isMultiNode === undefined || is?.isMultiNode === undefined) continue;
    const which = role === "prefill" ? " for prefill" : "";
    if (was.isMultiNode !== is.isMultiNode) {
      const [old, fresh] = [was, is].map(({ isMultiNode }) => (isMultiNode ? "LeaderWorkerSet" : "Deployment"));
      // Source: `reconcileWorkload` of KServe 0.20, which deletes the one in the same pass in which it makes the other.
      yield `becomes a ${fresh}${which} instead of a ${old}: the old pods go first`;
      continue;
    }
    const hasNewPods = was.pods !== is.pods || fields.some(({ path }) => isOfPods(path, role));
    // KServe leaves the strategy of a LeaderWorkerSet to its defaults, maxUnavailable 1 and maxSurge 0. Source: api/leaderworkerset/v1 of lws 0.8.
    if (is.isMultiNode && hasNewPods && (was.leastReplicas === 1 || is.leastReplicas === 1))
      yield `has one group${which}, which is **replaced in place**: it does not answer until the new pods are ready`;
  }
}

/** What changes of everything else do to services. */
export function platformConsequences({ steps }: PreviewDocument): Consequence[] {
  return steps.filter((step) => !isServing(step)).flatMap((step) => platformConsequence(step) ?? []);
}

const isLost = (change: ChangeKind): boolean => change === ChangeKind.replaced || change === ChangeKind.removed;

function platformConsequence({ type, name, change, replaceReasons, before }: PreviewStep): Consequence | undefined {
  // Components are no more than their children.
  if (!isLost(change) || /^(pulumi|pulumi-kserve):/.test(type) || type.startsWith("kubernetes:helm.sh/v4:"))
    return undefined;
  const what = `${kindOf(type)} ${code(name)} is **${change}**`;
  const reasons = replaceReasons
    .filter((reason) => reason !== "replaced")
    .map(code)
    .join(", ");
  const because = reasons === "" ? "" : ` (${reasons})`;
  const effect = /:CrdBundle$/.test(type) ? bundleEffect(before) : effects.find(([pattern]) => pattern.test(type))?.[1];
  return { isDowntime: effect !== undefined, text: what + because + (effect === undefined ? "" : `: ${effect}`) };
}

/** What the loss of a resource does, by its type. */
const effects: readonly (readonly [RegExp, string])[] = [
  [/^(gcp:container\/cluster:|aws:eks\/cluster:)/, "every service in it stops until all is made anew"],
  [/^(gcp:container\/nodePool:|aws:eks\/nodeGroup:)/, "its nodes are drained, and their pods start anew elsewhere"],
  [/:Gateway$/, "its address may change, and services behind it do not answer meanwhile"],
  [/^kubernetes:core\/v1:Namespace$/, "everything in it is deleted"],
  [/:CustomResourceDefinition$/, "every object of its kind is deleted"],
  [/:GatewayClass$/, "its gateways have no controller meanwhile"],
];

/** A set of CRDs takes with it what it has installed, unless it was told to leave it. */
function bundleEffect(before: ResourceSide | undefined): string | undefined {
  const { ownership, onDelete } = before?.inputs ?? {};
  return ownership === "own" && onDelete === "delete" ? "every object of its kinds is deleted" : undefined;
}

/** The kind of a type, such as `NodePool`. */
export function kindOf(type: string): string {
  return plainText(type.slice(type.lastIndexOf(":") + 1));
}
