import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

import { assertNoProblems } from "../../sdk/problems";
import { requireOfCloud } from "../cloudSdk";
import { kubernetesProviderArgs } from "../kubernetesProvider";
import { replacementWarning } from "../replacementWarning";
import { allResources, type Resources } from "../resources";
import type { ClusterHandle, EksClusterDetails } from "./clusterHandle";
import { eksAccess } from "./eksAccess";
import { EksAddons } from "./eksAddons";
import type { EksClusterArgs } from "./eksArgs";
import { hasNodeAddons, partitionOf, problemsOfEksCluster } from "./eksChecks";
import { eksNetwork, type EksNetwork } from "./eksNetwork";
import { type EksRole, eksRole } from "./eksPodIdentity";
import { createEksSystemPool } from "./eksSystemPool";
import { execKubeconfig } from "./kubeconfig";
import { replaceableEksCluster } from "./replacing";

const lazyRequire = requireOfCloud(__filename);

/**
 * A cluster of EKS for inference: access entries, Pod Identity, encrypted Secrets, add-ons in the order in which nodes need them,
 * and a node group of CPUs (or Auto Mode) that comes before every pool of accelerators.
 *
 * @throws ConfigurationError when arguments are wrong, with all of them.
 * @example
 * ```ts
 * const cluster = new EksCluster("inference", {
 *   region: "us-east-1",
 *   network: { zones: ["us-east-1a", "us-east-1b"] },
 * });
 * const platform = new InferencePlatform("platform", { cluster });
 * ```
 */
export class EksCluster extends pulumi.ComponentResource implements ClusterHandle {
  readonly cloud = "eks";
  /** Of the cluster itself, so that what uses it comes after it. */
  readonly name: pulumi.Output<string>;
  readonly identifier: string;
  /** Runs `aws eks get-token`; it holds no secret. */
  readonly kubeconfig: pulumi.Output<string>;
  readonly provider: Provider;
  /** The node group of CPUs, the add-ons, who has access, and the ways out of the network and into it. */
  readonly ready: Resources;
  readonly eks: EksClusterDetails;
  readonly nodeRoleArn: pulumi.Output<string>;

  constructor(name: string, args: EksClusterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    assertNoProblems(`EksCluster "${name}"`, problemsOfEksCluster(name, args));
    const warning = replacementWarning(`EksCluster-${name}`, replaceableEksCluster(name, args), opts);
    super("pulumi-kserve:index:EksCluster", name, warning.inputs, warning.options);
    const clusterName = args.name ?? name;
    this.identifier = args.identifier ?? `eks/${args.region}/${clusterName}`;

    const network = eksNetwork(name, args, this);
    const nodeRole = createNodeRole(name, args, this);
    const cluster = createCluster(name, clusterName, args, network, nodeRole, { parent: this, ...warning.child });
    const access = eksAccess(name, args, cluster.name, this);
    const addons = new EksAddons(name, args, cluster.name, this);
    const before = [...addons.beforeNodes(), ...network.egress, ...nodeRole.grants];
    const systemPool = args.autoMode
      ? []
      : [
          createEksSystemPool(name, args, cluster.name, network, nodeRole.arn, before, {
            parent: this,
            ...warning.child,
          }),
        ];
    const all = [...systemPool, ...before, ...addons.afterNodes(systemPool), ...access, ...network.ingress];

    this.name = cluster.name;
    this.kubeconfig = kubeconfigOf(clusterName, args, cluster);
    this.provider = new Provider(
      `${name}-kubernetes`,
      kubernetesProviderArgs(this),
      // What is installed needs it all, and needs it until it is uninstalled: its load balancers and volumes too.
      { parent: this, dependsOn: all },
    );
    this.ready = allResources(all);
    this.nodeRoleArn = nodeRole.arn;
    this.eks = {
      region: args.region,
      // Plain where it can be, so that what needs a version is checked at once.
      version: args.version ?? cluster.version,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      securityGroupId: cluster.vpcConfig.apply(({ clusterSecurityGroupId }) => clusterSecurityGroupId),
      nodeRoleArn: nodeRole.arn,
      autoMode: args.autoMode ?? false,
      nodeAddons: hasNodeAddons(args),
    };
    this.registerOutputs({ name: this.name, identifier: this.identifier, kubeconfig: this.kubeconfig });
  }
}

function createNodeRole(name: string, args: EksClusterArgs, parent: pulumi.Resource): EksRole {
  const policies = `arn:${partitionOf(args.region)}:iam::aws:policy`;
  // Nodes that Auto Mode makes need less than those of node groups. Neither may change networks: the CNI has a role of its own.
  const onlyAutoMode = args.autoMode === true && !args.addons?.["vpc-cni"];
  return eksRole(
    `${name}-nodes`,
    {
      service: "ec2.amazonaws.com",
      managed: {
        worker: `${policies}/${onlyAutoMode ? "AmazonEKSWorkerNodeMinimalPolicy" : "AmazonEKSWorkerNodePolicy"}`,
        registry: `${policies}/AmazonEC2ContainerRegistryPullOnly`,
      },
      ...(args.tags && { tags: args.tags }),
    },
    parent,
  );
}

function createClusterRole(name: string, args: EksClusterArgs, parent: pulumi.Resource): EksRole {
  const policies = `arn:${partitionOf(args.region)}:iam::aws:policy`;
  return eksRole(
    `${name}-control-plane`,
    {
      service: "eks.amazonaws.com",
      tagSession: args.autoMode === true,
      managed: {
        cluster: `${policies}/AmazonEKSClusterPolicy`,
        ...(args.autoMode && {
          compute: `${policies}/AmazonEKSComputePolicy`,
          storage: `${policies}/AmazonEKSBlockStoragePolicy`,
          "load-balancing": `${policies}/AmazonEKSLoadBalancingPolicy`,
          networking: `${policies}/AmazonEKSNetworkingPolicy`,
        }),
      },
      ...(args.tags && { tags: args.tags }),
    },
    parent,
  );
}

function createCluster(
  name: string,
  clusterName: string,
  args: EksClusterArgs,
  network: EksNetwork,
  nodeRole: EksRole,
  options: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
) {
  const { parent } = options;
  const { Cluster } = lazyRequire("@pulumi/aws/eks/cluster") as typeof import("@pulumi/aws/eks/cluster");
  const { region, autoMode, tags } = args;
  const role = createClusterRole(name, args, parent);
  const { publicAccess = true, publicAccessCidrs } = args.controlPlane ?? {};
  return new Cluster(
    `${name}-cluster`,
    {
      region,
      name: clusterName,
      ...(args.version !== undefined && { version: args.version }),
      roleArn: role.arn,
      accessConfig: {
        authenticationMode: "API",
        bootstrapClusterCreatorAdminPermissions: args.creatorIsAdmin ?? true,
      },
      // Add-ons are resources of their own, with versions that can be seen and changed.
      bootstrapSelfManagedAddons: false,
      vpcConfig: {
        subnetIds: Object.values(network.privateSubnetIds),
        endpointPrivateAccess: true,
        endpointPublicAccess: publicAccess,
        ...(publicAccess && publicAccessCidrs && { publicAccessCidrs }),
      },
      encryptionConfig: { provider: { keyArn: secretsKey(name, args, parent) }, resources: ["secrets"] },
      enabledClusterLogTypes: args.logs ?? ["api", "audit", "authenticator"],
      upgradePolicy: { supportType: args.support ?? "STANDARD" },
      // The three switches of Auto Mode must be equal.
      ...(autoMode !== undefined && {
        computeConfig: {
          enabled: autoMode,
          ...(autoMode && { nodePools: ["general-purpose", "system"], nodeRoleArn: nodeRole.arn }),
        },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: autoMode } },
        storageConfig: { blockStorage: { enabled: autoMode } },
      }),
      deletionProtection: args.deletionProtection ?? true,
      ...(tags && { tags }),
    },
    { ...options, dependsOn: role.grants },
  );
}

function secretsKey(name: string, args: EksClusterArgs, parent: pulumi.Resource): pulumi.Input<string> {
  if (args.secretsKeyArn !== undefined) return args.secretsKeyArn;
  const { Key } = lazyRequire("@pulumi/aws/kms/key") as typeof import("@pulumi/aws/kms/key");
  return new Key(
    `${name}-secrets`,
    {
      region: args.region,
      description: `Secrets of the EKS cluster ${args.name ?? name}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      ...(args.tags && { tags: args.tags }),
    },
    { parent },
  ).arn;
}

function kubeconfigOf(
  name: string,
  args: EksClusterArgs,
  cluster: import("@pulumi/aws/eks/cluster").Cluster,
): pulumi.Output<string> {
  const { profile, roleArn } = args.authentication ?? {};
  return pulumi.all([cluster.endpoint, cluster.certificateAuthority]).apply(([server, { data }]) =>
    execKubeconfig({
      name,
      server,
      certificateAuthority: data,
      command: "aws",
      args: [
        ...["--region", args.region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
        ...(roleArn ? ["--role-arn", roleArn] : []),
      ],
      ...(profile && { env: { AWS_PROFILE: profile } }),
      installHint: "install the AWS CLI, version 2",
    }),
  );
}
