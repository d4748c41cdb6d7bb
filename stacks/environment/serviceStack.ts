import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { KubernetesObject } from "../../components/kubernetesObject";
import { kubernetesProviderArgs } from "../../components/kubernetesProvider";
import { kservePresets } from "../../components/platform/kserve";
import { allResources } from "../../components/resources";
import type { LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { clusterOf } from "./clusterPart";
import type { EnvironmentOverrides } from "./environment";
import { existingIn, waivePath } from "./plan";
import type { ServiceStackSettings } from "./serviceStackSettings";
import { controllerSettingsOf } from "./settings";

/** What services of a stack are made with. */
export interface ServicePlatform {
  readonly provider: pulumi.ProviderResource;
  /** Arguments of each service that come from the platform and from the settings about it. */
  readonly serviceArgs: Partial<LLMInferenceServiceArgs>;
  /** Provider and dependencies of each service. */
  readonly serviceOptions: pulumi.ComponentResourceOptions;
}

/**
 * The platform that a stack's settings describe, or the existing one that they mean, and the namespace of its services.
 *
 * @param namespace where the services live
 * @param createsNamespace whether this stack makes it; "default" is there always. @default true
 * @throws ConfigurationError when the settings name no cluster, or for what the platform finds.
 */
export function openServicePlatform(
  settings: ServiceStackSettings,
  overrides: EnvironmentOverrides,
  namespace: string,
  createsNamespace = true,
): ServicePlatform {
  const cluster = overrides.cluster ?? clusterOf(settings);
  const existing = existingIn(
    { ...settings, platform: undefined, services: [{ name: "service", namespace }] },
    overrides.pools,
  );
  const platform = platformOf(settings, cluster, existing, overrides);
  const { provider, presets, clusterAccess: diagnosis, gatewayController } = platform;
  const created =
    namespace === "default" || !createsNamespace
      ? undefined
      : new KubernetesObject(
          `namespace-${namespace}`,
          { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
          { provider },
        );
  return {
    provider,
    serviceArgs: {
      namespace,
      presets,
      ...(settings.platform !== "existing" && {
        controllerSettings: controllerSettingsOf({ platform: settings.platform }),
      }),
      preflight: { cluster: platform.plan, waive: settings.preflight?.waive, waivePath },
      diagnosis,
      ...(gatewayController && { gatewayController }),
    },
    serviceOptions: { provider, dependsOn: allResources(platform.ready, created) as never },
  };
}

type Platform = Pick<InferencePlatform, "provider" | "plan" | "clusterAccess" | "presets"> &
  Partial<Pick<InferencePlatform, "ready" | "gatewayController">>;

/** Of a platform that exists the resources are not known here; its presets are taken for those of the version that this package installs. */
function platformOf(
  { platform, mirrors }: ServiceStackSettings,
  cluster: InferencePlatformArgs["cluster"],
  existing: ClusterPlan,
  overrides: EnvironmentOverrides,
): Platform {
  const usedMirrors = overrides.mirrors ?? (mirrors as InferencePlatformArgs["mirrors"]);
  if (platform === "existing") {
    const { kubeconfig } = cluster;
    const provider = cluster.provider ?? new Provider("cluster", kubernetesProviderArgs(cluster));
    return {
      plan: existing,
      clusterAccess: { kubeconfig },
      provider,
      presets: kservePresets({ mirrors: usedMirrors }, { provider }),
    };
  }
  return new InferencePlatform("platform", {
    ...(platform as Partial<InferencePlatformArgs>),
    kserve: { ...platform?.kserve, certificates: overrides.certificates },
    mirrors: usedMirrors,
    existing,
    cluster,
  });
}
