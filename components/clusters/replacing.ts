import type { ReplaceableChild } from "../replacementWarning";
import type { EksClusterArgs } from "./eksArgs";
import type { GkeClusterArgs } from "./gkeArgs";

const consequence =
  "a new cluster is made and the old one goes, with everything that is in it; while deletionProtection is true, the old one refuses to go";

/** Arguments that replace the cluster, with the values that they have when left out; the table of docs/clusters.md. */
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
  return { [`${name}-cluster`]: { fields, consequence } };
}

/** Arguments that replace the cluster, with the values that they have when left out; the table of docs/clusters.md. */
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
  return { [`${name}-cluster`]: { fields, consequence } };
}

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
