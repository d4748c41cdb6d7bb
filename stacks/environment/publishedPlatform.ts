import * as pulumi from "@pulumi/pulumi";

import type { InferencePlatform, InferencePlatformArgs } from "../../components/inferencePlatform";
import type { GatewayControllerHandle } from "../../components/networking/controllers/controller";
import type { ArtifactMirrors } from "../../sdk/artifacts";
import type { ClusterPlan, ListName } from "../../sdk/preflight/plan";
import type { PublishedGatewayController, PublishedPlatform } from "../../sdk/references/inferencePlatform";
import { controllerSettingsOf, type EnvironmentSettings } from "./settings";

/**
 * What services of other stacks need of a platform, beside a way into the cluster.
 *
 * @param mirrors where charts are taken from instead of their official addresses
 */
export function publishedPlatform(
  { plan, gatewayController }: Pick<InferencePlatform, "plan" | "gatewayController">,
  settings: Pick<EnvironmentSettings, "platform">,
  clusterIdentifier: string | undefined,
  mirrors: InferencePlatformArgs["mirrors"],
): PublishedPlatform {
  const controllerSettings = controllerSettingsOf(settings);
  const ofKServe = publishedMirrors(mirrors);
  return {
    plan: planForOthers(plan),
    ...(Object.keys(controllerSettings).length > 0 && { controllerSettings }),
    ...(gatewayController && { gatewayController: publishedController(gatewayController) }),
    ...(clusterIdentifier !== undefined && { clusterIdentifier }),
    ...(ofKServe && { mirrors: ofKServe }),
  };
}

/**
 * The kubeconfig that other stacks may use, where the settings say so: that of this stack, or another that they give.
 *
 * @returns undefined when none is to be published
 */
export function publishedKubeconfig(
  { outputs: { kubeconfig } = {} }: Pick<EnvironmentSettings, "outputs">,
  own: pulumi.Input<string>,
): pulumi.Output<string> | undefined {
  if (kubeconfig === undefined || kubeconfig === false) return undefined;
  return pulumi.secret(kubeconfig === true ? own : kubeconfig);
}

/** Stacks that declare services make what these need themselves, so that no list of it is complete for them. */
function planForOthers(plan: ClusterPlan): ClusterPlan {
  const theirs: readonly ListName[] = [
    "configMaps",
    "namespaces",
    "persistentVolumeClaims",
    "secrets",
    "serviceAccounts",
  ];
  return { ...plan, partial: [...new Set([...(plan.partial ?? []), ...theirs])].sort() };
}

function publishedController({
  controller,
  className,
  version,
  poolVersions,
  policyArgs,
}: GatewayControllerHandle): PublishedGatewayController {
  return {
    controller,
    className,
    poolVersions,
    ...(version !== undefined && { version }),
    ...(policyArgs && { args: policyArgs }),
  };
}

/** KServe's alone, and none with a password in it. */
function publishedMirrors(mirrors: InferencePlatformArgs["mirrors"] = {}): PublishedPlatform["mirrors"] {
  const names = ["kserve", "kserve-charts"] as const satisfies readonly (keyof ArtifactMirrors)[];
  const known = names.flatMap((name) => {
    const address = mirrors[name];
    return address !== undefined && !/:\/\/[^/]*@/.test(address) ? [[name, address] as const] : [];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}
