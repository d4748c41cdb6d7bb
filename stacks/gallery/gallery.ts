import { Provider } from "@pulumi/kubernetes/provider";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { KubernetesObject } from "../../components/kubernetesObject";
import { kservePresets } from "../../components/platform/kserve";
import { allResources } from "../../components/resources";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { clusterOf, type EnvironmentOverrides, type ServiceOutputs, serviceOutputs } from "../environment/environment";
import { configuredSettings } from "../environment/configuration";
import { existingIn, waivePath } from "../environment/plan";
import { controllerSettingsOf } from "../environment/settings";
import { defaultNamespace } from "./asEnvironment";
import { chosenEntries, gallerySettingKeys, type GallerySettings, parseGallerySettings } from "./settings";

/** Outputs of a gallery: what app teams read of each service. */
export interface GalleryOutputs {
  services: Record<string, ServiceOutputs>;
}

/**
 * The entries of the gallery that the stack's configuration names, on a platform of their own or on one that exists.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function gallery(overrides: EnvironmentOverrides = {}): GalleryOutputs {
  const settings = parseGallerySettings(configuredSettings(gallerySettingKeys));
  const cluster = overrides.cluster ?? clusterOf(settings);
  const { namespace = defaultNamespace } = settings;
  const existing = existingIn(
    { ...settings, platform: undefined, services: [{ name: "gallery", namespace }] },
    overrides.pools,
  );
  const platform = platformOf(settings, cluster, existing, overrides);
  const created =
    namespace === "default"
      ? undefined
      : new KubernetesObject(
          `namespace-${namespace}`,
          { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
          { provider: platform.provider },
        );
  const options = { provider: platform.provider, dependsOn: allResources(platform.ready, created) as never };
  const preflight = { cluster: platform.plan, waive: settings.preflight?.waive, waivePath };
  const { presets, clusterAccess: diagnosis, gatewayController } = platform;
  const controllerSettings =
    settings.platform === "existing" ? undefined : controllerSettingsOf({ platform: settings.platform });
  const services = chosenEntries(settings.gallery).flatMap((entry) => Object.entries(entry.services));
  return {
    services: Object.fromEntries(
      services.map(([name, args]) => {
        const service = new LLMInferenceService(
          name,
          { ...args, namespace, presets, controllerSettings, preflight, diagnosis, gatewayController },
          options,
        );
        return [name, serviceOutputs(service)];
      }),
    ),
  };
}

type Platform = Pick<InferencePlatform, "provider" | "plan" | "clusterAccess" | "presets"> &
  Partial<Pick<InferencePlatform, "ready" | "gatewayController">>;

/** Of a platform that exists the resources are not known here; its presets are taken for those of the version that this package installs. */
function platformOf(
  { platform, mirrors }: GallerySettings,
  cluster: InferencePlatformArgs["cluster"],
  existing: ClusterPlan,
  overrides: EnvironmentOverrides,
): Platform {
  if (platform === "existing") {
    const { kubeconfig, identifier } = cluster;
    const provider =
      cluster.provider ?? new Provider("cluster", { kubeconfig, ...(identifier && { clusterIdentifier: identifier }) });
    return {
      plan: existing,
      clusterAccess: { kubeconfig },
      provider,
      presets: kservePresets({ mirrors: overrides.mirrors ?? mirrors }, { provider }),
    };
  }
  return new InferencePlatform("platform", {
    ...(platform as Partial<InferencePlatformArgs>),
    kserve: { ...platform?.kserve, certificates: overrides.certificates },
    mirrors: overrides.mirrors ?? mirrors,
    existing,
    cluster,
  });
}
