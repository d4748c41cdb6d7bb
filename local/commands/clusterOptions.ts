import { defaultClusterName } from "../cluster/cluster";
import { nodeGroups, nodeKinds } from "../cluster/nodes";
import type { NodeGroup } from "../cluster/types";
import { clusterFolder } from "../paths";
import { UsageError, wholeNumber } from "./command";

/** Names the cluster; every command has it. */
export const nameOption = { name: { type: "string", default: defaultClusterName } } as const;

/** Options of commands that create a cluster. */
export const clusterOptions = {
  ...nameOption,
  port: { type: "string" },
  h100: { type: "string" },
  "tpu-v6e": { type: "string" },
  nodes: { type: "string", multiple: true },
} as const;

export const clusterUsage = "[--name NAME] [--port PORT] [--h100 N] [--tpu-v6e N] [--nodes KIND=N]...";

interface ClusterValues {
  name: string;
  port?: string;
  h100?: string;
  "tpu-v6e"?: string;
  nodes?: string[];
}

/**
 * Reads what {@link clusterOptions} gave.
 *
 * @returns `nodes` left out when no size was given, so that an existing cluster keeps its own. @throws UsageError.
 */
export function readClusterOptions(values: ClusterValues): { name: string; port?: number; nodes?: NodeGroup[] } {
  const nodes: NodeGroup[] = [];
  const add = (option: string, kind: string, count: string) =>
    nodes.push({ kind, nodes: wholeNumber(option, count, 0, 120) });
  if (values.h100 !== undefined) add("--h100", "nvidia-h100-80gb", values.h100);
  if (values["tpu-v6e"] !== undefined) add("--tpu-v6e", "tpu-v6e", values["tpu-v6e"]);
  for (const text of values.nodes ?? []) {
    const [kind = "", count, ...rest] = text.split("=");
    if (count === undefined || rest.length > 0) {
      throw new UsageError(`--nodes ${text}: expected KIND=N, with KIND one of ${Object.keys(nodeKinds).join(", ")}`);
    }
    add(`--nodes ${kind}`, kind, count);
  }
  try {
    // Before anything that takes time.
    nodeGroups(nodes);
    clusterFolder(values.name);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  return {
    name: values.name,
    ...(values.port === undefined ? {} : { port: wholeNumber("--port", values.port, 1, 65535) }),
    ...(nodes.length > 0 ? { nodes } : {}),
  };
}
