import type { ReplaceableChild } from "../replacementWarning";
import { type EksClusterArgs, systemInstanceType } from "./eksArgs";
import type { GkeClusterArgs } from "./gkeArgs";

const consequence =
  "a new cluster is made and the old one goes, with everything that is in it; while deletionProtection is true, the old one refuses to go";

/** Arguments that replace the cluster or its pool of CPUs, with the values that they have when left out; the table of docs/clusters.md. */
export function replaceableGkeCluster(name: string, args: GkeClusterArgs): Record<string, ReplaceableChild> {
  const { network, subnetwork, podsRangeName, servicesRangeName, nodes } = args.network ?? {};
  const fields = {
    project: args.project,
    location: args.location,
    name: args.name ?? name,
    multiNetworking: args.multiNetworking ?? true,
    ...given({
      "network.network": network,
      "network.subnetwork": subnetwork,
      "network.podsRangeName": podsRangeName,
      "network.servicesRangeName": servicesRangeName,
      "network.nodes": nodes,
    }),
  };
  const system = given({ nodeServiceAccount: args.nodeServiceAccount });
  const moved = "its nodes are deleted before new ones are made, and what runs on them waits meanwhile";
  return {
    [`${name}-cluster`]: { fields, consequence },
    [`${name}-system`]: { fields: system, consequence: moved },
  };
}

/** Arguments that replace the cluster or its group of CPUs, with the values that they have when left out; the table of docs/clusters.md. */
export function replaceableEksCluster(name: string, args: EksClusterArgs): Record<string, ReplaceableChild> {
  const fields = {
    region: args.region,
    name: args.name ?? name,
    creatorIsAdmin: args.creatorIsAdmin ?? true,
    ...given({
      secretsKeyArn: args.secretsKeyArn,
      "network.cidr": args.network.cidr,
      "network.vpcId": args.network.vpcId,
    }),
  };
  const cluster = { [`${name}-cluster`]: { fields, consequence } };
  if (args.autoMode) return cluster;
  const { zones, privateSubnetIds } = args.network;
  const system = {
    "systemPool.instanceType": args.systemPool?.instanceType ?? systemInstanceType,
    ...given({ "network.zones": zones, "network.privateSubnetIds": privateSubnetIds }),
  };
  const moved = "a new group is made, then the pods of the old one move there and it is deleted";
  return { ...cluster, [`${name}-system`]: { fields: system, consequence: moved } };
}

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
