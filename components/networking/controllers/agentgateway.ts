import * as pulumi from "@pulumi/pulumi";

import { chartSource } from "../../../sdk/charts";
import { agentgatewayFacts } from "../../../sdk/gateways/agentgateway";
import { assertNoProblems } from "../../../sdk/problems";
import { versions } from "../../../sdk/versions";
import type { Resources } from "../../resources";
import { type ChartedControllerArgs, installCharts, problemsOfChartedController, tagOf } from "./chartedController";
import type { GatewayControllerFactory } from "./controller";

/** Arguments of {@link Agentgateway}. */
export type AgentgatewayArgs = ChartedControllerArgs;

/**
 * agentgateway: its CRDs and its controller, which is told to look at InferencePools and makes the GatewayClass "agentgateway" itself.
 *
 * Acts on InferencePools of API version v1. The chart leaves them out by default: routes to a pool then report that the backend does not exist.
 */
export class Agentgateway extends pulumi.ComponentResource {
  readonly namespace: string;
  readonly version: string;
  /** What gateways must come after. */
  readonly ready: pulumi.Resource[];

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: AgentgatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Agentgateway", name, {}, opts);
    assertNoProblems(`Agentgateway "${name}"`, problemsOfChartedController(args, agentgatewayFacts, "agentgateway"));
    this.version = args.version ?? versions.agentgateway;
    this.namespace = args.namespace ?? "agentgateway-system";
    const registry = "oci://cr.agentgateway.dev/charts";
    const tag = tagOf(this.version);
    this.ready = installCharts(
      name,
      {
        crds: chartSource(`${registry}/agentgateway-crds`, tag, this.namespace),
        controller: chartSource(`${registry}/agentgateway`, tag, this.namespace),
      },
      args,
      { inferenceExtension: { enabled: true } },
      this,
      opts.dependsOn as Resources,
    );
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

/** agentgateway as a controller of an environment's gateways. */
export const agentgatewayController: GatewayControllerFactory = (name, args, opts) => {
  const made = new Agentgateway(name, { mirrors: args.mirrors, ...args.agentgateway }, opts);
  return {
    controller: "agentgateway",
    className: args.gatewayClassName ?? "agentgateway",
    version: made.version,
    poolVersions: agentgatewayFacts.poolVersions(made.version),
    ready: made.ready,
  };
};
