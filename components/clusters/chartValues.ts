import * as pulumi from "@pulumi/pulumi";

import type { ClusterPartName } from "../../sdk/clusterParts/types";
import type { ClusterPartsArgs } from "./clusterParts";

type Values = Readonly<Record<string, unknown>>;

/** Values of a chart, the later ones over the earlier ones: maps field by field, everything else as a whole, as helm does. */
export function mergedValues(...all: (Values | undefined)[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const values of all)
    for (const [key, value] of Object.entries(values ?? {})) {
      const earlier = merged[key];
      merged[key] = isMap(earlier) && isMap(value) ? mergedValues(earlier, value) : value;
    }
  return merged;
}

const isMap = (value: unknown): value is Values =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !pulumi.Output.isInstance(value) &&
  !(value instanceof Promise);

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
