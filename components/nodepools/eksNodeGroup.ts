import type { LaunchTemplateArgs } from "@pulumi/aws/ec2/launchTemplate";
import type { NodeGroupArgs } from "@pulumi/aws/eks/nodeGroup";
import type { ec2 } from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";

import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { amiTypeOf, efaInterfaces } from "../../sdk/accelerators/guardRailsEks";
import { rungSuffix } from "../../sdk/accelerators/poolSpec";
import type { EksMachine } from "../../sdk/accelerators/types";
import { requireOfCloud } from "../cloudSdk";
import type { MadePool, PoolParts } from "./pool";
import type { CapacityRungArgs } from "./poolArgs";

/** Only programs with a pool on EKS load AWS's SDK, and of it these files. */
const lazyRequire = requireOfCloud(__filename);
const aws = {
  nodeGroup: () => (lazyRequire("@pulumi/aws/eks/nodeGroup") as typeof import("@pulumi/aws/eks/nodeGroup")).NodeGroup,
  launchTemplate: () =>
    (lazyRequire("@pulumi/aws/ec2/launchTemplate") as typeof import("@pulumi/aws/ec2/launchTemplate")).LaunchTemplate,
  placementGroup: () =>
    (lazyRequire("@pulumi/aws/ec2/placementGroup") as typeof import("@pulumi/aws/ec2/placementGroup")).PlacementGroup,
  securityGroup: () =>
    (lazyRequire("@pulumi/aws/ec2/securityGroup") as typeof import("@pulumi/aws/ec2/securityGroup")).SecurityGroup,
};

const taintEffects = {
  NoSchedule: "NO_SCHEDULE",
  PreferNoSchedule: "PREFER_NO_SCHEDULE",
  NoExecute: "NO_EXECUTE",
} as const;
const capacityTypes = {
  "on-demand": "ON_DEMAND",
  reservation: "ON_DEMAND",
  spot: "SPOT",
  "capacity-block": "CAPACITY_BLOCK",
} as const;

/** What the rungs of a pool share. */
interface Shared {
  readonly securityGroup: pulumi.Output<string> | undefined;
  readonly placementGroup: pulumi.Output<string> | undefined;
}

/** One node group with its launch template for each rung; with EFA a security group, and a placement group where it is of use. */
export function eksNodeGroups(parts: PoolParts): MadePool[] {
  const { name, args, options } = parts;
  const shared = { securityGroup: securityGroup(parts), placementGroup: placementGroup(parts) };
  return parts.rungs.map((rung) => {
    const child = `${name}-${rungSuffix[rung.kind]}`;
    const templateArgs = launchTemplateArgs(parts, rung, shared);
    const template = new (aws.launchTemplate())(
      `${child}-template`,
      args.transforms?.launchTemplate?.(templateArgs, rung.kind) ?? templateArgs,
      options,
    );
    const groupArgs = nodeGroupArgs(parts, rung, child, {
      id: template.id,
      // "$Latest" would never change, and nodes would keep the old version.
      version: template.latestVersion.apply(String),
    });
    const transformed = args.transforms?.nodeGroup?.(groupArgs, rung.kind) ?? groupArgs;
    parts.changed(child, groupArgs, transformed);
    const resource = new (aws.nodeGroup())(child, transformed, {
      ...options,
      ignoreChanges: ["scalingConfig.desiredSize"],
      // Instances of a reservation are taken until the old group is gone.
      ...(isReserved(rung) && { deleteBeforeReplace: true }),
    });
    return { rung, resource, poolName: resource.nodeGroupName };
  });
}

const machineOf = ({ found }: PoolParts) => found.machine as EksMachine | undefined;
const isReserved = ({ kind }: CapacityRungArgs) => kind === "reservation" || kind === "capacity-block";
const tagsOf = ({ args }: PoolParts) => (args.tags ? { tags: args.tags } : {});
/** That of the cluster, whatever the provider's is. */
const regionOf = ({ args }: PoolParts) => {
  const region = args.cluster.eks?.region;
  return region === undefined ? {} : { region };
};

/** EFA's traffic is let through by a group that names itself. Source: eksctl's managed_launch_template.go. */
function securityGroup(parts: PoolParts): pulumi.Output<string> | undefined {
  if (efaInterfaces(parts.spec, machineOf(parts)) === 0) return undefined;
  const all = { protocol: "-1", fromPort: 0, toPort: 0, self: true };
  const group = new (aws.securityGroup())(
    `${parts.name}-efa`,
    {
      ...regionOf(parts),
      description: "EFA between the nodes of a pool",
      vpcId: parts.args.cluster.eks!.vpcId,
      ingress: [all],
      egress: [all],
      ...tagsOf(parts),
    },
    parts.options,
  );
  return group.id;
}

/** Reserved machines are placed where they were reserved. */
function placementGroup(parts: PoolParts): pulumi.Output<string> | undefined {
  const { placement } = parts.args;
  const isWanted =
    placement === "compact" || (placement === undefined && efaInterfaces(parts.spec, machineOf(parts)) > 0);
  if (!isWanted || !parts.rungs.some((rung) => placesItself(parts, rung))) return undefined;
  const group = new (aws.placementGroup())(
    `${parts.name}-placement`,
    { ...regionOf(parts), strategy: "cluster", ...tagsOf(parts) },
    parts.options,
  );
  return group.name;
}

const placesItself = ({ args }: PoolParts, rung: CapacityRungArgs) =>
  rung.kind === "reservation" ? args.placement === "compact" : rung.kind !== "capacity-block";

function launchTemplateArgs(parts: PoolParts, rung: CapacityRungArgs, shared: Shared): LaunchTemplateArgs {
  const machine = machineOf(parts);
  const efa = efaInterfaces(parts.spec, machine);
  const groups = shared.securityGroup ? [shared.securityGroup, parts.args.cluster.eks!.securityGroupId] : [];
  return {
    ...regionOf(parts),
    blockDeviceMappings: [disk(parts)],
    // Pods have no way to the identity of their node.
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    ...(rung.kind === "capacity-block" && {
      instanceType: machine?.machineType ?? parts.args.machineType!,
      instanceMarketOptions: { marketType: "capacity-block" },
    }),
    ...(isReserved(rung) && { capacityReservationSpecification: reservationOf(rung.reservation!) }),
    ...(shared.placementGroup && placesItself(parts, rung) && { placement: { groupName: shared.placementGroup } }),
    ...(efa > 0 && { networkInterfaces: efaLayout(efa, machine, groups) }),
    ...(parts.args.tags && {
      tags: parts.args.tags,
      tagSpecifications: [{ resourceType: "instance", tags: parts.args.tags }],
    }),
  };
}

function disk({ args }: PoolParts): ec2.LaunchTemplateBlockDeviceMapping {
  const { sizeGiB = 200, type = "gp3", iops, throughput } = args.disk ?? {};
  return {
    // Bottlerocket has images and containers on its second disk.
    deviceName: args.operatingSystem === "bottlerocket" ? "/dev/xvdb" : "/dev/xvda",
    ebs: {
      volumeSize: sizeGiB,
      volumeType: type,
      ...(iops !== undefined && { iops }),
      ...(throughput !== undefined && { throughput }),
      encrypted: "true",
      deleteOnTermination: "true",
    },
  };
}

function reservationOf(reservation: pulumi.Input<string>): ec2.LaunchTemplateCapacityReservationSpecification {
  const target = (text: string) =>
    text.startsWith("arn:") ? { capacityReservationResourceGroupArn: text } : { capacityReservationId: text };
  return {
    capacityReservationPreference: "capacity-reservations-only",
    capacityReservationTarget:
      typeof reservation === "string" ? target(reservation) : pulumi.output(reservation).apply(target),
  };
}

/**
 * Interfaces by network card. A second interface with an IP address on other cards keeps a node from joining, so these are EFA only.
 * Where the machine has one card more than interfaces, the first has no EFA (p6-b300). Sources: modelplane's compose-eks-cluster;
 * issue 3653 of terraform-aws-eks.
 */
function efaLayout(
  interfaces: number,
  machine: EksMachine | undefined,
  securityGroups: pulumi.Input<string>[],
): ec2.LaunchTemplateNetworkInterface[] {
  const { networkCards, efaInterfaces: most } = machine ?? {};
  const isEnaFirst = networkCards !== undefined && most !== undefined && networkCards > most;
  return Array.from({ length: isEnaFirst ? interfaces + 1 : interfaces }, (_, networkCardIndex) => ({
    networkCardIndex,
    deviceIndex: networkCardIndex === 0 || isEnaFirst ? 0 : 1,
    interfaceType: networkCardIndex > 0 ? "efa-only" : isEnaFirst ? "interface" : "efa",
    securityGroups,
    deleteOnTermination: "true",
  }));
}

function nodeGroupArgs(
  parts: PoolParts,
  rung: CapacityRungArgs,
  child: string,
  launchTemplate: { id: pulumi.Output<string>; version: pulumi.Output<string> },
): NodeGroupArgs {
  const { args, spec } = parts;
  const eks = args.cluster.eks!;
  const machine = machineOf(parts);
  const zones = rung.zones ?? args.zones ?? Object.keys(eks.subnetIds).sort();
  const minSize = rung.minNodes ?? args.minNodes ?? 0;
  const amiType = amiTypeOf(spec, machine);
  const taints = taintsOf(parts);
  return {
    ...regionOf(parts),
    clusterName: args.cluster.name,
    // With a name of its own a group could not be replaced before it is gone.
    nodeGroupNamePrefix: `${child}-`,
    nodeRoleArn: eks.nodeRoleArn,
    subnetIds: zones.map((zone) => eks.subnetIds[zone]!),
    ...(amiType !== undefined && { amiType }),
    capacityType: capacityTypes[rung.kind as keyof typeof capacityTypes],
    ...(rung.kind !== "capacity-block" && { instanceTypes: [machine?.machineType ?? args.machineType!] }),
    launchTemplate,
    scalingConfig: { minSize, maxSize: (rung.maxNodes ?? args.maxNodes)!, desiredSize: minSize },
    labels: parts.labels(rung),
    ...(taints.length > 0 && { taints }),
    updateConfig: {
      maxUnavailable: args.upgrade?.maxUnavailable ?? 1,
      // The default starts new nodes before it stops old ones, which scarce machines do not allow.
      ...(machine && { updateStrategy: "MINIMAL" }),
    },
    nodeRepairConfig: { enabled: args.autoRepair ?? true },
    ...(args.version !== undefined && { version: args.version }),
    ...groupTags(parts),
  };
}

/**
 * cluster-autoscaler knows the GPUs of an instance type, but neither Neuron devices nor EFA interfaces: while a group has no node,
 * it takes them from the group's tags. Source: `buildNodeFromTemplate` in cloudprovider/aws/aws_manager.go of kubernetes/autoscaler.
 */
function groupTags(parts: PoolParts): Pick<NodeGroupArgs, "tags"> {
  const machine = machineOf(parts);
  const efa = efaInterfaces(parts.spec, machine);
  const resource = machine && findAccelerator(machine.accelerator).resource;
  const prefix = "k8s.io/cluster-autoscaler/node-template/resources";
  const tags = {
    ...parts.args.tags,
    ...(resource && resource !== "nvidia.com/gpu" && { [`${prefix}/${resource}`]: String(machine.count) }),
    ...(efa > 0 && { [`${prefix}/vpc.amazonaws.com/efa`]: String(efa) }),
  };
  return Object.keys(tags).length > 0 ? { tags } : {};
}

/** EKS taints no nodes by itself. */
function taintsOf({ args, found }: PoolParts) {
  const own = (args.taints ?? []).map(({ key, value, effect }) => ({
    key,
    ...(value !== undefined && { value }),
    effect: taintEffects[effect],
  }));
  if (!found.machine) return own;
  return [{ key: findAccelerator(found.machine.accelerator).resource, value: "true", effect: "NO_SCHEDULE" }, ...own];
}
