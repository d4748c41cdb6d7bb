import * as pulumi from "@pulumi/pulumi";

import { gkeFacts } from "../../../sdk/gateways/gke";
import type { GatewayControllerFactory } from "./controller";

/** Arguments of {@link GkeGateway}. */
export interface GkeGatewayArgs {
  /** @default "gke-l7-regional-external-managed", which clients outside the network reach; "gke-l7-rilb" is for those inside */
  className?: string;
}

/**
 * GKE's own gateway controller. It runs outside the cluster and makes Application Load Balancers, so nothing is installed; the cluster
 * must have its Gateway API enabled, which brings the classes.
 */
export class GkeGateway extends pulumi.ComponentResource {
  readonly className: string;

  constructor(name: string, args: GkeGatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:GkeGateway", name, {}, opts);
    this.className = args.className ?? (gkeFacts.defaultClass as string);
    this.registerOutputs({ className: this.className });
  }
}

/** GKE's controller, of the class that the gateway names. */
export const gkeGateway: GatewayControllerFactory = (name, args, opts) => {
  const { gatewayClassName: className } = args;
  const made = new GkeGateway(name, { ...args.gke, ...(className && { className }) }, opts);
  return { controller: "gke", className: made.className, poolVersions: gkeFacts.poolVersions(), ready: undefined };
};
