import type { Problem } from "../problems";
import { checkServiceName } from "./names";
import { checkDraAnnotations } from "./rules/draAnnotations";
import { checkHttpRoute } from "./rules/httpRoute";
import { checkInferencePool } from "./rules/inferencePool";
import { checkConfidential, checkLora, checkLoraSources, checkModel, undecryptedModel } from "./rules/model";
import { checkPoolBackend, checkRouter, checkTraffic, redundantParentRefs } from "./rules/router";
import type { Report, Rule, RuledService } from "./rules/rule";
import { checkScaling, checkUsableAdvanced, checkWorkloadScaling } from "./rules/scaling";
import { checkScheduler, checkSchedulerReplicas } from "./rules/scheduler";
import { checkImmutable, checkKvCache, checkParallelism, checkWholeNodes, workloadsOf } from "./rules/workload";
import { checkSpec } from "./schema/checkSpec";
import { mostFindings } from "./schema/finding";
import { checkStructure } from "./structure";
import { pathText, type Step, View } from "./view";

/** A service whose spec is complete: composed, or written as one. Parts may be Marked, or Outputs, of which nothing is said. */
export interface CheckedService {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly spec: unknown;
}

/** How a service is checked. */
export interface CheckOptions {
  /** Where the service is in what the user gave, such as `services[1]`. @default "" */
  readonly path?: string;
  /** `spec` of the object that is in the cluster; what cannot be changed is compared with it. */
  readonly previous?: unknown;
  /**
   * Who set a field, such as `fragment "gpu"`.
   *
   * @param path such as `spec.router.scheduler.replicas`
   * @param steps the same from the spec on, such as `["router", "scheduler", "replicas"]`
   */
  readonly originOf?: (path: string, steps: readonly Step[]) => string | undefined;
}

/** What KServe's validating webhook rejects, and its controller again after it has merged the presets. */
const webhookRules: readonly Rule[] = [
  checkRouter,
  checkTraffic,
  checkParallelism,
  checkScheduler,
  checkScaling,
  checkLora,
  checkKvCache,
  checkDraAnnotations,
  checkImmutable,
  checkConfidential,
];

/** What KServe accepts, and then cannot serve. */
const readinessRules: readonly Rule[] = [checkWholeNodes, checkLoraSources, checkPoolBackend, checkBaseRefs];

/**
 * Finds what the API server, KServe's webhooks or its controller would refuse in a service, and what would leave it not Ready, as far as it
 * can be told from the service alone. Types, ranges and patterns of single fields are checked by `checkSpec` in `schema/checkSpec.ts`.
 */
export function checkService(service: CheckedService, options: CheckOptions = {}): Problem[] {
  const ruled = ruledService(service, options.previous);
  const problems = checkName(service, ruled.spec, options.path ?? "");
  const report = reporter(problems, options);
  for (const rule of [checkModel, ...webhookRules, ...readinessRules]) rule(ruled, report);
  checkCrdRules(ruled.spec, { templates: false }, report);
  return problems;
}

/**
 * Everything that can be told of a service that is written as one: whether it can be walked, its fields, and the rules of
 * {@link checkService}. Fields that are wrong in themselves are not reported again by rules.
 */
export function checkWrittenService(service: CheckedService, options: CheckOptions = {}): Problem[] {
  const path = pathText(options.path ?? "", ["spec"]);
  const structure = checkStructure(service.spec, path);
  if (structure.length > 0) return structure;
  const fields = checkSpec(service.spec, { form: "service", path });
  const wrong = new Set(fields.map((problem) => problem.path));
  return [...fields, ...checkService(service, options).filter((problem) => !wrong.has(problem.path))];
}

/**
 * What the CRD says in CEL, beside the schema of its fields.
 *
 * @param templates whether values may be templates, as in configs
 */
export function checkCelRules(spec: unknown, options: { path?: string; templates: boolean }): Problem[] {
  const problems: Problem[] = [];
  const view = new View({ spec }).get("spec");
  const report = reporter(problems, options);
  for (const workload of workloadsOf(view)) checkWorkloadScaling(workload, report);
  checkCrdRules(view, options, report);
  return problems;
}

/** The rules of KServe's validating webhook alone: none of the API server's, and nothing about names and readiness. */
export function checkWebhookRules(service: CheckedService, options: CheckOptions = {}): Problem[] {
  const problems: Problem[] = [];
  const report = reporter(problems, options);
  for (const rule of webhookRules) rule(ruledService(service, options.previous), report);
  return problems;
}

/** What the webhook warns about and accepts. */
export function serviceWarnings(service: CheckedService, options: CheckOptions = {}): Problem[] {
  const ruled = ruledService(service);
  const warnings: Problem[] = [];
  const report = reporter(warnings, options);
  const parentRefs = redundantParentRefs(ruled);
  if (parentRefs) {
    report(parentRefs, {
      message: "says what router.gateway.refs says already",
      fix: "remove it; KServe derives parentRefs from router.gateway.refs",
    });
  }
  const uri = undecryptedModel(ruled);
  if (uri) {
    report(uri, {
      message: uri.text?.startsWith("oci://")
        ? "confidential has no effect on it: the container runtime decrypts images, by runtimeClassName"
        : "confidential has no effect on it: the storage initializer does not touch persistent volumes",
      fix: "remove model.confidential, or serve the model from hf:// or s3://",
    });
  }
  return warnings;
}

/**
 * Finds what the API server or KServe's webhook would refuse in a LLMInferenceServiceConfig. Its values may be templates. Types, ranges and
 * patterns of single fields are checked by `checkSpec` in `schema/checkSpec.ts`.
 */
export function checkServiceConfig(config: { spec: unknown }, options: CheckOptions = {}): Problem[] {
  const spec = new View(config).get("spec");
  const problems: Problem[] = [];
  const report = reporter(problems, options);
  const baseRefs = spec.get("baseRefs");
  if (baseRefs.items.length > 0) {
    report(baseRefs, {
      message: "a config cannot be composed from others",
      fix: "name them in the baseRefs of the service, in front of this one",
    });
  }
  checkSchedulerReplicas(spec.get("router", "scheduler"), report);
  for (const workload of workloadsOf(spec)) checkWorkloadScaling(workload, report);
  checkCrdRules(spec, { templates: true }, report);
  return problems;
}

/**
 * {@link checkService} for a spec that is written as one.
 *
 * @param path where the service is in what the user gave
 */
export function checkLLMInferenceService(service: { name: string; spec: unknown }, path: string): Problem[] {
  return checkService(service, { path });
}

function ruledService({ name, annotations, spec }: CheckedService, previous?: unknown): RuledService {
  return {
    name,
    annotations: new View({ annotations }).get("annotations"),
    spec: new View({ spec }).get("spec"),
    ...(previous !== undefined && { previous: new View(previous) }),
  };
}

function checkName({ name }: CheckedService, spec: View, path: string): Problem[] {
  const [decode, prefill] = workloadsOf(spec).map((workload) => workload.get("worker").present);
  return checkServiceName(
    name,
    { multiNode: decode === true, multiNodePrefill: prefill === true },
    pathText(path, ["name"]),
  );
}

function checkBaseRefs({ spec }: RuledService, report: Report): void {
  for (const ref of spec.get("baseRefs").items) {
    const name = ref.get("name");
    if (name.empty) report(name, { message: "missing", allowed: "the name of a LLMInferenceServiceConfig" });
  }
}

/** What the CRDs say in CEL, beside what they share with the webhook. */
function checkCrdRules(spec: View, options: { templates: boolean }, report: Report): void {
  for (const workload of workloadsOf(spec)) checkUsableAdvanced(workload, report);
  const router = spec.get("router");
  checkHttpRoute(router.get("route", "http", "spec"), options, report);
  checkInferencePool(router.get("scheduler", "pool", "spec"), report);
}

/** Adds problems with their path, what was given there and who set it. */
function reporter(problems: Problem[], { path = "", originOf }: CheckOptions): Report {
  return (at, problem) => {
    if (problems.length >= mostFindings) return;
    const { given } = at;
    const origin = originOf && (originAt(at, originOf) ?? originAt(at.firstLeaf, originOf));
    problems.push({
      path: pathText(path, at.steps),
      ...(given !== undefined && { given }),
      ...problem,
      ...(origin !== undefined && { origin }),
    });
  };
}

function originAt(at: View, originOf: NonNullable<CheckOptions["originOf"]>): string | undefined {
  const { steps } = at;
  return steps[0] === "spec" ? originOf(pathText("", steps), steps.slice(1)) : undefined;
}
