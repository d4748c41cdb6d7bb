import * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";
import type { ClusterHandle } from "./clusterHandle";
import { eksRole, podIdentityService } from "./eksPodIdentity";

const lazyRequire = requireOfCloud(__filename);

/** Lets cluster-autoscaler see all groups of instances and change those of this cluster. */
export function autoscalerIdentity(name: string, cluster: ClusterHandle, parent: pulumi.Resource): pulumi.Resource[] {
  const role = eksRole(
    `${name}-cluster-autoscaler`,
    { service: podIdentityService, tagSession: true, inline: pulumi.output(cluster.name).apply(autoscalerPolicy) },
    parent,
    cluster.eks?.provider,
  );
  return [...role.grants, associate(name, "cluster-autoscaler", cluster, role.arn, parent)];
}

/** Gives Karpenter's controller its role. */
export function karpenterIdentity(
  name: string,
  cluster: ClusterHandle,
  roleArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  return [associate(name, "karpenter", cluster, roleArn, parent)];
}

function associate(
  name: string,
  serviceAccount: string,
  cluster: ClusterHandle,
  roleArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Resource {
  const { PodIdentityAssociation } = lazyRequire(
    "@pulumi/aws/eks/podIdentityAssociation",
  ) as typeof import("@pulumi/aws/eks/podIdentityAssociation");
  return new PodIdentityAssociation(
    `${name}-${serviceAccount}`,
    { region: cluster.eks?.region, clusterName: cluster.name, namespace: "kube-system", serviceAccount, roleArn },
    { parent, ...(cluster.eks?.provider && { provider: cluster.eks.provider }) },
  );
}

/** EKS tags the groups of its node groups with the cluster's name, so nothing else can be scaled. */
function autoscalerPolicy(clusterName: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
          "eks:DescribeNodegroup",
        ],
        Resource: "*",
      },
      {
        Effect: "Allow",
        Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
        Resource: "*",
        Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${clusterName}`]: "owned" } },
      },
    ],
  });
}
