import type { ClusterPartName } from "../../sdk/clusterParts/types";
import type { ClusterPartsArgs } from "./clusterParts";

/** Values that depend on the cluster itself. */
export function valuesInCloud(
  { cluster, karpenter }: ClusterPartsArgs,
  part: ClusterPartName,
): Record<string, unknown> {
  if (part === "cluster-autoscaler")
    return {
      cloudProvider: "aws",
      awsRegion: cluster.eks?.region,
      autoDiscovery: { clusterName: cluster.name },
      rbac: { serviceAccount: { name: "cluster-autoscaler" } },
      extraArgs: { "balance-similar-node-groups": true },
    };
  if (part === "karpenter")
    return {
      serviceAccount: { name: "karpenter" },
      settings: {
        clusterName: cluster.name,
        ...(karpenter?.interruptionQueue !== undefined && { interruptionQueue: karpenter.interruptionQueue }),
      },
    };
  return {};
}
