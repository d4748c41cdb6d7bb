import { type Json, secretText } from "../../sdk/compose/marked";
import { differingLines, oneLine } from "../../sdk/compose/textLines";

/** Characters of a value that are shown. */
const longestValue = 120;

/**
 * A value as code, from which nothing gets out: no markup, no mention, no link to an issue, no command of a bot, no row of a table. Two values
 * that differ are shown from where they do.
 */
export function valueCode(value: Json | undefined, other: Json | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string" && value.startsWith(secretText)) return code(value);
  const text = other === undefined ? oneLine(value, longestValue) : differingLines(value, other, longestValue)[0];
  return code(text);
}

/** A text as a code span, which may stand in a cell of a table. */
export function code(text: string): string {
  const inner = oneLineOf(text).replaceAll("|", "\\|");
  if (inner === "") return "";
  const longest = Math.max(0, ...[...inner.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const padding = inner.startsWith("`") || inner.endsWith("`") || inner.trim() !== inner ? " " : "";
  return `${fence}${padding}${inner}${padding}${fence}`;
}

/** A text that reads as it is: what would be markup, HTML, a mention or a reference to an issue is shown and does nothing. */
export function plainText(text: string): string {
  return (
    oneLineOf(text)
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_{}[\]()|~^$]/g, (character) => `\\${character}`)
      // A character of no width in it keeps a name from being told, an issue from being linked, and an address from becoming a link.
      .replace(/([@#!%])(?=\w)/g, "$1\u200b")
      .replace(/(\w)(:\/\/)/g, "$1\u200b$2")
      .replace(/\b(www|GH)(?=[.-])/gi, "$1\u200b")
      .replace(/\b([0-9a-f]{7})(?=[0-9a-f]*\b)/gi, "$1\u200b")
  );
}

/** Characters that break a line, that nobody sees, or that turn the direction of a text, are written out. */
function oneLineOf(text: string): string {
  return text
    .trim()
    .replace(/\r?\n/g, " ⏎ ")
    .replace(/\t/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\ufe00-\ufe0f]/gu, (character) => {
      const hex = character.codePointAt(0)?.toString(16) ?? "";
      return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
    });
}

/** A table; cells are Markdown already. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [row(header), row(header.map(() => "---")), ...rows.map(row)];
}

/** A part that is opened by a click. @param title HTML, which {@link htmlText} makes of a text. */
export function folded(title: string, lines: readonly string[]): string[] {
  return [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>"];
}

/** A text in HTML, where there is no Markdown. */
export function htmlText(text: string): string {
  return oneLineOf(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/([@#!%])(?=\w)/g, "$1\u200b");
}
