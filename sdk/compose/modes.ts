import { printable } from "./explain";
import { isObject, type Json, type JsonObject } from "./marked";
import type { CompositionWarning } from "./warnings";

/**
 * Where referring to fragments gives another spec than composing them first: stored configs get defaults of their own, their parallelism and
 * model name count otherwise, and the order of merged lists depends on what is merged first.
 *
 * @param said what warnings tell already: their paths and what lies below are left out, and so are the texts that templates make of them.
 * @param isRendered whether the value at a path is the work of a template.
 */
export function modeDifferences(
  references: JsonObject,
  inline: JsonObject,
  said: readonly CompositionWarning[],
  isRendered: (path: readonly (string | number)[]) => boolean,
): CompositionWarning[] {
  const told = said.map(({ path }) => path);
  const found: CompositionWarning[] = [];
  const steps: (string | number)[] = [];
  const within = (step: string | number, here: Json | undefined, there: Json | undefined, path: string): void => {
    steps.push(step);
    compare(here, there, path);
    steps.pop();
  };
  const compare = (here: Json | undefined, there: Json | undefined, path: string): void => {
    if (JSON.stringify(here) === JSON.stringify(there) || told.includes(path)) return;
    if (isObject(here) && isObject(there)) {
      for (const key of new Set([...Object.keys(here), ...Object.keys(there)])) {
        within(key, here[key], there[key], path ? `${path}.${key}` : key);
      }
    } else if (
      Array.isArray(here) &&
      Array.isArray(there) &&
      here.length === there.length &&
      !isReordered(here, there)
    ) {
      here.forEach((item, index) => within(index, item, there[index], `${path}[${nameOf(item) ?? index}]`));
    } else if (told.length === 0 || !isRendered(steps)) {
      found.push(difference(here, there, path));
    }
  };
  compare(references, inline, "");
  return found.slice(0, mostShown);
}

const mostShown = 20;

function difference(here: Json | undefined, there: Json | undefined, path: string): CompositionWarning {
  const order = Array.isArray(here) && Array.isArray(there) && isReordered(here, there);
  return {
    path,
    message: order
      ? `has another order than with mode "inline" (${names(here)} instead of ${names(there)}): KServe merges the configs one by one over its presets, and new elements go first each time`
      : `is ${shown(here)}, and would be ${shown(there)} with mode "inline"`,
    fix: order
      ? 'if the order matters, put these elements into one fragment, or use mode "inline"'
      : 'set it in the service\'s spec, or use mode "inline"',
  };
}

/** The same elements at other places. */
function isReordered(here: readonly Json[], there: readonly Json[]): boolean {
  const [a, b] = [here.map(nameOf), there.map(nameOf)];
  if (a.length !== b.length || a.some((name) => name === undefined)) return false;
  return a.join("\n") !== b.join("\n") && [...a].sort().join("\n") === [...b].sort().join("\n");
}

/** What tells an element from the others: its name, port or path, as the merge keys are called. */
function nameOf(item: Json | undefined): string | undefined {
  if (!isObject(item)) return undefined;
  const name = item.name ?? item.containerPort ?? item.mountPath ?? item.devicePath ?? item.ip ?? item.topologyKey;
  return typeof name === "string" || typeof name === "number" ? String(name) : undefined;
}

function names(list: readonly Json[]): string {
  return list.map(nameOf).join(", ");
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? "not set" : JSON.stringify(printable(value));
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
