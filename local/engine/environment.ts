import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { OutputMap, Stack } from "@pulumi/pulumi/automation";

import type { EnvironmentOverrides } from "../../stacks/environment/environment";
import { readRecord } from "../cluster/layout";
import { nodePools } from "../cluster/nodes";
import type { Cluster } from "../cluster/types";
import { gatewayCharts } from "../toolchain/charts";
import type { Toolchain } from "../toolchain/types";
import { gatewayToolsOf, programOfConfig, readConfig } from "./config";
import { openStack } from "./workspace";

/** An environment on an embedded cluster. */
export interface EnvironmentOptions {
  cluster: Cluster;
  toolchain: Pick<Toolchain<"pulumi" | "helm">, "tools"> & Pick<Toolchain, "upstream">;
  /** Name of the stack, whose configuration is `Pulumi.<stack>.yaml` in the checkout. @default "local" */
  stack?: string;
  /** Another configuration file. */
  configFile?: string;
  /** Worth it where one operation is all that this process does, as `providersAhead` of the workspace. @default false */
  providersAhead?: boolean;
}

/** One row of the table of services. */
export interface ServiceRow {
  name: string;
  namespace: string;
  ready: string;
  url: string;
  schedulerEndpoint: string;
  model: string;
}

/**
 * Opens the stack of the program that the configuration is for, with the embedded cluster in place of the configured one.
 */
export async function openEnvironment(options: EnvironmentOptions): Promise<Stack> {
  const { cluster, toolchain } = options;
  const stack = options.stack ?? "local";
  const kubeconfig = await readFile(cluster.kubeconfigPath, "utf8");
  const pools = nodePools(readRecord(cluster.name)?.nodes ?? []);
  const { caPem, certPem, keyPem } = cluster.servingCertificates;
  const config = await readConfig(stack, options.configFile);
  const charts = await gatewayCharts(toolchain);
  // Where an environment has cert-manager, KServe's certificate comes from it as it would elsewhere.
  const isIssued = gatewayToolsOf(config).includes("cert-manager");
  // Its code is loaded while the CLI works.
  let program: ReturnType<typeof programFor> | undefined;
  const load = (): ReturnType<typeof programFor> => (program ??= programFor(config));
  return openStack({
    folder: engineFolder(cluster),
    pulumi: toolchain.tools.pulumi.path,
    helm: toolchain.tools.helm.path,
    stack,
    config,
    providersAhead: options.providersAhead ?? false,
    // A failure is the program's.
    meanwhile: () => void load().catch(() => undefined),
    program: async () => {
      const declare = await load();
      return {
        ...declare({
          cluster: { kubeconfig: pulumi.secret(kubeconfig), identifier: `embedded-${cluster.name}` },
          mirrors: { ...toolchain.upstream, ...(Object.keys(charts).length > 0 && { charts }) },
          pools,
          ...(!isIssued && {
            certificates: { provided: { certificate: certPem, privateKey: pulumi.secret(keyPem), caBundle: caPem } },
          }),
        }),
      };
    },
  });
}

/** The program that a configuration is for. */
export async function programFor(
  config: Record<string, unknown>,
): Promise<(overrides: EnvironmentOverrides) => object> {
  switch (programOfConfig(config)) {
    case "environment":
      return (await import("../../stacks/environment/environment")).environment;
    case "gallery":
      return (await import("../../stacks/gallery/gallery")).gallery;
    case "inference-scheduling":
      return (await import("../../stacks/inference-scheduling/inferenceScheduling")).inferenceScheduling;
  }
}

/** Where the engine keeps its state, home and logs for a cluster. */
export function engineFolder(cluster: Cluster): string {
  return join(cluster.folder, "pulumi");
}

/** The services of an environment, from its outputs. */
export function serviceRows(outputs: OutputMap): ServiceRow[] {
  const services = (outputs.services?.value ?? {}) as Record<string, Partial<Record<string, string>>>;
  return Object.values(services).map((service) => ({
    name: service.name ?? "",
    namespace: service.namespace ?? "",
    ready: service.ready ?? "Unknown",
    url: service.url ?? "",
    schedulerEndpoint: service.schedulerEndpoint ?? "",
    model: service.modelName ?? "",
  }));
}
