import { dump } from "js-yaml";

import { groupSize } from "../api/rules/workload";
import { View } from "../api/view";
import type { Composition } from "./compose";
import { explainFields, type ExplainedField } from "./explain";
import { countOf, fieldTree } from "./explainTree";
import { fieldsAt, touches } from "./explainPaths";
import { describeSource, SourceKind } from "./sources";
import { line, type TextLine, wrapped } from "./textLines";
import type { CompositionWarning } from "./warnings";

/** How a composition is reported. */
export interface ReportOptions {
  /** First line. */
  readonly title: string;
  /** Characters in a line. */
  readonly width: number;
  /** Shows what presets set and nothing else touched, instead of counting it. @default false */
  readonly all?: boolean;
  /** One field or a part of the spec, as {@link fieldsAt} takes it. @default everything */
  readonly path?: string;
  /** Fields of the service beside its spec. @default none */
  readonly metadata?: readonly ExplainedField[];
}

/**
 * What a service is composed to, as lines: the sources, each field with who set it and what it overrode, and the warnings.
 *
 * @throws UnknownPathError for a path at which there is nothing, with the nearest ones.
 */
export function explainReport(
  composition: Composition,
  { title, width, all = false, path, metadata = [] }: ReportOptions,
): TextLine[] {
  const fields = [...metadata, ...explainFields(composition)];
  const concerned = composition.warnings.filter((warning) => path === undefined || touches(warning.path, path));
  const warnings = warningLines(concerned, width);
  if (path !== undefined) {
    const found = fieldsAt(fields, path);
    const isOne = found.every((field) => field.path === found[0]?.path);
    return [...(isOne ? found.flatMap(fieldHistory) : fieldTree(found, { width, all: true })), ...warnings];
  }
  const folds = !all && fields.some(({ preset }) => preset !== undefined);
  return [
    ...wrapped(title, width, "title"),
    ...undecidedLines(composition, width),
    ...sourceLines(composition, metadata),
    ...groupLines(composition),
    line(""),
    ...fieldTree(fields, { width, all }),
    ...warnings,
    ...(folds ? [line(""), ...wrapped(foldsExplained, width, "faint")] : []),
  ];
}

const foldsExplained = "… counts what presets alone set: --all shows it, a path such as `template` shows a part";

/** One field with its whole value and everything that it replaced, whole too. */
export function fieldHistory({ path, value, source, overrides }: ExplainedField): TextLine[] {
  return [
    line(path, "title"),
    line(`set by ${source}`, "source"),
    ...wholeValue(value).map((text) => line(`  ${text}`, "value")),
    ...overrides.flatMap((replaced) => [
      line(`over ${replaced.source}`, "source"),
      ...wholeValue(replaced.value).map((text) => line(`  ${text}`, "faint")),
    ]),
  ];
}

function wholeValue(value: unknown): string[] {
  return dump(value, { lineWidth: -1, noRefs: true }).trimEnd().split("\n");
}

function undecidedLines({ undecided }: Composition, width: number): TextLine[] {
  if (undecided === undefined) return [];
  const text = `${undecided} is not known here, so neither is what KServe makes of the service. Below is what is written to the cluster.`;
  return wrapped(text, width, "warning");
}

/** The sources, lowest first, with the number of fields that each has in the result. */
function sourceLines(composition: Composition, metadata: readonly ExplainedField[]): TextLine[] {
  const counts = new Map<number, number>();
  for (const { source, overrides } of composition.origins()) {
    const given = source < 0 ? ~source : source;
    // What was filled in came from the template.
    const isTemplate = composition.sources.get(given)?.kind === SourceKind.template;
    const setter = isTemplate ? (overrides[0]?.source ?? given) : given;
    const number = setter < 0 ? ~setter : setter;
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const rows: { rank: number; name: string; count: number }[] = [];
  const beside = new Map<string, number>();
  for (const { source } of metadata) beside.set(source, (beside.get(source) ?? 0) + 1);
  for (let number = 0; ; number++) {
    const source = composition.sources.get(number);
    if (!source) break;
    const count = (counts.get(number) ?? 0) + (beside.get(describeSource(source)) ?? 0);
    beside.delete(describeSource(source));
    const isGiven = givenKinds.includes(source.kind);
    if (count > 0 || isGiven) rows.push({ rank: kindOrder.indexOf(source.kind), name: describeSource(source), count });
  }
  for (const [name, count] of beside) rows.push({ rank: kindOrder.indexOf(SourceKind.spec), name, count });
  rows.sort((left, right) => left.rank - right.rank);
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows.map(({ name, count }) => [
    { text: `  ${name.padEnd(width)}  `, role: "source" },
    { text: countOf(count, "field").padStart(10), role: "plain" },
  ]);
}

/** How many nodes a replica has, where it has several: what its parallelism comes to. */
function groupLines({ effective }: Composition): TextLine[] {
  const spec = new View(effective ?? {});
  return [["each replica", spec] as const, ["each replica of prefill", spec.get("prefill")] as const].flatMap(
    ([replica, workload]) => {
      const size = workload.get("worker").present ? groupSize(workload.get("parallelism")) : undefined;
      return size === undefined ? [] : [line(`  ${replica} is a group of ${countOf(size, "node")}`)];
    },
  );
}

/** What somebody wrote, which is listed even where nothing of it is left. */
const givenKinds: readonly SourceKind[] = [SourceKind.preset, SourceKind.baseRef, SourceKind.fragment, SourceKind.spec];

const kindOrder: readonly SourceKind[] = [
  SourceKind.preset,
  SourceKind.baseRef,
  SourceKind.fragment,
  SourceKind.webhook,
  SourceKind.spec,
  SourceKind.postMerge,
];

/** Warnings with their fixes; none for none. */
export function warningLines(warnings: readonly CompositionWarning[], width: number): TextLine[] {
  if (warnings.length === 0) return [];
  return [
    line(""),
    line(countOf(warnings.length, "warning"), "warning"),
    ...warnings.flatMap(({ path, message, fix }) => [
      ...wrapped(`  ${path}: ${message}`, width),
      ...wrapped(`    fix: ${fix}`, width, "faint"),
    ]),
  ];
}
