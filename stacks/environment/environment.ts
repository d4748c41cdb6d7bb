import type * as pulumi from "@pulumi/pulumi";

import type { InferencePlatform, InferencePlatformArgs } from "../../components/inferencePlatform";
import type { KubernetesObject } from "../../components/kubernetesObject";
import type { GatewayAddress } from "../../components/networking/gatewayArgs";
import type { KServeCertificates } from "../../components/platform/kserveCertificates";
import { allResources, type Resources } from "../../components/resources";
import type { NodePool } from "../../sdk/preflight/plan";
import { spokenContracts } from "../../sdk/references/contract";
import { inferencePlatformContract, type PublishedPlatform } from "../../sdk/references/inferencePlatform";
import { createCluster, withProvider } from "./clusterPart";
import { configuredSettings } from "./configuration";
import { sharedBaseKeys } from "./parts";
import { existingIn, platformIn } from "./plan";
import { createPlatform } from "./platformPart";
import type { ManagedCluster } from "./pools";
import { publishedKubeconfig, publishedPlatform } from "./publishedPlatform";
import { createServices, type PlatformOfServices, type ServiceOutputs } from "./servicesPart";
import {
  controllerSettingsOf,
  type EnvironmentSettings,
  parseSettings,
  type ServiceSettings,
  settingKeys,
} from "./settings";

/** What a caller may decide instead of the stack's configuration; the embedded environment gives its own cluster this way. */
export interface EnvironmentOverrides {
  cluster?: InferencePlatformArgs["cluster"];
  mirrors?: InferencePlatformArgs["mirrors"];
  certificates?: KServeCertificates;
  /** The cluster's node pools, where the configuration does not say them. */
  pools?: readonly NodePool[];
}

/** Outputs of the environment stack; docs/app-teams.md says what each is for. */
export interface EnvironmentOutputs {
  /** The contracts that other stacks may read these outputs by. */
  contracts: Record<string, string>;
  gatewayUrls: pulumi.Output<Record<string, string>>;
  gatewayAddresses: pulumi.Output<GatewayAddress[]>;
  kserveVersion: pulumi.Output<string>;
  /** Where services send traces; undefined without a collector of the platform. */
  tracingEndpoint?: string;
  services: Record<string, ServiceOutputs>;
  platform: PublishedPlatform;
  /** Only where the settings say so. */
  kubeconfig?: pulumi.Output<string>;
}

/**
 * One environment: its cluster, the platform and the services that the stack's configuration lists. stacks/cluster, stacks/platform and
 * stacks/services are these three parts as stacks of their own.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function environment(overrides: EnvironmentOverrides = {}): EnvironmentOutputs {
  const settings = parseSettings(configuredSettings(settingKeys, (all) => sharedBaseKeys("environment", all)));
  const { cluster, managed } = overrides.cluster
    ? { cluster: overrides.cluster, managed: undefined }
    : createCluster(settings);
  const platform = createPlatform(
    { ...settings, platform: overrides.cluster ? settings.platform : platformIn(settings) },
    {
      cluster: withProvider(cluster),
      existing: existingIn(settings, overrides.pools),
      mirrors: overrides.mirrors,
      certificates: overrides.certificates,
    },
  );
  const services = createServices(settings, ofPlatform(platform, settings, managed));
  const { gatewayUrls, gatewayAddresses, kserveVersion, tracingEndpoint } = platform;
  const kubeconfig = publishedKubeconfig(settings, cluster.kubeconfig);
  const mirrors = overrides.mirrors ?? (settings.mirrors as InferencePlatformArgs["mirrors"]);
  return {
    contracts: spokenContracts(inferencePlatformContract),
    gatewayUrls,
    gatewayAddresses,
    kserveVersion,
    // The SDK warns of an output that is undefined.
    ...(tracingEndpoint !== undefined && { tracingEndpoint }),
    services,
    platform: publishedPlatform(platform, settings, cluster.identifier, mirrors),
    ...(kubeconfig && { kubeconfig }),
  };
}

/** The platform as services of the same program see it. */
function ofPlatform(
  platform: InferencePlatform,
  settings: EnvironmentSettings,
  managed: ManagedCluster | undefined,
): PlatformOfServices {
  const { provider, plan, presets, clusterAccess: diagnosis, gatewayController, ready } = platform;
  const { namespaces = {}, gateway } = settings.platform ?? {};
  const before = (service: ServiceSettings, namespace: KubernetesObject | undefined): Resources =>
    managed
      ? allResources(ready, namespace, managed.before(service))
      : ready.apply((made) => (namespace ? [...made, namespace] : made));
  return {
    provider,
    plan,
    serviceArgs: { presets, controllerSettings: controllerSettingsOf(settings), diagnosis, gatewayController },
    namespaces: Object.keys(namespaces),
    hasNoGateway: typeof gateway === "object" && gateway.controller === "standalone",
    before,
  };
}
