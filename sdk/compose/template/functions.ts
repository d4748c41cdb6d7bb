import { childName } from "../../api/names";
import { isObject } from "../marked";
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
  pointerTo,
  rawList,
  rawMap,
  rawNumber,
  rawString,
  structType,
  type GoType,
  type GoValue,
} from "./goValue";
import { goJsonText, wellFormed } from "./jsonText";
import { charge, compareStrings, listElement, mapElement, read, truth, type Run } from "./run";
import { quantityBytes } from "./quantityBytes";

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

function goChildName(parent: GoValue, suffix: GoValue): GoValue {
  const names = [rawString(parent), rawString(suffix)] as const;
  if (!names.every((name) => Buffer.byteLength(name) === name.length))
    throw unsupported("ChildName of what is not ASCII");
  return goString(childName(...names));
}

/**
 * vLLM's arguments for a KVCacheOffloadingSpec, quoted for a shell assignment within JSON; "" for nil or anything else.
 *
 * Source: kvTransferConfig of KServe 0.20. Later versions escape the quotes differently (kserve#5880).
 */
function kvTransferConfig(run: Run, spec: GoValue): string {
  if (spec.type !== kvType || isNilPointer(spec)) return "";
  const given = rawMap(spec);
  const evictionPolicy = read(run, given["evictionPolicy"]);
  const secondary = read(run, given["secondary"]);
  const tiers = (Array.isArray(secondary) ? (secondary as unknown[]) : []).flatMap((item, position) => {
    const tier = read(run, item);
    const fileSystem = isObject(tier) ? read(run, tier["fileSystem"]) : undefined;
    return fileSystem === undefined || fileSystem === null
      ? []
      : [{ root_dir: `/mnt/kv-cache-${position}`, type: "fs" }];
  });
  const policy =
    typeof evictionPolicy !== "string" || evictionPolicy === ""
      ? ""
      : `,"eviction_policy":"${goJsonText(evictionPolicy)}"`;
  const bytes = quantityBytes(read(run, given["cpu"]));
  const json =
    `{"kv_connector":"OffloadingConnector","kv_connector_extra_config":{"cpu_bytes_to_use":${bytes}${policy}` +
    `${tiers.length === 0 ? "" : `,"secondary_tiers":${JSON.stringify(tiers)}`},"spec_name":"TieringOffloadingSpec"},"kv_role":"kv_both"}`;
  return `--kv-transfer-config '${json.replaceAll('"', '\\\\\\"')}'`;
}

const kvType = pointerTo(structType("serving/v1alpha2.KVCacheOffloadingSpec"));
const podType = pointerTo(structType("core/v1.PodSpec"));

/** Seconds that vLLM has to end: the pod's grace period (60 unless set) without what its preStop hook and the last cleaning up take. */
function shutdownTimeout(run: Run, [pod = invalid, preStop = invalid]: readonly GoValue[]): GoValue {
  const grace =
    pod.type === podType && !isNilPointer(pod) ? read(run, rawMap(pod)["terminationGracePeriodSeconds"]) : undefined;
  const seconds = typeof grace === "number" ? grace : 60;
  return { type: int64Type, raw: Math.max(0, seconds - rawNumber(preStop) - Math.min(5, seconds)), addressable: false };
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

type BasicKind = "bool" | "int" | "uint" | "float" | "string";

function basicKind({ type }: GoValue): BasicKind | undefined {
  return type.kind === "bool" ||
    type.kind === "int" ||
    type.kind === "uint" ||
    type.kind === "float" ||
    type.kind === "string"
    ? type.kind
    : undefined;
}

function scalar(value: GoValue): string | number | boolean {
  if (value.type.kind === "string") return rawString(value);
  return value.type.kind === "bool" ? value.raw === true : rawNumber(value);
}

/** Signed and unsigned integers compare with each other; nothing else of different kinds does. */
function sameKind(left: BasicKind | undefined, right: BasicKind | undefined): boolean {
  return left === right || (left === "int" && right === "uint") || (left === "uint" && right === "int");
}

function equal(name: string, left: GoValue, others: readonly GoValue[]): boolean {
  const fail = (reason: string): TemplateError => new TemplateError(`error calling ${name}: ${reason}`);
  if (others.length === 0) throw fail("missing argument for comparison");
  const kind = basicKind(left);
  return others.some((right) => {
    if (!sameKind(kind, basicKind(right))) {
      if (left.type.kind === "invalid" || right.type.kind === "invalid") return false;
      throw fail(`incompatible types for comparison: ${left.type.name} and ${right.type.name}`);
    }
    if (kind) return scalar(left) === scalar(right);
    return equalComposite(left, right, fail);
  });
}

/** What is no scalar can be compared with nil; Go also compares addresses, which say nothing here. */
function equalComposite(left: GoValue, right: GoValue, fail: (reason: string) => TemplateError): boolean {
  const kinds = [left.type.kind, right.type.kind].map((kind) => (kind === "opaque" ? "struct" : kind));
  if (kinds[0] !== kinds[1] && !kinds.includes("invalid"))
    throw fail(`non-comparable types ${left.type.name}, ${right.type.name}`);
  const nils = [left, right].map(
    ({ type, raw }) =>
      type.kind === "invalid" ||
      ((type.kind === "ptr" || type.kind === "list" || type.kind === "map") && (raw === undefined || raw === null)),
  );
  if (nils[0] === true || nils[1] === true) return nils[0] === nils[1];
  if (right.type.kind === "list" || right.type.kind === "map") throw fail(`non-comparable type ${right.type.name}`);
  throw unsupported(`comparing values of type ${left.type.name}`);
}

function less(name: string, left: GoValue, right: GoValue): boolean {
  const fail = (reason: string): TemplateError => new TemplateError(`error calling ${name}: ${reason}`);
  const kind = basicKind(left);
  const other = basicKind(right);
  if (!kind || !other) throw fail("invalid type for comparison");
  if (!sameKind(kind, other)) throw fail(`incompatible types for comparison: ${left.type.name} and ${right.type.name}`);
  if (kind === "bool") throw fail("invalid type for comparison");
  if (kind === "string") return compareStrings(rawString(left), rawString(right)) < 0;
  return rawNumber(left) < rawNumber(right);
}

function lessOrEqual(name: string, left: GoValue, right: GoValue): boolean {
  return less(name, left, right) || equal(name, left, [right]);
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
