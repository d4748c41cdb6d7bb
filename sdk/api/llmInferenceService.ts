import type { types } from "@pulumi/kubernetes";
import type { Input } from "@pulumi/pulumi";

import type { HTTPRouteSpecArgs, InferencePoolSpecArgs } from "./gatewayTypes";

type PodSpecArgs = types.input.core.v1.PodSpec;

/**
 * `spec` of a LLMInferenceService (and of a LLMInferenceServiceConfig, where every field is optional).
 *
 * Source: `pkg/apis/serving/v1alpha2/llm_inference_service_types.go` of KServe 0.20.
 */
export interface LLMInferenceServiceSpecArgs extends WorkloadSpecArgs {
  model?: Input<LLMModelSpecArgs>;
  /** The prefill workload; its presence separates prefill from decode, which is then the main workload. */
  prefill?: Input<WorkloadSpecArgs>;
  router?: Input<RouterSpecArgs>;
  storageInitializer?: Input<StorageInitializerSpecArgs>;
  tracing?: Input<TracingSpecArgs>;
  /** LLMInferenceServiceConfigs in the cluster that this service is composed from, later over earlier. */
  baseRefs?: Input<Input<LocalObjectReferenceArgs>[]>;
}

/** A model and where it comes from. */
export interface LLMModelSpecArgs {
  /** `hf://`, `s3://`, `oci://`, `oci+native://` or `pvc://`. */
  uri?: Input<string>;
  /** Name under which clients ask for the model. @default the service's metadata.name */
  name?: Input<string>;
  lora?: Input<LoRASpecArgs>;
  confidential?: Input<{ enabled: Input<boolean>; resourceId?: Input<string> }>;
}

/** LoRA adapters served beside the base model. */
export interface LoRASpecArgs {
  adapters?: Input<Input<LLMModelSpecArgs>[]>;
  maxRank?: Input<number>;
  maxAdapters?: Input<number>;
  maxCpuAdapters?: Input<number>;
}

/** Pods that serve the model; `worker` makes it a multi-node workload run by LeaderWorkerSet. */
export interface WorkloadSpecArgs {
  /** Replicas, or groups of nodes in a multi-node workload. Excludes `scaling`. */
  replicas?: Input<number>;
  scaling?: Input<ScalingSpecArgs>;
  parallelism?: Input<ParallelismSpecArgs>;
  labels?: Input<Record<string, Input<string>>>;
  annotations?: Input<Record<string, Input<string>>>;
  /** The pod, or the leader's pod in a multi-node workload. */
  template?: Input<PartialPodSpecArgs>;
  /** The workers' pod in a multi-node workload. */
  worker?: Input<PartialPodSpecArgs>;
  kvCacheOffloading?: Input<KVCacheOffloadingSpecArgs>;
}

/** A PodSpec that is merged over the presets', so that no field is required. */
export type PartialPodSpecArgs = Partial<PodSpecArgs>;

/** How the model is spread over accelerators. */
export interface ParallelismSpecArgs {
  tensor?: Input<number>;
  pipeline?: Input<number>;
  /** Data-parallel instances in all; a group has `data / dataLocal` nodes. */
  data?: Input<number>;
  /** Data-parallel instances on one node. */
  dataLocal?: Input<number>;
  dataRPCPort?: Input<number>;
  /** Expert parallelism. @default false */
  expert?: Input<boolean>;
}

/** Autoscaling by the workload variant autoscaler (WVA). Excludes `replicas`. */
export interface ScalingSpecArgs {
  /** @default 1 */
  minReplicas?: Input<number>;
  maxReplicas: Input<number>;
  wva?: Input<{
    /** @default "10.0" */
    variantCost?: Input<string>;
    hpa?: Input<{ behavior?: Input<types.input.autoscaling.v2.HorizontalPodAutoscalerBehavior> }>;
    keda?: Input<KEDAScalingSpecArgs>;
  }>;
}

/** Settings of the KEDA ScaledObject that KServe makes. Intervals are seconds. */
export interface KEDAScalingSpecArgs {
  pollingInterval?: Input<number>;
  cooldownPeriod?: Input<number>;
  initialCooldownPeriod?: Input<number>;
  idleReplicaCount?: Input<number>;
  /** Replicas to hold while the metrics cannot be read. */
  fallback?: Input<KEDAFallbackArgs>;
  /** KServe 0.20 has a faulty rule in its CRD, by which the API server refuses every value of this field. */
  advanced?: Input<Record<string, unknown>>;
}

/** What KEDA does while metrics are missing. */
export interface KEDAFallbackArgs {
  /** Failed reads of the metrics before it begins. */
  failureThreshold: Input<number>;
  replicas: Input<number>;
  /** "static", "currentReplicas", "currentReplicasIfHigher" or "currentReplicasIfLower". @default "static" */
  behavior?: Input<string>;
}

/** Where the KV cache goes when accelerator memory is full. */
export interface KVCacheOffloadingSpecArgs {
  /** CPU memory, a Kubernetes quantity such as "64Gi". */
  cpu: Input<string>;
  /** "lru" or "arc". @default "lru" */
  evictionPolicy?: Input<string>;
  /** Further tiers, in the order in which they are filled. */
  secondary?: Input<Input<{ fileSystem: Input<FileSystemTierArgs> }>[]>;
}

/** A tier of the KV cache on disk: exactly one of the two. */
export interface FileSystemTierArgs {
  /** A disk of the pod's node; `size` is a quantity, which KServe also requests as ephemeral-storage. */
  emptyDir?: Input<{ size: Input<string> }>;
  /** A claim for each pod (`spec`), or one that exists (`ref`, with a folder in it). */
  pvc?: Input<{
    spec?: Input<types.input.core.v1.PersistentVolumeClaimSpec>;
    ref?: Input<{ name: Input<string>; path?: Input<string> }>;
  }>;
}

/** How requests reach the workload. */
export interface RouterSpecArgs {
  /** Present but empty: a route that KServe manages. */
  route?: Input<{
    http?: Input<{ refs?: Input<Input<LocalObjectReferenceArgs>[]>; spec?: Input<HTTPRouteSpecArgs> }>;
    /** Canary group: services of one group share a route. Needs `weight`. */
    group?: Input<string>;
    weight?: Input<number>;
  }>;
  /** Present but empty: the gateway that KServe's configuration names. */
  gateway?: Input<{ refs?: Input<Input<GatewayReferenceArgs>[]> }>;
  ingress?: Input<{ refs?: Input<Input<{ name: Input<string>; namespace?: Input<string> }>[]> }>;
  /** Present but empty: an endpoint picker and InferencePool that KServe manages. */
  scheduler?: Input<SchedulerSpecArgs>;
}

/** A Gateway, and optionally one of its listeners. */
export interface GatewayReferenceArgs {
  name: Input<string>;
  namespace?: Input<string>;
  sectionName?: Input<string>;
}

/** The endpoint picker (EPP) and its pool. */
export interface SchedulerSpecArgs {
  pool?: Input<{ spec?: Input<InferencePoolSpecArgs>; ref?: Input<LocalObjectReferenceArgs> }>;
  labels?: Input<Record<string, Input<string>>>;
  annotations?: Input<Record<string, Input<string>>>;
  template?: Input<PartialPodSpecArgs>;
  /** EndpointPickerConfig, written here or in a ConfigMap. */
  config?: Input<{
    inline?: Input<Record<string, unknown>>;
    /** The API server requires `key`; an empty one stands for "epp". */
    ref?: Input<{ name: Input<string>; key?: Input<string>; optional?: Input<boolean> }>;
  }>;
  replicas?: Input<number>;
}

/** Download of the model before the server starts. */
export interface StorageInitializerSpecArgs {
  /** @default true */
  enabled?: Input<boolean>;
}

/** OpenTelemetry tracing of model servers and endpoint picker. */
export interface TracingSpecArgs {
  exporterEndpoint?: Input<string>;
  sampler?: Input<string>;
  samplerArg?: Input<string>;
  exporter?: Input<string>;
}

/** An object of the same namespace. */
export interface LocalObjectReferenceArgs {
  name: Input<string>;
}

/** `status` of a LLMInferenceService, as far as this package reads it. */
export interface LLMInferenceServiceStatus {
  url?: string;
  addresses?: ServiceAddress[];
  conditions?: Condition[];
  observedGeneration?: number;
  router?: {
    gateways?: ObjectReference[];
    scheduler?: { inferencePool?: ObjectReference; service?: ObjectReference };
  };
  appliedConfigs?: AppliedConfig[];
}

/** One address at which a service answers. */
export interface ServiceAddress {
  /** Such as "gateway-external". */
  name?: string;
  url?: string;
  origin?: ObjectReference;
  models?: { name: string }[];
}

/** An object in the cluster. */
export interface ObjectReference {
  group?: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** A preset or a baseRef that the controller merged. */
export interface AppliedConfig {
  name: string;
  namespace: string;
  /** "Preset" or "UserRef". */
  source: string;
}

/** A condition of any Kubernetes object. */
export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  severity?: string;
}
