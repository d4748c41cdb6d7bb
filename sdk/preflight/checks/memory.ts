import type { View } from "../../api/view";
import { nanosOf, type Workload } from "../pods";
import { acceleratorResources, type KnownPool, offers } from "../pools";
import { matchesNode } from "../nodeSelection";
import { unlessSecret } from "./amount";
import type { CheckedCluster, CheckedService, Report } from "./check";

const billion = 1_000_000_000n;

/** How many accelerators of one pod a replica uses, as its parallelism says; undefined when it is not known. */
function usedPerPod(parallelism: View): number | undefined {
  if (parallelism.unknown) return undefined;
  const fields = [parallelism.get("tensor"), parallelism.get("dataLocal")];
  if (fields.some(({ unknown }) => unknown)) return undefined;
  return fields.reduce((product, field) => product * Math.max(field.number ?? 1, 1), 1);
}

/** Accelerators that a pod asks for, with their resource and where. */
export function acceleratorRequest(
  { pods: [pod] }: Workload,
  known: readonly KnownPool[] = [],
): { resource: string; count: number; at: View } | undefined {
  const more = new Set(known.flatMap(({ acceleratorResource }) => acceleratorResource ?? []));
  for (const [resource, { nanos, at }] of pod?.requests ?? []) {
    // The ranks of a model on Neuron are cores, of which a chip has several.
    if (resource.startsWith("aws.amazon.com/")) continue;
    if (acceleratorResources.has(resource) || more.has(resource))
      return { resource, count: Number(nanos / billion), at };
  }
  return undefined;
}

/** The API server refuses pods whose requests of extended resources differ from the limits. Source: `validateContainerResourceRequirements`. */
export function checkLimits({ workloads }: CheckedService, _: CheckedCluster, report: Report): void {
  for (const { at, role } of workloads) {
    const pods = role === "scheduler" ? [at.get("template")] : [at.get("template"), at.get("worker")];
    for (const pod of pods) {
      for (const container of [...pod.get("containers").items, ...pod.get("initContainers").items]) {
        const [limits, requests] = [container.get("resources", "limits"), container.get("resources", "requests")];
        if (limits.unknown) continue;
        for (const resource of requests.keys.filter((key) => key.includes("/"))) {
          const [limit, request] = [limits.get(resource), requests.get(resource)];
          const [most, asked] = [nanosOf(limit), nanosOf(request)];
          if (asked === undefined || limit.unknown || most === asked) continue;
          report("limits-differ", request, {
            message: limit.present
              ? `the limit of ${resource} is ${limit.shown}; for such resources the two have to be the same`
              : `${resource} has no limit; such resources are taken by their limit`,
            allowed: limit.present ? limit.shown : `a limit of ${request.shown} too`,
            fix: limit.present ? "give the limit alone" : `move it to limits`,
          });
        }
      }
    }
  }
}

/** Whether what a pod asks for and what its parallelism uses are the same. */
export function checkParallelUse({ workloads }: CheckedService, cluster: CheckedCluster, report: Report): void {
  for (const workload of workloads) {
    if (workload.role === "scheduler") continue;
    const request = acceleratorRequest(workload, cluster.known);
    const parallelism = workload.at.get("parallelism");
    const used = usedPerPod(parallelism);
    if (!request || used === undefined || request.count === 0) continue;
    const [tensor, dataLocal] = [parallelism.get("tensor"), parallelism.get("dataLocal")];
    const [asked, uses] = [unlessSecret(request.count, request.at), unlessSecret(used, tensor, dataLocal)];
    const factors = `parallelism.tensor${dataLocal.present ? " times parallelism.dataLocal" : ""}`;
    if (used > request.count) {
      report("parallelism-exceeds-accelerators", tensor.present ? tensor : parallelism, {
        message: `a pod asks for ${asked} of ${request.resource}, and ${factors} makes ${uses}`,
        allowed: `at most ${asked} in one pod`,
        fix: `ask for ${uses} of ${request.resource}, or lower parallelism.tensor or parallelism.dataLocal`,
      });
    } else if (used < request.count && !setsParallelism(workload)) {
      report("accelerators-idle", request.at, {
        message: `a pod asks for ${asked} of ${request.resource}, and ${tensor.present ? `${factors} makes it use` : "without parallelism.tensor it uses"} ${uses}`,
        allowed: uses,
        fix: `set parallelism.tensor to ${asked}, or ask for ${uses}`,
      });
    }
  }
}

/** Whether arguments of the model server's own say how it is spread. */
function setsParallelism({ at }: Workload): boolean {
  const texts = [at.get("template"), at.get("worker")].flatMap((pod) =>
    pod
      .get("containers")
      .items.flatMap((container) => [
        ...container.get("args").items,
        ...container.get("command").items,
        ...container.get("env").items.map((variable) => variable.get("value")),
      ]),
  );
  // The presets' command has the flag for the value of spec.parallelism.
  return texts.some(
    (text) =>
      text.unknown || /(--tensor-parallel-size|-tp|--data-parallel-size)[ =]?(\d{2,}|[2-9])?$/.test(text.text ?? ""),
  );
}

/** Share of an accelerator's memory that vLLM takes: its default of --gpu-memory-utilization. */
const usableShare = 0.9;
/** Weights should leave a fifth for KV cache and activations. */
const comfortableShare = 0.8;

/** Annotation for the size of a model's weights. */
export const modelSizeAnnotation = "pulumi-kserve.dev/model-size-gib";

/** Whether a model of a stated size fits into the accelerators that it is spread over. */
export function checkModelMemory(service: CheckedService, cluster: CheckedCluster, report: Report): void {
  const { modelSizeGiB, workloads, annotations } = service;
  if (modelSizeGiB === undefined) return;
  const annotation = annotations.get(modelSizeAnnotation);
  if (!(modelSizeGiB > 0 && modelSizeGiB < Infinity)) {
    report("model-size-invalid", annotation.present ? `annotations["${modelSizeAnnotation}"]` : "modelSizeGiB", {
      given: annotation.present ? annotation.given : modelSizeGiB,
      message: "not a size of a model's weights, which is in GiB",
      allowed: 'a number above 0, such as "140" in the annotation',
      fix: "give the number alone, without a unit",
    });
    return;
  }
  // A sentence about it would tell it.
  if (!cluster.known || annotation.isSecret) return;
  for (const workload of workloads) {
    if (workload.role !== "scheduler") checkWorkloadMemory(workload, modelSizeGiB, cluster.known, report);
  }
}

function checkWorkloadMemory(workload: Workload, sizeGiB: number, known: readonly KnownPool[], report: Report): void {
  const request = acceleratorRequest(workload, known);
  const [pod] = workload.pods;
  const parallelism = workload.at.get("parallelism");
  const parts = partsOf(parallelism);
  if (!request || !pod || parts === undefined) return;
  const memories = known
    .filter((pool) => offers(pool, request.resource) !== false && matchesNode(pod.at, pool) !== false)
    .map(({ acceleratorMemoryGiB }) => acceleratorMemoryGiB);
  if (memories.length === 0 || memories.includes(undefined)) return;
  const memory = Math.max(...memories.map((gib) => gib ?? 0));
  const each = sizeGiB / parts;
  const at = parallelism.get("tensor").present
    ? parallelism.get("tensor")
    : parallelism.present
      ? parallelism
      : request.at;
  const needed = (share: number): number => Math.ceil(sizeGiB / (memory * usableShare * share));
  const text = `weights of ${round(sizeGiB)} GiB over ${parts} accelerator${parts === 1 ? "" : "s"} are ${round(each)} GiB on each`;
  if (each > memory * usableShare) {
    report("model-too-large", at, {
      message: `${text}, and one has ${round(memory)} GiB, of which the model server takes ${usableShare * 100} %`,
      allowed: `at most ${round(memory * usableShare)} GiB on each`,
      fix: `spread the model over at least ${needed(1)} accelerators (parallelism.tensor, parallelism.pipeline), or take a quantized one`,
    });
  } else if (each > memory * usableShare * comfortableShare) {
    report("model-memory-tight", at, {
      message: `${text}, which leaves ${round(memory * usableShare - each)} of ${round(memory)} GiB for the KV cache`,
      allowed: `at most ${round(memory * usableShare * comfortableShare)} GiB on each`,
      fix: `spread the model over at least ${needed(comfortableShare)} accelerators, or take a quantized one`,
    });
  }
}

/** Over how many accelerators one copy of the weights is spread, at most. Data parallelism makes copies, but for experts. */
function partsOf(parallelism: View): number | undefined {
  const fields = ["tensor", "pipeline", "data", "expert"].map((field) => parallelism.get(field));
  if (parallelism.unknown || fields.some(({ unknown }) => unknown)) return undefined;
  const [tensor, pipeline, data, expert] = fields as [View, View, View, View];
  const size = (field: View): number => Math.max(field.number ?? 1, 1);
  return size(tensor) * size(pipeline) * (expert.boolean === true ? size(data) : 1);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
