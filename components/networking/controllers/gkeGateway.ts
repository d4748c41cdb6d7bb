import * as pulumi from "@pulumi/pulumi";

import { gkeFacts } from "../../../sdk/gateways/gke";
import { assertNoProblems, type Problem } from "../../../sdk/problems";
import { requireOfCloud } from "../../cloudSdk";
import type { GkeClusterDetails } from "../../clusters/clusterHandle";
import type { GatewayControllerFactory } from "./controller";
import { gkePolicies } from "./gkePolicies";

const lazyRequire = requireOfCloud(__filename);

/** Arguments of {@link GkeGateway}. */
export interface GkeGatewayArgs {
  /** @default "gke-l7-regional-external-managed", which clients outside the network reach; "gke-l7-rilb" is for those inside */
  className?: string;
  /**
   * Addresses of the load balancers' proxies. A network has one such subnet in each region, which all regional load balancers share.
   * @default taken to exist
   */
  proxyOnlySubnet?: ProxyOnlySubnetArgs;
  /** How load balancers ask model servers whether they serve. @default every 2 seconds, by "/health" at port 8000 */
  healthCheck?: GkeHealthCheckArgs;
  /** How load balancers send requests to model servers. @default with 300 seconds for an answer, and a log of requests */
  backend?: GkeBackendArgs;
  /** The cluster's handle has it. @default nothing is known of the cluster */
  cluster?: GkeClusterDetails;
}

/** A subnet for the proxies of GKE's regional load balancers. */
export interface ProxyOnlySubnetArgs {
  /** At least 64 addresses, such as "10.129.0.0/23". */
  ipCidrRange: string;
  /** @default the cluster's, where its handle tells it */
  network?: pulumi.Input<string>;
  /** @default the cluster's, where its handle tells its location */
  region?: pulumi.Input<string>;
  /** @default the cluster's, else the provider's */
  project?: pulumi.Input<string>;
  /** @default the resource's name */
  name?: string;
}

/** A HealthCheckPolicy for each service's InferencePool. */
export interface GkeHealthCheckArgs {
  /** @default "/health", as vLLM has it */
  path?: string;
  /** @default 8000, that of KServe's pools */
  port?: number;
  /** Seconds between two. @default 2, so that a new endpoint picker is found fast */
  intervalSeconds?: number;
  /** Seconds that an answer may take. @default 2 */
  timeoutSeconds?: number;
}

/** A GCPBackendPolicy for each service's InferencePool. */
export interface GkeBackendArgs {
  /** Seconds that a whole answer may take, streams included; GKE's own default is 30. @default 300 */
  timeoutSeconds?: number;
  /** Log every request. @default true */
  logging?: boolean;
}

/**
 * GKE's own gateway controller. It runs outside the cluster and makes Application Load Balancers, so nothing is installed; the cluster
 * must have its Gateway API enabled, which brings the classes.
 *
 * @throws ConfigurationError when the subnet of the proxies is too small.
 */
export class GkeGateway extends pulumi.ComponentResource {
  readonly className: string;
  /** What a Gateway must depend on. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: GkeGatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:GkeGateway", name, {}, opts);
    assertNoProblems(`GkeGateway "${name}"`, checkGkeArgs(args));
    this.className = args.className ?? (gkeFacts.defaultClass as string);
    const { proxyOnlySubnet } = args;
    this.ready = proxyOnlySubnet ? [createSubnet(name, proxyOnlySubnet, args.cluster, this)] : [];
    this.registerOutputs({ className: this.className });
  }
}

function createSubnet(
  name: string,
  { ipCidrRange, name: subnetName, ...given }: ProxyOnlySubnetArgs,
  cluster: GkeClusterDetails | undefined,
  parent: pulumi.Resource,
): pulumi.Resource {
  const { Subnetwork } = lazyRequire(
    "@pulumi/gcp/compute/subnetwork",
  ) as typeof import("@pulumi/gcp/compute/subnetwork");
  return new Subnetwork(
    `${name}-proxies`,
    {
      ipCidrRange,
      name: subnetName,
      network: given.network ?? (cluster?.network as pulumi.Input<string>),
      project: given.project ?? cluster?.project,
      purpose: "REGIONAL_MANAGED_PROXY",
      region: given.region ?? regionOf(cluster?.location as pulumi.Input<string>),
      role: "ACTIVE",
    },
    { parent, ...(cluster?.provider && { provider: cluster.provider }) },
  );
}

/** A zone's region is its name without the last part. */
function regionOf(location: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.output(location).apply((place) => place.split("-").slice(0, 2).join("-"));
}

function checkGkeArgs({ proxyOnlySubnet, cluster }: GkeGatewayArgs): Problem[] {
  if (!proxyOnlySubnet) return [];
  const problems: Problem[] = [];
  const path = "gateway.gke.proxyOnlySubnet";
  const { ipCidrRange } = proxyOnlySubnet;
  const size = /^\d{1,3}(?:\.\d{1,3}){3}\/(\d{1,2})$/.exec(ipCidrRange)?.[1];
  if (size === undefined || Number(size) > 26) {
    problems.push({
      path: `${path}.ipCidrRange`,
      given: ipCidrRange,
      message: size === undefined ? "not a range of addresses" : "too small for the proxies of a region",
      allowed: "a range of 64 addresses or more (/26), better 512 (/23)",
    });
  }
  const known = { network: cluster?.network, region: cluster?.location };
  for (const field of ["network", "region"] as const) {
    if (proxyOnlySubnet[field] !== undefined || known[field] !== undefined) continue;
    problems.push({
      path: `${path}.${field}`,
      message: "missing; the cluster does not tell it",
      fix: "give the cluster's, or a cluster whose handle has it",
    });
  }
  return problems;
}

/** GKE's controller, of the class that the gateway names. */
export const gkeGateway: GatewayControllerFactory = (name, args, opts) => {
  const { gke = {}, gatewayClassName: className, cluster } = args;
  const { healthCheck, backend } = gke;
  const { cloud } = cluster ?? {};
  if (cloud !== undefined && cloud !== "gke" && cloud !== "existing") {
    assertNoProblems(`gateway controller "${name}"`, [
      {
        path: "gateway.controller",
        given: "gke",
        message: `GKE's gateway controller is in clusters of GKE alone, and this one is of "${cloud}"`,
        fix: "take a controller that is installed, such as istio",
      },
    ]);
  }
  const made = new GkeGateway(
    name,
    { cluster: cluster?.gke, ...gke, ...(className && { className }) } as GkeGatewayArgs,
    opts,
  );
  return {
    controller: "gke",
    className: made.className,
    poolVersions: gkeFacts.poolVersions(),
    ready: made.ready,
    servicePolicies: (service) => gkePolicies(service, gke),
    ...((healthCheck ?? backend) && {
      policyArgs: { ...(healthCheck && { healthCheck }), ...(backend && { backend }) },
    }),
  };
};
