import { asText, deepEqual, numberAt, objectAt, objectsAt, textAt, type Json, type JsonObject } from "../json";
import { metadataOf } from "../kinds";
import { compileJsonPath } from "./jsonPath";

/** One expectation of the annotation `pulumi.com/waitFor`. */
export interface WaitCondition {
  /** As the user wrote it. */
  readonly text: string;
  /** Undefined when it holds, else what is the case instead. */
  unmet(object: JsonObject): string | undefined;
}

/**
 * Reads `pulumi.com/waitFor`: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`,
 * `jsonpath={.status.url}` (any value), or a JSON array of these, which must all hold.
 *
 * @throws Error when it is none of these.
 */
export function parseWaitFor(text: string): WaitCondition[] {
  if (!text.trimStart().startsWith("[")) return [parseOne(text.trim())];
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list) || list.length === 0 || !list.every((item) => typeof item === "string")) {
    throw new Error(`given: ${text}; a list must be a JSON array of texts, such as ["condition=Ready"]`);
  }
  return list.map((item) => parseOne(item.trim()));
}

function parseOne(text: string): WaitCondition {
  if (text.startsWith("condition=")) return statusCondition(text);
  if (text.startsWith("jsonpath=")) return jsonPathCondition(text);
  throw new Error(`given: "${text}"; allowed: condition=<type>[=<status>] or jsonpath={<path>}[=<value>]`);
}

function statusCondition(text: string): WaitCondition {
  const [type = "", wanted = "True"] = text.slice("condition=".length).split("=");
  if (type === "") throw new Error(`given: "${text}"; a condition needs a type, such as condition=Ready`);
  return {
    text,
    unmet: (object) => {
      const conditions = objectsAt(objectAt(object, "status"), "conditions");
      const found = conditions.find((condition) => textAt(condition, "type")?.toLowerCase() === type.toLowerCase());
      if (!found) return `condition ${type} is not reported yet`;
      // A condition that was observed on an older generation says nothing about the object as it is now.
      const observed = found.observedGeneration ?? objectAt(object, "status").observedGeneration;
      if (typeof observed === "number" && observed < numberAt(metadataOf(object), "generation")) {
        return `condition ${type} is of an older generation`;
      }
      if (textAt(found, "status")?.toLowerCase() === wanted.toLowerCase()) return undefined;
      return describeCondition(found);
    },
  };
}

function jsonPathCondition(text: string): WaitCondition {
  const match = /^jsonpath=(['"]?)(\{.*\})\1(?:=(.*))?$/s.exec(text);
  if (!match?.[2]) throw new Error(`given: "${text}"; a JSONPath stands in braces: jsonpath={.status.phase}=Running`);
  const path = compileJsonPath(match[2]);
  const wanted = match[3]?.replace(/^(['"])(.*)\1$/s, "$2");
  const shown = match[2];
  return {
    text,
    unmet: (object) => {
      const found = path(object);
      if (found.length === 0) return `${shown} has no value yet`;
      if (wanted === undefined || wanted === "") {
        return found.some((value) => !isEmpty(value)) ? undefined : `${shown} has no value yet`;
      }
      const other = found.find((value) => asText(value) !== wanted);
      return other === undefined ? undefined : `${shown} is ${JSON.stringify(other)}, expected "${wanted}"`;
    },
  };
}

function isEmpty(value: Json): boolean {
  return value === null || value === "" || deepEqual(value, []) || deepEqual(value, {});
}

/** `Ready is False: NoPods: no pod is running`. */
export function describeCondition(condition: JsonObject): string {
  const parts = [textAt(condition, "reason"), textAt(condition, "message")].filter((part) => part !== undefined);
  return `condition ${[`${textAt(condition, "type") ?? "?"} is ${textAt(condition, "status") ?? "?"}`, ...parts].join(": ")}`;
}

/** The conditions that do not hold, described. */
export function falseConditions(object: JsonObject): string[] {
  return objectsAt(objectAt(object, "status"), "conditions")
    .filter((condition) => condition.status !== "True")
    .map(describeCondition);
}
