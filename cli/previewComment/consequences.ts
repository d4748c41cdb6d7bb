import { ChangeKind, type PreviewDocument, type PreviewStep } from "./document";
import { code, plainText } from "./markdown";
import { isServing, type ServiceChange } from "./services";

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

function* consequencesOf({ change, before, after, replaceReasons }: ServiceChange): Generator<Consequence> {
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
  if (after.leastReplicas === 0 && before.leastReplicas !== 0)
    yield { isDowntime: true, text: `${name} goes to **0 replicas**: nothing answers` };
  for (const [role, size] of Object.entries(after.groups)) {
    const was = before.groups[role];
    if (change === ChangeKind.replaced || was === undefined || was === size) continue;
    // Source: `validateImmutable` in llm_inference_service_validation.go of KServe 0.20.
    const text = `${name} would have groups of ${size} instead of ${was} nodes, which **KServe refuses** in a service that exists: give it another name`;
    yield { isDowntime: false, text };
  }
}

/** What changes of everything else do to services. */
export function platformConsequences({ steps }: PreviewDocument): Consequence[] {
  return steps.filter((step) => !isServing(step)).flatMap((step) => platformConsequence(step) ?? []);
}

const isLost = (change: ChangeKind): boolean => change === ChangeKind.replaced || change === ChangeKind.removed;

function platformConsequence({ type, name, change, replaceReasons }: PreviewStep): Consequence | undefined {
  // Components are no more than their children.
  if (!isLost(change) || /^(pulumi|pulumi-kserve):/.test(type) || type.startsWith("kubernetes:helm.sh/v4:"))
    return undefined;
  const what = `${kindOf(type)} ${code(name)} is **${change}**`;
  const reasons = replaceReasons
    .filter((reason) => reason !== "replaced")
    .map(code)
    .join(", ");
  const because = reasons === "" ? "" : ` (${reasons})`;
  const effect = effects.find(([pattern]) => pattern.test(type))?.[1];
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

/** The kind of a type, such as `NodePool`. */
export function kindOf(type: string): string {
  return plainText(type.slice(type.lastIndexOf(":") + 1));
}
