import { View } from "../../api/view";
import { routerImage } from "../../compatibility";
import { findingsOf } from "../../scheduler/check";
import { SchedulerRouter } from "../../scheduler/routers";
import { stepsOf } from "../../scheduler/shape";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** Image that Gateway API's inference extension publishes. */
const extensionImage = /(^|\/)gateway-api-inference-extension\/epp[:@]/;

/** Whether the endpoint picker would start with the configuration that the service gives it. */
export function checkSchedulerConfig({ spec }: CheckedService, _: CheckedCluster, report: Report): void {
  const scheduler = spec.get("router", "scheduler");
  const config = scheduler.get("config", "inline");
  const main = scheduler.get("template", "containers").items.find((one) => one.get("name").text === "main");
  const image = main?.get("image");
  const router = image?.unknown ? undefined : routerOf(image?.text);
  if (!config.present || config.isSecret || router === undefined) return;
  const start = "spec.router.scheduler.config.inline";
  for (const { path, ignored, ...problem } of findingsOf(config.raw, { router, path: start })) {
    const at = viewAt(config, path.slice(start.length));
    report(ignored ? "scheduler-config-ignored" : "scheduler-config", at, { given: undefined, ...problem });
  }
}

/** A place in the configuration, which need not be there. */
function viewAt(config: View, path: string): View {
  return stepsOf(path).reduce<View>(
    (at, step) => (typeof step === "string" ? at.get(step) : (at.items[step] ?? new View(undefined, at, step))),
    config,
  );
}

/** Undefined for an image of the user's own, whose plugins nobody knows. */
function routerOf(image: string | undefined): SchedulerRouter | undefined {
  if (image === undefined || image.startsWith(routerImage)) return SchedulerRouter.llmD;
  return extensionImage.test(image) ? SchedulerRouter.inferenceExtension : undefined;
}
