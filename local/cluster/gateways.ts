import { ApiError, KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { readAgentState, type AgentState } from "../agent/state";
import { layoutOf } from "./layout";
import type { Cluster } from "./types";

/** A Gateway, and who says what its status says. */
export interface GatewayRow {
  /** `<namespace>/<name>`. */
  name: string;
  className: string;
  address: string;
  statusBy: string;
}

/** What plays the gateways of classes whose controller cannot run here. */
export const playedBy = "kwok (played)";

/** Every Gateway of a cluster; none when Gateway API is not installed. */
export async function gatewayRows(cluster: Cluster): Promise<GatewayRow[]> {
  const client = await KubernetesClient.fromKubeconfig(cluster.kubeconfigPath);
  try {
    const { items } = await client.list("gateway.networking.k8s.io/v1", "Gateway");
    const state = readAgentState(layoutOf(cluster.folder).agentState);
    return items.map((gateway) => row(gateway, state)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return [];
    throw error;
  } finally {
    client.close();
  }
}

function row({ metadata, spec, status }: KubernetesObject, state: AgentState | undefined): GatewayRow {
  const { gatewayClassName: className = "" } = spec as { gatewayClassName?: string };
  const { addresses = [] } = (status ?? {}) as { addresses?: { value: string }[] };
  return {
    name: `${metadata.namespace ?? ""}/${metadata.name ?? ""}`,
    className,
    address: addresses.map(({ value }) => value).join(", "),
    statusBy: controllerOf(className, state) ?? playedBy,
  };
}

function controllerOf(className: string, state: AgentState | undefined): string | undefined {
  if (!state?.realGatewayClasses?.includes(className)) return undefined;
  return state.hosted.find(({ gatewayController }) => gatewayController !== undefined)?.role;
}
