import { createRequire } from "node:module";

import type { GatewayControllerFacts, GatewayControllerName } from "./types";

const lazyRequire = createRequire(__filename);

/** One line for each controller; a file is loaded when its controller is asked for. */
const loaders: Readonly<Partial<Record<GatewayControllerName, () => GatewayControllerFacts>>> = {
  istio: () => (lazyRequire("./istio") as typeof import("./istio")).istioFacts,
  "envoy-gateway": () => (lazyRequire("./envoyGateway") as typeof import("./envoyGateway")).envoyGatewayFacts,
  gke: () => (lazyRequire("./gke") as typeof import("./gke")).gkeFacts,
  kgateway: () => (lazyRequire("./kgateway") as typeof import("./kgateway")).kgatewayFacts,
  agentgateway: () => (lazyRequire("./agentgateway") as typeof import("./agentgateway")).agentgatewayFacts,
  standalone: () => (lazyRequire("./standalone") as typeof import("./standalone")).standaloneFacts,
  digitalocean: () => (lazyRequire("./digitalOcean") as typeof import("./digitalOcean")).digitalOceanFacts,
  existing: () => (lazyRequire("./existing") as typeof import("./existing")).existingFacts,
};

/** The controllers that there are. */
export function gatewayControllerNames(): GatewayControllerName[] {
  return Object.keys(loaders) as GatewayControllerName[];
}

/** What is known of a controller; undefined where there is none of that name. */
export function gatewayControllerFacts(name: string): GatewayControllerFacts | undefined {
  return Object.hasOwn(loaders, name) ? loaders[name as GatewayControllerName]?.() : undefined;
}

/** The controller that a class belongs to by its name, whether or not it knows InferencePools. */
export function controllerOfClass(className: string): GatewayControllerFacts | undefined {
  return gatewayControllerNames()
    .map((name) => gatewayControllerFacts(name) as GatewayControllerFacts)
    .find(
      ({ classes, classesWithoutPools = {} }) =>
        Object.hasOwn(classes, className) || Object.hasOwn(classesWithoutPools, className),
    );
}
