/** API group of LLMInferenceService and LLMInferenceServiceConfig. */
export const servingGroup = "serving.kserve.io";

/** The API version this package writes: the storage version since KServe 0.17. */
export const servingApiVersion = `${servingGroup}/v1alpha2`;

/** KServe's conversion webhook and presets work in this namespace only (kserve#5668). */
export const kserveNamespace = "kserve";

/** Where the conversion from v1alpha1 keeps `spec.model.criticality`, for which v1alpha2 has no field. */
export const modelCriticalityAnnotation = "internal.serving.kserve.io/model-criticality";

/** Criticality of a model's requests. Source: the enum of the v1alpha1 CRD. */
export const Criticality = {
  Critical: "Critical",
  Standard: "Standard",
  Sheddable: "Sheddable",
} as const;
export type Criticality = (typeof Criticality)[keyof typeof Criticality];

/** Ports that KServe and the endpoint picker (EPP) use. Source: KServe's presets and `L/scheduler.go` at 0.20. */
export const ports = {
  /** vLLM's OpenAI API on the workload Service. */
  workload: 8000,
  /** The endpoint picker's ext-proc gRPC service. */
  schedulerGrpc: 9002,
  schedulerHealth: 9003,
  schedulerMetrics: 9090,
  /** Where servers report what their KV caches hold. */
  schedulerZmq: 5557,
} as const;
