import type * as pulumi from "@pulumi/pulumi";

import { requireOfCloud } from "../cloudSdk";
import type { EksClusterArgs } from "./eksArgs";

const lazyRequire = requireOfCloud(__filename);

/** Where the nodes of a cluster of EKS are. */
export interface EksNetwork {
  vpcId: pulumi.Input<string>;
  /** By availability zone. */
  privateSubnetIds: Record<string, pulumi.Input<string>>;
  /** What nodes need to reach the internet. */
  egress: pulumi.Resource[];
  /** What load balancers need: they are in the public subnets of all zones. */
  ingress: pulumi.Resource[];
}

/** The network that is named, or a new one: a public and a private subnet in each zone, NAT for the private ones. */
export function eksNetwork(name: string, args: EksClusterArgs, parent: pulumi.Resource): EksNetwork {
  const { vpcId, privateSubnetIds, zones = [], cidr = "10.0.0.0/16", natGateways = "one" } = args.network;
  if (vpcId !== undefined && privateSubnetIds) return { vpcId, privateSubnetIds, egress: [], ingress: [] };

  const ec2 = {
    ...(lazyRequire("@pulumi/aws/ec2/vpc") as typeof import("@pulumi/aws/ec2/vpc")),
    ...(lazyRequire("@pulumi/aws/ec2/subnet") as typeof import("@pulumi/aws/ec2/subnet")),
    ...(lazyRequire("@pulumi/aws/ec2/internetGateway") as typeof import("@pulumi/aws/ec2/internetGateway")),
    ...(lazyRequire("@pulumi/aws/ec2/eip") as typeof import("@pulumi/aws/ec2/eip")),
    ...(lazyRequire("@pulumi/aws/ec2/natGateway") as typeof import("@pulumi/aws/ec2/natGateway")),
    ...(lazyRequire("@pulumi/aws/ec2/routeTable") as typeof import("@pulumi/aws/ec2/routeTable")),
    ...(lazyRequire("@pulumi/aws/ec2/route") as typeof import("@pulumi/aws/ec2/route")),
    ...(lazyRequire("@pulumi/aws/ec2/routeTableAssociation") as typeof import("@pulumi/aws/ec2/routeTableAssociation")),
  };
  const { region } = args;
  const tagged = (suffix: string, more: Record<string, string> = {}): Record<string, string> => ({
    ...args.tags,
    Name: `${args.name ?? name}-${suffix}`,
    ...more,
  });
  const everywhere = "0.0.0.0/0";

  const vpc = new ec2.Vpc(
    `${name}-vpc`,
    { region, cidrBlock: cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tagged("vpc") },
    { parent },
  );
  const gateway = new ec2.InternetGateway(
    `${name}-internet`,
    { region, vpcId: vpc.id, tags: tagged("internet") },
    { parent },
  );
  const table = (suffix: string, target: { gatewayId?: pulumi.Input<string>; natGatewayId?: pulumi.Input<string> }) => {
    const routes = new ec2.RouteTable(`${name}-${suffix}`, { region, vpcId: vpc.id, tags: tagged(suffix) }, { parent });
    const route = new ec2.Route(
      `${name}-${suffix}-default`,
      { region, routeTableId: routes.id, destinationCidrBlock: everywhere, ...target },
      { parent },
    );
    return { routes, route };
  };
  const publicTable = table("public", { gatewayId: gateway.id });

  const egress: pulumi.Resource[] = [];
  const ingress: pulumi.Resource[] = [publicTable.route];
  const made: Record<string, pulumi.Input<string>> = {};
  let privateTable: ReturnType<typeof table> | undefined;
  zones.forEach((zone, index) => {
    const subnet = (kind: "public" | "private", block: string, role: string) =>
      new ec2.Subnet(
        `${name}-${kind}-${zone}`,
        {
          region,
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: block,
          mapPublicIpOnLaunch: false,
          // Controllers of load balancers look for these.
          tags: tagged(`${kind}-${zone}`, { [role]: "1" }),
        },
        { parent },
      );
    const associate = (kind: string, subnetId: pulumi.Input<string>, routeTableId: pulumi.Input<string>) =>
      new ec2.RouteTableAssociation(`${name}-${kind}-${zone}`, { region, subnetId, routeTableId }, { parent });

    const publicSubnet = subnet("public", publicBlock(cidr, index), "kubernetes.io/role/elb");
    ingress.push(associate("public", publicSubnet.id, publicTable.routes.id));
    if (!privateTable || natGateways === "per-zone") {
      const suffix = natGateways === "per-zone" ? `-${zone}` : "";
      const address = new ec2.Eip(
        `${name}-nat${suffix}`,
        { region, domain: "vpc", tags: tagged(`nat${suffix}`) },
        { parent },
      );
      const nat = new ec2.NatGateway(
        `${name}-nat${suffix}`,
        { region, allocationId: address.allocationId, subnetId: publicSubnet.id, tags: tagged(`nat${suffix}`) },
        { parent, dependsOn: [publicTable.route] },
      );
      privateTable = table(`private${suffix}`, { natGatewayId: nat.id });
      egress.push(privateTable.route);
    }
    const privateSubnet = subnet("private", privateBlock(cidr, index), "kubernetes.io/role/internal-elb");
    egress.push(associate("private", privateSubnet.id, privateTable.routes.id));
    made[zone] = privateSubnet.id;
  });
  return { vpcId: vpc.id, privateSubnetIds: made, egress, ingress };
}

/** Private subnets are an eighth of the network each (pods have addresses of the network), from its start. */
function privateBlock(cidr: string, index: number): string {
  return block(cidr, 3, index);
}

/** Public subnets hold load balancers and NAT alone: a sixty-fourth each, from the last quarter on. */
function publicBlock(cidr: string, index: number): string {
  return block(cidr, 6, 48 + index);
}

function block(cidr: string, bits: number, index: number): string {
  const [address = "", prefix = ""] = cidr.split("/");
  const length = Number(prefix) + bits;
  const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) + index * 2 ** (32 - length);
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".")}/${length}`;
}
