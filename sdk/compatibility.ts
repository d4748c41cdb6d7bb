import { versions } from "./versions";

/** What may be in a cluster beside KServe, as far as features of LLMInferenceServices depend on it. */
export const componentTitles = {
  kubernetes: "Kubernetes",
  kserve: "KServe",
  leaderWorkerSet: "LeaderWorkerSet",
  gatewayApi: "Gateway API",
  inferenceExtension: "the Gateway API inference extension",
  istio: "Istio",
  envoyGateway: "Envoy Gateway",
  envoyAiGateway: "Envoy AI Gateway",
  keda: "KEDA",
  wva: "the workload variant autoscaler (WVA)",
  prometheusAdapter: "prometheus-adapter",
  certManager: "cert-manager",
} as const;
export type ComponentName = keyof typeof componentTitles;

/** The setting of a platform that has a component installed, where there is one. */
export const platformSettingOf: Readonly<Partial<Record<ComponentName, string>>> = {
  leaderWorkerSet: "leaderWorkerSet",
  keda: "autoscaling.keda",
  wva: "autoscaling.workloadVariantAutoscaler",
  prometheusAdapter: "autoscaling.prometheusAdapter",
};

/** What a feature needs of a component. */
export interface Requirement {
  readonly component: ComponentName;
  /** Lowest version; none where being there is enough. */
  readonly minimum?: string;
  readonly because: string;
}

/** Lowest version of KServe that this package writes for: presets of 0.17 to 0.19 name images that are not published any more. */
export const minimumKServe = "0.20.0";

/**
 * Lowest version of Kubernetes that a platform can be installed on: the CRDs of Gateway API come with a ValidatingAdmissionPolicy of API
 * version v1. Sources: gateway.networking.k8s.io_vap_safeupgrades.yaml of Gateway API 1.5.1; the API's release notes of Kubernetes 1.30.
 */
export const minimumKubernetes = "1.30.0";

/**
 * What features of a service need, by feature. Versions are the first that have what is used, or what upstream says is needed; where
 * nothing is known, being there is enough.
 */
export const featureRequirements = {
  /** A worker: groups of pods. Source: `reconcileMultiNodeWorkload` of KServe 0.20 makes LeaderWorkerSets. */
  multiNode: [{ component: "leaderWorkerSet", because: "a worker makes groups of pods, which are LeaderWorkerSets" }],
  /** Experts or data over several nodes. Source: llm-d, guides/prereq/multi-node-serving/README.md ("0.7.0 or newer"). */
  wideExpertParallelism: [
    {
      component: "leaderWorkerSet",
      minimum: "0.7.0",
      because: "data and expert parallelism over several nodes need groups as LeaderWorkerSet makes them since 0.7.0",
    },
  ],
  /** Sources: `reconcileSchedulerInferencePool` makes pools of both API groups; v1 came with 1.0.0 of the extension. */
  scheduler: [
    {
      component: "inferenceExtension",
      minimum: "1.0.0",
      because: "the scheduler's InferencePool is of API version v1",
    },
  ],
  gateway: [{ component: "gatewayApi", minimum: "1.0.0", because: "gateways and routes are of API version v1" }],
  /** Source: the preset config-llm-router-route; timeouts are in the standard channel since Gateway API 1.2.0. */
  managedRoute: [{ component: "gatewayApi", minimum: "1.2.0", because: "the route of KServe's preset has timeouts" }],
  /** Source: `reconcileVA` of KServe 0.20: scaling without a VariantAutoscaling is not possible (kserve#5646, #6262). */
  scaling: [{ component: "wva", because: "KServe 0.20 scales by VariantAutoscalings only" }],
  /** Source: `reconcileKEDAScaledObject`. */
  scalingByKeda: [{ component: "keda", because: "scaling.wva.keda makes a ScaledObject" }],
  /** Source: `reconcileHPA`: the external metric wva_desired_replicas; without it the HPA never becomes active. */
  scalingByHpa: [
    {
      component: "prometheusAdapter",
      because: "the HorizontalPodAutoscaler reads the external metric wva_desired_replicas",
    },
  ],
  /** Source: `reconcileManagedDRA` makes resource.k8s.io/v1, which is in Kubernetes since 1.34. */
  deviceClaims: [
    { component: "kubernetes", minimum: "1.34.0", because: "device claims are of API version resource.k8s.io/v1" },
  ],
} as const satisfies Readonly<Record<string, readonly Requirement[]>>;
export type Feature = keyof typeof featureRequirements;

/** Fields of the spec by the version of KServe that has them first. Source: the v1alpha2 types at KServe's tags 0.17 to 0.20. */
export const fieldsSince: Readonly<Record<string, string>> = {
  scaling: "0.18.0",
  "model.lora": "0.19.0",
  kvCacheOffloading: "0.20.0",
  tracing: "0.20.0",
  "router.route.group": "0.20.0",
  "router.route.weight": "0.20.0",
};

/** Annotations by the version of KServe that heeds them first. */
export const deviceClaimsSince = "0.20.0";

/** What a gateway class needs to send requests to an InferencePool of API version v1. */
export const gatewayClassRequirements: Readonly<Record<string, readonly Requirement[]>> = {
  /** Sources: istio#57219 (1.27 knows v1alpha2 only), kserve#5007. */
  istio: [
    { component: "istio", minimum: "1.28.0", because: "before, Istio does not know InferencePools of API version v1" },
  ],
  /** Source: KServe 0.20, hack/setup/infra: Envoy Gateway hands InferencePools to the AI gateway's extension server. */
  envoy: [
    { component: "envoyGateway", because: "it realises gateways of class envoy" },
    { component: "envoyAiGateway", because: "Envoy Gateway itself does not know InferencePools" },
  ],
};

/** Whose requirements a gateway of a controller has, whatever its class is called. */
export const classOfController: Readonly<Record<string, string>> = {
  istio: "istio",
  digitalocean: "istio",
  "envoy-gateway": "envoy",
};

/** How Istio is told to look at InferencePools. Source: gateway-api-inference-extension#1344. */
export function istioInferenceFlag(version: string | undefined): string {
  return version !== undefined && isOlder(version, "1.28.0")
    ? "SUPPORT_GATEWAY_API_INFERENCE_EXTENSION"
    : "ENABLE_GATEWAY_API_INFERENCE_EXTENSION";
}

/** What KServe 0.20 was built and tested against. Source: kserve-deps.env of KServe 0.20.0. */
export const testedWith: Readonly<Partial<Record<ComponentName, string>>> = {
  leaderWorkerSet: versions.leaderWorkerSet,
  gatewayApi: versions.gatewayApi,
  inferenceExtension: versions.inferenceExtension,
  envoyGateway: "1.8.1",
  envoyAiGateway: "1.0.0",
  keda: versions.keda,
  wva: versions.workloadVariantAutoscaler,
  certManager: versions.certManager,
};

/** Version of the endpoint picker in KServe's preset config-llm-scheduler. */
export const routerVersion = "0.9.0";

/**
 * Images of endpoint pickers that are not published any more, as KServe 0.17 to 0.19 name them; llm-d publishes it as
 * llm-d-router-endpoint-picker now.
 */
export const withdrawnImages: readonly string[] = ["ghcr.io/llm-d/llm-d-inference-scheduler"];
export const routerImage = "ghcr.io/llm-d/llm-d-router-endpoint-picker";

/** Whether a version comes before another; false when one of the two is none, such as "main". */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(than)];
  if (!left || !right) return false;
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbersOf(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(version);
  return match ? match.slice(1).map((part) => Number(part || 0)) : undefined;
}
