import { pathText, View } from "../sdk/api/view";
import type { Json } from "../sdk/compose/marked";
import { workloadsOf } from "../sdk/api/rules/workload";
import type { ObjectIdentity, StackResource } from "./resource";

/** What a rule judges: a resource, of a service what KServe's controller makes of it. */
export interface Subject {
  readonly resource: StackResource;
  /** Undefined for what is no Kubernetes object. */
  readonly object: ObjectIdentity | undefined;
  /** The resource's inputs; of a service that is {@link whole} with its effective spec. */
  readonly root: View;
  /**
   * Whether `root` is all there is. Of a service that the engine has just registered its own spec is known, and what is not in it may
   * come from configs and presets.
   */
  readonly whole: boolean;
  /** Whether KServe's presets are part of `root`: they are when the stack installs KServe. */
  readonly hasPresets: boolean;
  /** Why the whole cannot be known. */
  readonly undecided?: string;
  /** Who set what is at a place, where it was composed. */
  originAt(at: View): string | undefined;
}

/** A pod that a resource asks for. */
export interface Pod {
  readonly at: View;
  /** Kind of the pod of a service. */
  readonly role: "workload" | "scheduler" | undefined;
}

/** Whether a subject is a service of KServe. */
export const isService = ({ object }: Subject): boolean => object?.kind === "LLMInferenceService";

/** Whether a subject is a part of specs that services refer to. */
export const isConfig = ({ object }: Subject): boolean => object?.kind === "LLMInferenceServiceConfig";

/** The pods of a workload of Kubernetes, of a service or of a part of one. */
export function podsOf(subject: Subject): Pod[] {
  const { object, root } = subject;
  const spec = root.get("spec");
  const single = (...path: string[]): Pod[] => [{ at: spec.get(...path), role: undefined }];
  switch (object?.kind) {
    case "LLMInferenceService":
    case "LLMInferenceServiceConfig":
      return [
        ...workloadsOf(spec)
          .flatMap((workload) => [workload.get("template"), workload.get("worker")])
          .map(workloadPod),
        { at: spec.get("router", "scheduler", "template"), role: "scheduler" },
      ];
    case "Pod":
      return [{ at: spec, role: undefined }];
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "ReplicaSet":
    case "Job":
      return single("template", "spec");
    case "CronJob":
      return single("jobTemplate", "spec", "template", "spec");
    case "LeaderWorkerSet":
      return ["leaderTemplate", "workerTemplate"].flatMap((part) => single("leaderWorkerTemplate", part, "spec"));
    default:
      return [];
  }
}

const workloadPod = (at: View): Pod => ({ at, role: "workload" });

/** Containers of every kind of a pod. */
export function containersOf({ at }: Pod): View[] {
  return ["containers", "initContainers", "ephemeralContainers"].flatMap((list) => at.get(list).items);
}

/** Models that a service serves: its own and its adapters' addresses. */
export function modelUris({ root }: Subject): View[] {
  const model = root.get("spec", "model");
  return [model.get("uri"), ...model.get("lora", "adapters").items.map((adapter) => adapter.get("uri"))];
}

/** A path as messages show it. */
export const pathOf = (at: View): string => pathText("", at.steps);

/** A resource by what is written in it. */
export function written(
  resource: StackResource,
  object: ObjectIdentity | undefined,
  about: Pick<Subject, "whole" | "hasPresets" | "undecided">,
): Subject {
  return { resource, object, root: new View(resource.inputs), ...about, originAt: () => undefined };
}

/** The inputs of a resource with another spec. */
export function withSpec(resource: StackResource, spec: Json): View {
  return new View({ ...resource.inputs, spec });
}
