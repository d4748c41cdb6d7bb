import type * as pulumi from "@pulumi/pulumi";

import { kserveIngressGateway, ownGatewayOf } from "../../sdk/gateways/defaultGateway";
import { checkReferences, type KnownCertManager } from "../../sdk/gateways/issuerChecks";
import { isSolvedBy } from "../../sdk/gateways/issuers";
import type { GatewayTlsArgs } from "../../sdk/gateways/listeners";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import type { InferencePlatformArgs } from "../inferencePlatform";
import type { GatewayArgs } from "../networking/gatewayArgs";
import type { Resources } from "../resources";
import { CertManager } from "./certManager";

/** cert-manager of a platform: arguments of the one that is installed, or what is there. */
export interface ExistingCertManagerArgs {
  existing: true;
  /** @default not known */
  version?: string;
  /** Names of the issuers that exist. @default not known, and so not checked */
  existingIssuers?: string[];
}

type Installed = Exclude<InferencePlatformArgs["certManager"], false | undefined | ExistingCertManagerArgs>;

/** Installs cert-manager where the platform has it. */
export function createCertManager(
  name: string,
  args: InferencePlatformArgs,
  gatewayApi: pulumi.Resource,
  opts: pulumi.ComponentResourceOptions,
): CertManager | undefined {
  const installed = installedOf(args);
  if (!installed) return undefined;
  const { kubeconfig } = args.cluster;
  return new CertManager(
    `${name}-cert-manager`,
    { kubeconfig, mirrors: args.mirrors, gateway: referenceOf(args), gatewayApi, ...installed },
    opts,
  );
}

/**
 * Whether somebody issues what the platform's certificates ask for.
 *
 * @throws ConfigurationError when not.
 */
export function assertIssuers(name: string, args: InferencePlatformArgs): void {
  const known = knownCertManager(args);
  const problems: Problem[] = args.gateway ? checkReferences(args.gateway, known) : [];
  if (args.certManager === false && !args.kserve?.certificates?.provided) {
    problems.push({
      path: "certManager",
      given: false,
      message: "the certificate of KServe's webhooks is issued by cert-manager",
      fix: "leave it to be installed, or give kserve.certificates.provided",
    });
  }
  if (args.certManager === false && controllerAsks(args)) {
    problems.push({
      path: "gateway.envoyGateway.aiGateway.certificate",
      given: "cert-manager",
      message: "there is no cert-manager (certManager: false)",
      allowed: "chart",
      fix: "leave it out",
    });
  }
  assertNoProblems(`InferencePlatform "${name}"`, problems);
}

/** What the gateway's controller comes after, because cert-manager makes the certificate of its webhook. */
export function beforeController(args: InferencePlatformArgs, certManager: CertManager | undefined): Resources {
  return controllerAsks(args) ? certManager?.ready : undefined;
}

function controllerAsks({ gateway }: InferencePlatformArgs): boolean {
  const aiGateway = gateway && gateway.controller === "envoy-gateway" && gateway.envoyGateway?.aiGateway;
  return Boolean(aiGateway && aiGateway.certificate === "cert-manager");
}

/** The gateway, with what is known of issuers that prove its host names through it. */
export function withSolvers(gateway: GatewayArgs | undefined, args: InferencePlatformArgs): GatewayArgs | undefined {
  const issuers = installedOf(args)?.issuers;
  if (!gateway || !issuers) return gateway;
  const reference = referenceOf(args);
  const solved = (tls: GatewayTlsArgs | undefined): GatewayTlsArgs | undefined => {
    const issuer = tls?.issuer && issuers[tls.issuer.name];
    if (!tls || !issuer || tls.solvedByGateway !== undefined) return tls;
    return isSolvedBy(issuer, reference, reference) ? { ...tls, solvedByGateway: true } : tls;
  };
  return {
    ...gateway,
    ...(gateway.tls && { tls: solved(gateway.tls) }),
    ...(gateway.listeners && {
      listeners: gateway.listeners.map((one) => (one.tls ? { ...one, tls: solved(one.tls) } : one)),
    }),
  };
}

function installedOf({ certManager }: InferencePlatformArgs): Installed | undefined {
  return certManager && !("existing" in certManager && certManager.existing) ? (certManager as Installed) : undefined;
}

function knownCertManager(args: InferencePlatformArgs): KnownCertManager {
  const { certManager, existing } = args;
  const installed = installedOf(args);
  const isStated = (certManager !== false && certManager !== undefined) || Boolean(existing?.components?.certManager);
  return {
    present: isStated,
    issuers: installed?.issuers ?? {},
    existingIssuers: certManager ? (certManager.existingIssuers ?? (installed ? [] : undefined)) : undefined,
  };
}

/** The gateway that issuers prove host names through unless they say another one: the platform's. */
function referenceOf(args: InferencePlatformArgs): string {
  return (args.gateway && ownGatewayOf(args)) || args.kserve?.gateway || kserveIngressGateway;
}
