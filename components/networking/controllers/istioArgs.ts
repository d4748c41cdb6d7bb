import type { ArtifactMirrors } from "../../../sdk/artifacts";

/** Arguments of {@link Istio}. */
export interface IstioArgs {
  /** Version of all charts. @default what sdk/versions.ts pins, with InferencePools of API version v1 */
  version?: string;
  /** @default "istio-system" */
  namespace?: string;
  /** Create the namespace. @default true */
  createNamespace?: boolean;
  /**
   * Istio's own CRDs (DestinationRule and others): of the chart "base", or there already. Those of Gateway API are never brought.
   * @default "own"
   */
  crds?: "own" | "existing";
  /** Name of this control plane, so that another may run beside it; part of the names of its objects. @default none */
  revision?: string;
  /**
   * Other names for the revision, for labels `istio.io/rev` that stay when the revision changes. A tag is moved to another revision in two
   * updates, first without it, because its webhook is one object. @default none
   */
  revisionTags?: string[];
  /** A second control plane for an upgrade. @default none */
  canary?: IstioCanaryArgs;
  /** Mesh without sidecars: Istio's CNI agent and ztunnel on every node. @default false: gateways alone */
  ambient?: boolean;
  /** What the cluster runs on, where Istio's charts have a profile for it, such as "gke" or "k3s"; matters for `ambient`. @default none */
  platform?: string;
  /** Replicas of istiod: a number, or bounds of a HorizontalPodAutoscaler. @default 1 to 5, as the chart has it */
  replicas?: number | { minimum: number; maximum: number };
  /** Of istiod. @default requests of 500m CPU and 2Gi memory, as the chart has it */
  resources?: IstioResources;
  /** Pods that Istio runs for each gateway of its class. @default one replica */
  gatewayPods?: IstioGatewayPodsArgs;
  /** Connections of gateways to endpoint pickers: Istio's ConnectionPoolSettings. @default Istio's own limits */
  endpointPicker?: { connectionPool?: object };
  /** Write every request to standard output. @default false */
  accessLog?: boolean;
  /** Options of Istio's MeshConfig, over those of other arguments. @default none */
  meshConfig?: IstioMeshConfig;
  /** Registry and path of the images. @default "docker.io/istio", as the released charts have it */
  imageRegistry?: string;
  /** Names of Secrets in the namespace that images are pulled with. @default none */
  imagePullSecrets?: string[];
  /** Other values of the charts, merged over those this component sets. @default none */
  values?: { base?: object; istiod?: object; cni?: object; ztunnel?: object };
  /** Where charts are taken from instead of their official addresses: by the names "base", "istiod", "cni" and "ztunnel". @default none */
  mirrors?: ArtifactMirrors;
}

/**
 * A second istiod beside the first. An upgrade takes three updates: add the canary; let it serve gateways; make its version and revision
 * those of `IstioArgs` and remove the canary, which keeps its objects.
 */
export interface IstioCanaryArgs {
  version: string;
  /** Must differ from that of the first. */
  revision: string;
  /** Gateways of the platform move to it. @default false */
  servesGateways?: boolean;
}

/** Requests and limits as quantities. */
export interface IstioResources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

/** The Deployment that Istio makes for each gateway of its class, by defaults of the class. */
export interface IstioGatewayPodsArgs {
  /** A number, or bounds of a HorizontalPodAutoscaler. @default 1 */
  replicas?: number | { minimum: number; maximum: number };
  /** Of the proxy. @default requests of 100m CPU and 128Mi memory, limits of 2 CPUs and 1Gi, as the chart has it */
  resources?: IstioResources;
  /** At least so many pods stay while nodes are drained: a number, or a share such as "50%". @default no budget */
  minAvailable?: number | string;
  /** "ClusterIP" keeps gateways inside the cluster. @default "LoadBalancer" */
  serviceType?: "LoadBalancer" | "ClusterIP" | "NodePort";
}

/** The options of istio.mesh.v1alpha1.MeshConfig that matter to gateways; others are passed on as they are. */
export interface IstioMeshConfig {
  /** Where requests are logged, such as "/dev/stdout". */
  accessLogFile?: string;
  accessLogEncoding?: "TEXT" | "JSON";
  /** Providers of tracing, access logs and authorization that Telemetry and AuthorizationPolicy name. */
  extensionProviders?: object[];
  /** Defaults of proxies, such as `holdApplicationUntilProxyStarts`. */
  defaultConfig?: object;
  /** @default "cluster.local" */
  trustDomain?: string;
  [option: string]: unknown;
}
