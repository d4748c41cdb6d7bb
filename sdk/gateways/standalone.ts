import { routerVersion } from "../compatibility";
import type { GatewayControllerFacts } from "./types";

/** llm-d's mode without a gateway: `StandaloneRouter`, an endpoint picker with an Envoy beside it for each service. */
export const standaloneFacts: GatewayControllerFacts = {
  name: "standalone",
  title: "the standalone router",
  classes: {},
  defaultVersion: routerVersion,
  poolVersions: () => ["v1"],
  source: "inference extension 1.5.0, config/charts/standalone and site-src/guides/standalone.md",
  makesService: true,
  withoutGateway: true,
};
