import { isOlder } from "../compatibility";
import { versions } from "../versions";
import type { GatewayControllerFacts } from "./types";

/** First kgateway with InferencePools of API version v1, and first one whose own proxies do not know them any more. */
const firstWithPools = "2.1.0";
const firstWithoutPools = "2.2.0";

/**
 * kgateway, whose proxies are Envoy. Upstream has given InferencePools to agentgateway alone since 2.2, so that what is installed is the last minor version
 * before; {@link agentgatewayFacts} are those of the successor.
 */
export const kgatewayFacts: GatewayControllerFacts = {
  name: "kgateway",
  title: "kgateway",
  classes: { kgateway: "kgateway.dev/kgateway" },
  defaultClass: "kgateway",
  classesWithoutPools: { "kgateway-waypoint": "its gateways are proxies of a mesh, which no client outside reaches" },
  defaultVersion: versions.kgateway,
  minimumVersion: firstWithPools,
  poolVersions(version = versions.kgateway) {
    if (!isOlder(version, firstWithoutPools)) return [];
    return isOlder(version, firstWithPools) ? ["v1alpha2"] : ["v1"];
  },
  source:
    "kgateway#12437 and gateway-api-inference-extension#1771 (deprecated in 2.1, removed in 2.2; 2.1.1 was run with inference extension 1.0.2)",
  makesService: true,
  plan: () => ({ inferenceExtensionEnabled: true }),
};
