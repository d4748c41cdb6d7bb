import {
  binaryTag,
  boolYaml11Tag,
  defineScalarTag,
  FAILSAFE_SCHEMA,
  floatCoreTag,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
  Schema,
} from "js-yaml";

import { messageOf } from "./errors";
import { isObject, type JsonObject } from "./json";

/** Integers as Kubernetes' YAML reader has them: `0644` and `0o644` are octal. */
const integer = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: [..."-+0123456789"],
  resolve: readInteger,
  identify: () => false,
});

function readInteger(source: string): number | typeof NOT_RESOLVED {
  const match = /^([-+]?)(?:0b([01]+)|0o?([0-7]+)|0x([0-9a-fA-F]+)|(0|[1-9][0-9]*))$/.exec(source);
  if (!match) return NOT_RESOLVED;
  const [, sign, binary, octal, hexadecimal, decimal] = match;
  const value = binary
    ? parseInt(binary, 2)
    : octal
      ? parseInt(octal, 8)
      : hexadecimal
        ? parseInt(hexadecimal, 16)
        : Number(decimal);
  return sign === "-" ? -value : value;
}

// Kubernetes reads YAML 1.1 (`yes`, merge keys, octal numbers), but dates and `1:30` are text to it.
const schema = new Schema([
  ...FAILSAFE_SCHEMA.tags,
  nullYaml11Tag,
  boolYaml11Tag,
  integer,
  floatCoreTag,
  mergeTag,
  binaryTag,
]);

/**
 * The objects of a YAML (or JSON) text with any number of documents; lists of objects are taken apart.
 *
 * @param source named in errors
 * @throws Error when it is not YAML, or a document is not an object with apiVersion and kind.
 */
export function parseManifests(text: string, source: string): JsonObject[] {
  let documents: unknown[];
  try {
    documents = loadAll(text, { schema });
  } catch (error) {
    throw new Error(`${source}: not valid YAML: ${messageOf(error)}`, { cause: error });
  }
  return documents.flatMap((document, index) => expand(document, `${source}, document ${index + 1}`));
}

/** One object, or those of a list such as `v1/List`. */
export function expand(document: unknown, source: string): JsonObject[] {
  if (document === null || document === undefined) return [];
  if (!isObject(document))
    throw new Error(`${source}: expected an object, given: ${JSON.stringify(document)?.slice(0, 80)}`);
  if (Object.keys(document).length === 0) return [];
  if (typeof document.kind !== "string" || typeof document.apiVersion !== "string") {
    throw new Error(`${source}: every object needs an apiVersion and a kind`);
  }
  if (document.kind.endsWith("List") && Array.isArray(document.items)) {
    return document.items.flatMap((item, index) => expand(item, `${source}, item ${index + 1}`));
  }
  return [document];
}
