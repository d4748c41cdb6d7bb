import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import type { StandaloneRouter } from "../../components/networking/standaloneRouter";
import type { BenchmarkReport, InferenceBenchmarkArgs } from "../../components/serving/inferenceBenchmark";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { configuredSettings } from "../environment/configuration";
import type { EnvironmentOverrides } from "../environment/environment";
import { type ServiceOutputs, serviceOutputs } from "../environment/servicesPart";
import { openServicePlatform } from "../environment/serviceStack";
import { type InstalledPart, installedParts } from "./installed";
import { guideFragments } from "./service";
import {
  controllerOf,
  defaultNamespace,
  defaultPostfix,
  inferenceSchedulingKeys,
  type InferenceSchedulingSettings,
  isStandalone,
  parseInferenceScheduling,
} from "./settings";

const lazyRequire = createRequire(__filename);

/** Outputs of an installation of the guide. */
export interface InferenceSchedulingOutputs {
  services: Record<string, ServiceOutputs>;
  /** Charts and CRDs that this stack installs; empty on a platform of another stack. */
  installed: InstalledPart[];
  /** Left out without a benchmark. */
  benchmark?: pulumi.Output<BenchmarkReport>;
}

/** Seconds that a model of 32 billion parameters may take to be fetched and loaded. */
const defaultTimeout = 3600;

/**
 * llm-d's guide "intelligent inference scheduling" as one stack: a platform or an existing one, the guide's service with its scheduler, and
 * where it is asked for the guide's benchmark.
 *
 * @throws ConfigurationError with every problem of the configuration.
 */
export function inferenceScheduling(overrides: EnvironmentOverrides = {}): InferenceSchedulingOutputs {
  const settings = parseInferenceScheduling(configuredSettings(inferenceSchedulingKeys));
  const { guide, namespace = defaultNamespace, createNamespaces } = settings;
  const { postfix = defaultPostfix, timeoutSeconds = defaultTimeout } = guide;
  const standalone = isStandalone(settings);
  const platform = openServicePlatform(settings, overrides, namespace, createNamespaces);
  const service = new LLMInferenceService(
    postfix,
    {
      ...platform.serviceArgs,
      fragments: guideFragments(guide, { controller: controllerOf(settings), standalone }),
      timeoutSeconds,
    },
    platform.serviceOptions,
  );
  const router = standalone ? createRouter(settings, postfix, namespace, service, platform.provider) : undefined;
  const outputs = serviceOutputs(service);
  const installed = installedParts(settings);
  const services = { [postfix]: router ? { ...outputs, ...addressesOf(router) } : outputs };
  if (!guide.benchmark) return { services, installed };
  const { InferenceBenchmark } = lazyRequire(
    "../../components/serving/inferenceBenchmark",
  ) as typeof import("../../components/serving/inferenceBenchmark");
  const args = guide.benchmark === true ? {} : (guide.benchmark as Partial<InferenceBenchmarkArgs>);
  const { report } = new InferenceBenchmark(
    postfix,
    // The service's url is there when it is Ready.
    { ...args, url: router?.clusterUrl ?? service.url.apply((url) => url ?? ""), model: service.modelName, namespace },
    { provider: platform.provider, dependsOn: router ? [service, router] : [service] },
  );
  return { services, installed, benchmark: report };
}

function createRouter(
  settings: InferenceSchedulingSettings,
  postfix: string,
  namespace: string,
  service: LLMInferenceService,
  provider: pulumi.ProviderResource,
): StandaloneRouter {
  const { createStandaloneRouter } = lazyRequire(
    "../environment/standaloneRouters",
  ) as typeof import("../environment/standaloneRouters");
  const { standaloneRouter } = settings.guide;
  return createStandaloneRouter({ name: postfix, namespace, standaloneRouter }, { provider, dependsOn: service });
}

function addressesOf({ url, schedulerEndpoint, schedulerMetricsEndpoint }: StandaloneRouter) {
  return { url, schedulerEndpoint, schedulerMetricsEndpoint };
}
