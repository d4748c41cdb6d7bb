import { countOf } from "../../sdk/compose/explainTree";
import { type AcceleratorCount, type AcceleratorNumber, sumOf } from "./accelerators";
import { type Consequence, kindOf } from "./consequences";
import { ChangeKind, type Diagnostic, nameOf, type PolicyResult } from "./document";
import type { FieldChange } from "./fields";
import { code, folded, htmlText, plainText, table, valueCode } from "./markdown";
import type { PlatformChange, PlatformChanges } from "./platform";
import type { ServiceChange, ServiceSide } from "./services";

/** What is lost for somebody is bold. */
export function changeText(change: ChangeKind): string {
  if (change === ChangeKind.retained) return "leaves the stack, stays in the cluster";
  return change === ChangeKind.removed || change === ChangeKind.replaced ? `**${change}**` : change;
}

/** Such as `2 services added`, `**1 removed**`. @param isWhole whether the preview has seen everything. */
export function summaryLine(
  services: readonly ServiceChange[],
  consequences: readonly Consequence[],
  isWhole: boolean,
): string {
  const kinds = [ChangeKind.added, ChangeKind.changed, ChangeKind.replaced, ChangeKind.removed, ChangeKind.retained];
  const counts = kinds.flatMap((kind) => {
    const count = services.filter(
      ({ change }) => (change === ChangeKind.same ? ChangeKind.changed : change) === kind,
    ).length;
    if (count === 0) return [];
    const isLoss = kind === ChangeKind.removed || kind === ChangeKind.replaced;
    return [isLoss ? `**${count} ${kind}**` : `${count} ${kind}`];
  });
  const sum = counts.length === 0 ? "No service changes" : `Services: ${counts.join(", ")}`;
  const down = consequences.filter(({ isDowntime }) => isDowntime).length;
  const deltas = [...deltaOf(services)].flatMap(([kind, [before, after]]) =>
    before.least === after.least ? [] : [`${signed(after.least - before.least)} ${code(kind)}`],
  );
  return [
    sum,
    ...(deltas.length > 0 ? [deltas.join(", ")] : []),
    ...(down > 0 ? [`**downtime: ${down}**`] : isWhole ? ["no downtime foreseen"] : []),
  ].join(" · ");
}

/** Whether the accelerators of a side that there is cannot be told. */
function isUncounted({ before, after }: ServiceChange): boolean {
  return [before, after].some((side) => side && !side.accelerators);
}

/** Both sides of each kind, of the services that change; one side of a service alone would be a change that there is not. */
function deltaOf(services: readonly ServiceChange[]): Map<string, [AcceleratorNumber, AcceleratorNumber]> {
  const counted = services.filter((service) => !isUncounted(service));
  const on = (side: "before" | "after"): AcceleratorCount =>
    sumOf(counted.flatMap((service) => service[side]?.accelerators ?? []));
  const [before, after] = [on("before"), on("after")];
  const none = { least: 0, most: 0 };
  const kinds = [...new Set([...before.keys(), ...after.keys()])].sort();
  return new Map(kinds.map((kind) => [kind, [before.get(kind) ?? none, after.get(kind) ?? none]]));
}

function signed(number: number): string {
  return number > 0 ? `**+${number}**` : number < 0 ? `**−${-number}**` : "0";
}

/** Before, after and delta of the accelerators that the services ask for. */
export function acceleratorTable(services: readonly ServiceChange[], unchanged: readonly ServiceSide[]): string[] {
  const delta = [...deltaOf(services)];
  const unknown = services.filter(isUncounted);
  const kept = sumOf(unchanged.flatMap(({ accelerators }) => accelerators ?? []));
  const keptText = [...kept].map(([kind, number]) => `${countText(number)} ${code(kind)}`).join(", ");
  const notes = [
    ...(keptText === "" ? [] : [`Services that stay as they are ask for ${keptText} beside that.`]),
    ...(unknown.length === 0
      ? []
      : [`Cannot be told (configs missing here, or values not known yet): ${namesOf(unknown)}.`]),
  ];
  if (delta.length === 0 && unknown.length === 0) return [];
  const rows = delta.map(([kind, [before, after]]) => [
    code(kind),
    countText(before),
    countText(after),
    signed(after.least - before.least),
  ]);
  return [
    "#### Accelerators",
    "",
    ...(rows.length > 0 ? [...table(["Kind", "Before", "After", "Change"], rows), ""] : []),
    ...notes.flatMap((note) => [note, ""]),
  ];
}

function namesOf(services: readonly ServiceChange[]): string {
  const names = services.map(({ name }) => code(name));
  return names.length > 10 ? `${names.slice(0, 10).join(", ")} and ${names.length - 10} more` : names.join(", ");
}

function countText({ least, most }: AcceleratorNumber): string {
  return most > least ? `${least}–${most}` : String(least);
}

export const serviceHeader = ["Change", "Service", "Model", "Replicas", "Accelerators", "URL"];

/** A row of the table of services. */
export function serviceRow({ change, before, after }: ServiceChange): string[] {
  const between = (read: (side: ServiceSide) => string): string => {
    const [was, is] = [before && read(before), after && read(after)];
    return was === undefined || is === undefined || was === is ? (is ?? was ?? "") : `${was} → ${is}`;
  };
  return [
    changeText(change === ChangeKind.same ? ChangeKind.changed : change),
    between(({ id }) => code(id)),
    between(({ model }) => code(model)),
    between(({ replicas }) => replicas),
    acceleratorsBetween(before, after),
    code(before?.url ?? after?.url ?? ""),
  ];
}

/** Such as "8 → 24 of a kind". */
function acceleratorsBetween(before: ServiceSide | undefined, after: ServiceSide | undefined): string {
  const counts = [before, after].flatMap((side) => (side ? [side.accelerators] : []));
  if (counts.includes(undefined)) return "?";
  const kinds = [...new Set(counts.flatMap((count) => [...(count?.keys() ?? [])]))].sort();
  const none = { least: 0, most: 0 };
  const texts = kinds.map((kind) => {
    const numbers = [...new Set(counts.map((count) => countText(count?.get(kind) ?? none)))];
    return `${numbers.join(" → ")} ${code(kind)}`;
  });
  return texts.join(", ") || "none";
}

/** Services with the same change, which a fragment that they share makes of them, together. */
export function alike(services: readonly ServiceChange[]): ServiceChange[][] {
  const groups = new Map<string, ServiceChange[]>();
  for (const service of services) {
    const { change, hasOrigins, fields } = service;
    const key = JSON.stringify([change, hasOrigins, fields]);
    const known = groups.get(key);
    if (known) known.push(service);
    else groups.set(key, [service]);
  }
  return [...groups.values()];
}

/** Services that are named before the others are counted. */
const mostNames = 5;

/** The fields that change in each of some services, folded. */
export function fieldDetails(services: readonly ServiceChange[], most: number): string[] {
  const [first] = services;
  if (!first) return [];
  const { fields, change, hasOrigins } = first;
  const shown = fields.slice(0, most);
  const left = fields.length - shown.length;
  const kind = change === ChangeKind.same ? ChangeKind.changed : change;
  const names = services.slice(0, mostNames).map(({ namespace, name }) => `<b>${htmlText(`${namespace}/${name}`)}</b>`);
  const others = services.length > mostNames ? ` and ${services.length - mostNames} more` : "";
  const title = `${names.join(", ")}${others} · ${kind} · ${countOf(fields.length, "field")}${services.length > 1 ? " each" : ""}`;
  return folded(title, [
    ...table(
      ["Field", "Before", "After", ...(hasOrigins ? ["Set by"] : [])],
      shown.map((field) => fieldRow(field, hasOrigins)),
    ),
    ...(left > 0 ? ["", `… and ${countOf(left, "field")} more`] : []),
  ]);
}

function fieldRow({ path, before, after, setter, earlierSetter }: FieldChange, hasOrigins: boolean): string[] {
  const by = setter === undefined ? "" : plainText(setter);
  const was = earlierSetter === undefined ? "" : ` (was ${plainText(earlierSetter)})`;
  const gone = before !== undefined && after === undefined ? "*gone*" : valueCode(after, before);
  return [code(path), valueCode(before, after), gone, ...(hasOrigins ? [by + was] : [])];
}

export const platformHeader = ["Change", "Resource", "What"];

/** A row of the table of what lies below the services. */
export function platformRow({ step: { change, type, name }, changes }: PlatformChange): string[] {
  const shown = changes.slice(0, 3).map(({ path, before, after }) => {
    const both = before !== undefined && after !== undefined;
    const values = both
      ? `${valueCode(before, after)} → ${valueCode(after, before)}`
      : (after ?? before) === undefined
        ? ""
        : valueCode(after ?? before, undefined);
    return `${code(path)}: ${after === undefined ? `${values} → *gone*` : values}`;
  });
  const left = changes.length - shown.length;
  return [
    changeText(change),
    `${kindOf(type)} ${code(name)}`,
    [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join("<br>"),
  ];
}

/** The number of everything else by type and change. */
export function otherLine({ others }: PlatformChanges): string[] {
  if (others.length === 0) return [];
  const parts = others.slice(0, 30).map(({ type, change, count }) => `${count} ${kindOf(type)} ${changeText(change)}`);
  const left = others.length - parts.length;
  return [`Beside these: ${parts.join(", ")}${left > 0 ? ` and ${countOf(left, "other kind")}` : ""}.`, ""];
}

/**
 * A finding of the preflight, a warning of the composition, or anything else that was said. An error with several problems has a line for
 * each below it.
 */
export function diagnosticLines({ urn, message }: Diagnostic): string[] {
  const who = urn === undefined ? "" : `${code(nameOf(urn))}: `;
  const [first = "", ...problems] = message.split(/\n\s*- /);
  return [`- ${who}${plainText(longText(first))}`, ...problems.map((problem) => `  - ${problemText(problem)}`)];
}

/** A path before a problem, and its code after it, stand out. */
function problemText(problem: string): string {
  const [, path, text = problem, name] = /^(?:(\S+): )?(.*?)(?: \[([a-z-]+)\])?$/s.exec(longText(problem)) ?? [];
  return `${path === undefined ? "" : `${code(path)}: `}${plainText(text)}${name === undefined ? "" : ` ${code(name)}`}`;
}

export const policyHeader = ["Level", "Policy", "Resource", "What"];

export function policyRow({ level, policy, message, urn }: PolicyResult): string[] {
  const isRefusal = level === "mandatory";
  const what = plainText(longText(message));
  return [
    isRefusal ? `**${plainText(level)}**` : plainText(level),
    code(policy),
    code(urn === undefined ? "" : nameOf(urn)),
    what,
  ];
}

const longestMessage = 1500;

function longText(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
}
