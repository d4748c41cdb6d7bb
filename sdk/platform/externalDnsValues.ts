import type { Input } from "@pulumi/pulumi";

import type { Problem } from "../problems";

/** What decides the values of external-dns' chart. */
export interface ExternalDnsValuesArgs {
  /** Name of the DNS provider as external-dns has it, such as "aws", "google", "azure" or "cloudflare". */
  provider: string;
  /** Zones that it may write, such as "example.com". Without them it may write every zone that its identity may. */
  domainFilters: readonly string[];
  /** Marks records as its own; another for each cluster that writes the same zones. */
  txtOwnerId: string;
  /** Whether records are deleted too ("sync") or only made and changed. @default "upsert-only" */
  policy?: "sync" | "upsert-only" | "create-only";
  /** What records are made for. @default HTTPRoutes, whose host names lead to their gateways */
  sources?: readonly string[];
  /** Annotations of its service account, such as `eks.amazonaws.com/role-arn`. @default none */
  serviceAccountAnnotations?: Readonly<Record<string, Input<string>>>;
  /** Environment variables, such as a token from a Secret. @default none */
  env?: readonly object[];
  /** Further arguments, such as `--google-project=dns`. @default none */
  extraArgs?: readonly string[];
}

/** Values of external-dns' chart. Source: charts/external-dns of kubernetes-sigs/external-dns. */
export function externalDnsValues(args: ExternalDnsValuesArgs): Record<string, unknown> {
  const { provider, domainFilters, txtOwnerId, policy = "upsert-only", sources = ["gateway-httproute"] } = args;
  const { serviceAccountAnnotations, env, extraArgs } = args;
  return {
    provider: { name: provider },
    sources: [...sources],
    domainFilters: [...domainFilters],
    policy,
    registry: "txt",
    txtOwnerId,
    ...(serviceAccountAnnotations && { serviceAccount: { annotations: { ...serviceAccountAnnotations } } }),
    ...(env && { env: [...env] }),
    ...(extraArgs && { extraArgs: [...extraArgs] }),
  };
}

/** What is wrong with the arguments. */
export function problemsOfExternalDns(args: Partial<ExternalDnsValuesArgs>, path: string): Problem[] {
  const prefix = path === "" ? "" : `${path}.`;
  const problems: Problem[] = [];
  if (!args.provider)
    problems.push({ path: `${prefix}provider`, message: "missing", allowed: "such as aws, google, azure, cloudflare" });
  if (!args.txtOwnerId) {
    problems.push({
      path: `${prefix}txtOwnerId`,
      message: "missing: without it external-dns takes the records of other clusters for its own",
      allowed: "a name of this cluster",
    });
  }
  if (!args.domainFilters?.length) {
    problems.push({
      path: `${prefix}domainFilters`,
      message: "missing: it would write every zone that its identity may",
      allowed: 'names of zones, such as "example.com"',
    });
  }
  for (const [index, domain] of (args.domainFilters ?? []).entries()) {
    if (/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]([-a-z0-9]*[a-z0-9])$/.test(domain)) continue;
    problems.push({
      path: `${prefix}domainFilters[${index}]`,
      given: domain,
      message: "not a domain",
      allowed: "such as example.com",
    });
  }
  return problems;
}
