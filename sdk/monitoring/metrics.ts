/**
 * What model servers say of themselves on `/metrics`.
 *
 * Sources: vLLM's page "Production Metrics" (docs.vllm.ai, usage/metrics), and internal/constants/metrics.go of
 * llm-d-workload-variant-autoscaler v0.7.0, which reads the same. Counters of Python's client end in `_total`.
 */
export const serverMetrics = {
  running: "vllm:num_requests_running",
  waiting: "vllm:num_requests_waiting",
  kvCacheUsage: "vllm:kv_cache_usage_perc",
  finished: "vllm:request_success_total",
  promptTokens: "vllm:prompt_tokens_total",
  generatedTokens: "vllm:generation_tokens_total",
  preemptions: "vllm:num_preemptions_total",
  prefixCacheHits: "vllm:prefix_cache_hits_total",
  prefixCacheQueries: "vllm:prefix_cache_queries_total",
  /** Histograms, in seconds. */
  timeToFirstToken: "vllm:time_to_first_token_seconds",
  interTokenLatency: "vllm:inter_token_latency_seconds",
  requestLatency: "vllm:e2e_request_latency_seconds",
  queueTime: "vllm:request_queue_time_seconds",
} as const;

/** Upper bounds of the buckets of {@link serverMetrics}.timeToFirstToken, in seconds. Source: vLLM, vllm/v1/metrics/buckets.py. */
export const timeToFirstTokenBuckets: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];

/**
 * What endpoint pickers say.
 *
 * Source: pkg/epp/metrics/metrics.go of gateway-api-inference-extension v1.5.0. llm-d's router is built on it.
 */
export const pickerMetrics = {
  requests: "inference_objective_request_total",
  errors: "inference_objective_request_error_total",
  runningRequests: "inference_objective_running_requests",
  readyPods: "inference_pool_ready_pods",
  averageQueueSize: "inference_pool_average_queue_size",
  averageKvCacheUtilization: "inference_pool_average_kv_cache_utilization",
  schedulingAttempts: "inference_extension_scheduler_attempts_total",
  flowControlQueueSize: "inference_extension_flow_control_queue_size",
  /** Histograms, in seconds but for the ratio. */
  requestDuration: "inference_objective_request_duration_seconds",
  schedulingDuration: "inference_extension_scheduler_e2e_duration_seconds",
  pluginDuration: "inference_extension_plugin_duration_seconds",
  prefixHitRatio: "inference_extension_prefix_indexer_hit_ratio",
} as const;

/** What kube-state-metrics says; the first as this package's Prometheus configures it. */
export const stateMetrics = {
  serviceInfo: "kube_llminferenceservice_info",
  deploymentAvailable: "kube_deployment_status_replicas_available",
} as const;

/** Labels that the monitors of this package add to each series. */
export const serviceLabel = "llm_inference_service";
export const roleLabel = "llm_d_role";
