import * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";
import type { GkeClusterArgs } from "./gkeArgs";
import { gkeRanges, gkeRegion } from "./gkeChecks";

const lazyRequire = requireOfCloud(__filename);

/** Where the nodes, pods and Services of a cluster of GKE have their addresses. */
export interface GkeNetwork {
  network: pulumi.Input<string>;
  subnetwork: pulumi.Input<string>;
  podsRangeName: pulumi.Input<string>;
  servicesRangeName: pulumi.Input<string>;
  /** What nodes need to reach the internet. */
  egress: pulumi.Resource[];
}

/** The network that is named, or a new one whose private nodes reach registries and model hubs through Cloud NAT. */
export function gkeNetwork(name: string, args: GkeClusterArgs, parent: pulumi.Resource): GkeNetwork {
  const { network, subnetwork, podsRangeName, servicesRangeName } = args.network ?? {};
  if (
    network !== undefined &&
    subnetwork !== undefined &&
    podsRangeName !== undefined &&
    servicesRangeName !== undefined
  )
    return { network, subnetwork, podsRangeName, servicesRangeName, egress: [] };

  const compute = {
    ...(lazyRequire("@pulumi/gcp/compute/network") as typeof import("@pulumi/gcp/compute/network")),
    ...(lazyRequire("@pulumi/gcp/compute/subnetwork") as typeof import("@pulumi/gcp/compute/subnetwork")),
    ...(lazyRequire("@pulumi/gcp/compute/router") as typeof import("@pulumi/gcp/compute/router")),
    ...(lazyRequire("@pulumi/gcp/compute/routerNat") as typeof import("@pulumi/gcp/compute/routerNat")),
  };
  const clusterName = args.name ?? name;
  const region = gkeRegion(args.location);
  const shared = { project: args.project };
  const ranges = { ...gkeRanges, ...args.network };

  const made = new compute.Network(
    `${name}-network`,
    { ...shared, name: clusterName, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
    { parent },
  );
  const madeSubnetwork = new compute.Subnetwork(
    `${name}-subnetwork`,
    {
      ...shared,
      name: clusterName,
      region,
      network: made.id,
      ipCidrRange: ranges.nodes,
      secondaryIpRanges: [
        { rangeName: "pods", ipCidrRange: ranges.pods },
        { rangeName: "services", ipCidrRange: ranges.services },
      ],
      privateIpGoogleAccess: true,
    },
    { parent },
  );
  const router = new compute.Router(
    `${name}-router`,
    { ...shared, name: clusterName, region, network: made.id },
    { parent },
  );
  const nat = new compute.RouterNat(
    `${name}-nat`,
    {
      ...shared,
      name: clusterName,
      region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      // Downloads of models open many connections from one node; 64 ports, the default without this, run out.
      enableDynamicPortAllocation: true,
      minPortsPerVm: 64,
      maxPortsPerVm: 4096,
      enableEndpointIndependentMapping: false,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    { parent },
  );
  return {
    network: made.id,
    subnetwork: madeSubnetwork.id,
    podsRangeName: "pods",
    servicesRangeName: "services",
    egress: [nat],
  };
}
