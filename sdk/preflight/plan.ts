import type { ComponentName } from "../compatibility";
import type { Json } from "../compose/marked";
import type { GatewayControllerName } from "../gateways/types";
import type { LabelSelector } from "../gateways/listeners";

/** What is checked: services, and the cluster that they are to run in. */
export interface PreflightPlan {
  readonly services: readonly PlannedService[];
  readonly cluster: ClusterPlan;
  /** Findings that are known and accepted. @default none */
  readonly waive?: readonly Waiver[];
}

/** A LLMInferenceService as the controller will act on it. */
export interface PlannedService {
  readonly name: string;
  /** Undefined while it is not known. */
  readonly namespace?: string | undefined;
  /** The effective spec, as `compose` gives it. */
  readonly spec: Json;
  readonly labels?: Readonly<Record<string, Json>>;
  readonly annotations?: Readonly<Record<string, Json>>;
  /** Size of the model's weights in GiB. @default the annotation `pulumi-kserve.dev/model-size-gib`, else not known */
  readonly modelSizeGiB?: number;
}

/** A finding that does not count. */
export interface Waiver {
  /** Such as "image-latest". */
  readonly code: string;
  /** Shown in every preview. */
  readonly reason: string;
  /** Name of the only service that it is for, or `<namespace>/<name>`. @default all */
  readonly service?: string;
}

/**
 * What is in the cluster, or will be when the services come. Nothing is taken for missing because it is not stated: without `pools`
 * nothing is said about capacity, without `secrets` nothing about Secrets. A list that is stated is complete, unless `partial` names it.
 */
export interface ClusterPlan {
  /** Version of a component, true for one whose version is not known, false for one that is not there. */
  readonly components?: Readonly<Partial<Record<ComponentName, string | boolean>>>;
  /** Names of the CRDs, such as "leaderworkersets.leaderworkerset.x-k8s.io". */
  readonly crds?: readonly string[];
  readonly pools?: readonly NodePool[];
  readonly gateways?: readonly PlannedGateway[];
  /** The gateway of services that name none, as "<namespace>/<name>". @default "kserve/kserve-ingress-gateway" */
  readonly defaultGateway?: string;
  /** Namespaces with their labels. */
  readonly namespaces?: Readonly<Record<string, { readonly labels?: Readonly<Record<string, string>> }>>;
  readonly secrets?: readonly PlannedObject[];
  readonly configMaps?: readonly PlannedObject[];
  readonly persistentVolumeClaims?: readonly PlannedObject[];
  readonly serviceAccounts?: readonly PlannedObject[];
  /** Names of DeviceClasses of dynamic resource allocation. */
  readonly deviceClasses?: readonly string[];
  /** Whether the gateway's controller is told to look at InferencePools; Istio does not do so by itself. */
  readonly inferenceExtensionEnabled?: boolean;
  /** Whether KServe's ConfigMap says which Prometheus holds the figures of autoscaling; KEDA needs it. */
  readonly autoscalingPrometheus?: boolean;
  /** Whether the API server adds the toleration for a taint that is named like a resource which a pod asks for, as GKE's does. */
  readonly extendedResourceToleration?: boolean;
  /** Whether KServe serves with certificates of its own (`enableLLMInferenceServiceTLS`). */
  readonly enableTLS?: boolean;
  /** Whether images without a digest are reported. @default false */
  readonly requireDigests?: boolean;
  /** The lists that there may be more of than they say. @default none */
  readonly partial?: readonly ListName[];
}

/** A list of {@link ClusterPlan}. */
export type ListName =
  | "crds"
  | "pools"
  | "gateways"
  | "namespaces"
  | "secrets"
  | "configMaps"
  | "persistentVolumeClaims"
  | "serviceAccounts"
  | "deviceClasses";

/** An object in the cluster: "<namespace>/<name>", or with its keys where they are known. */
export type PlannedObject =
  string | { readonly namespace: string; readonly name: string; readonly keys?: readonly string[] };

/** Nodes of one kind. */
export interface NodePool {
  readonly name: string;
  /** Name in the catalogue of accelerators, such as "nvidia-h100-80gb"; none for nodes without, or with others. */
  readonly accelerator?: string;
  /** Accelerators of one node. */
  readonly acceleratorsPerNode?: number;
  /** Extended resource that the accelerators are asked for by. @default what the catalogue says */
  readonly acceleratorResource?: string;
  /** GiB of one accelerator. @default what the catalogue says */
  readonly acceleratorMemoryGiB?: number;
  /** @default not known */
  readonly minNodes?: number;
  /** At most so many nodes. @default not known */
  readonly maxNodes?: number;
  /** CPUs of one node that pods may have, as a quantity. @default not known */
  readonly cpu?: string | number;
  /** Memory of one node that pods may have, as a quantity. @default not known */
  readonly memory?: string | number;
  /** Other resources of one node, such as `rdma/roce` or `ephemeral-storage`. @default not known */
  readonly resources?: Readonly<Record<string, string | number>>;
  /** Labels of the nodes, but for those that every cluster sets (`kubernetes.io/…`). @default not known */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default none is known */
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Topology of a TPU slice, such as "2x4". */
  readonly topology?: string;
}

/** A Gateway and its listeners. */
export interface PlannedGateway {
  readonly namespace: string;
  readonly name: string;
  readonly className?: string;
  /** What realises it. @default the controller that classes of this name belong to, where one is known */
  readonly controller?: GatewayControllerName;
  /** @default not known */
  readonly listeners?: readonly PlannedListener[];
}

/** One port of a Gateway. */
export interface PlannedListener {
  readonly name: string;
  /** @default "HTTP" */
  readonly protocol?: string;
  readonly port?: number;
  /** @default every host name */
  readonly hostname?: string;
  /** @default { from: "Same" }, as in Gateway API */
  readonly allowedRoutes?: {
    readonly from: string;
    readonly selector?: LabelSelector;
  };
}
