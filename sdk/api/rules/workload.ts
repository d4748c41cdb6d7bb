import type { View } from "../view";
import type { Report, RuledService } from "./rule";

/** The main workload and the prefill workload, where there is one. */
export function workloadsOf(spec: View): View[] {
  const prefill = spec.get("prefill");
  return prefill.present ? [spec, prefill] : [spec];
}

/**
 * How a model is spread over nodes and accelerators.
 *
 * Source: `validateParallelismConstraints` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkParallelism({ spec }: RuledService, report: Report): void {
  for (const workload of workloadsOf(spec)) checkWorkloadParallelism(workload, report);
}

function checkWorkloadParallelism(workload: View, report: Report): void {
  const parallelism = workload.get("parallelism");
  const [data, dataLocal, pipeline] = ["data", "dataLocal", "pipeline"].map((field) => parallelism.get(field)) as [
    View,
    View,
    View,
  ];
  const notSpread = parallelism.absent || [data, dataLocal, pipeline].every((field) => field.notPositive);
  if (workload.get("worker").present && notSpread) {
    report(workload.get("worker"), {
      message: "a worker makes the workload multi-node, which needs to know how the model is spread",
      allowed: "parallelism.data with parallelism.dataLocal, or parallelism.pipeline",
    });
  }
  if (pipeline.positive && (data.positive || dataLocal.positive)) {
    report(parallelism, {
      message: `pipeline (${pipeline.shown}) and data parallelism exclude each other`,
      fix: "remove pipeline, or data and dataLocal",
    });
  }
  for (const [one, other] of [
    [data, dataLocal],
    [dataLocal, data],
  ] as const) {
    if (!one.absent || !other.present) continue;
    report(one, {
      message: `missing; ${String(other.steps.at(-1))} alone does not say how many nodes a group has`,
      allowed: "data and dataLocal together, or neither",
    });
  }
  for (const size of [pipeline, data, dataLocal]) {
    if (size.number !== undefined && size.number <= 0) report(size, { message: "too small", allowed: "at least 1" });
  }
}

/** A group of nodes has `data / dataLocal` of them, of which the controller drops the fraction. */
export function checkWholeNodes({ spec }: RuledService, report: Report): void {
  for (const workload of workloadsOf(spec)) {
    const data = workload.get("parallelism", "data");
    const dataLocal = workload.get("parallelism", "dataLocal");
    const perNode = dataLocal.number;
    if (data.number === undefined || !perNode || perNode < 0 || data.number % perNode === 0) continue;
    report(data, {
      message: `not a multiple of dataLocal (${dataLocal.shown}), so a group would have a fraction of a node`,
      allowed: `a multiple of ${dataLocal.shown}`,
    });
  }
}

/**
 * The number of nodes in a group cannot be changed.
 *
 * Source: `validateImmutable` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkImmutable({ spec, previous }: RuledService, report: Report): void {
  if (!previous) return;
  checkGroupSize(previous, spec, report);
  const [before, after] = [previous.get("prefill"), spec.get("prefill")];
  if (before.present && after.present) checkGroupSize(before, after, report);
}

function checkGroupSize(before: View, after: View, report: Report): void {
  const parallelism = after.get("parallelism");
  const [was, is] = [groupSize(before.get("parallelism")), groupSize(parallelism)];
  if (was === undefined || is === undefined || was === is) return;
  if ([before.get("parallelism"), parallelism].some(holdsSecret)) {
    report(parallelism, { message: "makes groups of another size, which cannot be changed in a service that exists" });
    return;
  }
  report(parallelism, {
    message: `makes groups of ${is} instead of ${was} nodes, which cannot be changed in a service that exists`,
    allowed: `parallelism for ${was} nodes: data / dataLocal, or pipeline`,
    fix: "replace the service, or make another one and move the traffic",
  });
}

function holdsSecret(parallelism: View): boolean {
  return ["data", "dataLocal", "pipeline"].some((field) => parallelism.get(field).isSecret);
}

/** Nodes in a group; undefined when it depends on something unknown. Source: `ParallelismSpec.GetSize`. */
export function groupSize(parallelism: View): number | undefined {
  const [data, dataLocal, pipeline] = ["data", "dataLocal", "pipeline"].map((field) => parallelism.get(field)) as [
    View,
    View,
    View,
  ];
  if ([data, dataLocal, pipeline].some((field) => field.unknown)) return undefined;
  if (data.positive || dataLocal.positive) {
    const [all, local] = [data, dataLocal].map((field) => Math.max(field.number ?? 1, 1)) as [number, number];
    return Math.max(Math.trunc(all / local), 1);
  }
  return pipeline.positive ? pipeline.number : 1;
}

/**
 * Tiers that the KV cache is offloaded to.
 *
 * Source: `validateKVCacheOffloadingSpec` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkKvCache({ spec }: RuledService, report: Report): void {
  for (const workload of workloadsOf(spec)) {
    const cache = workload.get("kvCacheOffloading");
    const tiers = cache.get("secondary").items;
    if (tiers.length === 0) continue;
    const cpu = cache.get("cpu");
    if (cpu.absent || isZero(cpu)) {
      report(cpu, {
        message: "secondary tiers need a first tier in CPU memory",
        allowed: 'a quantity above 0, such as "64Gi"',
      });
    }
    for (const tier of tiers) checkTier(tier.get("fileSystem"), report);
  }
}

function isZero(quantity: View): boolean {
  const mantissa = quantity.text?.replace(/[a-zA-Z].*$/, "");
  return quantity.number === 0 || (mantissa !== undefined && /0/.test(mantissa) && !/[1-9]/.test(mantissa));
}

function checkTier(fileSystem: View, report: Report): void {
  if (fileSystem.absent) {
    report(fileSystem, { message: "missing; a tier is a file system", allowed: "fileSystem with emptyDir or pvc" });
    return;
  }
  const pvc = fileSystem.get("pvc");
  if (!exactlyOne(fileSystem, ["emptyDir", "pvc"], report) || !pvc.present) return;
  const name = pvc.get("ref", "name");
  if (exactlyOne(pvc, ["spec", "ref"], report) && pvc.get("ref").present && name.empty) {
    report(name, { message: "missing", allowed: "the name of a PersistentVolumeClaim" });
  }
}

function exactlyOne(at: View, fields: readonly [string, string], report: Report): boolean {
  const [one, other] = fields.map((field) => at.get(field)) as [View, View];
  if (one.present && other.present) {
    report(at, {
      message: `${fields.join(" and ")} exclude each other`,
      allowed: fields.join(" or "),
      fix: "remove one of the two",
    });
    return false;
  }
  if (one.absent && other.absent) {
    report(at, { message: `says neither ${fields.join(" nor ")}`, allowed: fields.join(" or ") });
    return false;
  }
  return true;
}
