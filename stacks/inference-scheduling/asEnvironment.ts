import type { EnvironmentSettings, FragmentSettings } from "../environment/settings";
import { guideFragments } from "./service";
import {
  controllerOf,
  defaultNamespace,
  defaultPostfix,
  type InferenceSchedulingSettings,
  isStandalone,
} from "./settings";

/** An installation as an environment would have it, to be explained like one: its fragments are plain values. */
export function environmentOfGuide(settings: InferenceSchedulingSettings): EnvironmentSettings {
  const { guide, platform, namespace = defaultNamespace, ...common } = settings;
  const standalone = isStandalone(settings);
  const fragments = guideFragments(guide, { controller: controllerOf(settings), standalone });
  return {
    ...common,
    // Of a platform that another stack has installed the gateway is not known.
    platform: platform === "existing" ? { gateway: false } : platform,
    services: [
      {
        name: guide.postfix ?? defaultPostfix,
        namespace,
        fragments: fragments as readonly unknown[] as FragmentSettings[],
        standaloneRouter: standalone,
      },
    ],
  };
}
