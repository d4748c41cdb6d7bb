import { equal, less, lessOrEqual } from "./comparisons";
import { TemplateError, unsupported } from "./errors";
import { isPrint, printable, sprint, sprintf, sprintln } from "./format";
import {
  goBool,
  goInt,
  goString,
  indirect,
  invalid,
  isNilPointer,
  namedScalar,
  rawList,
  rawMap,
  rawNumber,
  rawString,
  type GoType,
  type GoValue,
} from "./goValue";
import { wellFormed } from "./jsonText";
import { goChildName, kvTransferConfig, shutdownTimeout } from "./kserveFunctions";
import { charge, listElement, mapElement, truth, type Run } from "./run";

/** What a parameter takes: any value as it is, any value as a copy, or a value of one Go type. */
export type Parameter = "value" | "any" | GoType;

export interface TemplateFunction {
  readonly parameters: readonly Parameter[];
  /** Takes any number of these after the others. */
  readonly rest?: Parameter;
  /** @throws TemplateError */
  readonly call: (run: Run, values: readonly GoValue[]) => GoValue;
}

const stringParameter = namedScalar("string");
const int64Type = namedScalar("int64");
const byteType: GoType = { kind: "uint", name: "uint8" };

/** Functions of text/template and those of KServe's ReplaceVariables. `and` and `or` are evaluated where they are called. */
export const functions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["and", { parameters: ["value"], rest: "value", call: () => invalid }],
  ["or", { parameters: ["value"], rest: "value", call: () => invalid }],
  ["not", { parameters: ["value"], call: (_run, [value = invalid]) => goBool(!truth(value)) }],
  ["len", { parameters: ["value"], call: (run, [value = invalid]) => goInt(length(run, value)) }],
  [
    "index",
    { parameters: ["value"], rest: "value", call: (run, [value = invalid, ...keys]) => index(run, value, keys) },
  ],
  [
    "slice",
    { parameters: ["value"], rest: "value", call: (_run, [value = invalid, ...bounds]) => slice(value, bounds) },
  ],
  ["call", { parameters: ["value"], rest: "value", call: nothingToCall }],
  ["print", { parameters: [], rest: "any", call: (run, values) => goString(sprint(run, values)) }],
  ["println", { parameters: [], rest: "any", call: (run, values) => goString(sprintln(run, values)) }],
  [
    "printf",
    {
      parameters: [stringParameter],
      rest: "any",
      call: (run, [format = invalid, ...values]) => goString(sprintf(run, rawString(format), values)),
    },
  ],
  ["html", { parameters: [], rest: "any", call: (run, values) => goString(escapeHtml(textOf(run, values))) }],
  ["js", { parameters: [], rest: "any", call: (run, values) => goString(escapeJs(textOf(run, values))) }],
  ["urlquery", { parameters: [], rest: "any", call: (run, values) => goString(escapeQuery(textOf(run, values))) }],
  [
    "eq",
    {
      parameters: ["value"],
      rest: "value",
      call: (_run, [value = invalid, ...others]) => goBool(equal("eq", value, others)),
    },
  ],
  [
    "ne",
    {
      parameters: ["value", "value"],
      call: (_run, [left = invalid, right = invalid]) => goBool(!equal("ne", left, [right])),
    },
  ],
  [
    "lt",
    {
      parameters: ["value", "value"],
      call: (_run, [left = invalid, right = invalid]) => goBool(less("lt", left, right)),
    },
  ],
  [
    "le",
    {
      parameters: ["value", "value"],
      call: (_run, [left = invalid, right = invalid]) => goBool(lessOrEqual("le", left, right)),
    },
  ],
  [
    "gt",
    {
      parameters: ["value", "value"],
      call: (_run, [left = invalid, right = invalid]) => goBool(!lessOrEqual("gt", left, right)),
    },
  ],
  [
    "ge",
    {
      parameters: ["value", "value"],
      call: (_run, [left = invalid, right = invalid]) => goBool(!less("ge", left, right)),
    },
  ],
  [
    "ChildName",
    {
      parameters: [stringParameter, stringParameter],
      call: (_run, [parent = invalid, suffix = invalid]) => goChildName(parent, suffix),
    },
  ],
  ["kvTransferConfig", { parameters: ["any"], call: (run, [spec = invalid]) => goString(kvTransferConfig(run, spec)) }],
  ["shutdownTimeout", { parameters: ["any", int64Type], call: shutdownTimeout }],
]);

export const functionNames: ReadonlySet<string> = new Set(functions.keys());

function nothingToCall(): GoValue {
  throw new TemplateError("error calling call: there is no function to call");
}

function length(run: Run, value: GoValue): number {
  if (isNilPointer(value)) throw new TemplateError("error calling len: len of nil pointer");
  const target = indirect(value);
  switch (target.type.kind) {
    case "string":
      return Buffer.byteLength(rawString(target));
    case "list":
      return rawList(target).length;
    case "map": {
      const { length: size } = Object.keys(rawMap(target));
      charge(run, size);
      return size;
    }
    default:
      throw new TemplateError(`error calling len: len of type ${target.type.name}`);
  }
}

function index(run: Run, value: GoValue, keys: readonly GoValue[]): GoValue {
  const fail = (reason: string): TemplateError => new TemplateError(`error calling index: ${reason}`);
  if (value.type.kind === "invalid") throw fail("index of untyped nil");
  let item = value;
  for (const key of keys) {
    if (isNilPointer(item)) throw fail("index of nil pointer");
    item = indirect(item);
    switch (item.type.kind) {
      case "string": {
        const bytes = Buffer.from(rawString(item));
        item = { type: byteType, raw: bytes[position("index", key, bytes.length - 1)], addressable: false };
        break;
      }
      case "list":
        item = listElement(run, item, position("index", key, rawList(item).length - 1));
        break;
      case "map": {
        const wanted = item.type.key?.name ?? "";
        if (key.type.kind === "invalid") throw fail(`value is nil; should be of type ${wanted}`);
        if (key.type !== item.type.key) throw fail(`value has type ${key.type.name}; should be ${wanted}`);
        const name = rawString(key);
        item = Object.hasOwn(rawMap(item), name)
          ? mapElement(run, item, name)
          : { type: item.type.elem ?? invalid.type, raw: undefined, addressable: false };
        break;
      }
      default:
        throw fail(`can't index item of type ${item.type.name}`);
    }
  }
  return item;
}

/** An index or a bound of a slice, from 0 to `last`. */
function position(name: string, value: GoValue, last: number): number {
  const { kind } = value.type;
  if (kind === "invalid") throw new TemplateError(`error calling ${name}: cannot index slice/array with nil`);
  if (kind !== "int" && kind !== "uint")
    throw new TemplateError(`error calling ${name}: cannot index slice/array with type ${value.type.name}`);
  const at = rawNumber(value);
  if (at < 0 || at > last) throw new TemplateError(`error calling ${name}: index out of range`);
  return at;
}

function slice(value: GoValue, bounds: readonly GoValue[]): GoValue {
  const fail = (reason: string): TemplateError => new TemplateError(`error calling slice: ${reason}`);
  if (value.type.kind === "invalid") throw fail("slice of untyped nil");
  if (isNilPointer(value)) throw fail("slice of nil pointer");
  const item = indirect(value);
  if (bounds.length > 3) throw fail(`too many slice indexes: ${bounds.length}`);
  const { kind } = item.type;
  if (kind !== "string" && kind !== "list") throw fail(`can't slice item of type ${item.type.name}`);
  if (bounds.length === 3)
    throw kind === "string" ? fail("cannot 3-index slice a string") : unsupported("slices with a capacity");
  const bytes = kind === "string" ? Buffer.from(rawString(item)) : undefined;
  const size = bytes ? bytes.length : rawList(item).length;
  const [start = 0, end = size] = bounds.map((bound) => {
    // Beyond its length Go goes on to the list's capacity, which depends on how it was decoded.
    if (kind === "list" && (bound.type.kind === "int" || bound.type.kind === "uint") && rawNumber(bound) > size)
      throw unsupported("a slice beyond the list's length");
    return position("slice", bound, size);
  });
  if (start > end) throw fail("invalid slice index: the start is behind the end");
  if (!bytes) return { type: item.type, raw: rawList(item).slice(start, end), addressable: false };
  const text = bytes.toString("utf8", start, end);
  if (text.includes("\ufffd")) throw unsupported("a slice that cuts a character");
  return { type: item.type, raw: text, addressable: false };
}

/** The text of what html, js and urlquery get. Their arguments are copies, of which Go finds no String method with a pointer. */
function textOf(run: Run, values: readonly GoValue[]): string {
  const [only] = values;
  if (only && values.length === 1 && only.type.kind === "string") return rawString(only);
  return values.length === 1 && only?.type.kind === "invalid" ? "<no value>" : sprint(run, values.map(withNoValue));
}

function withNoValue(value: GoValue): GoValue {
  return value.type.kind === "invalid" ? goString("<no value>") : printable(value);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};

function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => htmlEscapes[char] ?? char);
}

function escapeJs(text: string): string {
  return [...text]
    .map((char) => {
      if (char === "\\" || char === "'" || char === '"') return `\\${char}`;
      const code = char.codePointAt(0) ?? 0;
      if (code < 0x20 || "<>&=".includes(char) || (code >= 0x80 && !isPrint(char)))
        return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
      return char;
    })
    .join("");
}

function escapeQuery(text: string): string {
  return encodeURIComponent(wellFormed(text))
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}
