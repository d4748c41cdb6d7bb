import { routerVersion } from "../compatibility";
import { versions } from "../versions";

/**
 * Images of a standalone router.
 *
 * The digest is that of the image index which Docker Hub gives for `distroless-v1.39.1`, as several public repositories that pin it state it; Envoy
 * Gateway 1.9.1 and 1.9.2 run the same. It was not fetched from here.
 */
export const standaloneImages = {
  /** What KServe 0.20's preset `kserve-config-llm-scheduler` runs. */
  endpointPicker: `ghcr.io/llm-d/llm-d-router-endpoint-picker:v${routerVersion}`,
  envoy: `docker.io/envoyproxy/envoy:distroless-v${versions.envoy}@sha256:eb2c01c13125d1629637cb4e4cce7207009fb7cc2c8027f9742758549d15b6f4`,
} as const;
