import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform, type InferencePlatformArgs } from "../../components/inferencePlatform";
import { KubernetesObject } from "../../components/kubernetesObject";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { toInputs } from "../../components/serving/resolveInputs";
import { allResources } from "../../components/resources";
import type { KServeCertificates } from "../../components/platform/kserveCertificates";
import type { LLMInferenceServiceSpecArgs } from "../../sdk/api/llmInferenceService";
import type { JsonObject } from "../../sdk/compose/marked";
import type { NodePool } from "../../sdk/preflight/plan";
import { ConfigurationError } from "../../sdk/problems";
import { configuredSettings } from "./configuration";
import { existingIn, platformIn, waivePath } from "./plan";
import type { ManagedCluster } from "./pools";
import {
  controllerSettingsOf,
  type EnvironmentSettings,
  fragmentsOf,
  parseSettings,
  type ServiceSettings,
  settingKeys,
} from "./settings";

const lazyRequire = createRequire(__filename);

/** What a caller may decide instead of the stack's configuration; the embedded environment gives its own cluster this way. */
export interface EnvironmentOverrides {
  cluster?: InferencePlatformArgs["cluster"];
  mirrors?: InferencePlatformArgs["mirrors"];
  certificates?: KServeCertificates;
  /** The cluster's node pools, where the configuration does not say them. */
  pools?: readonly NodePool[];
}

/** What app teams read of one service. */
export interface ServiceOutputs {
  name: pulumi.Output<string>;
  namespace: pulumi.Output<string>;
  url: pulumi.Output<string | undefined>;
  schedulerEndpoint: pulumi.Output<string | undefined>;
  schedulerMetricsEndpoint: pulumi.Output<string | undefined>;
  modelName: pulumi.Output<string>;
  ready: pulumi.Output<string>;
}

/** Outputs of the environment stack. */
export interface EnvironmentOutputs {
  gatewayUrls: pulumi.Output<Record<string, string>>;
  kserveVersion: pulumi.Output<string>;
  /** Where services send traces; undefined without a collector of the platform. */
  tracingEndpoint?: string;
  services: Record<string, ServiceOutputs>;
}

/**
 * One environment: the platform and the services that the stack's configuration lists.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function environment(overrides: EnvironmentOverrides = {}): EnvironmentOutputs {
  const settings = parseSettings(configuredSettings(settingKeys));
  const managed = overrides.cluster ? undefined : managedClusterOf(settings);
  const cluster = overrides.cluster ?? managed?.cluster ?? clusterOf(settings);
  const platformSettings = overrides.cluster ? settings.platform : platformIn(settings);

  const platform = new InferencePlatform("platform", {
    ...(platformSettings as Partial<InferencePlatformArgs>),
    kserve: { ...platformSettings?.kserve, certificates: overrides.certificates },
    mirrors: overrides.mirrors ?? (settings.mirrors as InferencePlatformArgs["mirrors"]),
    existing: existingIn(settings, overrides.pools),
    cluster,
  });
  const services = settings.services ?? [];
  const namespaces =
    settings.createNamespaces === false ? new Map<string, KubernetesObject>() : createNamespaces(settings, platform);

  const outputs: Record<string, ServiceOutputs> = {};
  for (const settingsOfService of services) {
    outputs[settingsOfService.name] = createService(settingsOfService, settings, platform, namespaces, managed);
  }
  const { gatewayUrls, kserveVersion, tracingEndpoint } = platform;
  // The SDK warns of an output that is undefined.
  return { gatewayUrls, kserveVersion, ...(tracingEndpoint !== undefined && { tracingEndpoint }), services: outputs };
}

/** Loads what makes clusters and pools only for an environment that has them. */
function managedClusterOf(settings: EnvironmentSettings): ManagedCluster | undefined {
  const { gke, eks, existing } = settings.cluster ?? {};
  if (!gke && !eks && !existing) return undefined;
  const { managedCluster } = lazyRequire("./pools") as typeof import("./pools");
  return managedCluster(settings);
}

/**
 * The cluster that the settings name by its kubeconfig.
 *
 * @throws ConfigurationError when they name none.
 */
export function clusterOf(settings: Pick<EnvironmentSettings, "cluster">): InferencePlatformArgs["cluster"] {
  const { kubeconfig, kubeconfigFile, identifier } = settings.cluster ?? {};
  const text = kubeconfig ?? (kubeconfigFile && readFileSync(kubeconfigFile, "utf8"));
  if (!text) {
    throw new ConfigurationError("environment configuration", [
      {
        path: "cluster",
        message: "does not say which cluster",
        allowed:
          "cluster.kubeconfig (text, as a secret), cluster.kubeconfigFile (path), cluster.existing, cluster.gke or cluster.eks",
        fix: "pulumi config set --secret --path cluster.kubeconfig < kubeconfig, or use `npm run local:up` for the embedded cluster",
      },
    ]);
  }
  return { kubeconfig: pulumi.secret(text), identifier };
}

/** Those of services that the platform does not make itself. */
function createNamespaces(
  { services = [], platform: { namespaces: secured = {} } = {} }: EnvironmentSettings,
  platform: InferencePlatform,
): Map<string, KubernetesObject> {
  const names = [...new Set(services.map((service) => service.namespace ?? "default"))]
    .filter((name) => name !== "default" && !Object.hasOwn(secured, name))
    .sort();
  return new Map(
    names.map((name) => [
      name,
      new KubernetesObject(
        `namespace-${name}`,
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        { provider: platform.provider },
      ),
    ]),
  );
}

/** Secret texts become secret inputs. */
function inputsOf(spec: Record<string, unknown> = {}): pulumi.Input<LLMInferenceServiceSpecArgs> {
  return toInputs(spec as JsonObject) as pulumi.Input<LLMInferenceServiceSpecArgs>;
}

function createService(
  service: ServiceSettings,
  settings: EnvironmentSettings,
  platform: InferencePlatform,
  namespaces: Map<string, KubernetesObject>,
  managed: ManagedCluster | undefined,
): ServiceOutputs {
  const {
    name,
    namespace = "default",
    spec,
    criticality,
    labels,
    annotations,
    mode,
    baseRefs,
    timeoutSeconds,
  } = service;
  const namespaceObject = namespaces.get(namespace);
  const resource = new LLMInferenceService(
    name,
    {
      namespace,
      spec: inputsOf(spec),
      fragments: fragmentsOf(service, settings).map((fragment) => ({ ...fragment, spec: inputsOf(fragment.spec) })),
      baseRefs,
      mode,
      presets: platform.presets,
      controllerSettings: controllerSettingsOf(settings),
      preflight: { cluster: platform.plan, waive: settings.preflight?.waive, waivePath },
      criticality,
      timeoutSeconds,
      diagnosis: platform.clusterAccess,
      gatewayController: platform.gatewayController,
      labels,
      annotations,
    },
    {
      provider: platform.provider,
      dependsOn: (managed
        ? allResources(platform.ready, namespaceObject, managed.before(service))
        : platform.ready.apply((ready) => (namespaceObject ? [...ready, namespaceObject] : ready))) as never,
    },
  );
  const outputs = serviceOutputs(resource);
  if (!hasStandaloneRouter(service, settings)) return outputs;
  const { createStandaloneRouter } = lazyRequire("./standaloneRouters") as typeof import("./standaloneRouters");
  const router = createStandaloneRouter(service, { provider: platform.provider, dependsOn: resource });
  const { url, schedulerEndpoint, schedulerMetricsEndpoint } = router;
  return { ...outputs, url, schedulerEndpoint, schedulerMetricsEndpoint };
}

/** Whether a service has a router of its own: where the platform has no gateway, unless it says otherwise. */
function hasStandaloneRouter({ standaloneRouter }: ServiceSettings, { platform }: EnvironmentSettings): boolean {
  if (standaloneRouter !== undefined) return standaloneRouter !== false;
  return typeof platform?.gateway === "object" && platform.gateway.controller === "standalone";
}

/** What app teams read of a service. */
export function serviceOutputs(resource: LLMInferenceService): ServiceOutputs {
  return {
    name: resource.name,
    namespace: resource.namespace,
    url: resource.url,
    schedulerEndpoint: resource.schedulerEndpoint,
    schedulerMetricsEndpoint: resource.schedulerMetricsEndpoint,
    modelName: resource.modelName,
    ready: resource.conditions.apply(
      (conditions) => conditions.find((condition) => condition.type === "Ready")?.status ?? "Unknown",
    ),
  };
}
