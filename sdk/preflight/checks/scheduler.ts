import { findingsOf } from "../../scheduler/check";
import { SchedulerRouter } from "../../scheduler/routers";
import { routerImage } from "../../compatibility";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** Image that Gateway API's inference extension publishes. */
const extensionImage = /(^|\/)gateway-api-inference-extension\/epp[:@]/;

/** Whether the endpoint picker would start with the configuration that the service gives it. */
export function checkSchedulerConfig({ spec }: CheckedService, _: CheckedCluster, report: Report): void {
  const scheduler = spec.get("router", "scheduler");
  const config = scheduler.get("config", "inline");
  const main = scheduler.get("template", "containers").items.find((one) => one.get("name").text === "main");
  const router = routerOf(main?.get("image").text);
  if (!config.present || config.isSecret || router === undefined) return;
  for (const { path, ignored, ...problem } of findingsOf(config.raw, {
    router,
    path: "spec.router.scheduler.config.inline",
  })) {
    report(ignored ? "scheduler-config-ignored" : "scheduler-config", path, { given: undefined, ...problem });
  }
}

/** Undefined for an image of the user's own, whose plugins nobody knows. */
function routerOf(image: string | undefined): SchedulerRouter | undefined {
  if (image === undefined || image.startsWith(routerImage)) return SchedulerRouter.llmD;
  return extensionImage.test(image) ? SchedulerRouter.inferenceExtension : undefined;
}
