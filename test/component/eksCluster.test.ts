import { deepStrictEqual, ok, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { EksCluster } from "../../components/clusters/eks";
import type { EksClusterArgs } from "../../components/clusters/eksArgs";
import { InferencePlatform } from "../../components/inferencePlatform";
import { assertChangesInPlace, type MockOptions, register, type Registration, valueOf } from "./mocks";

const clusterType = "aws:eks/cluster:Cluster";

const outputs: MockOptions["outputs"] = ({ type, name, inputs }) => {
  if (type === clusterType)
    return {
      endpoint: "https://ABC.gr7.us-east-1.eks.amazonaws.com",
      certificateAuthority: { data: "Q0E=" },
      vpcConfig: { ...(inputs.vpcConfig as object), clusterSecurityGroupId: "sg-1" },
      version: "1.35",
    };
  if (type === "aws:ec2/launchTemplate:LaunchTemplate") return { latestVersion: 3 };
  if (type === "aws:ec2/eip:Eip") return { allocationId: `${name}-allocation` };
  return { arn: `arn:${name}`, name };
};

const existing = {
  vpcId: "vpc-1",
  privateSubnetIds: { "us-east-1a": "subnet-1", "us-east-1b": "subnet-2" },
};

async function make(args: Partial<EksClusterArgs> = {}, options: MockOptions = {}) {
  const { registrations, result } = await register(
    () => new EksCluster("prod", { region: "us-east-1", network: existing, ...args }),
    { outputs, ...options },
  );
  return { registrations, cluster: result };
}

function of(registrations: Registration[], type: string): Registration[] {
  return registrations.filter((registration) => registration.type === type);
}

function only(registrations: Registration[], type: string): Registration {
  const found = of(registrations, type);
  strictEqual(found.length, 1, `${found.length} of type ${type}`);
  return found[0]!;
}

describe("EksCluster", () => {
  it("makes a cluster with access entries, encrypted Secrets and protection", async () => {
    const { registrations } = await make();
    const cluster = only(registrations, clusterType);
    deepStrictEqual(cluster.inputs, {
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      bootstrapSelfManagedAddons: false,
      deletionProtection: true,
      enabledClusterLogTypes: ["api", "audit", "authenticator"],
      encryptionConfig: { provider: { keyArn: "arn:prod-secrets" }, resources: ["secrets"] },
      name: "prod",
      region: "us-east-1",
      roleArn: "arn:prod-control-plane",
      upgradePolicy: { supportType: "STANDARD" },
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        subnetIds: ["subnet-1", "subnet-2"],
      },
    });
    ok(cluster.dependsOn.includes("prod-control-plane-cluster"), cluster.dependsOn.join(", "));
    deepStrictEqual(only(registrations, "aws:kms/key:Key").inputs, {
      deletionWindowInDays: 30,
      description: "Secrets of the EKS cluster prod",
      enableKeyRotation: true,
      region: "us-east-1",
    });
  });

  it("makes a node group of CPUs that pods cannot impersonate", async () => {
    const { registrations } = await make();
    deepStrictEqual(only(registrations, "aws:ec2/launchTemplate:LaunchTemplate").inputs, {
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: { deleteOnTermination: "true", encrypted: "true", volumeSize: 100, volumeType: "gp3" },
        },
      ],
      metadataOptions: { httpEndpoint: "enabled", httpPutResponseHopLimit: 1, httpTokens: "required" },
      region: "us-east-1",
      tagSpecifications: [
        { resourceType: "instance", tags: { Name: "prod-system" } },
        { resourceType: "volume", tags: { Name: "prod-system" } },
      ],
      updateDefaultVersion: true,
    });
    const group = only(registrations, "aws:eks/nodeGroup:NodeGroup");
    deepStrictEqual(group.inputs, {
      amiType: "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      clusterName: "prod",
      instanceTypes: ["m7i.2xlarge"],
      launchTemplate: { id: "prod-system-id", version: "3" },
      nodeGroupNamePrefix: "system-",
      nodeRepairConfig: { enabled: true },
      nodeRoleArn: "arn:prod-nodes",
      region: "us-east-1",
      scalingConfig: { desiredSize: 2, maxSize: 6, minSize: 2 },
      subnetIds: ["subnet-1", "subnet-2"],
      updateConfig: { maxUnavailable: 1 },
    });
    for (const before of ["prod-vpc-cni", "prod-kube-proxy", "prod-eks-pod-identity-agent", "prod-nodes-worker"])
      ok(group.dependsOn.includes(before), `${before} is missing in ${group.dependsOn.join(", ")}`);
  });

  it("ignores exactly what an autoscaler moves", async () => {
    const { registrations } = await make();
    deepStrictEqual(
      registrations
        .filter(({ ignoreChanges }) => ignoreChanges)
        .map(({ name, ignoreChanges }) => [name, ignoreChanges]),
      [["prod-system", ["scalingConfig.desiredSize"]]],
    );
  });

  it("takes the AMI of the processor", async () => {
    const ami = async (instanceType: string) =>
      only((await make({ systemPool: { instanceType } })).registrations, "aws:eks/nodeGroup:NodeGroup").inputs.amiType;
    deepStrictEqual(
      [await ami("m7g.2xlarge"), await ami("c8gd.4xlarge"), await ami("m6i.large")],
      ["AL2023_ARM_64_STANDARD", "AL2023_ARM_64_STANDARD", "AL2023_x86_64_STANDARD"],
    );
  });

  it("gives nodes two policies, and the CNI its own role by Pod Identity", async () => {
    const { registrations } = await make();
    const policies = of(registrations, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").map(({ inputs }) => [
      inputs.role,
      (inputs.policyArn as string).replace("arn:aws:iam::aws:policy/", ""),
    ]);
    deepStrictEqual(
      policies.filter(([role]) => role === "prod-nodes"),
      [
        ["prod-nodes", "AmazonEKSWorkerNodePolicy"],
        ["prod-nodes", "AmazonEC2ContainerRegistryPullOnly"],
      ],
    );
    deepStrictEqual(
      policies.filter(([role]) => role === "prod-vpc-cni"),
      [["prod-vpc-cni", "AmazonEKS_CNI_Policy"]],
    );
    const trust = of(registrations, "aws:iam/role:Role").find(({ name }) => name === "prod-vpc-cni")!;
    deepStrictEqual(JSON.parse(trust.inputs.assumeRolePolicy as string), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    });
    const addon = of(registrations, "aws:eks/addon:Addon").find(({ name }) => name === "prod-vpc-cni")!;
    ok(addon.dependsOn.includes("prod-eks-pod-identity-agent"), addon.dependsOn.join(", "));
    deepStrictEqual(addon.inputs, {
      addonName: "vpc-cni",
      clusterName: "prod",
      podIdentityAssociations: [{ roleArn: "arn:prod-vpc-cni", serviceAccount: "aws-node" }],
      region: "us-east-1",
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    });
  });

  it("installs add-ons that run as pods after the nodes, and pins what is pinned", async () => {
    const { registrations } = await make({
      addons: {
        coredns: { version: "v1.12.2-eksbuild.4", configuration: { replicaCount: 3 } },
        "eks-node-monitoring-agent": false,
      },
    });
    const addons = of(registrations, "aws:eks/addon:Addon");
    deepStrictEqual(
      addons.map(({ inputs }) => inputs.addonName),
      ["eks-pod-identity-agent", "kube-proxy", "vpc-cni", "aws-ebs-csi-driver", "coredns"],
    );
    const coredns = addons.find(({ inputs }) => inputs.addonName === "coredns")!;
    deepStrictEqual(
      [coredns.inputs.addonVersion, coredns.inputs.configurationValues],
      ["v1.12.2-eksbuild.4", '{"replicaCount":3}'],
    );
    ok(coredns.dependsOn.includes("prod-system"), coredns.dependsOn.join(", "));
  });

  it("lets in whom access names", async () => {
    const { registrations } = await make({
      creatorIsAdmin: false,
      access: {
        platform: { principalArn: "arn:aws:iam::123456789012:role/platform", policy: "cluster-admin" },
        apps: { principalArn: "arn:aws:iam::123456789012:role/apps", policy: "edit", namespaces: ["models"] },
      },
    });
    deepStrictEqual(
      of(registrations, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation").map(({ name, inputs }) => [
        name,
        inputs.policyArn,
        inputs.accessScope,
      ]),
      [
        [
          "prod-access-apps",
          "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
          { namespaces: ["models"], type: "namespace" },
        ],
        [
          "prod-access-platform",
          "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
          { type: "cluster" },
        ],
      ],
    );
    const provider = only(registrations, "pulumi:providers:kubernetes");
    assertChangesInPlace(registrations);
    ok(provider.dependsOn.includes("prod-access-platform"), provider.dependsOn.join(", "));
  });

  it("leaves nodes, storage and load balancers to Auto Mode", async () => {
    const { registrations, cluster } = await make({ autoMode: true });
    const { inputs } = only(registrations, clusterType);
    deepStrictEqual(
      [inputs.computeConfig, inputs.kubernetesNetworkConfig, inputs.storageConfig],
      [
        { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: "arn:prod-nodes" },
        { elasticLoadBalancing: { enabled: true } },
        { blockStorage: { enabled: true } },
      ],
    );
    deepStrictEqual(of(registrations, "aws:eks/nodeGroup:NodeGroup"), []);
    deepStrictEqual(
      of(registrations, "aws:eks/addon:Addon").map(({ inputs: addon }) => addon.addonName),
      ["eks-node-monitoring-agent"],
    );
    ok(
      of(registrations, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").some(({ inputs: attached }) =>
        (attached.policyArn as string).endsWith("/AmazonEKSWorkerNodeMinimalPolicy"),
      ),
    );
    strictEqual(cluster.eks.autoMode, true);
    strictEqual(cluster.eks.nodeAddons, false);
  });

  it("makes a network with a public and a private subnet in each zone", async () => {
    const { registrations, cluster } = await make({
      network: { zones: ["us-east-1a", "us-east-1b"], natGateways: "per-zone" },
      tags: { team: "ml" },
    });
    deepStrictEqual(
      of(registrations, "aws:ec2/subnet:Subnet").map(({ name, inputs }) => [name, inputs.cidrBlock, inputs.tags]),
      [
        [
          "prod-public-us-east-1a",
          "10.0.192.0/22",
          { Name: "prod-public-us-east-1a", "kubernetes.io/role/elb": "1", team: "ml" },
        ],
        [
          "prod-private-us-east-1a",
          "10.0.0.0/19",
          { Name: "prod-private-us-east-1a", "kubernetes.io/role/internal-elb": "1", team: "ml" },
        ],
        [
          "prod-public-us-east-1b",
          "10.0.196.0/22",
          { Name: "prod-public-us-east-1b", "kubernetes.io/role/elb": "1", team: "ml" },
        ],
        [
          "prod-private-us-east-1b",
          "10.0.32.0/19",
          { Name: "prod-private-us-east-1b", "kubernetes.io/role/internal-elb": "1", team: "ml" },
        ],
      ],
    );
    strictEqual(of(registrations, "aws:ec2/natGateway:NatGateway").length, 2);
    deepStrictEqual(Object.keys(cluster.eks.subnetIds), ["us-east-1a", "us-east-1b"]);
    const group = only(registrations, "aws:eks/nodeGroup:NodeGroup");
    ok(group.dependsOn.includes("prod-private-us-east-1a-default"), group.dependsOn.join(", "));
    const one = await make({ network: { zones: ["us-east-1a", "us-east-1b"] } });
    strictEqual(of(one.registrations, "aws:ec2/natGateway:NatGateway").length, 1);
  });

  it("writes a kubeconfig that runs the AWS CLI and holds no secret", async () => {
    const { cluster } = await make({
      authentication: { profile: "ml", roleArn: "arn:aws:iam::123456789012:role/deploy" },
    });
    strictEqual(
      await valueOf(cluster.kubeconfig),
      `apiVersion: v1
kind: Config
clusters:
  - name: "prod"
    cluster:
      server: "https://ABC.gr7.us-east-1.eks.amazonaws.com"
      certificate-authority-data: "Q0E="
contexts:
  - name: "prod"
    context:
      cluster: "prod"
      user: "prod"
current-context: "prod"
users:
  - name: "prod"
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: "aws"
        args:
          - "--region"
          - "us-east-1"
          - "eks"
          - "get-token"
          - "--cluster-name"
          - "prod"
          - "--output"
          - "json"
          - "--role-arn"
          - "arn:aws:iam::123456789012:role/deploy"
        env:
          - name: "AWS_PROFILE"
            value: "ml"
        installHint: "install the AWS CLI, version 2"
        interactiveMode: Never
        provideClusterInfo: false
`,
    );
    strictEqual(await pulumi.isSecret(cluster.kubeconfig), false);
  });

  it("can be closed to the internet, and speaks the language of its partition", async () => {
    const { registrations } = await make({
      region: "cn-north-1",
      network: { vpcId: "vpc-1", privateSubnetIds: { "cn-north-1a": "subnet-1", "cn-north-1b": "subnet-2" } },
      controlPlane: { publicAccess: false },
      secretsKeyArn: "arn:aws-cn:kms:cn-north-1:123456789012:key/1",
    });
    const { inputs } = only(registrations, clusterType);
    strictEqual((inputs.vpcConfig as { endpointPublicAccess: boolean }).endpointPublicAccess, false);
    deepStrictEqual(of(registrations, "aws:kms/key:Key"), []);
    for (const { inputs: attached } of of(registrations, "aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
      ok((attached.policyArn as string).startsWith("arn:aws-cn:iam::aws:policy/"), attached.policyArn as string);
  });

  it("keeps its inputs in a preview in which nothing is known", async () => {
    const { registrations, cluster } = await make({}, { preview: true, unknownOutputs: [clusterType] });
    strictEqual(only(registrations, clusterType).inputs.name, "prod");
    strictEqual(await (cluster.kubeconfig as unknown as { isKnown: Promise<boolean> }).isKnown, false);
  });

  it("keeps the arguments that replace the cluster, so that the next run can name the one that changed", async () => {
    const { registrations } = await make();
    const { replacing } = only(registrations, "pulumi-kserve:index:EksCluster").inputs;
    deepStrictEqual(replacing, {
      "prod-cluster": { region: "us-east-1", name: "prod", creatorIsAdmin: true, "network.vpcId": "vpc-1" },
      "prod-system": {
        "network.privateSubnetIds": { "us-east-1a": "subnet-1", "us-east-1b": "subnet-2" },
        "systemPool.instanceType": "m7i.2xlarge",
      },
    });
  });

  it("is what an InferencePlatform is installed into", async () => {
    const { registrations } = await register(
      () => {
        const cluster = new EksCluster("prod", { region: "us-east-1", network: existing });
        new InferencePlatform("platform", { cluster });
      },
      { outputs, call: () => ({ result: [] }) },
    );
    strictEqual(of(registrations, "pulumi:providers:kubernetes").length, 1);
  });
});
