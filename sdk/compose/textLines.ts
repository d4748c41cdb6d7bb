import { secretText, unknownText } from "./marked";

/** What a piece of a line is, so that a terminal can colour it. */
export type Role = "plain" | "title" | "label" | "value" | "source" | "faint" | "added" | "removed" | "warning";

export interface Segment {
  readonly text: string;
  readonly role: Role;
}

/** One line, without its end. */
export type TextLine = readonly Segment[];

/** A value and who set it, to be put side by side. */
export interface Row {
  readonly indent: number;
  /** Before the value, such as `image: `. */
  readonly label: string;
  readonly labelRole?: Role;
  /** Any printable value; left out for a line that only opens a group. */
  readonly value?: unknown;
  readonly valueRole?: Role;
  /** The value in a line, shortened to a number of characters. @default {@link oneLine} */
  readonly shorten?: (room: number) => string;
  readonly source?: string;
}

export function line(text: string, role: Role = "plain"): TextLine {
  return [{ text, role }];
}

/** A text in as many lines as it takes, broken between words; lines after the first are indented by two more. */
export function wrapped(text: string, width: number, role: Role = "plain"): TextLine[] {
  const indent = /^ */.exec(text)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of text.trim().split(" ")) {
    const start = lines.length === 0 ? indent : `${indent}  `;
    if (current !== "" && start.length + current.length + 1 + word.length > width) {
      lines.push(start + current);
      current = word;
    } else {
      current = current === "" ? word : `${current} ${word}`;
    }
  }
  return [...lines, (lines.length === 0 ? indent : `${indent}  `) + current].map((part) => line(part, role));
}

/** The text of lines without colours. */
export function plainText(lines: readonly TextLine[]): string {
  return lines
    .map(
      (segments) =>
        `${segments
          .map(({ text }) => text)
          .join("")
          .trimEnd()}\n`,
    )
    .join("");
}

/** Puts the sources of rows into a column as far as they fit into the width; values give way. */
export function layoutRows(rows: readonly Row[], width: number): TextLine[] {
  const setters = rows.filter(({ source }) => source !== undefined);
  const ends = setters.map((row) => row.indent + row.label.length + valueText(row, Infinity).length);
  const sources = setters.map(({ source = "" }) => source.length).filter((length) => length <= width / 2);
  // Of both only what is not out of the ordinary decides.
  const widest = Math.min(Math.max(0, ...ends) + 2, Math.floor(width * 0.6));
  const column = Math.min(widest, width - Math.max(0, ...sources));
  return rows.flatMap((row) => layoutRow(row, column, width));
}

/** Characters that are left of a value at least, alone and beside its source. */
const leastText = 12;
const leastValue = 32;

function layoutRow(row: Row, column: number, width: number): TextLine[] {
  const { indent, label, labelRole = "label", valueRole = "value", source } = row;
  const start = [
    { text: " ".repeat(indent), role: "plain" as const },
    { text: label, role: labelRole },
  ];
  const before = indent + label.length;
  const room = Math.max(leastText, width - before);
  const whole = valueText(row, room);
  if (source === undefined) return [[...start, { text: whole, role: valueRole }]];
  const beside = room - source.length - 2;
  const isCut = valueText(row, Infinity).length > room && beside >= leastValue;
  const value = isCut ? valueText(row, beside) : whole;
  const end = before + value.length;
  const gap = Math.max(2, Math.min(column, width - source.length) - end);
  const setter = { text: source, role: "source" as const };
  const opened = [...start, { text: value, role: valueRole }];
  if (end + gap + source.length <= width) return [[...opened, { text: " ".repeat(gap), role: "plain" }, setter]];
  // Too narrow for both: the source goes below.
  return [opened, [{ text: " ".repeat(indent + 4), role: "plain" }, setter]];
}

function valueText({ value, shorten }: Row, room: number): string {
  if (shorten) return shorten(room);
  return value === undefined ? "" : oneLine(value, room);
}

/** A value as JSON in one line, cut to a number of characters, with its whole length where it was cut. */
export function oneLine(value: unknown, room: number): string {
  return cut(valueInLine(value), room, lengthOf(value));
}

/** Two values that differ, each in one line, from a little before the first difference where they are long. */
export function differingLines(before: unknown, after: unknown, room: number): [string, string] {
  const texts = [valueInLine(before), valueInLine(after)] as const;
  const different = commonStart(...texts);
  const longest = Math.max(texts[0].length, texts[1].length);
  const from = longest <= room || different < room / 2 ? 0 : different - Math.floor(room / 4);
  const shown = (text: string, value: unknown): string =>
    cut(from === 0 ? text : `…${text.slice(from)}`, room, lengthOf(value));
  return [shown(texts[0], before), shown(texts[1], after)];
}

function commonStart(left: string, right: string): number {
  let index = 0;
  while (index < left.length && left[index] === right[index]) index++;
  return index;
}

/** JSON with blanks after its commas; what stands for a secret or unknown value is no text. */
function valueInLine(value: unknown): string {
  if (value === secretText || value === unknownText) return value;
  if (Array.isArray(value)) return `[${value.map(valueInLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const entries = Object.entries(value).map(([key, child]) => `${JSON.stringify(key)}: ${valueInLine(child)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : valueInLine(value).length;
}

function cut(text: string, room: number, length: number): string {
  if (text.length <= room) return text;
  const ending = `… (${length.toLocaleString("en-US")} characters)`;
  return text.slice(0, Math.max(1, room - ending.length)) + ending;
}

/** A name in a path or list, on one line whatever is in it. */
export function shownName(name: string): string {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name) ? JSON.stringify(name) : name;
}
