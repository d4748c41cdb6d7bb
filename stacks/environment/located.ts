import type { ExplainedField } from "../../sdk/compose/explain";
import { isWithin } from "../../sdk/compose/explainPaths";
import type { Problem } from "../../sdk/problems";
import { explainLayers } from "./layers";
import type { Layer } from "./origins";

/** Problems of merged settings with elements of lists by their names, and with the layer that set what is wrong. */
export function located(problems: readonly Problem[], layers: readonly Layer[]): Problem[] {
  const { settings, fields } = explainLayers(layers);
  return problems.map((problem) => {
    const path = named(problem.path, settings);
    const origin = [problem.origin, originOf(path, fields)].filter(Boolean).join(", ");
    return { ...problem, path, ...(origin && { origin }) };
  });
}

/** `services[1].spec` as `services[llama].spec`, where that is clear. */
function named(path: string, settings: Record<string, unknown>): string {
  const [whole, list = "", index = ""] = /^(services|fragments|acceleratorPools|pools)\[(\d+)\]/.exec(path) ?? [];
  const items = settings[list];
  if (whole === undefined || !Array.isArray(items)) return path;
  const names = items.map((item: { name?: unknown } | null) => item?.name);
  const name = names[Number(index)];
  const isClear = typeof name === "string" && names.filter((other) => other === name).length === 1;
  return isClear ? `${list}[${name}]${path.slice(whole.length)}` : path;
}

/** The layers that set what is at a path, or the nearest thing that it lies in. */
function originOf(path: string, fields: readonly ExplainedField[]): string {
  for (let at = path; at !== "";) {
    const place = at;
    const found = fields.filter((field) => isWithin(field.path, place));
    if (found.length > 0) return [...new Set(found.map(({ source }) => source))].join(" and ");
    at = place.replace(/(\.[^.[\]]*|\[[^[\]]*\]|[^.[\]]+)$/, "");
    // Keys may have brackets that belong to nothing.
    if (at === place) at = place.slice(0, -1);
  }
  return "";
}
