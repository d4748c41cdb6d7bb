import type { KubernetesObject } from "../../../sdk/kubernetes/client";
import { playLabel } from "./failures";

/**
 * Stages that keep what carries {@link playLabel} from becoming ready. They weigh more than those of the embedded cluster, and kwok takes
 * the heaviest that fits; a status that is as they want it changes nothing, so they may fit for ever.
 */
export const failureStages: readonly KubernetesObject[] = [
  podStage("image-pull", {
    containerStatuses: [
      waiting("main", "ImagePullBackOff", 'Back-off pulling image "ghcr.io/nobody/nothing:v1": not found'),
    ],
  }),
  podStage("crash-loop", {
    containerStatuses: [
      {
        ...waiting("main", "CrashLoopBackOff", "back-off 5m0s restarting failed container=main"),
        restartCount: 7,
        lastState: {
          terminated: {
            exitCode: 1,
            reason: "Error",
            message:
              "INFO start\nValueError: the model's max seq len (131072) is larger than the KV cache; token=hf_abcdefghijklmnop",
          },
        },
      },
    ],
  }),
  podStage("out-of-memory", {
    containerStatuses: [
      {
        ...waiting("main", "CrashLoopBackOff", "back-off 40s restarting failed container=main"),
        restartCount: 3,
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled" } },
      },
    ],
  }),
  podStage("init-failed", {
    initContainerStatuses: [
      {
        ...waiting("storage-initializer", "CrashLoopBackOff", "back-off 20s restarting failed container"),
        restartCount: 2,
        lastState: {
          terminated: { exitCode: 1, reason: "Error", message: "401 Client Error: access to the model is restricted" },
        },
      },
    ],
    containerStatuses: [waiting("main", "PodInitializing")],
  }),
  podStage("creating", { containerStatuses: [waiting("main", "ContainerCreating")] }),
  podStage(
    "loading",
    {
      containerStatuses: [
        {
          name: "main",
          image: "vllm",
          imageID: "",
          ready: false,
          started: true,
          restartCount: 0,
          state: { running: {} },
        },
      ],
    },
    "Running",
  ),
  stage("failing-gateway", "Gateway", `.metadata.labels["${playLabel}"] == "none"`),
  stage("failing-gateway-class", "GatewayClass", `.metadata.labels["${playLabel}"] == "none"`),
  stage("failing-route", "HTTPRoute", '.metadata.name == "route-kserve-route"', {
    parents: [
      {
        controllerName: "pulumi-kserve.dev/embedded-gateway",
        parentRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: "private", namespace: "failures" },
        conditions: [
          {
            type: "Accepted",
            status: "False",
            reason: "NotAllowedByListeners",
            message: "no listener admits routes of the namespace",
            lastTransitionTime: "2026-01-01T00:00:00Z",
            observedGeneration: 1,
          },
        ],
      },
    ],
  }),
];

function waiting(name: string, reason: string, message?: string): Record<string, unknown> {
  return {
    name,
    image: "image",
    imageID: "",
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason, ...(message && { message }) } },
  };
}

function podStage(play: string, status: object, phase = "Pending"): KubernetesObject {
  const conditions = ["ContainersReady", "Ready"].map((type) => ({
    type,
    status: "False",
    reason: "ContainersNotReady",
    message: "containers with unready status: [main]",
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }));
  return stage(`failing-pod-${play}`, "Pod", `.metadata.labels["${playLabel}"] == "${play}"`, {
    phase,
    conditions,
    ...status,
  });
}

/** Without a status, the Stage does nothing, and keeps others from doing something. */
function stage(name: string, kind: string, when: string, status?: object): KubernetesObject {
  const apiGroup = kind === "Pod" ? "v1" : "gateway.networking.k8s.io/v1";
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: {
      resourceRef: { apiGroup, kind },
      selector: {
        matchExpressions: [when, ".metadata.deletionTimestamp == null"].map((key) => ({
          jq: { key, operator: "In", values: ["true"] },
        })),
      },
      weight: 1000,
      steps: status ? [{ patch: { subresource: "status", root: "status", template: JSON.stringify(status) } }] : [],
    },
  };
}
