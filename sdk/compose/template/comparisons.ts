import { TemplateError, unsupported } from "./errors";
import { rawNumber, rawString, type GoValue } from "./goValue";
import { compareStrings } from "./run";

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

export function equal(name: string, left: GoValue, others: readonly GoValue[]): boolean {
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

export function less(name: string, left: GoValue, right: GoValue): boolean {
  const fail = (reason: string): TemplateError => new TemplateError(`error calling ${name}: ${reason}`);
  const kind = basicKind(left);
  const other = basicKind(right);
  if (!kind || !other) throw fail("invalid type for comparison");
  if (!sameKind(kind, other)) throw fail(`incompatible types for comparison: ${left.type.name} and ${right.type.name}`);
  if (kind === "bool") throw fail("invalid type for comparison");
  if (kind === "string") return compareStrings(rawString(left), rawString(right)) < 0;
  return rawNumber(left) < rawNumber(right);
}

export function lessOrEqual(name: string, left: GoValue, right: GoValue): boolean {
  return less(name, left, right) || equal(name, left, [right]);
}
