import { isOlder } from "../compatibility";
import type { GatewayControllerFacts } from "./types";

const controllerName = "networking.gke.io/gateway";

/** First GKE that keeps the CRD of InferencePool v1 in its clusters itself. Source: llm-d.ai/docs/resources/gateway/gke. */
export const gkeManagedPoolsSince = "1.34.0-gke.1626000";

/** GKE's own controller, which runs outside the cluster and makes Application Load Balancers. */
export const gkeFacts: GatewayControllerFacts = {
  name: "gke",
  title: "GKE Gateway",
  classes: {
    "gke-l7-regional-external-managed": controllerName,
    "gke-l7-rilb": controllerName,
  },
  defaultClass: "gke-l7-regional-external-managed",
  poolVersions: () => ["v1"],
  source:
    "llm-d, guides/prereq/gateway-provider/README.md; inference extension 1.5.0, config/charts/inferencepool/templates/gke.yaml",
  makesService: false,
  managedCrds: (version) => ({ gatewayApi: true, inferencePool: version === undefined || !isOlderGke(version) }),
};

/** Whether a version such as "1.33.4-gke.1036000" comes before {@link gkeManagedPoolsSince}. */
function isOlderGke(version: string): boolean {
  const [release = "", build = "0"] = version.split("-gke.");
  const [since = "", sinceBuild = "0"] = gkeManagedPoolsSince.split("-gke.");
  if (isOlder(release, since)) return true;
  return !isOlder(since, release) && Number(build) < Number(sinceBuild);
}
