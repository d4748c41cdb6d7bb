import { versions } from "../versions";
import { istioController, istioFacts, istioMinimum } from "./istio";
import type { GatewayControllerFacts } from "./types";

/**
 * DigitalOcean Kubernetes: Istio, as llm-d installs it there, with settings of DigitalOcean's load balancers. The cluster's own class
 * "cilium" is another one.
 */
export const digitalOceanFacts: GatewayControllerFacts = {
  name: "digitalocean",
  title: "Istio on DigitalOcean",
  classes: { istio: istioController },
  defaultClass: "istio",
  classesWithoutPools: {
    cilium:
      "DigitalOcean's own gateways are Cilium's, which is not among the implementations of the inference extension",
  },
  ownClasses: true,
  defaultVersion: versions.istio,
  minimumVersion: istioMinimum,
  poolVersions: (version) => istioFacts.poolVersions(version),
  source:
    "llm-d, guides/inference-scheduling/helmfile.yaml.gotmpl (environment digitalocean) and docs/infra-providers/digitalocean; inference extension 1.5.0, site-src/implementations/gateways.md; docs.digitalocean.com, use-gateway-api",
  makesService: true,
  managedCrds: () => ({ gatewayApi: true, inferencePool: false }),
  plan: ({ istio }) => istioFacts.plan?.((istio ?? {}) as { version?: string }) ?? {},
};
