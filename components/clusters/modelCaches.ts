import * as pulumi from "@pulumi/pulumi";

import type { ModelCacheKind, ModelCachePlan } from "../../sdk/clusterParts/types";
import { requireOfCloud } from "../cloudSdk";
import { KubernetesObject } from "../kubernetesObject";
import type { ClusterHandle, EksClusterDetails } from "./clusterHandle";
import type { ModelCacheArgs } from "./clusterParts";
import { eksAddon } from "./eksAddons";

const lazyRequire = requireOfCloud(__filename);

/** Makes the StorageClasses of model caches, and what they need in the cloud. */
export function createModelCaches(
  name: string,
  cluster: ClusterHandle,
  caches: readonly Required<ModelCachePlan>[],
  args: readonly ModelCacheArgs[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const drivers = createDrivers(name, cluster, caches, parent);
  return caches.map((cache) => {
    const given = args.find(
      ({ kind, name: named = `model-cache-${kind}` }) => kind === cache.kind && named === cache.name,
    );
    const prefix = `${name}-${cache.name}`;
    const { dependsOn = [], ...storageClass } = classOf(prefix, cluster, cache.kind, given, parent);
    return new KubernetesObject(
      prefix,
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: cache.name },
        ...storageClass,
        parameters: { ...storageClass.parameters, ...given?.parameters },
      },
      { parent, provider: cluster.provider, dependsOn: [...drivers, ...dependsOn] },
    );
  });
}

interface StorageClass {
  provisioner: string;
  parameters: Record<string, pulumi.Input<string>>;
  volumeBindingMode: "Immediate" | "WaitForFirstConsumer";
  allowVolumeExpansion?: boolean;
  mountOptions?: string[];
  dependsOn?: pulumi.Resource[];
}

function classOf(
  prefix: string,
  cluster: ClusterHandle,
  kind: ModelCacheKind,
  given: ModelCacheArgs | undefined,
  parent: pulumi.Resource,
): StorageClass {
  switch (kind) {
    case "filestore":
      return {
        provisioner: "filestore.csi.storage.gke.io",
        parameters: {
          tier: "enterprise",
          // The driver takes the network "default" otherwise.
          ...(cluster.gke?.network !== undefined && { network: pulumi.output(cluster.gke.network).apply(lastPart) }),
        },
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      };
    case "hyperdisk-ml":
      return {
        provisioner: "pd.csi.storage.gke.io",
        parameters: { type: "hyperdisk-ml" },
        volumeBindingMode: "WaitForFirstConsumer",
      };
    case "efs": {
      const { id, targets } =
        given?.fileSystemId === undefined
          ? createEfs(prefix, cluster, parent)
          : { id: given.fileSystemId, targets: [] };
      return {
        provisioner: "efs.csi.aws.com",
        parameters: { provisioningMode: "efs-ap", fileSystemId: id, directoryPerms: "700" },
        volumeBindingMode: "Immediate",
        dependsOn: targets,
      };
    }
    case "fsx-lustre": {
      const eks = detailsOf(cluster);
      const { group, rules } = createSecurityGroup(
        prefix,
        eks,
        [
          [988, 988],
          [1018, 1023],
        ],
        parent,
      );
      return {
        provisioner: "fsx.csi.aws.com",
        // A file system of Lustre lies in one zone.
        parameters: {
          subnetId: Object.values(eks.subnetIds)[0] ?? "",
          securityGroupIds: group.id,
          deploymentType: "SCRATCH_2",
        },
        volumeBindingMode: "Immediate",
        mountOptions: ["flock"],
        dependsOn: rules,
      };
    }
    case "gcs-fuse":
      throw new Error("buckets need no StorageClass");
  }
}

function createDrivers(
  name: string,
  cluster: ClusterHandle,
  caches: readonly Required<ModelCachePlan>[],
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (cluster.cloud !== "eks") return [];
  const { region, provider } = detailsOf(cluster);
  const kinds = new Set(caches.map(({ kind }) => kind));
  const drivers = [
    ...(kinds.has("efs") ? ["aws-efs-csi-driver"] : []),
    ...(kinds.has("fsx-lustre") ? ["aws-fsx-csi-driver"] : []),
  ];
  return drivers.map((driver) =>
    eksAddon(
      { name, region: region as string, clusterName: cluster.name },
      driver,
      {},
      { parent, ...(provider && { provider }) },
    ),
  );
}

/** A file system that every zone's nodes reach. */
function createEfs(prefix: string, cluster: ClusterHandle, parent: pulumi.Resource) {
  const eks = detailsOf(cluster);
  const { FileSystem } = lazyRequire("@pulumi/aws/efs/fileSystem") as typeof import("@pulumi/aws/efs/fileSystem");
  const { MountTarget } = lazyRequire("@pulumi/aws/efs/mountTarget") as typeof import("@pulumi/aws/efs/mountTarget");
  const opts = { parent, ...(eks.provider && { provider: eks.provider }) };
  const { region } = eks;
  const system = new FileSystem(
    prefix,
    // Elastic: models are read all at once, and then not at all.
    { region, encrypted: true, throughputMode: "elastic", tags: { Name: prefix } },
    opts,
  );
  const { group, rules } = createSecurityGroup(prefix, eks, [[2049, 2049]], parent);
  const targets = Object.entries(eks.subnetIds).map(
    ([zone, subnetId]) =>
      new MountTarget(
        `${prefix}-${zone}`,
        { region, fileSystemId: system.id, subnetId, securityGroups: [group.id] },
        { ...opts, dependsOn: rules },
      ),
  );
  return { id: system.id, targets };
}

/** A security group that the cluster's nodes reach, and its own members (the servers of Lustre talk to each other). */
function createSecurityGroup(
  prefix: string,
  { region, vpcId, securityGroupId, provider }: EksClusterDetails,
  ports: readonly (readonly [number, number])[],
  parent: pulumi.Resource,
) {
  const { SecurityGroup } = lazyRequire(
    "@pulumi/aws/ec2/securityGroup",
  ) as typeof import("@pulumi/aws/ec2/securityGroup");
  const { SecurityGroupIngressRule } = lazyRequire(
    "@pulumi/aws/vpc/securityGroupIngressRule",
  ) as typeof import("@pulumi/aws/vpc/securityGroupIngressRule");
  const { SecurityGroupEgressRule } = lazyRequire(
    "@pulumi/aws/vpc/securityGroupEgressRule",
  ) as typeof import("@pulumi/aws/vpc/securityGroupEgressRule");
  const opts = { parent, ...(provider && { provider }) };
  const group = new SecurityGroup(
    prefix,
    { region, vpcId, description: "Model cache of an EKS cluster", tags: { Name: prefix } },
    opts,
  );
  const peers = { nodes: securityGroupId, servers: group.id };
  const rules = ports.flatMap(([fromPort, toPort]) =>
    Object.entries(peers).flatMap(([peer, referencedSecurityGroupId]) => {
      const rule = {
        region,
        securityGroupId: group.id,
        referencedSecurityGroupId,
        ipProtocol: "tcp",
        fromPort,
        toPort,
      };
      const ruleName = `${prefix}-${peer}-${fromPort}`;
      return [new SecurityGroupIngressRule(ruleName, rule, opts), new SecurityGroupEgressRule(ruleName, rule, opts)];
    }),
  );
  return { group, rules };
}

function detailsOf(cluster: ClusterHandle): EksClusterDetails {
  if (cluster.eks) return cluster.eks;
  throw new Error("the cluster's handle has no details of EKS");
}

/** The name at the end of a self link. */
function lastPart(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}
