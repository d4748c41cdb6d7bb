import { isOlder } from "../compatibility";
import { versions } from "../versions";
import type { GatewayControllerFacts } from "./types";

/** `spec.controllerName` of Istio's classes. Source: istio, pkg/config/constants; istiod makes the class "istio" itself. */
export const istioController = "istio.io/gateway-controller";

/** First Istio with InferencePools of API version v1. Sources: istio#57219, kserve#5007. */
export const istioMinimum = "1.28.0";

/** Istio: base and istiod, in the minimal profile. */
export const istioFacts: GatewayControllerFacts = {
  name: "istio",
  title: "Istio",
  classes: { istio: istioController },
  defaultClass: "istio",
  classesWithoutPools: {
    "istio-remote": "its gateways are another cluster's",
    "istio-waypoint": "its gateways are proxies of the mesh, which no client outside reaches",
  },
  ownClasses: true,
  defaultVersion: versions.istio,
  minimumVersion: istioMinimum,
  poolVersions(version = versions.istio) {
    if (!isOlder(version, istioMinimum)) return ["v1"];
    return isOlder(version, "1.27.0") ? [] : ["v1alpha2"];
  },
  source:
    "istio#57219, kserve#5007; llm-d's guide installs 1.29.2 with Gateway API 1.5.1 and inference extension 1.5.0",
  makesService: true,
  plan: ({ version = versions.istio, canary }) => {
    const { servesGateways, version: next } = (canary ?? {}) as { servesGateways?: boolean; version?: string };
    return {
      components: { istio: servesGateways && next !== undefined ? next : version },
      inferenceExtensionEnabled: true,
    };
  },
};
