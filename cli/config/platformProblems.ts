import { type CheckedController, checkGatewayController } from "../../sdk/gateways/checks";
import { checkIssuers } from "../../sdk/gateways/issuerChecks";
import type { IssuerArgs } from "../../sdk/gateways/issuers";
import { type CheckedGateway, checkGatewayListeners } from "../../sdk/gateways/listenerChecks";
import { problemsOfSurroundings } from "../../sdk/platform/checkSurroundings";
import type { Problem } from "../../sdk/problems";
import type { EnvironmentSettings } from "../../stacks/environment/settings";

/** What the platform's components would refuse before they make anything, as far as it needs nothing but the settings. */
export function platformProblems(platform: EnvironmentSettings["platform"] = {}): Problem[] {
  const { gateway, certManager } = platform;
  const issuers = certManager && !certManager.existing && "issuers" in certManager ? certManager.issuers : undefined;
  const found = [
    ...problemsOfSurroundings(platform as Parameters<typeof problemsOfSurroundings>[0]),
    ...(gateway ? checkGatewayController(gateway as CheckedController) : []),
    ...(issuers ? checkIssuers(issuers as Record<string, IssuerArgs>, "certManager.issuers") : []),
    ...(gateway ? checkGatewayListeners(gateway as CheckedGateway).map(within("gateway")) : []),
  ];
  return found.map(within("platform"));
}

function within(owner: string): (problem: Problem) => Problem {
  return (problem) => ({ ...problem, path: `${owner}.${problem.path}` });
}
