import type { ComponentName } from "../compatibility";
import type { ClusterPlan } from "../preflight/plan";

/**
 * What realises Gateways: a controller that this package installs, one of the cloud, or one that is there already ("existing").
 * "standalone" is llm-d's mode without a Gateway: a proxy beside the endpoint picker.
 */
export type GatewayControllerName =
  "istio" | "envoy-gateway" | "gke" | "kgateway" | "agentgateway" | "digitalocean" | "existing" | "standalone";

/** Name of the argument that has a controller's own arguments: its name in camel case, such as "envoyGateway". */
export function controllerArgument(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** What is known of a gateway controller before anything is installed. */
export interface GatewayControllerFacts {
  readonly name: GatewayControllerName;
  readonly title: string;
  /** GatewayClasses whose gateways send requests to InferencePools: `spec.controllerName` by the class's name. */
  readonly classes: Readonly<Record<string, string>>;
  /** None where the class must be named. */
  readonly defaultClass?: string;
  /** Its classes whose gateways know no InferencePools, with the reason. */
  readonly classesWithoutPools?: Readonly<Record<string, string>>;
  /** Whether other names may be given to classes of this controller. @default false */
  readonly ownClasses?: boolean;
  /** What is installed where no version is given; none where nothing is installed. */
  readonly defaultVersion?: string;
  /** First version that acts on InferencePools of API version v1; none where every version does. */
  readonly minimumVersion?: string;
  /** Which API versions of InferencePool a version acts on: "v1" is what KServe needs. @param version default: `defaultVersion` */
  poolVersions(version?: string): readonly string[];
  /** Where the versions are said. */
  readonly source: string;
  /**
   * Whether the load balancer is that of a Service, so that annotations of `spec.infrastructure` decide what it is. A controller of
   * a cloud makes load balancers itself.
   */
  readonly makesService: boolean;
  /** Services are reached without a Gateway, so that none is made. @default false */
  readonly withoutGateway?: boolean;
  /** CRDs that the clusters of its cloud bring and keep themselves. @param clusterVersion version of the control plane, where it is known */
  managedCrds?(clusterVersion?: string): { readonly gatewayApi: boolean; readonly inferencePool: boolean };
  /** What the preflight of services knows when the controller is installed. @param own the controller's own arguments */
  plan?(own: { readonly version?: string; readonly [argument: string]: unknown }): GatewayControllerPlan;
}

/** What is in a cluster with the controller. */
export interface GatewayControllerPlan extends Pick<ClusterPlan, "inferenceExtensionEnabled"> {
  readonly components?: Readonly<Partial<Record<ComponentName, string | boolean>>>;
}
