import type * as pulumi from "@pulumi/pulumi";

import type { InferencePlatformArgs } from "../../components/inferencePlatform";
import { InferenceClusterReference } from "../../components/references/inferenceClusterReference";
import { spokenContracts } from "../../sdk/references/contract";
import type { PublishedNodes } from "../../sdk/references/inferenceCluster";
import { servicesPlatformContract, type ServicesPlatformFields } from "../../sdk/references/servicesPlatform";
import { clusterOf, withProvider } from "../environment/clusterPart";
import { configuredSettings } from "../environment/configuration";
import type { EnvironmentOverrides } from "../environment/environment";
import { parsePart, partKeys, publishedNodes, settingsOfPart, sharedBaseKeys } from "../environment/parts";
import { existingIn, platformIn } from "../environment/plan";
import { createPlatform } from "../environment/platformPart";
import { publishedKubeconfig, publishedPlatform } from "../environment/publishedPlatform";

/** Outputs of a stack with a platform: what the contract says, and the contract's version. */
export type PlatformOutputs = { readonly contracts: Record<string, string> } & {
  readonly [Name in keyof ServicesPlatformFields]?: pulumi.Input<ServicesPlatformFields[Name]>;
};

/** The cluster of another stack. */
interface ReferencedCluster {
  readonly cluster: InferencePlatformArgs["cluster"];
  readonly nodes: PublishedNodes;
}

/**
 * What an environment has between its cluster and its services, as a stack of its own.
 *
 * @throws ConfigurationError with every problem of the configuration, or of the cluster's stack.
 */
export async function platform(overrides: EnvironmentOverrides = {}): Promise<PlatformOutputs> {
  const given = settingsOfPart(
    "platform",
    configuredSettings(partKeys, (all) => sharedBaseKeys("platform", all)),
    overrides.cluster === undefined,
  );
  const referenced = given.link === undefined ? undefined : await referencedCluster(given.link);
  const settings = parsePart("platform", given, referenced?.nodes);
  const cluster = withProvider(overrides.cluster ?? referenced?.cluster ?? clusterOf(settings));
  const made = createPlatform(
    { ...settings, platform: overrides.cluster ? settings.platform : platformIn(settings) },
    {
      cluster,
      existing: existingIn(settings, overrides.pools),
      mirrors: overrides.mirrors,
      certificates: overrides.certificates,
    },
  );
  const { gatewayUrls, gatewayAddresses, kserveVersion, tracingEndpoint } = made;
  const mirrors = overrides.mirrors ?? (settings.mirrors as InferencePlatformArgs["mirrors"]);
  const kubeconfig = publishedKubeconfig({ outputs: { kubeconfig: true, ...settings.outputs } }, cluster.kubeconfig);
  return {
    contracts: spokenContracts(servicesPlatformContract),
    gatewayUrls,
    gatewayAddresses,
    kserveVersion,
    // The SDK warns of an output that is undefined.
    ...(tracingEndpoint !== undefined && { tracingEndpoint }),
    platform: publishedPlatform(made, settings, cluster.identifier, mirrors),
    ...(kubeconfig && { kubeconfig }),
    forServices: {
      nodes: publishedNodes(settings),
      plan: made.plan,
      namespaces: Object.keys(settings.platform?.namespaces ?? {}),
    },
  };
}

async function referencedCluster(stack: string): Promise<ReferencedCluster> {
  const reference = new InferenceClusterReference(stack);
  const [{ cloud, identifier, gke } = { cloud: "existing" }, nodes = {}] = await Promise.all([
    reference.cluster,
    reference.nodes,
  ]);
  const known = { cloud, ...(identifier !== undefined && { identifier }), ...(gke && { gke }) };
  const cluster = { kubeconfig: reference.kubeconfig, ...known };
  return { cluster, nodes };
}
