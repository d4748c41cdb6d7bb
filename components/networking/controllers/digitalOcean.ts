import * as pulumi from "@pulumi/pulumi";

import { assertNoProblems, type Problem } from "../../../sdk/problems";
import type { GatewayControllerFactory } from "./controller";
import { istioController } from "./istio";
import type { IstioArgs } from "./istioArgs";

/** Arguments of controller "digitalocean". */
export interface DigitalOceanGatewayArgs {
  /** Of the Istio that is installed. @default its own defaults */
  istio?: IstioArgs;
  /** The load balancer that DigitalOcean makes for the gateway. @default a public one of one node */
  loadBalancer?: DigitalOceanLoadBalancerArgs;
}

/** A load balancer of DigitalOcean. Source: digitalocean-cloud-controller-manager, docs/controllers/services/annotations.md. */
export interface DigitalOceanLoadBalancerArgs {
  /** Only from within the VPC. It cannot be changed later. @default false */
  internal?: boolean;
  /** Nodes of the load balancer, 1 to 200. @default 1 */
  sizeUnit?: number;
  /** Name in DigitalOcean. @default one that DigitalOcean makes */
  name?: string;
}

/** Istio, and gateways with DigitalOcean's annotations. */
export const digitalOceanGateway: GatewayControllerFactory = (name, args, opts) => {
  const { istio, loadBalancer = {} } = args.digitalocean ?? {};
  assertNoProblems(`gateway controller "${name}"`, checkLoadBalancer(loadBalancer));
  const component = new pulumi.ComponentResource("pulumi-kserve:index:DigitalOceanGateway", name, {}, opts);
  const made = istioController(`${name}-istio`, { ...args, istio }, { parent: component, dependsOn: opts.dependsOn });
  const infrastructureAnnotations = annotationsOf(loadBalancer);
  return {
    ...made,
    controller: "digitalocean",
    gatewayDefaults: {
      ...made.gatewayDefaults,
      ...(Object.keys(infrastructureAnnotations).length > 0 && { infrastructureAnnotations }),
    },
  };
};

function annotationsOf({ internal, sizeUnit, name }: DigitalOceanLoadBalancerArgs): Record<string, string> {
  const prefix = "service.beta.kubernetes.io/do-loadbalancer";
  return {
    ...(name !== undefined && { [`${prefix}-name`]: name }),
    ...(internal && { [`${prefix}-network`]: "INTERNAL" }),
    ...(sizeUnit !== undefined && { [`${prefix}-size-unit`]: String(sizeUnit) }),
  };
}

function checkLoadBalancer({ sizeUnit }: DigitalOceanLoadBalancerArgs): Problem[] {
  if (sizeUnit === undefined || (Number.isInteger(sizeUnit) && sizeUnit >= 1 && sizeUnit <= 200)) return [];
  return [
    {
      path: "gateway.digitalocean.loadBalancer.sizeUnit",
      given: sizeUnit,
      message: "not a number of nodes that DigitalOcean has",
      allowed: "1 to 200",
    },
  ];
}
