import type { KubernetesObject } from "../kubernetes/client";

/** What a cause is about, for programs; docs/troubleshooting.md has each with an example. */
export const CauseCode = {
  /** The service's kind is not served: KServe's CRDs are not installed. */
  kindNotServed: "kind-not-served",
  namespaceMissing: "namespace-missing",
  serviceMissing: "service-missing",
  /** KServe's controller is absent or has no ready pod. */
  controllerUnavailable: "controller-unavailable",
  stopped: "stopped",
  /** A preset or baseRef does not exist. */
  configNotFound: "config-not-found",
  /** Presets, baseRefs and spec cannot be merged or rendered. */
  configInvalid: "config-invalid",
  /** Gateway or HTTPRoute that the spec names does not exist. */
  referenceMissing: "reference-missing",
  /** The controller needs a kind that the API server does not serve, such as LeaderWorkerSet or VariantAutoscaling. */
  crdMissing: "crd-missing",
  /** The controller cannot make what the service consists of, for another reason. */
  reconcileFailed: "reconcile-failed",
  quotaExceeded: "quota-exceeded",
  /** Pods are refused by the API server: service account, admission, Pod Security. */
  podRefused: "pod-refused",
  /** No pod exists, and nothing says why. */
  noPods: "no-pods",
  unschedulable: "unschedulable",
  imagePull: "image-pull",
  containerConfig: "container-config",
  /** A volume cannot be mounted, or what it needs does not exist. */
  volume: "volume",
  initContainerFailed: "init-container-failed",
  /** An init container still runs: mostly the model's download. */
  initContainerRunning: "init-container-running",
  outOfMemory: "out-of-memory",
  crashLoop: "crash-loop",
  notReady: "not-ready",
  podFailed: "pod-failed",
  gatewayClass: "gateway-class",
  gatewayMissing: "gateway-missing",
  gatewayNotProgrammed: "gateway-not-programmed",
  routeNotAccepted: "route-not-accepted",
  poolNotAccepted: "pool-not-accepted",
  scaling: "scaling",
  /** A condition is False, and none of the objects says more. */
  condition: "condition",
} as const;
export type CauseCode = (typeof CauseCode)[keyof typeof CauseCode];

/** One reason why a service is not Ready. */
export interface Cause {
  readonly code: CauseCode;
  /** Kind and name of what has the problem, such as `Pod llama-8b-kserve-6d9f` or `2 pods, such as llama-8b-kserve-6d9f`. */
  readonly object: string;
  /** What is wrong with it, in one clause. */
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Shows more. */
  readonly command?: string;
}

/** Conditions of the service that are not True, for one reason. */
export interface FalseCondition {
  /** Types of those that have this status, reason and message, such as `WorkloadsReady`, in the service's order. */
  readonly types: readonly string[];
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Why a LLMInferenceService is not Ready. */
export interface Diagnosis {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** The most likely first: what is nearer to the beginning of the service's life explains what comes later. */
  readonly causes: readonly Cause[];
  readonly conditions: readonly FalseCondition[];
  /** Kinds that could not be read, and why; what they would have told is missing here. */
  readonly unread: readonly string[];
  /** Where to look further. */
  readonly commands: readonly string[];
}

/** Which service. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
}

/** Everything in a cluster that a service's readiness depends on, as it was read. Lists hold what belongs to the service only. */
export interface ServiceObjects extends ServiceReference {
  /** Whether the API server serves LLMInferenceServices. */
  readonly kindServed: boolean;
  readonly namespaceExists: boolean;
  readonly service?: KubernetesObject;
  /** Deployment of KServe's controller. */
  readonly controller?: KubernetesObject;
  readonly deployments: readonly KubernetesObject[];
  readonly leaderWorkerSets: readonly KubernetesObject[];
  readonly pods: readonly KubernetesObject[];
  /** Warnings about the service and what belongs to it. */
  readonly events: readonly KubernetesObject[];
  readonly routes: readonly KubernetesObject[];
  /** Gateways that routes or the spec name, by `<namespace>/<name>`; undefined for those that do not exist. */
  readonly gateways: ReadonlyMap<string, KubernetesObject | undefined>;
  /** Classes of these gateways by name; undefined for those that do not exist. */
  readonly gatewayClasses: ReadonlyMap<string, KubernetesObject | undefined>;
  readonly pools: readonly KubernetesObject[];
  readonly autoscalers: readonly KubernetesObject[];
  readonly nodes: readonly KubernetesObject[];
  /** `<kind> <name>` of what the pods' volumes and environments name and the namespace lacks. */
  readonly missing: readonly string[];
  /** Names of LLMInferenceServiceConfigs that the service could mean by one that does not exist. */
  readonly configs: readonly string[];
  readonly unread: readonly string[];
}
