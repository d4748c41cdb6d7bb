import type * as pulumi from "@pulumi/pulumi";

import { isGraviton } from "../../sdk/accelerators/guardRailsEks";
import { requireOfCloud } from "../cloudSdk";
import { type EksClusterArgs, systemInstanceType } from "./eksArgs";
import type { EksNetwork } from "./eksNetwork";

const lazyRequire = requireOfCloud(__filename);

/** The managed node group of CPUs. */
export function createEksSystemPool(
  name: string,
  args: EksClusterArgs,
  clusterName: pulumi.Output<string>,
  network: EksNetwork,
  nodeRoleArn: pulumi.Output<string>,
  dependsOn: pulumi.Resource[],
  options: Pick<pulumi.CustomResourceOptions, "hooks"> & { parent: pulumi.Resource },
): pulumi.Resource {
  const { parent } = options;
  const { NodeGroup } = lazyRequire("@pulumi/aws/eks/nodeGroup") as typeof import("@pulumi/aws/eks/nodeGroup");
  const { LaunchTemplate } = lazyRequire(
    "@pulumi/aws/ec2/launchTemplate",
  ) as typeof import("@pulumi/aws/ec2/launchTemplate");
  const { instanceType = systemInstanceType, minNodes = 2, maxNodes = 6, diskSizeGb = 100 } = args.systemPool ?? {};
  const { region, tags } = args;
  const nodeTags = { ...tags, Name: `${args.name ?? name}-system` };
  const template = new LaunchTemplate(
    `${name}-system`,
    {
      region,
      updateDefaultVersion: true,
      // Pods must not become the node: one hop ends at the node, and the older protocol, which needs no token, is off.
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          // The root device of AL2023.
          deviceName: "/dev/xvda",
          ebs: { volumeSize: diskSizeGb, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
        },
      ],
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: nodeTags })),
      ...(tags && { tags }),
    },
    { parent },
  );
  return new NodeGroup(
    `${name}-system`,
    {
      region,
      clusterName,
      // A prefix, so that a new group can be made before the old one is removed.
      nodeGroupNamePrefix: "system-",
      nodeRoleArn,
      subnetIds: Object.values(network.privateSubnetIds),
      amiType: isGraviton(instanceType) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
      capacityType: "ON_DEMAND",
      instanceTypes: [instanceType],
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: { desiredSize: minNodes, minSize: minNodes, maxSize: maxNodes },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      ...(tags && { tags }),
    },
    // An autoscaler moves it.
    { ...options, dependsOn, ignoreChanges: ["scalingConfig.desiredSize"] },
  );
}
