import { line, type TextLine, wrapped } from "../../sdk/compose/textLines";
import { describeProblem } from "../../sdk/problems";
import { isValid, type StackCheck } from "./checkStack";

/** What was found in a stack's configuration, as lines. */
export function checkLines(checked: StackCheck, width: number): TextLine[] {
  const { file, layers, services, problems, findings, warnings, notes, notChecked } = checked;
  const count = problems.length + findings.filter(({ severity }) => severity === "error").length;
  const state = isValid(checked) ? "valid" : count === 1 ? "1 problem" : `${count} problems`;
  const below = layers.slice(0, -1);
  return [
    line(`${file}: ${state}`, isValid(checked) ? "title" : "warning"),
    ...(below.length > 0 ? wrapped(`  over ${below.reverse().join(", ")}`, width, "faint") : []),
    ...(services.length > 0 ? wrapped(`  composed: ${services.join(", ")}`, width) : []),
    ...problems.flatMap((problem) => wrapped(`  - ${describeProblem(problem)}`, width)),
    ...findings.flatMap(({ severity, service, path, message, code, fix, waived }) => [
      ...wrapped(
        `  ${severity === "error" ? "- " : "warning: "}${service === undefined ? "" : `${service}, `}${path}: ${message} [${code}]`,
        width,
      ),
      ...(waived === undefined ? [] : wrapped(`      waived: ${waived}`, width, "faint")),
      ...(fix === undefined || waived !== undefined ? [] : wrapped(`      fix: ${fix}`, width, "faint")),
    ]),
    ...warnings.flatMap(({ service, path, message, fix }) => [
      ...wrapped(`  warning: ${service}, ${path}: ${message}`, width),
      ...wrapped(`      fix: ${fix}`, width, "faint"),
    ]),
    ...notes.flatMap((note) => wrapped(`  note: ${note}`, width, "faint")),
    ...(notChecked.length > 0
      ? wrapped(`  not checked: ${notChecked.join(", ")} (of other packages)`, width, "faint")
      : []),
  ];
}
