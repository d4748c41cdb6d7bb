import { unsupported } from "./errors";
import { indirect, isNilPointer, rawList, rawNumber, rawString, type GoValue } from "./goValue";
import { listElement, mapElement, sortedKeys, type Run } from "./run";

/** A value as an action prints it: what a pointer points to, and by its String method where Go would find one. */
export function printed(run: Run, value: GoValue): string {
  return value.type.kind === "invalid" ? "<no value>" : formatValue(run, printable(value));
}

/** text/template follows pointers before it prints, and takes the address of what has a String method that wants one. */
export function printable(value: GoValue): GoValue {
  const target = isNilPointer(value) ? value : indirect(value);
  if (!target.type.text || !target.addressable) return target;
  return {
    type: { kind: "ptr", name: `*${target.type.name}`, elem: target.type },
    raw: target.raw ?? "",
    addressable: true,
  };
}

/** Go's `%v`. @throws TemplateError for what has addresses or the insides of structs in it */
export function formatValue(run: Run, value: GoValue): string {
  const { type } = value;
  switch (type.kind) {
    case "invalid":
      return "<nil>";
    case "bool":
      return String(value.raw === true);
    case "int":
    case "uint":
      return String(rawNumber(value));
    case "float":
      return formatFloat(rawNumber(value));
    case "string":
      return rawString(value);
    case "list":
      return `[${rawList(value)
        .map((_item, index) => formatNested(run, listElement(run, value, index)))
        .join(" ")}]`;
    case "map":
      return `map[${sortedKeys(run, value)
        .map((key) => `${key}:${formatNested(run, mapElement(run, value, key))}`)
        .join(" ")}]`;
    case "ptr":
      if (isNilPointer(value)) return type.elem?.nilText ?? "<nil>";
      if (type.elem?.text) return type.elem.text(value.raw === "" ? undefined : value.raw);
      throw unsupported(`printing a pointer of type ${type.name}, which would print an address`);
    case "struct":
    case "opaque":
      throw unsupported(`printing a struct of type ${type.name}`);
  }
}

function formatNested(run: Run, value: GoValue): string {
  if (value.type.kind === "ptr" && !isNilPointer(value))
    throw unsupported(`printing a list of ${value.type.name}, which would print addresses`);
  return formatValue(run, value);
}

/** Go's `%v` of a float64: the shortest form, as in JavaScript, but with an exponent below 1e-4 and from 1e6 on. */
export function formatFloat(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 6) return value.toString();
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

/** Go's fmt.Sprint: spaces only between operands of which neither is a string. */
export function sprint(run: Run, values: readonly GoValue[]): string {
  let text = "";
  values.forEach((value, index) => {
    const before = values[index - 1];
    if (before && before.type.kind !== "string" && value.type.kind !== "string") text += " ";
    text += formatValue(run, value);
  });
  return text;
}

export function sprintln(run: Run, values: readonly GoValue[]): string {
  return `${values.map((value) => formatValue(run, value)).join(" ")}\n`;
}

const verbs = /%([-+# 0]*)(\d+)?(?:\.(\d+))?(.)?/gsu;
const widest = 10_000;

/** Go's fmt.Sprintf for scalars, with width, `-` and `0`. @throws TemplateError for what is left out of it */
export function sprintf(run: Run, format: string, values: readonly GoValue[]): string {
  let used = 0;
  const text = format.replace(
    verbs,
    (_match, flags: string, width: string | undefined, precision: string | undefined, verb: string | undefined) => {
      if (verb === undefined) return "%!(NOVERB)";
      if (verb === "%") return "%";
      if (/[+# ]/.test(flags) || precision !== undefined || "*[.".includes(verb))
        throw unsupported("formats with flags other than - and 0, a precision or an index");
      if (Number(width ?? 0) > widest) throw unsupported(`a width above ${widest}`);
      const value = values[used];
      if (!value) return `%!${verb}(MISSING)`;
      used += 1;
      return pad(formatVerb(run, verb, value), flags, Number(width ?? 0), verb);
    },
  );
  const extra = values.slice(used);
  if (extra.length === 0) return text;
  return `${text}%!(EXTRA ${extra.map((value) => typed(run, value)).join(", ")})`;
}

function typed(run: Run, value: GoValue): string {
  return value.type.kind === "invalid" ? "<nil>" : `${value.type.name}=${formatValue(run, value)}`;
}

function pad(text: string, flags: string, width: number, verb: string): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0")) return " ".repeat(missing) + text;
  if (!"dxXob".includes(verb)) throw unsupported("zeros before what is no number");
  const sign = text.startsWith("-") ? "-" : "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function formatVerb(run: Run, verb: string, value: GoValue): string {
  const { kind, name } = value.type;
  if (verb === "T") return kind === "invalid" ? "<nil>" : name;
  if (verb === "v") return formatValue(run, value);
  if (kind === "invalid") return `%!${verb}(<nil>)`;
  if (kind === "ptr" && verb === "s" && value.type.elem?.text && !isNilPointer(value)) return formatValue(run, value);
  const scalar = kind === "string" || kind === "int" || kind === "uint" || kind === "float" || kind === "bool";
  if (!scalar && !(verb === "s" && kind === "list" && value.type.elem?.kind === "string")) {
    throw unsupported(`the format %${verb} for a value of type ${name}`);
  }
  const number = rawNumber(value);
  if (verb === "s" && (kind === "string" || kind === "list")) return formatValue(run, value);
  if (verb === "q" && kind === "string") return quote(rawString(value));
  if (verb === "t" && kind === "bool") return formatValue(run, value);
  if (verb === "d" && (kind === "int" || kind === "uint")) return String(number);
  const base = ({ x: 16, X: 16, o: 8, b: 2 } as const)[verb];
  if (base !== undefined && (kind === "int" || kind === "uint"))
    return verb === "X" ? number.toString(base).toUpperCase() : number.toString(base);
  if (!"sdtqxXobfeEgGcUp".includes(verb) || kind === "bool" || (kind === "string" && "dtob".includes(verb)))
    return bad(run, verb, value);
  if ("st".includes(verb) || (kind === "float" && verb === "d")) return bad(run, verb, value);
  throw unsupported(`the format %${verb} for a value of type ${name}`);
}

function bad(run: Run, verb: string, value: GoValue): string {
  return `%!${verb}(${typed(run, value)})`;
}

const quoteEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Go's strconv.Quote. */
function quote(text: string): string {
  const escaped = [...text].map((char) => {
    const known = quoteEscapes[char];
    if (known !== undefined) return known;
    if (isPrint(char)) return char;
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${escaped.join("")}"`;
}

/** Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrint(char: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char);
}
