import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import type { ArtifactMirrors } from "../../../sdk/artifacts";
import { type CheckedController, checkGatewayController } from "../../../sdk/gateways/checks";
import type { GatewayControllerName } from "../../../sdk/gateways/types";
import type { GkeClusterDetails } from "../../clusters/clusterHandle";
import { assertNoProblems } from "../../../sdk/problems";
import type { Manifest } from "../../kubernetesObject";
import type { Resources } from "../../resources";
import type { GatewayArgs } from "../gatewayArgs";
import type { EnvoyGatewayArgs } from "./envoyGateway";
import type { AgentgatewayArgs } from "./agentgateway";
import type { DigitalOceanGatewayArgs } from "./digitalOcean";
import type { ExistingGatewayClassArgs } from "./existing";
import type { GkeGatewayArgs } from "./gkeGateway";
import type { IstioArgs } from "./istioArgs";
import type { KgatewayArgs } from "./kgateway";

const lazyRequire = createRequire(__filename);

/** Which controller realises gateways, and its own arguments. */
export interface GatewayControllerArgs {
  controller: GatewayControllerName;
  /** Of controller "istio". */
  istio?: IstioArgs;
  /** Of controller "envoy-gateway". */
  envoyGateway?: Omit<EnvoyGatewayArgs, "className" | "kubeconfig" | "mirrors" | "prerequisites">;
  /** Of controller "kgateway". */
  kgateway?: KgatewayArgs;
  /** Of controller "agentgateway". */
  agentgateway?: AgentgatewayArgs;
  /** Of controller "gke". */
  gke?: Omit<GkeGatewayArgs, "className" | "cluster">;
  /** Of controller "digitalocean". */
  digitalocean?: DigitalOceanGatewayArgs;
  /** Of controller "existing"; the class is the gateway's `gatewayClassName`. */
  existing?: Omit<ExistingGatewayClassArgs, "className">;
}

/** What a controller is given beside its own arguments. */
export interface GatewayControllerContext {
  /** Of the cluster, for CRDs that are applied outside the Kubernetes provider. */
  kubeconfig: pulumi.Input<string>;
  /** Where charts and CRDs are taken from instead of their official addresses. */
  mirrors?: ArtifactMirrors;
  /** The cluster, as far as its handle tells. @default nothing is known */
  cluster?: { readonly cloud?: string; readonly gke?: GkeClusterDetails };
  /** The class that the gateway names. @default the controller's own */
  gatewayClassName?: string;
}

/** A controller as gateways and services see it. */
export interface GatewayControllerHandle {
  readonly controller: GatewayControllerName;
  /** `metadata.name` of the GatewayClass. */
  readonly className: string;
  /** `spec.controllerName`, where the Gateway is to make the class; none where the controller makes it. */
  readonly gatewayClassController?: string;
  /** What is installed; none where nothing is. */
  readonly version?: string;
  /** Which API versions of InferencePool it acts on. */
  readonly poolVersions: readonly string[];
  /** There is nothing to make a Gateway for: services are reached without one. @default false */
  readonly withoutGateway?: boolean;
  /** What a Gateway must depend on. */
  readonly ready: Resources;
  /** What a Gateway of this controller has unless its arguments say otherwise, such as annotations. */
  readonly gatewayDefaults?: Partial<GatewayArgs>;
  /** What it needs beside a service with a scheduler, by a suffix for the resource's name. @default nothing */
  readonly servicePolicies?: (service: ScheduledService) => Readonly<Record<string, Manifest>>;
  /** Its own arguments that decide {@link servicePolicies}: plain values, for services of other stacks. @default none do */
  readonly policyArgs?: Readonly<Record<string, unknown>>;
}

/** A service with a scheduler of its own, as its gateway's controller sees it. */
export interface ScheduledService {
  /** `metadata.name` of the LLMInferenceService. */
  readonly name: string;
  readonly namespace: pulumi.Input<string>;
  /** Name of the endpoint picker's Service. */
  readonly schedulerService: string;
  /** Name of the InferencePool. */
  readonly inferencePool: string;
}

/** Makes a controller; `given` has its own arguments. */
export type GatewayControllerFactory = (
  name: string,
  args: GatewayControllerArgs & GatewayControllerContext,
  opts: pulumi.ComponentResourceOptions,
) => GatewayControllerHandle;

/** One line for each controller: what it is made by, loaded when it is chosen. */
const factories: Readonly<Partial<Record<GatewayControllerName, () => GatewayControllerFactory>>> = {
  istio: () => (lazyRequire("./istio") as typeof import("./istio")).istioController,
  "envoy-gateway": () => (lazyRequire("./envoyGateway") as typeof import("./envoyGateway")).envoyGateway,
  gke: () => (lazyRequire("./gkeGateway") as typeof import("./gkeGateway")).gkeGateway,
  kgateway: () => (lazyRequire("./kgateway") as typeof import("./kgateway")).kgatewayController,
  agentgateway: () => (lazyRequire("./agentgateway") as typeof import("./agentgateway")).agentgatewayController,
  standalone: () => () => ({
    controller: "standalone",
    className: "",
    poolVersions: ["v1"],
    withoutGateway: true,
    ready: undefined,
  }),
  digitalocean: () => (lazyRequire("./digitalOcean") as typeof import("./digitalOcean")).digitalOceanGateway,
  existing: () => (lazyRequire("./existing") as typeof import("./existing")).existingGatewayClass,
};

/**
 * The controller of an environment's gateways, with what it needs in the cluster.
 *
 * @throws ConfigurationError when there is no such controller, its version does not act on what KServe makes, the class is none of
 * its classes, or arguments are given that belong to another.
 */
export function createGatewayController(
  name: string,
  args: GatewayControllerArgs & GatewayControllerContext,
  opts: pulumi.ComponentResourceOptions = {},
): GatewayControllerHandle {
  assertNoProblems(`gateway controller "${name}"`, checkGatewayController(args as unknown as CheckedController));
  const factory = factories[args.controller];
  if (!factory) throw new Error(`gateway controller "${args.controller}" has facts, and nothing that makes it`);
  return factory()(name, args, opts);
}
