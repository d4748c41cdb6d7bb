import * as pulumi from "@pulumi/pulumi";

import { chartSource } from "../../../sdk/charts";
import { kgatewayFacts } from "../../../sdk/gateways/kgateway";
import { assertNoProblems } from "../../../sdk/problems";
import { versions } from "../../../sdk/versions";
import type { Resources } from "../../resources";
import { type ChartedControllerArgs, installCharts, problemsOfChartedController, tagOf } from "./chartedController";
import type { GatewayControllerFactory } from "./controller";

/** Arguments of {@link Kgateway}. */
export type KgatewayArgs = ChartedControllerArgs;

/**
 * kgateway: its CRDs and its controller, which is told to look at InferencePools and makes the GatewayClass "kgateway" itself.
 *
 * Acts on InferencePools of API version v1 in 2.1 alone: upstream deprecated it for Envoy proxies there and took it out in 2.2. New environments are better
 * off with {@link Agentgateway}, its successor for models.
 */
export class Kgateway extends pulumi.ComponentResource {
  readonly namespace: string;
  readonly version: string;
  /** What gateways must come after. */
  readonly ready: pulumi.Resource[];

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: KgatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Kgateway", name, {}, opts);
    assertNoProblems(`Kgateway "${name}"`, problemsOfChartedController(args, kgatewayFacts, "kgateway"));
    this.version = args.version ?? versions.kgateway;
    this.namespace = args.namespace ?? "kgateway-system";
    const registry = "oci://cr.kgateway.dev/kgateway-dev/charts";
    const tag = tagOf(this.version);
    this.ready = installCharts(
      name,
      {
        crds: chartSource(`${registry}/kgateway-crds`, tag, this.namespace),
        controller: chartSource(`${registry}/kgateway`, tag, this.namespace),
      },
      args,
      { inferenceExtension: { enabled: true } },
      this,
      opts.dependsOn as Resources,
    );
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

/** kgateway as a controller of an environment's gateways. */
export const kgatewayController: GatewayControllerFactory = (name, args, opts) => {
  const made = new Kgateway(name, { mirrors: args.mirrors, ...args.kgateway }, opts);
  return {
    controller: "kgateway",
    className: args.gatewayClassName ?? "kgateway",
    version: made.version,
    poolVersions: kgatewayFacts.poolVersions(made.version),
    ready: made.ready,
  };
};
