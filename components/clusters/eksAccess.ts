import type * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";
import { EksAccessPolicy, type EksClusterArgs } from "./eksArgs";
import { partitionOf } from "./eksChecks";

const lazyRequire = requireOfCloud(__filename);

const policyNames: Record<EksAccessPolicy, string> = {
  [EksAccessPolicy.ClusterAdmin]: "AmazonEKSClusterAdminPolicy",
  [EksAccessPolicy.Admin]: "AmazonEKSAdminPolicy",
  [EksAccessPolicy.Edit]: "AmazonEKSEditPolicy",
  [EksAccessPolicy.View]: "AmazonEKSViewPolicy",
};

/** Lets principals of IAM into the cluster; the resources without which they are out again. */
export function eksAccess(
  name: string,
  args: EksClusterArgs,
  clusterName: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const entries = Object.entries(args.access ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return [];
  const { AccessEntry } = lazyRequire("@pulumi/aws/eks/accessEntry") as typeof import("@pulumi/aws/eks/accessEntry");
  const { AccessPolicyAssociation } = lazyRequire(
    "@pulumi/aws/eks/accessPolicyAssociation",
  ) as typeof import("@pulumi/aws/eks/accessPolicyAssociation");
  const { region, tags } = args;
  return entries.flatMap(([entryName, { principalArn, policy, namespaces }]) => {
    const entry = new AccessEntry(
      `${name}-access-${entryName}`,
      { region, clusterName, principalArn, ...(tags && { tags }) },
      { parent },
    );
    const association = new AccessPolicyAssociation(
      `${name}-access-${entryName}`,
      {
        region,
        clusterName,
        principalArn,
        policyArn: `arn:${partitionOf(region)}:eks::aws:cluster-access-policy/${policyNames[policy]}`,
        accessScope: namespaces ? { type: "namespace", namespaces } : { type: "cluster" },
      },
      { parent, dependsOn: [entry] },
    );
    return [entry, association];
  });
}
