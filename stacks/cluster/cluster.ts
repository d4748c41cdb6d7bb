import * as pulumi from "@pulumi/pulumi";

import type { ClusterHandle } from "../../components/clusters/clusterHandle";
import { spokenContracts } from "../../sdk/references/contract";
import {
  inferenceClusterContract,
  type InferenceClusterFields,
  type PublishedCluster,
} from "../../sdk/references/inferenceCluster";
import { createCluster } from "../environment/clusterPart";
import { configuredSettings } from "../environment/configuration";
import { parsePart, partKeys, publishedNodes, settingsOfPart, sharedBaseKeys } from "../environment/parts";

/** Outputs of a stack with a cluster: what the contract says, and the contract's version. */
export type ClusterOutputs = { readonly contracts: Record<string, string> } & {
  readonly [Name in keyof InferenceClusterFields]: pulumi.Input<InferenceClusterFields[Name]>;
};

/**
 * The cluster of an environment with its nodes and what is installed for them, as a stack of its own.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function cluster(): ClusterOutputs {
  const settings = parsePart(
    "cluster",
    settingsOfPart(
      "cluster",
      configuredSettings(partKeys, (all) => sharedBaseKeys("cluster", all)),
    ),
  );
  const { cluster: made } = createCluster(settings);
  return {
    contracts: spokenContracts(inferenceClusterContract),
    kubeconfig: pulumi.secret(made.kubeconfig),
    cluster: publishedCluster(made),
    nodes: publishedNodes(settings),
  };
}

/** What a platform is told of a cluster beside the way into it. */
function publishedCluster({
  identifier,
  cloud = "existing",
  gke,
}: Partial<Pick<ClusterHandle, "identifier" | "cloud" | "gke">>): pulumi.Input<PublishedCluster> {
  const base = { cloud, ...(identifier !== undefined && { identifier }) };
  if (!gke) return base;
  const told = Object.entries(gke).filter(([name]) => name !== "provider" && name !== "version");
  const { version } = gke;
  // A version decides which resources a platform has, so that one which is known only after the cluster is made is not used anywhere.
  return {
    ...base,
    gke: pulumi.output({ ...Object.fromEntries(told), ...(typeof version === "string" && { version }) }),
  } as never;
}
