import { mergeValues } from "../../../sdk/charts";
import type { Problem } from "../../../sdk/problems";

/** The Envoys that Envoy Gateway makes for each gateway. */
export interface EnvoyProxiesArgs {
  /** @default 1 */
  replicas?: number;
  /** Of each Envoy. @default requests of 100m CPU and 512Mi memory, as Envoy Gateway has it */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** Of the Service in front of them. @default "LoadBalancer" */
  serviceType?: "LoadBalancer" | "ClusterIP" | "NodePort";
  /** Of that Service, such as those that make a cloud's load balancer internal. @default none */
  serviceAnnotations?: Record<string, string>;
  /** Other fields of `EnvoyProxy.spec`, over those from above; objects are merged, lists replaced. @default none */
  spec?: Record<string, unknown>;
}

const serviceTypes = ["LoadBalancer", "ClusterIP", "NodePort"];

/** What is wrong with the arguments of Envoys, at `path`. */
export function problemsOfProxies(proxies: EnvoyProxiesArgs | undefined, path: string): Problem[] {
  const problems: Problem[] = [];
  const { replicas, serviceType } = proxies ?? {};
  if (serviceType !== undefined && !serviceTypes.includes(serviceType)) {
    problems.push({
      path: `${path}.serviceType`,
      given: serviceType,
      message: "not a type of Service",
      allowed: serviceTypes.join(", "),
    });
  }
  if (replicas !== undefined && !(Number.isInteger(replicas) && replicas > 0)) {
    problems.push({ path: `${path}.replicas`, given: replicas, message: "not a number of pods", allowed: "1 or more" });
  }
  return problems;
}

/** `spec` of an EnvoyProxy. Source: gateway 1.8.1, api/v1alpha1/envoyproxy_types.go. */
export function envoyProxySpec(proxies: EnvoyProxiesArgs): Record<string, unknown> {
  const { replicas, resources, serviceType, serviceAnnotations, spec } = proxies;
  const deployment = {
    ...(replicas !== undefined && { replicas }),
    ...(resources && { container: { resources } }),
  };
  const service = {
    ...(serviceType && { type: serviceType }),
    ...(serviceAnnotations && { annotations: serviceAnnotations }),
  };
  const own = {
    provider: {
      type: "Kubernetes",
      kubernetes: {
        ...(Object.keys(deployment).length > 0 && { envoyDeployment: deployment }),
        ...(Object.keys(service).length > 0 && { envoyService: service }),
      },
    },
  };
  return mergeValues(own, spec);
}
