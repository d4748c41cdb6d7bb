import type { Role, TextLine } from "../sdk/compose/textLines";

/** What a stream shows: how wide it is, and whether in colours. */
export interface Display {
  readonly width: number;
  readonly color: boolean;
}

/** Where nobody says how wide it is. */
const plainWidth = 120;

/** Colours on a terminal only, unless NO_COLOR is set. */
export function displayOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): Display {
  const color = stream.isTTY === true && process.env.TERM !== "dumb" && !process.env.NO_COLOR;
  return { width: (stream.isTTY && stream.columns) || plainWidth, color };
}

const codes: Readonly<Record<Role, readonly [number, number] | undefined>> = {
  plain: undefined,
  title: [1, 22],
  label: undefined,
  value: [36, 39],
  source: [34, 39],
  faint: [2, 22],
  added: [32, 39],
  removed: [31, 39],
  warning: [33, 39],
};

/** Lines as text for a stream. */
export function paint(lines: readonly TextLine[], { color }: Display): string {
  return lines
    .map((segments) => {
      const text = segments.map(({ text }) => text).join("");
      if (!color) return `${text.trimEnd()}\n`;
      return `${segments.map(({ text, role }) => painted(text, codes[role])).join("")}\n`;
    })
    .join("");
}

function painted(text: string, code: readonly [number, number] | undefined): string {
  return code && text ? `\x1b[${code[0]}m${text}\x1b[${code[1]}m` : text;
}
