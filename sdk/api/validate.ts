import type { Problem } from "../problems";
import { checkModelUri } from "./modelUri";
import { checkServiceName } from "./names";

/** The parts of a spec that decide whether a service can ever become Ready; plain values only. */
interface CheckedSpec {
  model?: { uri?: unknown };
  worker?: unknown;
  replicas?: unknown;
  scaling?: unknown;
  parallelism?: CheckedParallelism;
  prefill?: { worker?: unknown; replicas?: unknown; scaling?: unknown; parallelism?: CheckedParallelism };
}

interface CheckedParallelism {
  data?: unknown;
  dataLocal?: unknown;
  pipeline?: unknown;
}

/**
 * Finds what would leave a service not Ready: names too long for its children, a model that cannot be fetched, a workload
 * that the controller's validator rejects. Unknown values (in a preview) are left alone.
 */
export function checkLLMInferenceService(service: { name: string; spec: unknown }, path: string): Problem[] {
  const spec = (service.spec ?? {}) as CheckedSpec;
  const problems = checkServiceName(
    service.name,
    { multiNode: spec.worker !== undefined, multiNodePrefill: spec.prefill?.worker !== undefined },
    `${path}.name`,
  );
  const uri = spec.model?.uri;
  if (typeof uri === "string" && uri !== "") problems.push(...checkModelUri(uri, `${path}.spec.model.uri`));
  problems.push(...checkWorkload(spec, `${path}.spec`));
  if (spec.prefill) problems.push(...checkWorkload(spec.prefill, `${path}.spec.prefill`));
  return problems;
}

/** Source: `validateParallelismConstraints` and `validateScaling` in `A/llm_inference_service_validation.go`. */
function checkWorkload(workload: CheckedSpec, path: string): Problem[] {
  const problems: Problem[] = [];
  const { data, dataLocal, pipeline } = workload.parallelism ?? {};
  if (workload.worker !== undefined && data === undefined && dataLocal === undefined && pipeline === undefined) {
    problems.push({
      path: `${path}.worker`,
      message: "a worker makes the workload multi-node, which needs to know how the model is spread",
      allowed: "parallelism.data with parallelism.dataLocal, or parallelism.pipeline",
    });
  }
  if (pipeline !== undefined && (data !== undefined || dataLocal !== undefined)) {
    problems.push({
      path: `${path}.parallelism`,
      given: { data, dataLocal, pipeline },
      message: "pipeline and data parallelism exclude each other",
      fix: "remove pipeline, or data and dataLocal",
    });
  }
  if ((data === undefined) !== (dataLocal === undefined)) {
    problems.push({
      path: `${path}.parallelism.${data === undefined ? "data" : "dataLocal"}`,
      message: `missing; ${data === undefined ? "dataLocal" : "data"} alone does not say how many nodes a group has`,
      allowed: "data and dataLocal together, or neither",
    });
  }
  if (typeof data === "number" && typeof dataLocal === "number" && dataLocal > 0 && data % dataLocal !== 0) {
    problems.push({
      path: `${path}.parallelism.data`,
      given: data,
      message: `not a multiple of dataLocal (${dataLocal}), so a group would have a fraction of a node`,
      allowed: `a multiple of ${dataLocal}`,
    });
  }
  if (workload.replicas !== undefined && workload.scaling !== undefined) {
    problems.push({
      path: `${path}.replicas`,
      given: workload.replicas,
      message: "scaling decides the replicas already",
      fix: "remove one of the two",
    });
  }
  return problems;
}
