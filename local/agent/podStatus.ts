import type { Pod } from "./podSpec";

/** What the process of a pod is doing. */
export type HostedPhase =
  /** Something that it needs is not there yet, or it cannot be run here at all. */
  | { kind: "waiting"; reason: string; message: string }
  | { kind: "starting"; startedAt: string }
  | { kind: "ready"; startedAt: string }
  /** It has ended and will be started again. */
  | { kind: "crashed"; message: string }
  /** It has ended for good. */
  | { kind: "ended"; end: Termination };

/** How a process ended, as a pod's status tells it. */
export interface Termination {
  exitCode: number;
  message: string;
  startedAt: string;
  finishedAt: string;
}

export interface StatusContext {
  phase: HostedPhase;
  /** When the phase began. */
  since: string;
  podIP: string;
  restarts: number;
  lastEnd?: Termination;
}

/** The status that a kubelet would give to a pod, as a strategic merge patch: other conditions stay as they are. */
export function podStatus(
  pod: Pod,
  { phase, since, podIP, restarts, lastEnd }: StatusContext,
): Record<string, unknown> {
  const ready = phase.kind === "ready";
  // A container that waits to be started again leaves its pod Running.
  const placed = phase.kind !== "waiting" || restarts > 0;
  const condition = (type: string, status: boolean) => ({
    type,
    status: status ? "True" : "False",
    lastTransitionTime: since,
    // null takes away what an earlier status said.
    reason: status ? null : "ContainersNotReady",
    message: null,
  });
  const ended = phase.kind === "ended" ? (phase.end.exitCode === 0 ? "Succeeded" : "Failed") : undefined;
  return {
    phase: ended ?? (placed ? "Running" : "Pending"),
    ...(placed ? { podIP, podIPs: [{ $patch: "replace" }, { ip: podIP }] } : {}),
    hostIP: "127.0.0.1",
    hostIPs: [{ ip: "127.0.0.1" }],
    startTime: pod.status?.startTime ?? since,
    conditions: [
      condition("PodReadyToStartContainers", placed),
      condition("Initialized", true),
      condition("ContainersReady", ready),
      condition("Ready", ready),
    ],
    containerStatuses: pod.spec.containers.map(({ name, image }) => ({
      name,
      image,
      imageID: "",
      ready,
      started: ready,
      restartCount: restarts,
      state: containerState(phase),
      lastState: lastEnd ? { terminated: terminated(lastEnd) } : {},
    })),
  };
}

function terminated(end: Termination): Record<string, unknown> {
  return { reason: end.exitCode === 0 ? "Completed" : "Error", ...end };
}

function containerState(phase: HostedPhase): Record<string, unknown> {
  switch (phase.kind) {
    case "waiting":
      return { waiting: { reason: phase.reason, message: phase.message } };
    case "starting":
    case "ready":
      return { running: { startedAt: phase.startedAt } };
    case "ended":
      return { terminated: terminated(phase.end) };
    case "crashed":
      return { waiting: { reason: "CrashLoopBackOff", message: phase.message } };
  }
}
