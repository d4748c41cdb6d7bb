import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import { KubernetesObject } from "../../components/kubernetesObject";
import type { Resources } from "../../components/resources";
import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import { toInputs } from "../../components/serving/resolveInputs";
import type { LLMInferenceServiceSpecArgs } from "../../sdk/api/llmInferenceService";
import type { JsonObject } from "../../sdk/compose/marked";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { waivePath } from "./plan";
import { type EnvironmentSettings, fragmentsOf, type ServiceSettings, type SharedSettings } from "./settings";

const lazyRequire = createRequire(__filename);

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

/** The platform that services are made on: one of the same program, or of another stack. */
export interface PlatformOfServices {
  readonly provider: pulumi.ProviderResource;
  /** Arguments of every service that the platform decides. */
  readonly serviceArgs: Pick<
    LLMInferenceServiceArgs,
    "presets" | "controllerSettings" | "diagnosis" | "gatewayController"
  >;
  /** What services are checked against. */
  readonly plan: ClusterPlan;
  /** Namespaces that it has made, and services need not make. */
  readonly namespaces: readonly string[];
  /** It has no gateway, so that each service gets a router of its own. */
  readonly hasNoGateway: boolean;
  /** What a service comes after, its namespace among that. */
  readonly before: (service: ServiceSettings, namespace: KubernetesObject | undefined) => Resources;
}

/** Settings of the services of an environment, and what these name. */
export type ServicesSettings = Pick<EnvironmentSettings, "services" | "createNamespaces" | "preflight"> &
  SharedSettings;

/** The services of some settings, with their namespaces; what app teams read of each, by its name. */
export function createServices(
  settings: ServicesSettings,
  platform: PlatformOfServices,
): Record<string, ServiceOutputs> {
  const namespaces =
    settings.createNamespaces === false ? new Map<string, KubernetesObject>() : createNamespaces(settings, platform);
  return Object.fromEntries(
    (settings.services ?? []).map((service) => [service.name, createService(service, settings, platform, namespaces)]),
  );
}

/** Those of services that the platform does not make itself. */
function createNamespaces(
  { services = [] }: ServicesSettings,
  { namespaces: made, provider }: PlatformOfServices,
): Map<string, KubernetesObject> {
  const names = [...new Set(services.map((service) => service.namespace ?? "default"))]
    .filter((name) => name !== "default" && !made.includes(name))
    .sort();
  return new Map(
    names.map((name) => [
      name,
      new KubernetesObject(
        `namespace-${name}`,
        { apiVersion: "v1", kind: "Namespace", metadata: { name } },
        { provider },
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
  settings: ServicesSettings,
  platform: PlatformOfServices,
  namespaces: ReadonlyMap<string, KubernetesObject>,
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
  const { provider } = platform;
  const resource = new LLMInferenceService(
    name,
    {
      ...platform.serviceArgs,
      namespace,
      spec: inputsOf(spec),
      fragments: fragmentsOf(service, settings).map((fragment) => ({ ...fragment, spec: inputsOf(fragment.spec) })),
      baseRefs,
      mode,
      preflight: { cluster: platform.plan, waive: settings.preflight?.waive, waivePath },
      criticality,
      timeoutSeconds,
      labels,
      annotations,
    },
    { provider, dependsOn: platform.before(service, namespaces.get(namespace)) as never },
  );
  const outputs = serviceOutputs(resource);
  if (!hasStandaloneRouter(service, platform)) return outputs;
  const { createStandaloneRouter } = lazyRequire("./standaloneRouters") as typeof import("./standaloneRouters");
  const router = createStandaloneRouter(service, { provider, dependsOn: resource });
  const { url, schedulerEndpoint, schedulerMetricsEndpoint } = router;
  return { ...outputs, url, schedulerEndpoint, schedulerMetricsEndpoint };
}

/** Whether a service has a router of its own: where the platform has no gateway, unless it says otherwise. */
function hasStandaloneRouter({ standaloneRouter }: ServiceSettings, { hasNoGateway }: PlatformOfServices): boolean {
  return standaloneRouter === undefined ? hasNoGateway : standaloneRouter !== false;
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
