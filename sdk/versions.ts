/**
 * Every version that this project pins, in one table. Go tools are pinned a second time, with checksums, by the go.mod and
 * go.sum files in local/toolchain/modules; a unit test holds the two together.
 */
export const versions = {
  /** Pulumi engine and CLI. */
  pulumi: "3.259.0",
  /** Kubernetes of the embedded control plane. */
  kubernetes: "1.34.4",
  etcd: "3.6.5",
  kwok: "0.8.0",
  helm: "3.19.0",
  /** KServe, whose controller acts on LLMInferenceServices. */
  kserve: "0.20.0",
  gatewayApi: "1.5.1",
  /** Gateway API inference extension (InferencePool, endpoint picker). */
  inferenceExtension: "1.5.0",
  leaderWorkerSet: "0.8.0",
  certManager: "1.17.0",
} as const;
