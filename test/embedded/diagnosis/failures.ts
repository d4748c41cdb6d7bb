import type { KubernetesObject } from "../../../sdk/kubernetes/client";

/** A service that never becomes Ready, and what else there must be for it to fail as it does. */
export interface Failure {
  readonly name: string;
  /** @default "failures" */
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Pods with this label, and Gateways, are played as its value says, instead of becoming ready. */
export const playLabel = "failure-test/play";

const model = { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" };
const main = (container: object, pod: object = {}): object => ({
  containers: [{ name: "main", ...container }],
  ...pod,
});
const gpus = (count: number): object => ({ resources: { limits: { "nvidia.com/gpu": String(count) } } });
const played = (play: string, template: object = main({})): Record<string, unknown> => ({
  model,
  labels: { [playLabel]: play },
  template,
});
const routed = (router: object): Record<string, unknown> => ({ model, template: main({}), router });

/** One service for each failure; all of them are created at once. */
export const failures: readonly Failure[] = [
  { name: "gpu-count", spec: { model, replicas: 2, template: main(gpus(16)) } },
  { name: "gpu-kind", spec: { model, template: main({ resources: { limits: { "amd.com/gpu": "1" } } }) } },
  {
    name: "node-selector",
    spec: { model, template: main(gpus(1), { nodeSelector: { "nvidia.com/gpu.product": "H200" } }) },
  },
  {
    name: "taint",
    spec: { model, template: main({}, { nodeSelector: { "pulumi-kserve.dev/node-kind": "nvidia-h100-80gb" } }) },
  },
  {
    name: "group",
    spec: {
      model,
      parallelism: { data: 2, dataLocal: 1 },
      template: main(gpus(9)),
      worker: main(gpus(9)),
    },
  },
  { name: "base-ref", spec: { model, baseRefs: [{ name: "gpu-defualts" }] } },
  { name: "template", spec: { model, template: main({ args: ["--name={{ .Spec.Nothing }}"] }) } },
  { name: "gateway-ref", spec: routed({ gateway: { refs: [{ name: "nowhere", namespace: "failures" }] }, route: {} }) },
  {
    name: "gateway-class",
    spec: routed({ gateway: { refs: [{ name: "unserved", namespace: "failures" }] }, route: {} }),
  },
  {
    name: "gateway-classless",
    spec: routed({ gateway: { refs: [{ name: "classless", namespace: "failures" }] }, route: {} }),
  },
  {
    name: "route",
    spec: routed({ gateway: { refs: [{ name: "private", namespace: "failures" }] }, route: {}, scheduler: {} }),
  },
  { name: "route-ref", spec: routed({ route: { http: { refs: [{ name: "nowhere" }] } } }) },
  {
    name: "scheduler",
    spec: routed({
      route: {},
      scheduler: { template: { ...main({}), nodeSelector: { pool: "system" } } },
    }),
  },
  {
    name: "scaling",
    spec: { model, template: main({}), scaling: { maxReplicas: 4, wva: { hpa: {} } } },
  },
  { name: "quota", namespace: "small", spec: { model, replicas: 2, template: main(gpus(1)) } },
  {
    name: "quota-group",
    namespace: "small",
    spec: { model, parallelism: { data: 2, dataLocal: 1 }, template: main(gpus(1)), worker: main(gpus(1)) },
  },
  {
    name: "pod-security",
    namespace: "restricted",
    spec: { model, template: main({}, { hostNetwork: true }) },
  },
  { name: "service-account", spec: { model, template: main({}, { serviceAccountName: "model-reader" }) } },
  { name: "claim-missing", spec: { model: { uri: "pvc://weights/llama" }, template: main({}) } },
  { name: "claim-unbound", spec: { model: { uri: "pvc://unbound/llama" }, template: main({}) } },
  {
    name: "secret",
    spec: played(
      "creating",
      main({ env: [{ name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hf-token", key: "token" } } }] }),
    ),
  },
  { name: "image-pull", spec: played("image-pull", main({ image: "ghcr.io/nobody/nothing:v1" })) },
  { name: "crash-loop", spec: played("crash-loop") },
  { name: "out-of-memory", spec: played("out-of-memory", main({ resources: { limits: { memory: "16Gi" } } })) },
  { name: "download", spec: played("init-failed") },
  { name: "loading", spec: played("loading") },
  { name: "stopped", annotations: { "serving.kserve.io/stop": "true" }, spec: { model, template: main({}) } },
];

/** What the failing services name, and what must be there for them to fail. */
export const surroundings: readonly KubernetesObject[] = [
  ...["failures", "small"].map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "restricted", labels: { "pod-security.kubernetes.io/enforce": "baseline" } },
  },
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "accelerators", namespace: "small" },
    spec: { hard: { "requests.nvidia.com/gpu": "0" } },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "unbound", namespace: "failures" },
    spec: {
      accessModes: ["ReadWriteMany"],
      storageClassName: "nowhere",
      resources: { requests: { storage: "100Gi" } },
    },
  },
  {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceServiceConfig",
    metadata: { name: "gpu-defaults", namespace: "failures" },
    spec: { model: { uri: "" } },
  },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: "unserved", labels: { [playLabel]: "none" } },
    spec: { controllerName: "example.com/nobody" },
  },
  gateway("unserved", "unserved", "none"),
  gateway("classless", "nowhere", "none"),
  gateway("private", "istio"),
];

function gateway(name: string, gatewayClassName: string, play?: string): KubernetesObject {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace: "failures", ...(play && { labels: { [playLabel]: play } }) },
    spec: {
      gatewayClassName,
      listeners: [{ name: "http", port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } }],
    },
  };
}

export function serviceObject({ name, namespace = "failures", annotations, spec }: Failure): KubernetesObject {
  return {
    apiVersion: "serving.kserve.io/v1alpha2",
    kind: "LLMInferenceService",
    metadata: { name, namespace, ...(annotations && { annotations }) },
    spec,
  };
}
