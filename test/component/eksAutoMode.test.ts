import { deepStrictEqual, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { EksCluster } from "../../components/clusters/eks";
import { named, register } from "./mocks";

const role = (service: string, ...actions: string[]) => ({
  assumeRolePolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: actions.length === 1 ? actions[0] : actions,
      },
    ],
  }),
});
const attached = (to: string, policy: string) => ({ role: to, policyArn: `arn:aws:iam::aws:policy/${policy}` });

/** The kubeconfig is left to the tests of clusters. */
const children = {
  "prod-nodes": role("ec2.amazonaws.com", "sts:AssumeRole"),
  "prod-control-plane": role("eks.amazonaws.com", "sts:AssumeRole", "sts:TagSession"),
  "prod-secrets": {
    deletionWindowInDays: 30,
    description: "Secrets of the EKS cluster prod",
    enableKeyRotation: true,
    region: "us-east-1",
  },
  "prod-nodes-worker": attached("prod-nodes", "AmazonEKSWorkerNodeMinimalPolicy"),
  "prod-nodes-registry": attached("prod-nodes", "AmazonEC2ContainerRegistryPullOnly"),
  "prod-control-plane-cluster": attached("prod-control-plane", "AmazonEKSClusterPolicy"),
  "prod-control-plane-compute": attached("prod-control-plane", "AmazonEKSComputePolicy"),
  "prod-control-plane-storage": attached("prod-control-plane", "AmazonEKSBlockStoragePolicy"),
  "prod-control-plane-load-balancing": attached("prod-control-plane", "AmazonEKSLoadBalancingPolicy"),
  "prod-control-plane-networking": attached("prod-control-plane", "AmazonEKSNetworkingPolicy"),
  "prod-cluster": {
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
    bootstrapSelfManagedAddons: false,
    computeConfig: { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: "arn:prod-nodes" },
    deletionProtection: true,
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
    encryptionConfig: { provider: { keyArn: "arn:prod-secrets" }, resources: ["secrets"] },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
    name: "prod",
    region: "us-east-1",
    roleArn: "arn:prod-control-plane",
    storageConfig: { blockStorage: { enabled: true } },
    upgradePolicy: { supportType: "STANDARD" },
    vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: true, subnetIds: ["subnet-1", "subnet-2"] },
  },
  "prod-eks-node-monitoring-agent": {
    addonName: "eks-node-monitoring-agent",
    clusterName: "prod",
    region: "us-east-1",
    resolveConflictsOnCreate: "OVERWRITE",
    resolveConflictsOnUpdate: "OVERWRITE",
  },
};

const make = (give: (value: string) => pulumi.Input<string>, preview: boolean) =>
  register(
    () =>
      new EksCluster("prod", {
        region: "us-east-1",
        autoMode: true,
        network: {
          vpcId: give("vpc-1"),
          privateSubnetIds: { "us-east-1a": give("subnet-1"), "us-east-1b": give("subnet-2") },
        },
      }),
    {
      preview,
      outputs: ({ type, name }): Record<string, unknown> => ({
        arn: `arn:${name}`,
        name,
        ...(type === "aws:eks/cluster:Cluster" && {
          name: "prod",
          endpoint: "https://ABC.gr7.us-east-1.eks.amazonaws.com",
          certificateAuthority: { data: "Q0E=" },
          vpcConfig: { clusterSecurityGroupId: "sg-1" },
          version: "1.35",
        }),
      }),
    },
  );

describe("EksCluster with Auto Mode, every input of every child", () => {
  it("makes roles, a key, the cluster and the one add-on that Auto Mode lacks", async () => {
    const { registrations } = await make((value) => value, false);
    const custom = registrations.filter(({ custom: isCustom, name }) => isCustom && name !== "prod-kubernetes");
    deepStrictEqual(Object.fromEntries(custom.map(({ name, inputs }) => [name, inputs] as const)), children);
  });

  it("makes the same of a network that a preview does not know", async () => {
    const { registrations } = await make(() => pulumi.output(pulumi.unknown as string), true);
    const custom = registrations.filter(({ custom: isCustom, name }) => isCustom && name !== "prod-kubernetes");
    deepStrictEqual(custom.map(({ name }) => name).sort(), Object.keys(children).sort());
    const { computeConfig, vpcConfig } = named(registrations, "prod-cluster").inputs;
    strictEqual((computeConfig as { enabled: boolean }).enabled, true);
    deepStrictEqual(
      (vpcConfig as { subnetIds: unknown }).subnetIds,
      Array(2).fill("04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
    );
  });
});
