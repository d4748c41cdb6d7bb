import { isOpaque, shownValue } from "../api/view";
import { Marked } from "../compose/marked";
import { nearest } from "../nearest";
import type { ParameterDefinition, Parameters, PluginDefinition } from "./catalog";
import { goDurationSeconds } from "./goDuration";
import { isHidden } from "./handle";
import { omit } from "./omit";
import type { PluginKind } from "./routers";
import { join, type Report, unknownName, wrongType } from "./shape";

/** Looks up a plugin that a parameter names: its kinds, undefined when there is none, "unknown" while that is not known. */
export type Lookup = (name: string) => readonly PluginKind[] | "unknown" | undefined;

/** Judges the parameters of one plugin; `unread` when another plugin's take their place. */
export function checkParameters(
  definition: PluginDefinition,
  given: unknown,
  path: string,
  lookup: Lookup,
  report: Report,
): void {
  const { parameters, rule } = definition;
  if (parameters === "open" || isOpaque(given)) return;
  if (parameters === undefined) {
    if (given !== undefined && given !== null) {
      report(path, { message: "the plugin reads no parameters", fix: "remove them" }, true);
    }
    return;
  }
  const whole = plain(given) ?? {};
  if (typeof whole !== "object" || Array.isArray(whole)) {
    report(path, { message: "of the wrong type", ...shown(given), allowed: "an object" });
    return;
  }
  const values = whole as Record<string, unknown>;
  checkFields(parameters, values, path, definition.furtherParameters === true, lookup, report);
  // What a rule says may name any of the values.
  const broken = hides(values) ? undefined : rule?.(folded(parameters, values));
  if (broken) report(join2(path, broken.name), { ...shown(at(values, broken.name)), ...omit(broken, "name") });
}

function checkFields(
  fields: Parameters,
  values: Readonly<Record<string, unknown>>,
  path: string,
  further: boolean,
  lookup: Lookup,
  report: Report,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    // Go's decoder of parameters takes any case, and passes over what it does not know.
    const known = exactOrFolded(fields, name);
    if (known !== name) {
      const near = known ?? nearest(name, Object.keys(fields));
      if (!further || near !== undefined) {
        report(join(path, name), unknownName("parameter", name, Object.keys(fields)), true);
      }
    }
    const definition = known === undefined ? undefined : fields[known];
    if (definition) checkValue(definition, value, join(path, name), lookup, report);
  }
  for (const [name, definition] of Object.entries(fields)) {
    if (
      definition.required &&
      !Object.keys(values).some((key) => exactOrFolded(fields, key) === name && given(values[key]))
    ) {
      report(join(path, name), { message: "missing", allowed: expected(definition) });
    }
  }
}

function checkValue(definition: ParameterDefinition, raw: unknown, path: string, lookup: Lookup, report: Report): void {
  const value = plain(raw);
  if (isOpaque(raw) || value === undefined || value === null) return;
  const given = shown(raw);
  const wrong = wrongType(value, definition.type);
  if (wrong !== undefined) return report(path, { message: "of the wrong type", ...given, allowed: wrong });
  if (definition.type === "object") return checkObject(definition, raw, path, lookup, report);
  if (definition.type === "objects") {
    if (!Array.isArray(value)) return report(path, { message: "of the wrong type", ...given, allowed: "a list" });
    if (definition.length !== undefined && value.length !== definition.length) {
      report(path, {
        message: "has the wrong number of elements",
        given: value.length,
        allowed: `${definition.length}`,
      });
    }
    for (const [index, item] of value.entries()) {
      // Go reads null as an element without anything in it.
      checkObject(definition, item ?? {}, `${path}[${index}]`, lookup, report);
    }
    return;
  }
  if (definition.values && typeof value === "string" && !definition.values.includes(value)) {
    return report(
      path,
      isHidden(raw)
        ? { message: "not one of the allowed values", allowed: expected(definition) }
        : { ...given, ...unknownName("value", value, definition.values), message: "not one of the allowed values" },
      definition.lenient,
    );
  }
  if (definition.language === "metric" && value !== "" && !metric.test(value as string)) {
    report(path, { message: "not a metric", ...given, allowed: 'a name, or name{label="value"}' });
  }
  const range = outOfRange(definition, definition.type === "duration" ? goDurationSeconds(value as string) : value);
  if (range !== undefined)
    report(path, { message: range, ...given, allowed: expected(definition) }, definition.lenient);
  if (definition.refersTo && typeof value === "string" && value !== "") {
    const kinds = lookup(value);
    if (kinds === undefined)
      report(path, { message: "no plugin has this name", ...given, allowed: "a name in plugins" });
    else if (kinds !== "unknown" && !kinds.includes(definition.refersTo)) {
      report(path, { message: `the plugin is no ${definition.refersTo}`, ...given });
    }
  }
}

function checkObject(
  definition: ParameterDefinition,
  raw: unknown,
  path: string,
  lookup: Lookup,
  report: Report,
): void {
  const value = plain(raw);
  if (isOpaque(raw)) return;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return report(path, { message: "of the wrong type", ...shown(raw), allowed: "an object" });
  }
  if (definition.fields) {
    checkFields(definition.fields, value as Record<string, unknown>, path, false, lookup, report);
  }
}

const metric = /^\s*[A-Za-z_:][A-Za-z0-9_:]*\s*(\{[^{}]*\})?\s*$/;

function outOfRange({ minimum, above, maximum }: ParameterDefinition, value: unknown): string | undefined {
  if (typeof value !== "number") return undefined;
  if ((minimum !== undefined && value < minimum) || (above !== undefined && value <= above)) return "too small";
  return maximum !== undefined && value > maximum ? "too large" : undefined;
}

/** What is allowed, in words; also for the documentation. */
export function expected({ type, minimum, above, maximum, values, length }: ParameterDefinition): string {
  if (values) return values.join(", ");
  const limits = [
    minimum === undefined ? [] : [`at least ${minimum}`],
    above === undefined ? [] : [`more than ${above}`],
    maximum === undefined ? [] : [`at most ${maximum}`],
  ].flat();
  if (limits.length > 0) return limits.join(" and ");
  if (type === "objects") return length === undefined ? "a list of objects" : `${length} object`;
  return { string: "text that is not empty", object: "an object" }[type as string] ?? type;
}

function exactOrFolded(fields: Parameters, name: string): string | undefined {
  if (Object.hasOwn(fields, name)) return name;
  return Object.keys(fields).find((field) => field.toLowerCase() === name.toLowerCase());
}

function folded(fields: Parameters, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [exactOrFolded(fields, name) ?? name, plain(value)]),
  );
}

function given(value: unknown): boolean {
  const known = plain(value);
  return isOpaque(value) || (known !== undefined && known !== null && known !== "" && known !== 0);
}

/** What a finding shows of a value; nothing of a secret. */
function shown(raw: unknown): { given?: unknown } {
  return isHidden(raw) ? {} : { given: shownValue(plain(raw)) };
}

/** Whether a value is a secret or has one in it. */
function hides(value: unknown): boolean {
  if (isHidden(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hides);
}

function plain(value: unknown): unknown {
  return value instanceof Marked ? value.value : value;
}

function at(values: Readonly<Record<string, unknown>>, name: string): unknown {
  const [, list, index, field] = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(name) ?? [];
  if (list === undefined) return values[name];
  return ((values[list] as unknown[])[Number(index)] as Record<string, unknown> | undefined)?.[field ?? ""];
}

function join2(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
