import { parseImage } from "../../sdk/api/image";
import { workloadsOf } from "../../sdk/api/rules/workload";
import { type View } from "../../sdk/api/view";
import { presetContainers, presetServer } from "../../sdk/recipes/images";
import { matches } from "../patterns";
import type { Rule } from "../rule";
import { isService, type Subject } from "../subject";
import { type ImageScope, imagesOf, repositoryOf, scopeProperty } from "./images";

interface Config extends ImageScope {
  readonly exempt: readonly string[];
}

/** Images by digest. */
export const imagesByDigest: Rule<Config> = {
  name: "images-by-digest",
  description: "Images are named by digest, so that what was tested is what runs.",
  remediation:
    "Add the digest that the registry gives for the tag; the recipe pinImages does so for the images of KServe's presets.",
  severity: "medium",
  config: {
    workloads: scopeProperty,
    exempt: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "repositories that may go without, such as docker.io/acme/*",
    },
  },
  judge(subject, config, report) {
    for (const { at, image } of imagesOf(subject, config)) {
      if (parseImage(image).digest !== undefined || matches(repositoryOf(image), config.exempt)) continue;
      report(at, {
        message: "no digest, so that whoever may push the tag decides what runs",
        allowed: "<image>:<tag>@sha256:<digest>",
        fix: "add the digest, for an image of KServe's presets by the recipe pinImages",
      });
    }
    for (const { at, image } of presetImages(subject)) {
      if (matches(repositoryOf(image), config.exempt)) continue;
      report(at, {
        message: `not given, so that it is that of KServe's preset (${image}), which has no digest`,
        allowed: "<image>:<tag>@sha256:<digest>",
        fix: `pinImages({ digests: { "${image}": "sha256:…" } })`,
      });
    }
  },
};

const endpointPicker = Object.keys(presetContainers).find((image) => image.includes("endpoint-picker"))!;

/** Where presets are not in the stack, the images that they bring to a service that names none, as far as every service has them. */
function presetImages(subject: Subject): { at: View; image: string }[] {
  if (!isService(subject) || !subject.whole || subject.hasPresets) return [];
  const spec = subject.root.get("spec");
  const found: { at: View; image: string }[] = [];
  for (const workload of workloadsOf(spec)) {
    const pods = [workload.get("template"), ...(workload.get("worker").present ? [workload.get("worker")] : [])];
    for (const pod of pods) {
      if (lacksImage(pod)) found.push({ at: pod, image: presetServer });
    }
  }
  const scheduler = spec.get("router", "scheduler");
  const hasPool = !scheduler.get("pool", "ref").absent;
  if (scheduler.present && !hasPool && lacksImage(scheduler.get("template"))) {
    found.push({ at: scheduler.get("template"), image: endpointPicker });
  }
  return found;
}

/** Whether the container "main" surely has no image of its own. */
function lacksImage(pod: View): boolean {
  if (pod.unknown || pod.get("containers").unknown) return false;
  const main = pod.get("containers").items.find((container) => container.get("name").text === "main");
  return main === undefined || main.get("image").empty;
}
