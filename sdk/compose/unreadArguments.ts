import { additionalArgsVariable, serveArgumentsLine, serveVariablePrefix } from "../api/serveArguments";
import { isObject, type Json, type JsonObject, Marked, unmarked } from "./marked";
import type { Merged } from "./merge";
import { type Origin, partOf, sourcesOf } from "./origins";
import { at } from "./presets";
import type { Sources } from "./sources";
import type { CompositionWarning } from "./warnings";

const pods = [["template"], ["worker"], ["prefill", "template"], ["prefill", "worker"]];

/**
 * Options of vLLM that fragments set one by one, and that something above them keeps from the server: another value of the variable that
 * hands them on, or a command that does not read it.
 */
export function unreadArguments(merged: Merged, sources: Sources): CompositionWarning[] {
  return pods.flatMap((pod) => {
    const path = [...pod, "containers"];
    const containers = at(merged.value, ...path);
    if (!Array.isArray(containers)) return [];
    const origin = path.reduce<Origin>(partOf, merged.origin);
    return containers.flatMap((container, index) =>
      isObject(container)
        ? inContainer(container, partOf(origin, index), `${path.join(".")}[${labelOf(container, index)}]`, sources)
        : [],
    );
  });
}

/** A container's name, unless that is secret. */
function labelOf({ name }: JsonObject, index: number): string {
  return name instanceof Marked && name.secret ? String(index) : textOf(name ?? "");
}

function inContainer(container: JsonObject, origin: Origin, path: string, sources: Sources): CompositionWarning[] {
  const env = Array.isArray(container.env) ? container.env : [];
  const names = env.map((variable) => (isObject(variable) ? unmarked(variable.name) : undefined));
  const options = names.filter(
    (name): name is string => typeof name === "string" && name.startsWith(serveVariablePrefix),
  );
  if (options.length === 0) return [];
  const lost = `so that ${options.sort().join(", ")} of the recipe "vllm" ${options.length === 1 ? "does" : "do"} not reach vLLM`;
  const index = names.indexOf(additionalArgsVariable);
  const line = env[index];
  if (!isObject(line) || unmarked(line.value) !== serveArgumentsLine) {
    const by = sourcesOf(["env", index, "value"].reduce<Origin>(partOf, origin)).map((number) => sources.text(number));
    return [
      {
        path: `${path}.env[${additionalArgsVariable}]`,
        message: `${by.length > 0 ? `${by.join(" and ")} sets another value` : "is missing"}, ${lost}`,
        fix: `remove ${additionalArgsVariable}, and say its options as arguments or extraArgs of vllm`,
      },
    ];
  }
  const command = [container.command, container.args].flatMap((words) => (Array.isArray(words) ? words : []));
  if (command.some((word) => textOf(word).includes(additionalArgsVariable))) return [];
  const message = `does not read ${additionalArgsVariable}, ${lost}`;
  const fix = `read it in the command as KServe's presets do, or leave the command to them`;
  return [{ path: `${path}.command`, message, fix }];
}

function textOf(word: Json): string {
  const text = unmarked(word);
  // What is not known yet may read it.
  return typeof text === "string" ? text : additionalArgsVariable;
}
