import type * as pulumi from "@pulumi/pulumi";

import { controllerOfClass } from "../../sdk/gateways/facts";
import { checkPolicies, checkProofs, policyManifests, type PolicyTarget } from "../../sdk/gateways/policies";
import type { Problem } from "../../sdk/problems";
import { KubernetesObject, type Manifest } from "../kubernetesObject";
import type { GatewayArgs } from "./gatewayArgs";

/** What a platform says of a gateway beside its own arguments. */
type WithController = GatewayArgs & {
  readonly controller?: string;
  readonly envoyGateway?: { readonly rateLimit?: object };
};

/** The controller that is named, else the one that has classes of this name. */
function controllerOf(args: WithController, className: string): string | undefined {
  const { controller } = args;
  return controller !== undefined && controller !== "existing" ? controller : controllerOfClass(className)?.name;
}

/** What the gateway's controller makes nothing of. */
export function problemsOfPolicies(args: WithController, className: string): Problem[] {
  // Who installs Envoy Gateway here also says here where it counts.
  const sharesLimits = args.controller === "envoy-gateway" ? args.envoyGateway?.rateLimit !== undefined : undefined;
  const controller = controllerOf(args, className);
  return [...checkPolicies(args, controller, sharesLimits), ...checkProofs(args, controller, args)];
}

/** Makes the controller's policies for a gateway. */
export function createPolicies(
  name: string,
  args: WithController,
  target: PolicyTarget & { className: string },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject[] {
  const controller = controllerOf(args, target.className) ?? "";
  return policyManifests(args, controller, target).map(
    (manifest) => new KubernetesObject(`${name}-${manifest.kind.toLowerCase()}`, manifest as unknown as Manifest, opts),
  );
}
