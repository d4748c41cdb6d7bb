import * as pulumi from "@pulumi/pulumi";

import type { Manifest } from "./kubernetesObject";

/** A chart and what it is rendered with. */
export interface ChartArgs {
  /** Folder, URL or `oci://` address. */
  chart: string;
  /** Left out for a folder. */
  version?: string;
  releaseName: string;
  namespace: string;
  values: Record<string, unknown>;
}

/**
 * Renders a chart with the Kubernetes provider's helm and gives the objects to the caller, who registers them one by one.
 *
 * For charts whose objects must be left out, changed or ordered; others go through `kubernetes.helm.v4.Chart`. Rendering needs
 * no cluster, so the objects show in a preview even when the cluster is made in the same update.
 */
export function renderChart(args: ChartArgs, opts: pulumi.InvokeOptions): pulumi.Output<Manifest[]> {
  const isFolder = !args.chart.includes("://");
  const jsonOpts = JSON.stringify({
    chart: isFolder ? undefined : args.chart,
    path: isFolder ? args.chart : undefined,
    version: args.version,
    fetch_opts: args.version ? { version: args.version } : undefined,
    release_name: args.releaseName,
    namespace: args.namespace,
    values: args.values,
    skip_crd_rendering: true,
  });
  const rendered = pulumi.runtime.invoke("kubernetes:helm:template", { jsonOpts }, opts) as Promise<{
    result?: Manifest[];
  }>;
  return pulumi.output(rendered).apply(({ result }) => {
    if (!result) throw new Error(`chart ${args.chart}: the Kubernetes provider rendered nothing`);
    return result as Manifest[];
  });
}
