import { secretText } from "../../sdk/compose/marked";
import { line, oneLine, type TextLine, wrapped } from "../../sdk/compose/textLines";
import { refreshCommand } from "./digest";
import type { Manager } from "./managers";
import type { DriftedField, DriftReport } from "./report";

/** A report as lines: each resource, its fields with both values and who changed them, and what can be done. */
export function driftLines(report: DriftReport, width: number): TextLine[] {
  const { drifted, resources, unexplained, failures } = report;
  const names = new Set(drifted.map(({ urn }) => urn));
  const count = names.size + unexplained;
  return [
    ...drifted.flatMap(({ object, name, change, note, fields }) => [
      [
        {
          text: `${object}${change === "gone" ? " is gone" : ""}`,
          role: change === "gone" ? "removed" : "title",
        } as const,
        { text: `  (${name})`, role: "faint" } as const,
      ],
      ...(note ? [line(`  ${note}`)] : []),
      ...fields.flatMap((field) => fieldLines(field, width)),
    ]),
    ...(unexplained > 0
      ? wrapped(
          `${unexplained} more changed, and the engine's JSON does not say how: sets of CRDs, which --kubeconfig FILE shows, or see ${refreshCommand.replace("--json", "--diff")}`,
          width,
          "warning",
        )
      : []),
    ...failures.flatMap((failure) => wrapped(`could not be read: ${failure}`, width, "warning")),
    ...(count > 0 || failures.length > 0 ? [line("")] : []),
    line(
      count === 0 && failures.length === 0
        ? `${resources} resources are as the last up left them`
        : `${count} of ${resources} resources differ from the last up${failures.length > 0 ? ", as far as could be read" : ""}`,
    ),
    ...(count > 0 ? advice.flatMap((text) => wrapped(text, width)) : []),
  ];
}

const advice = [
  "  bring all of it back: pulumi up --refresh. A field that somebody else owns by now is refused as a conflict: set it back by hand first, or take everything over with PULUMI_K8S_ENABLE_PATCH_FORCE=true",
  "  keep a change: write the live value into the configuration; pulumi up --refresh then leaves it alone",
  "  leave a field to another manager, such as replicas to an autoscaler: take it out of the configuration",
];

function fieldLines({ path, was, is, by }: DriftedField, width: number): TextLine[] {
  const room = Math.max(20, Math.floor((width - path.length - 10) / 2));
  const shown = (value: unknown): string => (value === undefined ? "nothing" : oneLine(value, room));
  const isSecret = was === secretText && is === secretText;
  const change = isSecret ? `${secretText} → another ${secretText}` : `${shown(was)} → ${shown(is)}`;
  return [line(`  ${path}: ${change}`), ...(by ? [line(`    ${byLine(by)}`, "faint")] : [])];
}

function byLine({ manager, operation, subresource, time, certain }: Manager): string {
  const how = [operation, ...(subresource ? [`of ${subresource}`] : [])].filter(Boolean).join(" ");
  return `${certain ? "by" : "probably by"} ${manager}${how ? ` (${how})` : ""}${time ? `, ${time}` : ""}`;
}
