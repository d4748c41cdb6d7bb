import { line, type Role, type TextLine, wrapped } from "../../sdk/compose/textLines";
import { type Check, CheckState } from "./check";
import type { Report } from "./run";

const roles: Readonly<Record<CheckState, Role>> = {
  ok: "added",
  warning: "warning",
  error: "removed",
  "not checked": "faint",
};
const stateWidth = Math.max(...Object.values(CheckState).map(({ length }) => length));

/** A report as lines: each check with what was seen, and where it did not come out well, with what to do. */
export function reportLines({ stack, areas, counts }: Report, width: number): TextLine[] {
  const nameWidth = Math.max(...areas.flatMap(({ checks }) => checks.map(({ name }) => name.length)));
  const said = Object.values(CheckState).flatMap((state) => (counts[state] > 0 ? [`${counts[state]} ${state}`] : []));
  return [
    ...areas.flatMap(({ title, checks }) => [
      line(title === "Pulumi" && stack !== undefined ? `${title}, stack "${stack}"` : title, "title"),
      ...checks.flatMap((check) => checkLines(check, nameWidth, width)),
      line(""),
    ]),
    line(`${said.join(", ")}`),
  ];
}

function checkLines({ name, state, seen, wanted, fix }: Check, nameWidth: number, width: number): TextLine[] {
  const indent = " ".repeat(stateWidth + 4);
  const [first = line(""), ...others] = wrapped(
    `${indent}${name.padEnd(nameWidth).replaceAll(" ", "\u00a0")}  ${seen}`,
    width,
  );
  return [
    [
      { text: "  ", role: "plain" },
      { text: state.padEnd(stateWidth), role: roles[state] },
      { text: `  ${(first[0]?.text ?? "").trimStart().replaceAll("\u00a0", " ")}`, role: "plain" },
    ],
    ...others,
    ...(wanted ? wrapped(`${indent}  wanted: ${wanted}`, width) : []),
    ...(fix ? wrapped(`${indent}  do: ${fix}`, width) : []),
  ];
}
