import { versions } from "../versions";
import type { GatewayControllerFacts } from "./types";

/** `spec.controllerName` of Envoy Gateway's classes. Source: gateway 1.8.1, api/v1alpha1/envoygateway_types.go. */
export const envoyGatewayController = "gateway.envoyproxy.io/gatewayclass-controller";

/** Envoy Gateway, with Envoy AI Gateway, which teaches it what an InferencePool is. */
export const envoyGatewayFacts: GatewayControllerFacts = {
  name: "envoy-gateway",
  title: "Envoy Gateway",
  classes: { envoy: envoyGatewayController },
  defaultClass: "envoy",
  defaultVersion: versions.envoyGateway,
  poolVersions: () => ["v1"],
  source:
    "kserve 0.20.0, kserve-deps.env and hack/setup/infra/manage.envoy-ai-gateway-helm.sh; ai-gateway 1.0.0, internal/controller/inference_pool.go, " +
    "which knows the API group inference.networking.k8s.io only",
  makesService: true,
  plan: ({ aiGateway }) => ({
    components: {
      envoyGateway: versions.envoyGateway,
      ...(aiGateway !== false && { envoyAiGateway: versions.envoyAiGateway }),
    },
  }),
};
