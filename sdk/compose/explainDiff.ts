import type { Composition } from "./compose";
import { explainFields, type ExplainedField } from "./explain";
import { isWithin } from "./explainPaths";
import { countOf, repeatsName, shortList } from "./explainTree";
import { type Json, isObject, Marked } from "./marked";
import { differingLines, layoutRows, line, type Row, shownName, type TextLine } from "./textLines";

export const FieldChangeKind = {
  added: "added",
  removed: "removed",
  /** Another value. */
  changed: "changed",
  /** The same value from another source. */
  source: "source",
} as const;
export type FieldChangeKind = (typeof FieldChangeKind)[keyof typeof FieldChangeKind];

/** A field on one side. Secrets are not shown. */
export interface FieldSide {
  readonly value: unknown;
  readonly source: string;
}

/** What differs about one field between two compositions. */
export interface FieldChange {
  readonly path: string;
  readonly change: FieldChangeKind;
  readonly before?: FieldSide;
  readonly after?: FieldSide;
  /** The preset with which an added or removed field comes or goes. */
  readonly preset?: string;
}

/** What differs between two compositions of a service. */
export interface CompositionDifference {
  /** Sorted by path. */
  readonly changes: readonly FieldChange[];
  /** Paths of fields whose values are not known on either side. */
  readonly notCompared: readonly string[];
}

interface Compared {
  readonly raw: Json;
  readonly field: ExplainedField;
}

/** One side of a comparison, where it is more than a composition. */
export interface ComparedService {
  readonly composition: Composition;
  /** Fields of the service beside its spec. @default none */
  readonly metadata?: readonly ExplainedField[];
}

/**
 * Compares the specs that the controller would act on, field by field.
 *
 * @param path what to compare, as `fieldsAt` takes it. @default everything
 */
export function compareCompositions(
  before: ComparedService,
  after: ComparedService,
  path?: string,
): CompositionDifference {
  const [old, fresh] = [fieldsByPath(before, path), fieldsByPath(after, path)];
  const containers = new Set([...old.keys(), ...fresh.keys()].flatMap(containersOf));
  const changes: FieldChange[] = [];
  const notCompared: string[] = [];
  for (const path of new Set([...old.keys(), ...fresh.keys()])) {
    const [left = [], right = []] = [old.get(path), fresh.get(path)];
    for (let index = 0; index < Math.max(left.length, right.length); index++) {
      const [from, to] = [left[index], right[index]];
      if (from && to) {
        const same = sameValue(from.raw, to.raw);
        if (same === undefined) notCompared.push(path);
        else if (!same) changes.push({ path, change: FieldChangeKind.changed, before: side(from), after: side(to) });
        else if (from.field.source !== to.field.source)
          changes.push({ path, change: FieldChangeKind.source, before: side(from), after: side(to) });
      } else if (to && !opensGroup(to, path, containers)) {
        changes.push({ path, change: FieldChangeKind.added, after: side(to), ...presetIn(to) });
      } else if (from && !opensGroup(from, path, containers)) {
        changes.push({ path, change: FieldChangeKind.removed, before: side(from), ...presetIn(from) });
      }
    }
  }
  return {
    changes: changes.sort((left, right) => byPath.compare(left.path, right.path)),
    notCompared: [...new Set(notCompared)].sort(byPath.compare),
  };
}

/** The second element of a list goes before the tenth. */
const byPath = new Intl.Collator("en", { numeric: true });

function fieldsByPath(
  { composition, metadata = [] }: ComparedService,
  wanted: string | undefined,
): Map<string, Compared[]> {
  const explained = explainFields(composition);
  const found = new Map<string, Compared[]>();
  for (const field of metadata) {
    if (wanted === undefined || isWithin(field.path, wanted))
      found.set(field.path, [{ raw: field.value as Json, field }]);
  }
  composition.origins().forEach(({ path, value }, index) => {
    const field = explained[index];
    if (field && (wanted === undefined || isWithin(path, wanted)))
      found.set(path, [...(found.get(path) ?? []), { raw: value, field }]);
  });
  return found;
}

/** An empty object or list is no field of its own where a side has something in it. */
function opensGroup({ raw }: Compared, path: string, containers: ReadonlySet<string>): boolean {
  const isEmpty = Array.isArray(raw) ? raw.length === 0 : isObject(raw) && Object.keys(raw).length === 0;
  return isEmpty && containers.has(path);
}

/** Everything that a path lies in. */
function containersOf(path: string): string[] {
  return [...path.matchAll(/[.[]/g)].map(({ index }) => path.slice(0, index));
}

function side({ field: { value, source } }: Compared): FieldSide {
  return { value, source };
}

function presetIn({ field: { preset } }: Compared): { preset?: string } {
  return preset === undefined ? {} : { preset };
}

/** Undefined where nobody can say it here. */
function sameValue(left: Json, right: Json): boolean | undefined {
  const [leftText, rightText] = [knownText(left), knownText(right)];
  if (leftText === undefined && rightText === undefined) return undefined;
  return leftText === rightText;
}

function knownText(value: Json): string | undefined {
  let known = true;
  const text = JSON.stringify(value, function (this: Record<string, unknown>, key, shown: unknown) {
    const part = this[key];
    if (!(part instanceof Marked)) return shown;
    known &&= !part.unknown;
    return part.value;
  });
  return known ? text : undefined;
}

/** How a difference is shown. */
export interface DifferenceOptions {
  /** Characters in a line. */
  readonly width: number;
  /** Shows each field that comes or goes with a preset, and those of which only the source differs. */
  readonly all: boolean;
}

/** A difference as lines: `-` before, `+` after, each with who set it. */
export function differenceLines(
  { changes, notCompared }: CompositionDifference,
  options: DifferenceOptions,
): TextLine[] {
  const { width, all } = options;
  const isFolded = ({ preset }: FieldChange): boolean => !all && preset !== undefined;
  const folded = changes.filter(isFolded);
  const shown = changes.filter((change) => !isFolded(change) && (all || change.change !== FieldChangeKind.source));
  const rows = equalChanges(withoutElementNames(shown), all).flatMap(changeRows);
  const moved = all ? 0 : changes.filter(({ change }) => change === FieldChangeKind.source).length;
  const notes = [
    ...(moved > 0 ? [`${countOf(moved, "field")} with the same value from another source`] : []),
    ...(notCompared.length > 0
      ? [`secret or not known on both sides, so not compared: ${notCompared.join(", ")}`]
      : []),
  ];
  const lines = [...layoutRows([...rows, ...foldedRows(folded)], width), ...notes.map((note) => line(note, "faint"))];
  return lines.length > 0 ? lines : [line("no difference")];
}

/** Without the names of elements that come or go with something else in them. */
function withoutElementNames(changes: readonly FieldChange[]): FieldChange[] {
  const isName = ({ path, before, after }: FieldChange): boolean => {
    const end = Math.max(0, path.lastIndexOf("."));
    return !(before && after) && repeatsName(path.slice(end + 1), (before ?? after)?.value, path.slice(0, end));
  };
  const containers = new Set(changes.filter((change) => !isName(change)).flatMap(({ path }) => containersOf(path)));
  return changes.filter(
    (change) => !isName(change) || !containers.has(change.path.slice(0, change.path.lastIndexOf("."))),
  );
}

interface EqualChanges extends FieldChange {
  /** Other paths with the same values and sources on both sides. */
  readonly others: number;
}

/** What a template puts into many places changes in all of them. */
function equalChanges(changes: readonly FieldChange[], all: boolean): EqualChanges[] {
  const groups = new Map<string, FieldChange[]>();
  for (const [index, change] of changes.entries()) {
    const isAlone = all || change.change !== FieldChangeKind.changed;
    const key = isAlone ? String(index) : JSON.stringify([change.before, change.after]);
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => (first ? [{ ...first, others: others.length }] : []));
}

function changeRows({ path, before, after, others }: EqualChanges): Row[] {
  if (before && after) {
    return [
      { indent: 0, label: `~ ${shownName(path)}${others > 0 ? ` and ${countOf(others, "other")}` : ""}` },
      sideRow("- ", "removed", before, (room) => differingLines(before.value, after.value, room)[0]),
      sideRow("+ ", "added", after, (room) => differingLines(before.value, after.value, room)[1]),
    ];
  }
  if (after) return [{ ...sideRow(`+ ${shownName(path)}: `, "added", after), indent: 0 }];
  return before ? [{ ...sideRow(`- ${shownName(path)}: `, "removed", before), indent: 0 }] : [];
}

function sideRow(
  label: string,
  role: "added" | "removed",
  { value, source }: FieldSide,
  shorten?: Row["shorten"],
): Row {
  return { indent: 4, label, labelRole: role, value, valueRole: role, source, ...(shorten && { shorten }) };
}

function foldedRows(changes: readonly FieldChange[]): Row[] {
  const groups = new Map<string, { label: string; role: "added" | "removed"; paths: string[] }>();
  for (const { path, change, preset = "" } of changes) {
    const role = change === FieldChangeKind.added ? "added" : "removed";
    const key = `${role} ${preset}`;
    const group = groups.get(key) ?? { label: preset, role, paths: [] };
    groups.set(key, group);
    group.paths.push(path);
  }
  return [...groups.values()].map(({ label, role, paths }) => ({
    indent: 0,
    label: `${role === "added" ? "+" : "-"} … ${countOf(paths.length, "field")} from preset ${label}: `,
    labelRole: role,
    shorten: (room) => shortList(commonPaths(paths), room),
    valueRole: "faint",
  }));
}

/** The longest beginnings that paths share at the top, such as `tracing` or `router.scheduler`. */
function commonPaths(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => /^[^.[]+(\.[^.[]+)?/.exec(path)?.[0] ?? path))];
}
