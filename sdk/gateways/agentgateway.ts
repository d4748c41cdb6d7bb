import { isOlder } from "../compatibility";
import { versions } from "../versions";
import type { GatewayControllerFacts } from "./types";

/** First version under its own numbers and at its own address; it came out of kgateway. */
const firstOfItsOwn = "1.0.0";

/** agentgateway, a proxy for models and agents. */
export const agentgatewayFacts: GatewayControllerFacts = {
  name: "agentgateway",
  title: "agentgateway",
  classes: { agentgateway: "agentgateway.dev/agentgateway" },
  defaultClass: "agentgateway",
  defaultVersion: versions.agentgateway,
  minimumVersion: firstOfItsOwn,
  poolVersions: (version = versions.agentgateway) => (isOlder(version, firstOfItsOwn) ? [] : ["v1"]),
  source:
    "llm-d.ai/docs/resources/gateway/agentgateway, which installs 1.1.0 with Gateway API 1.5.1 and inference extension 1.5.0; the guide of inference extension 1.5.0 has 1.0.0",
  makesService: true,
  plan: () => ({ inferenceExtensionEnabled: true }),
};
