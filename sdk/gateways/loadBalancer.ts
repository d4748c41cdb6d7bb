import { nearest } from "../nearest";
import type { Problem } from "../problems";

/** Clouds whose load balancers can be told what to be. */
export const loadBalancerClouds = ["gke", "eks", "aks"] as const;
export type LoadBalancerCloud = (typeof loadBalancerClouds)[number];

/** The load balancer before a gateway. */
export interface LoadBalancerArgs {
  cloud: LoadBalancerCloud;
  /** Only from within the network. @default false */
  internal?: boolean;
  /**
   * A reserved address, so that DNS can point to it for good. GKE: its name; with a class of Istio also the address. EKS: allocations of
   * elastic IPs, one for each subnet, with commas. AKS: the name of a public IP, or an IPv4 address.
   */
  staticAddress?: string;
}

/** What a load balancer asks of the Gateway. */
export interface LoadBalancerSettings {
  /** For `spec.infrastructure.annotations`, which controllers put on the Service. */
  readonly annotations: Readonly<Record<string, string>>;
  /** For `spec.addresses`. */
  readonly addresses: readonly RequestedAddress[];
}

/** An address that a Gateway asks for. */
export interface RequestedAddress {
  /** "IPAddress", "Hostname", "NamedAddress". @default "IPAddress" */
  readonly type?: string;
  readonly value: string;
}

const addressPattern = /^\d+(\.\d+){3}$/;

/**
 * What a gateway of this class needs for the load balancer that is asked for.
 *
 * Sources: kubernetes-sigs/aws-load-balancer-controller, guide/service/annotations and guide/service/nlb; cloud-provider-azure,
 * topics/loadbalancer; GKE's annotations of Services and NamedAddress of its Gateways, as public configurations have them; Istio's
 * kube-gateway.yaml, which makes `loadBalancerIP` of the first address, where Envoy Gateway's page on gateway addresses has external IPs.
 */
export function loadBalancerSettings(args: LoadBalancerArgs, className: string): LoadBalancerSettings {
  const { cloud, internal = false, staticAddress } = args;
  if (className.startsWith("gke-l7-")) return { annotations: {}, addresses: gkeAddress(staticAddress) };
  const byCloud: Record<LoadBalancerCloud, () => LoadBalancerSettings> = {
    gke: () => {
      const isAddress = staticAddress !== undefined && addressPattern.test(staticAddress);
      return {
        annotations: {
          ...(staticAddress && !isAddress && { "networking.gke.io/load-balancer-ip-addresses": staticAddress }),
          ...(internal && { "networking.gke.io/load-balancer-type": "Internal" }),
        },
        addresses: isAddress ? [{ type: "IPAddress", value: staticAddress }] : [],
      };
    },
    eks: () => ({
      annotations: {
        ...(staticAddress && { "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": staticAddress }),
        "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
        // Its default is internal.
        "service.beta.kubernetes.io/aws-load-balancer-scheme": internal ? "internal" : "internet-facing",
        "service.beta.kubernetes.io/aws-load-balancer-type": "external",
      },
      addresses: [],
    }),
    aks: () => ({
      annotations: {
        ...(internal && { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" }),
        ...(staticAddress && {
          [`service.beta.kubernetes.io/azure-${addressPattern.test(staticAddress) ? "load-balancer-ipv4" : "pip-name"}`]:
            staticAddress,
        }),
      },
      addresses: [],
    }),
  };
  return byCloud[cloud]();
}

function gkeAddress(staticAddress: string | undefined): RequestedAddress[] {
  if (staticAddress === undefined) return [];
  return [{ type: addressPattern.test(staticAddress) ? "IPAddress" : "NamedAddress", value: staticAddress }];
}

/** What no controller would make of the arguments. */
export function checkLoadBalancer(args: LoadBalancerArgs, className: string): Problem[] {
  const { cloud, internal = false, staticAddress } = args;
  const path = "loadBalancer";
  if (!loadBalancerClouds.includes(cloud)) {
    const guess = nearest(cloud, loadBalancerClouds);
    return [
      {
        path: `${path}.cloud`,
        given: cloud,
        message: "the load balancers of this cloud are not known here",
        allowed: loadBalancerClouds.join(", "),
        fix: guess ? `did you mean "${guess}"?` : "put its annotations into infrastructureAnnotations",
      },
    ];
  }
  const isGkeClass = className.startsWith("gke-l7-");
  // gke-l7-rilb is the regional internal one; GKE's others say it in full.
  const isInternalClass = /rilb|internal/.test(className);
  const isAddress = staticAddress !== undefined && addressPattern.test(staticAddress);
  const problems: Problem[] = [];
  if (isGkeClass && cloud !== "gke") {
    problems.push({
      path: `${path}.cloud`,
      given: cloud,
      message: `the class "${className}" is GKE's`,
      allowed: "gke",
    });
  }
  if (isGkeClass && args.internal !== undefined && internal !== isInternalClass) {
    problems.push({
      path: `${path}.internal`,
      given: internal,
      message: `load balancers of class "${className}" are ${isInternalClass ? "internal" : "external"}: on GKE the class decides`,
      fix: `leave it out, or take a class such as "${internal ? "gke-l7-rilb" : "gke-l7-regional-external-managed"}"`,
    });
  }
  if (cloud === "gke" && !isGkeClass && isAddress && !className.startsWith("istio")) {
    problems.push({
      path: `${path}.staticAddress`,
      given: staticAddress,
      message: `a gateway of class "${className}" cannot ask GKE for an address by its number`,
      fix: "give the name under which the address is reserved",
    });
  }
  if (
    cloud === "eks" &&
    staticAddress !== undefined &&
    !/^eipalloc-[0-9a-z]+(,eipalloc-[0-9a-z]+)*$/.test(staticAddress)
  ) {
    problems.push({
      path: `${path}.staticAddress`,
      given: staticAddress,
      message: "not allocations of elastic IPs",
      allowed: '"eipalloc-…", or several with commas, one for each subnet',
    });
  }
  if (cloud === "eks" && internal && staticAddress !== undefined) {
    problems.push({
      path: `${path}.staticAddress`,
      given: staticAddress,
      message: "an internal load balancer has no elastic IP",
      fix: "leave out staticAddress or internal",
    });
  }
  return problems;
}
