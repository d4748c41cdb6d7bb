import { parseImage } from "../../api/image";
import type { View } from "../../api/view";
import { isOlder, routerImage, routerVersion, withdrawnImages } from "../../compatibility";
import type { CheckedCluster, CheckedService, Report } from "./check";

/** Images that cannot be had, or are something else tomorrow. */
export function checkImages({ workloads }: CheckedService, { requireDigests }: CheckedCluster, report: Report): void {
  for (const { at, role } of workloads) {
    const pods = role === "scheduler" ? [at.get("template")] : [at.get("template"), at.get("worker")];
    for (const pod of pods) {
      for (const container of [...pod.get("containers").items, ...pod.get("initContainers").items]) {
        const image = container.get("image");
        if (image.text) checkImage(image, image.text, requireDigests === true, report);
        if (image.text && role === "scheduler") checkRouterImage(image, image.text, report);
      }
    }
  }
}

function checkImage(at: View, image: string, requireDigests: boolean, report: Report): void {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined) return;
  if (tag === undefined || tag === "latest") {
    report("image-latest", at, {
      message: `${tag === undefined ? "no tag, which means latest" : "the tag latest"}: pods that start later may run another version`,
      allowed: "a tag of a version, or a digest",
      fix: "name the version that was tested",
    });
  } else if (requireDigests) {
    report("image-digest", at, {
      message: "no digest, so that whoever may push the tag decides what runs",
      allowed: "<image>:<tag>@sha256:<digest>",
      fix: "add the digest that the registry gives for the tag",
    });
  }
}

/** Sources: kserve#6215 (withdrawn), KServe 0.20's preset config-llm-scheduler (arguments and plugins of 0.9.0). */
function checkRouterImage(at: View, image: string, report: Report): void {
  const { repository, tag } = parseImage(image);
  if (withdrawnImages.includes(repository)) {
    report("router-image-withdrawn", at, {
      message: "llm-d does not publish this image any more, so that it cannot be pulled (kserve#6215)",
      allowed: `${routerImage}:v${routerVersion}`,
      fix: "leave the image out for that of KServe's preset, or name a copy in a registry of yours",
    });
  } else if (repository === routerImage && tag !== undefined && isOlder(tag, routerVersion)) {
    report("router-image-old", at, {
      message: `older than ${routerVersion}, for which KServe's preset has its arguments and plugins`,
      allowed: `${routerImage}:v${routerVersion}`,
      fix: "take the preset's image, or check arguments and plugins against the older one",
    });
  }
}
