import * as pulumi from "@pulumi/pulumi";

import { KubernetesObject, type Manifest } from "./kubernetesObject";
import { allResources } from "./resources";

/** A chart and what it is rendered with. */
export interface ChartArgs {
  /** Folder, URL or `oci://` address. */
  chart: string;
  /** Left out for a folder. */
  version?: string;
  /** The repository that `chart` is a name in. */
  repositoryOpts?: { repo: string };
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
  const { repo } = args.repositoryOpts ?? {};
  const isFolder = repo === undefined && !args.chart.includes("://");
  const jsonOpts = JSON.stringify({
    chart: isFolder ? undefined : args.chart,
    path: isFolder ? args.chart : undefined,
    version: args.version,
    fetch_opts:
      (args.version ?? repo)
        ? { ...(args.version && { version: args.version }), ...(repo !== undefined && { repo }) }
        : undefined,
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

/** Those of rendered objects that are wanted. */
export function pickObjects(
  objects: pulumi.Output<Manifest[]>,
  wanted: (object: Manifest) => boolean,
): pulumi.Output<Manifest[]> {
  return objects.apply((all) => all.filter(wanted));
}

/** Registers objects, named after kind and name; given ones at once, rendered ones when they are known. */
export function registerObjects(
  name: string,
  manifests: Manifest[] | pulumi.Output<Manifest[]>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<pulumi.Resource[]> {
  const registerAll = (objects: Manifest[]): KubernetesObject[] =>
    objects.map((manifest) => {
      const { name: objectName } = manifest.metadata as { name: string };
      return new KubernetesObject(`${name}-${kebab(manifest.kind)}-${objectName}`, manifest, opts);
    });
  // What goes through an apply loses the mark of its secrets, so given objects must not.
  return allResources(pulumi.Output.isInstance(manifests) ? manifests.apply(registerAll) : registerAll(manifests));
}

function kebab(kind: string): string {
  return kind.replace(/(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "-").toLowerCase();
}
