import type { LLMInferenceServiceArgs } from "../../index";
import type { EnvironmentSettings, FragmentSettings, ServiceSettings } from "../environment/settings";
import { chosenEntries, type GallerySettings } from "./settings";

/** Where a gallery's services live that does not say it. */
export const defaultNamespace = "gallery";

/** A gallery as an environment would have it, to be explained like one: entries are plain values. */
export function environmentOfGallery({
  gallery,
  platform,
  namespace,
  ...common
}: GallerySettings): EnvironmentSettings {
  const services = chosenEntries(gallery).flatMap((entry) => Object.entries(entry.services));
  return {
    ...common,
    // Of a platform that another stack has installed the gateway is not known.
    platform: platform === "existing" ? { gateway: false } : platform,
    services: services.map(([name, args]) => serviceOf(name, namespace ?? defaultNamespace, args)),
  };
}

function serviceOf(name: string, namespace: string, args: LLMInferenceServiceArgs): ServiceSettings {
  const { mode, fragments = [], spec, labels, annotations } = args;
  return {
    name,
    namespace,
    ...(mode && { mode }),
    fragments: fragments as readonly unknown[] as FragmentSettings[],
    ...(spec && { spec: spec as Record<string, unknown> }),
    ...(labels && { labels: labels as Record<string, string> }),
    ...(annotations && { annotations: annotations as Record<string, string> }),
  };
}
