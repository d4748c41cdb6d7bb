import type { View } from "../../api/view";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** Whether the model server answers to the name that clients are told. */
export function checkServedName({ spec, name, workloads }: CheckedService, _: CheckedCluster, report: Report): void {
  const modelName = spec.get("model", "name");
  if (modelName.unknown || modelName.isSecret) return;
  const wanted = modelName.text || name;
  for (const { at, role } of workloads) {
    if (role === "scheduler") continue;
    for (const container of at.get("template", "containers").items) {
      if (container.get("name").text !== "main") continue;
      const served = servedNames(container.get("args"));
      if (!served || served.names.includes(wanted)) continue;
      report("served-name-differs", served.at, {
        given: served.names.join(" "),
        message: `the model server answers to this name, and clients are told "${wanted}" (spec.model.name)`,
        allowed: wanted,
        fix: `serve it as "${wanted}" too: --served-model-name ${[...served.names, wanted].join(" ")}`,
      });
    }
  }
}

/** Names after --served-model-name; scripts with more in one text are left alone. */
function servedNames(args: View): { names: string[]; at: View } | undefined {
  const items = args.items;
  const index = items.findIndex(
    ({ text }) => text === "--served-model-name" || text?.startsWith("--served-model-name=") === true,
  );
  const at = items[index];
  // What would be said is made of all of them.
  if (!at || items.some(({ isSecret }) => isSecret)) return undefined;
  const inline = at.text?.split("=")[1];
  if (inline !== undefined) return /\s/.test(inline) ? undefined : { names: [inline], at };
  const names: string[] = [];
  for (const item of items.slice(index + 1)) {
    if (item.text === undefined) return undefined;
    if (item.text.startsWith("-")) break;
    names.push(item.text);
  }
  const first = items[index + 1];
  return names.length > 0 && first ? { names, at: first } : undefined;
}
