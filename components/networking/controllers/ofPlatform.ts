import type * as pulumi from "@pulumi/pulumi";

import { type CheckedController, checkGatewayController } from "../../../sdk/gateways/checks";
import { gatewayControllerFacts } from "../../../sdk/gateways/facts";
import { assertNoProblems } from "../../../sdk/problems";
import type { ClusterHandle } from "../../clusters/clusterHandle";
import type { InferencePlatformArgs, PlatformGatewayArgs } from "../../inferencePlatform";
import type { GatewayArgs } from "../gatewayArgs";
import { createGatewayController, type GatewayControllerHandle } from "./controller";

/** The controller of a platform's gateway, where one is chosen. @throws ConfigurationError for arguments of controllers where none is. */
export function createController(
  name: string,
  gateway: PlatformGatewayArgs,
  { cluster, mirrors }: Pick<InferencePlatformArgs, "cluster" | "mirrors">,
  opts: pulumi.ComponentResourceOptions,
): GatewayControllerHandle | undefined {
  const { controller } = gateway;
  if (controller === undefined) {
    assertNoProblems(`InferencePlatform "${name}"`, checkGatewayController(gateway as CheckedController));
    return undefined;
  }
  const { cloud, gke } = cluster as Partial<ClusterHandle>;
  const context = {
    kubeconfig: cluster.kubeconfig,
    ...(mirrors && { mirrors }),
    cluster: { ...(cloud && { cloud }), ...(gke && { gke }) },
  };
  return createGatewayController(`${name}-${controller}`, { ...gateway, ...context, controller }, opts);
}

/**
 * CRDs that clusters of the controller's cloud keep themselves are checked instead of installed.
 *
 * @throws ConfigurationError when they are to have two owners.
 */
export function crdsOfCloud(
  name: string,
  controller: string | undefined,
  { cluster, gatewayApi }: Pick<InferencePlatformArgs, "cluster" | "gatewayApi">,
): Pick<InferencePlatformArgs, "gatewayApi" | "inferenceExtension"> {
  const facts = controller === undefined ? undefined : gatewayControllerFacts(controller);
  const version = (cluster as Partial<ClusterHandle>).gke?.version;
  const managed = facts?.managedCrds?.(typeof version === "string" ? version : undefined);
  if (!managed) return {};
  if (managed.gatewayApi && gatewayApi?.crds === "own") {
    assertNoProblems(`InferencePlatform "${name}"`, [
      {
        path: "gatewayApi.crds",
        given: "own",
        message: `with controller "${controller}" the cluster brings the CRDs of Gateway API and keeps them as they are, so that they would have two owners`,
        allowed: "existing, unmanaged",
        fix: "leave it out",
      },
    ]);
  }
  return {
    ...(managed.gatewayApi && { gatewayApi: { crds: "existing" } }),
    ...(managed.inferencePool && { inferenceExtension: { poolCrd: "existing" } }),
  };
}

/** The gateway with what its controller adds; what is stated wins. */
export function gatewayOf(given: PlatformGatewayArgs, handle: GatewayControllerHandle | undefined): GatewayArgs {
  if (!handle) return given;
  const { className, gatewayClassController, gatewayDefaults = {} } = handle;
  const texts = ["labels", "annotations", "infrastructureLabels", "infrastructureAnnotations"] as const;
  return {
    gatewayClassName: className,
    ...(gatewayClassController !== undefined && { gatewayClassController }),
    ...gatewayDefaults,
    ...given,
    ...Object.fromEntries(
      texts.filter((key) => gatewayDefaults[key]).map((key) => [key, { ...gatewayDefaults[key], ...given[key] }]),
    ),
  };
}
