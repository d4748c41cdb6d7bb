import { TemplateError, unsupported } from "./errors";

/** A number of a template. Go decides by its form, and by what it is used for, whether it is an integer or a float. */
export interface NumberLiteral {
  readonly text: string;
  /** Undefined when the number is no int64. */
  readonly int?: number;
  /** A `uint64` that is no `int64`: fits nowhere but into a float. */
  readonly overflows?: true;
  readonly float: number;
  /** Written as a float, so that it is one where nothing else decides. */
  readonly isFloat: boolean;
}

const integer = /^([+-]?)(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;
const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const largestInt64 = 2n ** 63n - 1n;
const largestUint64 = 2n ** 64n - 1n;

/** @throws TemplateError */
export function parseNumber(text: string): NumberLiteral {
  if (text.endsWith("i")) throw unsupported("complex numbers are not supported", text);
  const match = integer.exec(text);
  if (match) {
    const [, sign = "", digits = ""] = match;
    const value = parseDigits(digits) * (sign === "-" ? -1n : 1n);
    if (value <= largestInt64 && value >= -largestInt64 - 1n) {
      const int = Number(value);
      if (!Number.isSafeInteger(int)) throw unsupported("integers beyond 2^53 are not supported", text);
      return { text, int, float: int, isFloat: false };
    }
    if (sign === "" && value <= largestUint64) return { text, overflows: true, float: Number(value), isFloat: false };
    throw new TemplateError(`integer overflow: ${JSON.stringify(text)}`);
  }
  const float = decimal.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(float)) {
    if (!/[.eE]/.test(text)) throw new TemplateError(`integer overflow: ${JSON.stringify(text)}`);
    return { text, float, isFloat: true, ...(Number.isSafeInteger(float) ? { int: float } : {}) };
  }
  if (/^[+-]?0[xX].*[pP.]/.test(text) || text.includes("_"))
    throw unsupported("hexadecimal floats are not supported", text);
  throw new TemplateError(`illegal number syntax: ${JSON.stringify(text)}`);
}

/** BigInt knows `0x`, `0o` and `0b`, but neither underscores nor a bare 0 before octal digits. */
function parseDigits(digits: string): bigint {
  const plain = digits.replaceAll("_", "");
  return BigInt(/^0[0-9]/.test(plain) ? `0o${plain.slice(1)}` : plain);
}

/** @throws TemplateError */
export function parseCharacter(text: string): NumberLiteral {
  const code = [...unquote(text)];
  if (code.length !== 1) throw new TemplateError(`malformed character constant: ${text}`);
  const int = code[0]?.codePointAt(0) ?? 0;
  return { text, int, float: int, isFloat: false };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
const escape = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|)/g;

/**
 * The text of an interpreted string or of a character, with its quotes. In the JSON of a configuration these cannot occur, as every quote
 * in it has a backslash before it.
 *
 * @throws TemplateError
 */
export function unquote(quoted: string): string {
  const quote = quoted[0];
  return quoted
    .slice(1, -1)
    .replace(escape, (_match, simple?: string, hex?: string, octal?: string, short?: string, long?: string) => {
      if (simple !== undefined) {
        if ((simple === "'" || simple === '"') && simple !== quote)
          throw new TemplateError("invalid syntax", { at: quoted });
        return simpleEscapes[simple] ?? simple;
      }
      const byte =
        hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : undefined;
      if (byte !== undefined) {
        if (byte > 0x7f) throw unsupported("escaped bytes beyond ASCII are not supported", quoted);
        return String.fromCharCode(byte);
      }
      const code = Number.parseInt(short ?? long ?? "", 16);
      if (Number.isNaN(code) || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        throw new TemplateError("invalid syntax", { at: quoted });
      return String.fromCodePoint(code);
    });
}

/** The text of a raw string; Go drops carriage returns from it. */
export function unquoteRaw(quoted: string): string {
  return quoted.slice(1, -1).replaceAll("\r", "");
}
