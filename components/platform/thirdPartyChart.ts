import { Chart } from "@pulumi/kubernetes/helm/v4/chart";
import type * as pulumi from "@pulumi/pulumi";

import { type ArtifactMirrors, checkMirrors } from "../../sdk/artifacts";
import { chartAddress, type ChartSource, mergeValues } from "../../sdk/charts";
import { KubernetesObject } from "../kubernetesObject";

/** What every part takes that is installed from a chart of its own project. */
export interface ThirdPartyChartArgs {
  /** @default the chart's usual one */
  namespace?: string;
  /** Create the namespace. @default true */
  createNamespace?: boolean;
  /** Other values of the chart, over those this component sets; objects are merged, lists replaced. @default none */
  values?: Record<string, unknown>;
  /** Where the chart is taken from instead of its official address. @default none */
  mirrors?: ArtifactMirrors;
}

/** A chart's objects, and the namespace that they are in, where it is created. */
export interface InstalledChart {
  readonly namespaceName: string;
  readonly namespace: KubernetesObject | undefined;
  readonly chart: Chart;
}

/** What a component adds to what its user says. */
export interface ChartInstallation {
  values: Record<string, unknown>;
  /** Leave out the CRDs of the chart's folder `crds`. @default false */
  skipCrds?: boolean;
  /** Beside the namespace. */
  dependsOn?: readonly pulumi.Input<pulumi.Resource>[];
}

/** The namespace of a third-party chart, where it is to be made. */
export function partNamespace(
  name: string,
  source: ChartSource,
  args: ThirdPartyChartArgs,
  parent: pulumi.Resource,
): KubernetesObject | undefined {
  if (args.createNamespace === false) return undefined;
  const metadata = { name: args.namespace ?? source.namespace };
  return new KubernetesObject(`${name}-namespace`, { apiVersion: "v1", kind: "Namespace", metadata }, { parent });
}

/** Installs a third-party chart as children of a component: the namespace first, then the chart's objects. */
export function installChart(
  name: string,
  source: ChartSource,
  args: ThirdPartyChartArgs,
  { values, skipCrds, dependsOn = [] }: ChartInstallation,
  parent: pulumi.Resource,
  namespace = partNamespace(name, source, args, parent),
): InstalledChart {
  checkMirrors(args.mirrors ?? {});
  const namespaceName = args.namespace ?? source.namespace;
  const chart = new Chart(
    `${name}-chart`,
    {
      ...chartAddress(source, args.mirrors?.charts),
      name: source.release,
      namespace: namespaceName,
      resourcePrefix: name,
      ...(skipCrds && { skipCrds }),
      values: mergeValues(values, args.values),
    },
    { parent, dependsOn: [...(namespace ? [namespace] : []), ...dependsOn] },
  );
  return { namespaceName, namespace, chart };
}
