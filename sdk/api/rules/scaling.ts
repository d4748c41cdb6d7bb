import type { View } from "../view";
import type { Report, RuledService } from "./rule";
import { workloadsOf } from "./workload";

const variantCost = /^\d+(\.\d+)?$/;

/**
 * Autoscaling of each workload.
 *
 * Source: `ValidateWorkloadScaling` and `ValidateActuatorConsistency` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkScaling({ spec }: RuledService, report: Report): void {
  for (const workload of workloadsOf(spec)) checkWorkloadScaling(workload, report);
  checkSameActuator(spec, report);
}

/** What holds for one workload; in configs too, whose CRD says so in CEL. */
export function checkWorkloadScaling(workload: View, report: Report): void {
  const scaling = workload.get("scaling");
  if (!scaling.present) return;
  checkReplicas(workload, scaling, report);
  checkActuator(scaling, report);
}

function checkReplicas(workload: View, scaling: View, report: Report): void {
  const replicas = workload.get("replicas");
  if (replicas.present) {
    report(replicas, { message: "scaling decides the replicas already", fix: "remove replicas or scaling" });
  }
  const min = scaling.get("minReplicas");
  const max = scaling.get("maxReplicas");
  if (min.number === undefined || max.unknown) return;
  // Go reads a missing maxReplicas as 0.
  if (max.absent && min.number > 0) report(max, { message: "missing", allowed: `at least minReplicas (${min.shown})` });
  if (max.number !== undefined && min.number > max.number) {
    report(min, { message: `more than maxReplicas (${max.shown})`, allowed: "at most maxReplicas" });
  }
}

function checkActuator(scaling: View, report: Report): void {
  const wva = scaling.get("wva");
  if (wva.absent) {
    report(wva, {
      message: "missing; the workload variant autoscaler (WVA) is what scales",
      allowed: "wva with hpa or keda",
      fix: "add wva: { hpa: {} } or wva: { keda: {} }",
    });
  }
  if (!wva.present) return;
  const [hpa, keda] = [wva.get("hpa"), wva.get("keda")];
  if (hpa.present && keda.present) {
    report(wva, { message: "hpa and keda exclude each other", allowed: "hpa or keda", fix: "remove one of the two" });
  }
  if (hpa.absent && keda.absent) {
    report(wva, {
      message: "does not say what carries the scaling out",
      allowed: "hpa or keda",
      fix: "add hpa: {} or keda: {}",
    });
  }
  const cost = wva.get("variantCost");
  if (cost.text && !variantCost.test(cost.text)) {
    report(cost, { message: "not a cost", allowed: 'a number of at least 0 as text, such as "10" or "0.5"' });
  }
  checkAdvanced(keda.get("advanced"), report);
  checkIdle(scaling, keda.get("idleReplicaCount"), report);
}

/** What the controller sets itself. */
function checkAdvanced(advanced: View, report: Report): void {
  const modifiers = advanced.get("scalingModifiers");
  if (["formula", "target", "activationTarget", "metricType"].some((field) => modifiers.get(field).text)) {
    report(modifiers, { message: "cannot be set, because WVA decides the metric and its formula", fix: "remove it" });
  }
  const name = advanced.get("horizontalPodAutoscalerConfig", "name");
  if (name.text) report(name, { message: "cannot be set, because KServe names the HPA", fix: "remove it" });
}

/**
 * The CRD's own rule about `advanced` reads fields of scalingModifiers that must not be there, which fails when they are not, so the API
 * server of every Kubernetes refuses all values. Source: `x-kubernetes-validations` of keda in `config/crd/full/llmisvc` at 0.20.
 */
export function checkUsableAdvanced(workload: View, report: Report): void {
  const advanced = workload.get("scaling", "wva", "keda", "advanced");
  if (!advanced.present) return;
  report(advanced, {
    message: "KServe 0.20 has a faulty rule in its CRD, by which the API server refuses every value of this field",
    fix: "remove it",
  });
}

function checkIdle(scaling: View, idle: View, report: Report): void {
  const min = scaling.get("minReplicas");
  if (idle.present && min.absent) {
    report(min, {
      message: `missing; idleReplicaCount (${idle.shown}) needs a minReplicas to be below of`,
      allowed: "a number above keda.idleReplicaCount",
    });
  }
  if (idle.number !== undefined && min.number !== undefined && idle.number >= min.number) {
    report(idle, { message: `not less than minReplicas (${min.shown})`, allowed: "less than minReplicas" });
  }
}

/** Two actuators would need two pipelines of metrics. */
function checkSameActuator(spec: View, report: Report): void {
  const decode = spec.get("scaling", "wva");
  const prefill = spec.get("prefill", "scaling", "wva");
  if (!decode.present || !prefill.present) return;
  const [main, other] = [decode.get("hpa"), prefill.get("hpa")];
  if (main.unknown || other.unknown || main.present === other.present) return;
  const name = (hpa: View): string => (hpa.present ? "hpa" : "keda");
  report(prefill, {
    message: `uses ${name(other)}, and the decode workload ${name(main)}`,
    allowed: "the same for both",
    fix: `use ${name(main)} for prefill too`,
  });
}
