import { Marked } from "../marked";
import { TemplateError, unsupported } from "./errors";
import { indirect, invalid, isNilPointer, rawList, rawMap, type GoValue } from "./goValue";
import type { Operand } from "./nodes";

/** Bytes (UTF-16 code units) that one text may become. */
export const longestOutput = 1 << 20;
/** Iterations of all ranges of one text together. */
export const mostIterations = 100_000;

/** Characters that functions of one text read and write, all together; a node or a call counts as 16. */
const mostWork = 1 << 24;

/** What one rendering of one text has done so far. */
export interface Run {
  /** The latest last, as in Go, where a variable lives until the end of the branch that declared it. */
  readonly variables: { readonly name: string; value: GoValue }[];
  /** Marked values that were read: what was rendered carries their marks. */
  readonly marks: Marked[];
  /** Text is written as it is in JSON (`escaped`), or as what that stands for. */
  readonly escaped: boolean;
  output: string;
  iterations: number;
  work: number;
  /** What is being evaluated, for the error. */
  at?: Operand;
}

/** Thrown when a value is read that is not known yet: what is rendered is not known either. */
class UnknownRead extends Error {}
export const unknownRead = new UnknownRead("a value that is not known yet was read");

/** Thrown when what is printed means something else in JSON, so that the text has to be rendered in its escaped form. */
class NeedsEscaped extends Error {}
export const needsEscaped = new NeedsEscaped("what is printed means something else in JSON");

/** Bounds the time of a rendering, where templates could make ever longer texts. @throws TemplateError */
export function charge(run: Run, work: number): void {
  run.work += work;
  if (run.work > mostWork) throw unsupported("rendering takes too long");
}

/** The plain value behind a mark, which is noted. */
export function read(run: Run, raw: unknown): unknown {
  if (!(raw instanceof Marked)) return raw;
  run.marks.push(raw);
  if (raw.unknown) throw unknownRead;
  return raw.value;
}

/** Whether Go's text/template takes a value for true: a pointer when it is not nil, whatever it points to; a struct always. */
export function truth({ type, raw }: GoValue): boolean {
  switch (type.kind) {
    case "invalid":
      return false;
    case "bool":
      return raw === true;
    case "int":
    case "uint":
    case "float":
      return typeof raw === "number" && raw !== 0;
    case "string":
      return typeof raw === "string" && raw !== "";
    case "list":
      return Array.isArray(raw) && raw.length > 0;
    case "map":
      return typeof raw === "object" && raw !== null && hasKey(raw);
    case "ptr":
      return raw !== undefined && raw !== null;
    case "struct":
    case "opaque":
      return true;
  }
}

function hasKey(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return true;
  return false;
}

/** `.name` of a value. @throws TemplateError */
export function field(run: Run, receiver: GoValue, name: string, hasArguments: boolean): GoValue {
  const { type } = receiver;
  if (type.kind === "invalid") throw new TemplateError(`nil data; no entry for key ${JSON.stringify(name)}`);
  const target = indirect(receiver);
  const struct = type.kind === "ptr" ? type.elem : type;
  const ref = struct?.field?.(name);
  if (ref) {
    if (isNilPointer(receiver)) throw new TemplateError(`nil pointer evaluating ${type.name}.${name}`);
    if (ref.refused !== undefined) throw unsupported(ref.refused);
    if (hasArguments) throw new TemplateError(`${name} has arguments but cannot be invoked as function`);
    let { raw } = target;
    for (const step of ref.path) {
      raw = typeof raw === "object" && raw !== null ? read(run, (raw as Record<string, unknown>)[step]) : undefined;
    }
    return { type: ref.type, raw, addressable: target.addressable };
  }
  const { key, elem } = target.type;
  if (target.type.kind === "map" && key?.name === "string" && elem) {
    if (hasArguments) throw new TemplateError(`${name} is not a method but has arguments`);
    const map = rawMap(target);
    if (!Object.hasOwn(map, name)) throw new TemplateError(`map has no entry for key ${JSON.stringify(name)}`);
    return { type: elem, raw: read(run, map[name]), addressable: false };
  }
  if (isNilPointer(receiver) && struct?.kind !== "struct")
    throw new TemplateError(`nil pointer evaluating ${type.name}.${name}`);
  const message = `can't evaluate field ${name} in type ${type.name}`;
  if (struct?.kind === "opaque") throw unsupported(`${message}: its fields and methods are not supported`);
  if (struct?.kind === "struct" && methods.test(name)) throw unsupported(`${message}: methods are not supported`);
  throw new TemplateError(message);
}

/** Methods that the structs of the table or LLMInferenceService have, on a value or a pointer, at KServe 0.20. */
const methods = new RegExp(
  "^(?:(?:Get|Set|Is|Has|Mark|Managed|Determine|DeepCopy|Marshal|Unmarshal|XXX_|SwaggerDoc)\\w*|String|Size|Reset|Hub|ProtoMessage|Descriptor|" +
    "EPPServiceName|InferencePoolName|Group|GroupVersionKind|URL|Weight|MatchToleration|ToleratesTaint|ToUnstructured)$",
);

/** The element of a list. */
export function listElement(run: Run, list: GoValue, index: number): GoValue {
  return { type: list.type.elem ?? invalid.type, raw: read(run, rawList(list)[index]), addressable: true };
}

/** The element of a map, whose key is there. */
export function mapElement(run: Run, map: GoValue, key: string): GoValue {
  return { type: map.type.elem ?? invalid.type, raw: read(run, rawMap(map)[key]), addressable: false };
}

/** Keys in the order of their bytes, as Go sorts them. */
export function sortedKeys(run: Run, map: GoValue): string[] {
  const keys = Object.keys(rawMap(map));
  charge(run, 8 * keys.length);
  return keys.sort(compareStrings);
}

/** UTF-16 puts what is beyond the basic plane before U+E000; Go's bytes do not. */
export function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    const surrogates = (a >= 0xd800 && a <= 0xdfff ? 1 : 0) - (b >= 0xd800 && b <= 0xdfff ? 1 : 0);
    return surrogates !== 0 ? surrogates : a - b;
  }
  return left.length - right.length;
}
