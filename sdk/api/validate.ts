import type { Problem } from "../problems";
import { checkModelUri } from "./modelUri";
import { checkServiceName, childNames } from "./names";

/** The parts of a spec that decide whether a service can ever become Ready; plain values only. */
interface CheckedSpec {
  model?: { uri?: unknown };
  worker?: unknown;
  replicas?: unknown;
  scaling?: unknown;
  parallelism?: CheckedParallelism;
  router?: { scheduler?: { pool?: { ref?: { name?: unknown } } }; route?: { http?: { spec?: { rules?: unknown } } } };
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
  problems.push(...checkRoute(service.name, spec.router, `${path}.spec.router.route.http.spec.rules`));
  return problems;
}

/**
 * Custom rules replace those of the preset as a whole. When none of them leads to the scheduler's pool, no gateway accepts the
 * pool, and the service stays at WaitingForGateway. Source: `L/router.go` at 0.20, seen on the embedded control plane.
 */
function checkRoute(name: string, router: CheckedSpec["router"], path: string): Problem[] {
  const rules = router?.route?.http?.spec?.rules;
  if (!router?.scheduler || !Array.isArray(rules)) return [];
  const backends = rules.flatMap((rule: { backendRefs?: unknown } | null) => rule?.backendRefs ?? []) as {
    kind?: unknown;
  }[];
  if (backends.some((backend) => typeof backend.kind !== "string" || backend.kind === "InferencePool")) return [];
  const pool = router.scheduler.pool?.ref?.name ?? childNames(name).inferencePool;
  return [
    {
      path,
      message:
        "the rules replace those of KServe's preset, and none leads to the scheduler's pool, so the service would never be Ready",
      allowed: "at least one rule with an InferencePool among its backendRefs",
      fix: `add to a rule: backendRefs: [{ group: inference.networking.k8s.io, kind: InferencePool, name: ${typeof pool === "string" ? pool : childNames(name).inferencePool}, port: 8000 }]`,
    },
  ];
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
