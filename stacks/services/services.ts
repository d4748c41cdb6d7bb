import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import type { InferencePlatformArgs } from "../../components/inferencePlatform";
import type { GatewayControllerHandle } from "../../components/networking/controllers/controller";
import { kservePresets } from "../../components/platform/kserve";
import { type PlainPlatform, ServicesPlatformReference } from "../../components/references/servicesPlatformReference";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { spokenContracts } from "../../sdk/references/contract";
import {
  inferencePlatformContract,
  type PublishedGatewayController,
  type PublishedPlatform,
} from "../../sdk/references/inferencePlatform";
import { withProvider } from "../environment/clusterPart";
import { configuredSettings } from "../environment/configuration";
import { parsePart, partKeys, settingsOfPart, sharedBaseKeys } from "../environment/parts";
import { createdNamespaces } from "../environment/plan";
import { publishedKubeconfig } from "../environment/publishedPlatform";
import { createServices, type PlatformOfServices, type ServiceOutputs } from "../environment/servicesPart";
import type { EnvironmentSettings } from "../environment/settings";

/** Only platforms whose gateway has a controller that is known load it. */
const lazyRequire = createRequire(__filename);

/** What a caller may decide instead of the stack's configuration. */
export interface ServicesOverrides {
  /** Where KServe's presets are taken from. @default as the platform's stack does */
  mirrors?: InferencePlatformArgs["mirrors"];
}

/** Outputs of a stack of services, which are also those of its platform, so that app teams need to know this one stack only. */
export interface ServicesOutputs {
  contracts: Record<string, string>;
  gatewayUrls: ServicesPlatformReference["gatewayUrls"];
  gatewayAddresses: ServicesPlatformReference["gatewayAddresses"];
  kserveVersion: pulumi.Output<string>;
  tracingEndpoint?: string;
  platform: PublishedPlatform;
  services: Record<string, ServiceOutputs>;
  /** Only where the settings say so. */
  kubeconfig?: pulumi.Output<string>;
}

/**
 * The services of an environment, as a stack of its own on the platform of another.
 *
 * @throws ConfigurationError with every problem of the configuration, or of the platform's stack.
 */
export async function services(overrides: ServicesOverrides = {}): Promise<ServicesOutputs> {
  const given = settingsOfPart(
    "services",
    configuredSettings(partKeys, (all) => sharedBaseKeys("services", all)),
  );
  const reference = new ServicesPlatformReference(given.link ?? "");
  // The stack's name is plain, so that it is known.
  const plain = (await reference.plain()) as PlainPlatform;
  const settings = parsePart("services", given, plain.forServices.nodes);
  const { gatewayUrls, gatewayAddresses, kserveVersion } = reference;
  const kubeconfig = publishedKubeconfig(settings, reference.kubeconfig);
  return {
    contracts: spokenContracts(inferencePlatformContract),
    gatewayUrls,
    gatewayAddresses,
    kserveVersion,
    ...(plain.tracingEndpoint !== undefined && { tracingEndpoint: plain.tracingEndpoint }),
    platform: plain.platform,
    services: createServices(settings, referencedPlatform(reference, plain, settings, overrides)),
    ...(kubeconfig && { kubeconfig }),
  };
}

/** The platform of another stack as services see it: they come after nothing of it, because it is there. */
function referencedPlatform(
  { kubeconfig }: ServicesPlatformReference,
  { platform, forServices }: PlainPlatform,
  settings: EnvironmentSettings,
  { mirrors = platform.mirrors }: ServicesOverrides,
): PlatformOfServices {
  const { clusterIdentifier: identifier } = platform;
  const { provider } = withProvider({ kubeconfig, ...(identifier !== undefined && { identifier }) });
  const gatewayController = platform.gatewayController && controllerOf(platform.gatewayController);
  return {
    provider,
    plan: planFor(settings, forServices.plan),
    serviceArgs: {
      presets: kservePresets({ ...(mirrors && { mirrors }) }, { provider }),
      controllerSettings: platform.controllerSettings ?? {},
      diagnosis: { kubeconfig },
      ...(gatewayController && { gatewayController }),
    },
    namespaces: forServices.namespaces,
    hasNoGateway: platform.gatewayController?.controller === "standalone",
    before: (_, namespace) => namespace,
  };
}

/** The controller of the platform's gateway, with what it needs beside services. */
function controllerOf({ controller, args, version, ...facts }: PublishedGatewayController): GatewayControllerHandle {
  const { servicePoliciesOf } = lazyRequire(
    "../../components/networking/controllers/servicePolicies",
  ) as typeof import("../../components/networking/controllers/servicePolicies");
  const servicePolicies = servicePoliciesOf(controller, args);
  return {
    ...facts,
    controller,
    ready: undefined,
    ...(version !== undefined && { version }),
    ...(servicePolicies && { servicePolicies }),
  };
}

/** What these services are checked against: their namespaces belong to it where all are stated. */
function planFor(settings: EnvironmentSettings, plan: ClusterPlan): ClusterPlan {
  const { requireDigests } = settings.preflight ?? {};
  const isComplete = plan.namespaces && !plan.partial?.includes("namespaces");
  return {
    ...plan,
    ...(isComplete && { namespaces: { ...createdNamespaces(settings), ...plan.namespaces } }),
    ...(requireDigests !== undefined && { requireDigests }),
  };
}
