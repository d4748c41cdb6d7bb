import { KubernetesClient } from "../../sdk/kubernetes/client";
import { openCluster } from "../cluster/cluster";
import { readResourceTables, type ResourceTable } from "../cluster/resourceTables";
import { nameOption } from "./clusterOptions";
import { age, formatTable, parseCommand, type Command } from "./command";

export const resources: Command = {
  summary: "list pods, services, workloads, gateways, routes, pools and LLMInferenceServices with their state",
  usage: "[--namespace NAMESPACE] [--name NAME | --kubeconfig FILE] [--json]",
  async run(args) {
    const { values } = parseCommand(args, {
      ...nameOption,
      namespace: { type: "string", short: "n" },
      kubeconfig: { type: "string" },
      json: { type: "boolean", default: false },
    });
    const client = await KubernetesClient.fromKubeconfig(values.kubeconfig ?? openCluster(values.name).kubeconfigPath);
    try {
      const tables = await readResourceTables(client, values.namespace);
      process.stdout.write(values.json ? asJson(tables) : asText(tables, values.namespace));
      return 0;
    } finally {
      client.close();
    }
  },
};

function asJson(tables: readonly ResourceTable[]): string {
  const shown = tables.flatMap(({ kind, columns, rows }) =>
    rows.map(({ namespace, name, cells, created }) => ({
      kind,
      namespace,
      name,
      ...Object.fromEntries(columns.map((column, index) => [column, cells[index]])),
      created,
    })),
  );
  return `${JSON.stringify(shown, undefined, 2)}\n`;
}

/** Namespaces stand before names where they are not the one that was asked for. */
function asText(tables: readonly ResourceTable[], namespace: string | undefined): string {
  if (tables.length === 0) return `no resources${namespace === undefined ? "" : ` in namespace ${namespace}`}\n`;
  return tables
    .map(({ kind, columns, rows }) => {
      const isElsewhere = rows.some((row) => row.namespace !== namespace);
      return formatTable(
        [...(isElsewhere ? ["NAMESPACE"] : []), "NAME", ...columns, "AGE"],
        rows.map((row) => [
          ...(isElsewhere ? [row.namespace] : []),
          `${kind}/${row.name}`,
          ...row.cells,
          age(row.created),
        ]),
      );
    })
    .join("\n");
}
