/**
 * Every code of a finding, with its severity and what it means; docs/preflight.md has an example and a fix for each. An error stops a
 * preview, unless it is waived; a warning is shown.
 */
export const preflightCodes = {
  "namespace-invalid": { severity: "error", meaning: "no namespace can have this name" },
  "label-invalid": { severity: "error", meaning: "pods or objects cannot carry this label" },
  "host-name-too-long": { severity: "error", meaning: "a host name is longer than hosts, labels or DNS allow" },
  "certificate-host-name": {
    severity: "warning",
    meaning: "a host name does not fit into a certificate's common name",
  },
  "group-name-too-long": {
    severity: "error",
    meaning: "with so many groups, names of a multi-node workload's parts exceed a label",
  },
  "gateway-name-too-long": {
    severity: "error",
    meaning: "the gateway's controller cannot name what it makes for the gateway",
  },

  "kserve-too-old": { severity: "error", meaning: "this version of KServe cannot serve what this package writes" },
  "kserve-feature": { severity: "error", meaning: "this version of KServe has no such field" },
  "component-missing": { severity: "error", meaning: "something that a feature needs is not in the cluster" },
  "component-too-old": {
    severity: "error",
    meaning: "something that a feature needs is in the cluster in a version without it",
  },
  "component-untested": { severity: "warning", meaning: "a component is older than what KServe was built against" },
  "crd-missing": { severity: "error", meaning: "the API server does not know a kind that KServe makes objects of" },
  "inference-disabled": { severity: "error", meaning: "the gateway's controller does not look at InferencePools" },
  "gateway-without-pools": {
    severity: "error",
    meaning: "gateways of this class send no requests to InferencePools",
  },
  "gateway-class-unknown": { severity: "error", meaning: "the gateway's controller has no GatewayClass of this name" },
  "autoscaling-prometheus": { severity: "error", meaning: "KServe does not know which Prometheus KEDA is to ask" },
  "router-image-withdrawn": { severity: "error", meaning: "the endpoint picker's image is no longer published" },
  "router-image-old": {
    severity: "warning",
    meaning: "the endpoint picker's image is older than what KServe's presets are written for",
  },
  "image-latest": { severity: "warning", meaning: "an image without a fixed version" },
  "image-digest": { severity: "warning", meaning: "an image without a digest, where digests are asked for" },

  "accelerator-missing": { severity: "error", meaning: "no node pool has this kind of accelerator or device" },
  "node-selector": { severity: "error", meaning: "no node pool has the labels that a pod selects" },
  "untolerated-taint": { severity: "error", meaning: "pods are kept off the only nodes that fit" },
  "accelerators-per-node": { severity: "error", meaning: "a pod asks for more accelerators than a node has" },
  "node-too-small": { severity: "error", meaning: "a pod asks for more CPU, memory or storage than a node has" },
  "pool-too-small": { severity: "error", meaning: "the replicas do not fit into the pools at their largest" },
  "group-too-large": { severity: "error", meaning: "not even one group of a multi-node workload fits into the pools" },
  "scaling-beyond-pools": {
    severity: "warning",
    meaning: "the most replicas that scaling may ask for do not fit into the pools",
  },
  "cluster-too-small": {
    severity: "error",
    meaning: "the services together ask for more accelerators than the pools have",
  },
  "pool-accelerator-unknown": {
    severity: "warning",
    meaning: "a node pool's accelerator is not in the catalogue, so that little is known of its nodes",
  },
  "limits-differ": {
    severity: "error",
    meaning: "accelerators cannot be requested in another number than their limit",
  },
  "parallelism-exceeds-accelerators": {
    severity: "warning",
    meaning: "a pod is to use more accelerators than it asks for",
  },
  "accelerators-idle": { severity: "warning", meaning: "a pod asks for more accelerators than it uses" },
  "model-size-invalid": { severity: "error", meaning: "the size that is stated of a model's weights is none" },
  "model-too-large": { severity: "error", meaning: "the model's weights do not fit into the accelerators' memory" },
  "model-memory-tight": { severity: "warning", meaning: "beside the weights little memory is left for the KV cache" },

  "secret-missing": { severity: "error", meaning: "a Secret is neither there nor planned" },
  "config-map-missing": { severity: "error", meaning: "a ConfigMap is neither there nor planned" },
  "key-missing": { severity: "error", meaning: "a Secret or ConfigMap has no such key" },
  "volume-claim-missing": { severity: "error", meaning: "a PersistentVolumeClaim is neither there nor planned" },
  "service-account-missing": { severity: "error", meaning: "a ServiceAccount is neither there nor planned" },
  "device-class-missing": { severity: "error", meaning: "a DeviceClass is neither there nor planned" },
  "namespace-missing": { severity: "error", meaning: "the service's namespace is neither there nor planned" },

  "gateway-missing": { severity: "error", meaning: "a Gateway is neither there nor planned" },
  "listener-missing": { severity: "error", meaning: "a Gateway has no listener of this name" },
  "listener-namespace": { severity: "error", meaning: "no listener admits routes of the service's namespace" },
  "listener-hostname": { severity: "error", meaning: "no listener has a host name of the route's" },
  "listener-protocol": { severity: "error", meaning: "HTTPRoutes cannot be attached to such a listener" },
  "route-missing": {
    severity: "error",
    meaning: "without a route no gateway reports the scheduler's pool, and the service stays not Ready",
  },

  "scheduler-config": {
    severity: "error",
    meaning: "the endpoint picker would not start with this configuration",
  },
  "scheduler-config-ignored": {
    severity: "warning",
    meaning: "the endpoint picker ignores a part of its configuration",
  },
  "model-name-shared": { severity: "warning", meaning: "two services of a namespace answer to one model name" },
  "served-name-differs": {
    severity: "warning",
    meaning: "the model server answers to another name than clients are told",
  },

  "waiver-unknown-code": { severity: "error", meaning: "a waiver names a code that does not exist" },
  "waiver-without-reason": { severity: "error", meaning: "a waiver gives no reason" },
  "waiver-unused": { severity: "warning", meaning: "a waiver waives nothing" },
} as const satisfies Readonly<Record<string, { severity: Severity; meaning: string }>>;

/** Whether a finding stops a preview. */
export type Severity = "error" | "warning";
/** What kind of finding it is. */
export type PreflightCode = keyof typeof preflightCodes;
