import type { View } from "../view";
import type { Report, RuledService } from "./rule";

/**
 * The scheduler's replicas and where its configuration comes from.
 *
 * Source: `validateSchedulerConfig` in `A/llm_inference_service_validation.go` at 0.20.
 */
export function checkScheduler({ spec }: RuledService, report: Report): void {
  const scheduler = spec.get("router", "scheduler");
  checkSchedulerReplicas(scheduler, report);
  const config = scheduler.get("config");
  if (!config.present) return;
  const inline = config.get("inline");
  const ref = config.get("ref");
  if (inline.absent && ref.absent) {
    report(config, {
      message: "says neither inline nor ref",
      allowed: "inline, an EndpointPickerConfig, or ref, a ConfigMap",
    });
  }
  if (inline.present && ref.present) {
    report(config, {
      message: "inline and ref exclude each other",
      allowed: "inline or ref",
      fix: "remove one of the two",
    });
  }
  if (inline.trivial) {
    report(inline, { message: "empty", allowed: "an EndpointPickerConfig with its plugins and schedulingProfiles" });
  }
  if (ref.present && ref.get("name").empty) {
    report(ref.get("name"), { message: "missing", allowed: "the name of a ConfigMap" });
  }
}

/** Also a rule of configs. Source: `validateScheduler` in `A/llm_inference_service_config_validation.go`. */
export function checkSchedulerReplicas(scheduler: View, report: Report): void {
  const replicas = scheduler.get("replicas");
  if (replicas.number === undefined || replicas.number > 0) return;
  report(replicas, {
    message: "a scheduler without replicas would leave its pool without endpoints",
    allowed: "at least 1",
    fix: "leave router.scheduler out to serve without a scheduler",
  });
}
