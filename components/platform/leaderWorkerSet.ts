import { Chart, type ChartArgs } from "@pulumi/kubernetes/helm/v4/chart";
import * as pulumi from "@pulumi/pulumi";

import { type ArtifactMirrors, artifacts, resolveChart } from "../../sdk/artifacts";
import { mergeValues } from "../../sdk/charts";
import { versions } from "../../sdk/versions";
import type { CrdOwnership } from "../crds/crdBundle";
import { KubernetesObject } from "../kubernetesObject";
import { allResources } from "../resources";
import { LeaderWorkerSetCrds } from "./leaderWorkerSetCrds";

/** Arguments of {@link LeaderWorkerSet}. */
export interface LeaderWorkerSetArgs {
  /** Kubeconfig of the cluster, for the CRDs, which are applied outside the Kubernetes provider. */
  kubeconfig: pulumi.Input<string>;
  /** @default "lws-system" */
  namespace?: string;
  /** Whether this component installs the CRDs or checks that somebody else did. @default "own" */
  crds?: CrdOwnership;
  /** Take over CRDs that exist already and fields that others have changed. @default false: an error that names the other */
  force?: boolean;
  /** @default 1 */
  replicas?: number;
  /** @default requests of 1 CPU and 1Gi memory, as LeaderWorkerSet ships it */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** Other values of the chart, over those this component sets; objects are merged, lists replaced. @default none */
  values?: Record<string, unknown>;
  /** Where the chart and the CRDs are taken from instead of their official addresses. */
  mirrors?: ArtifactMirrors;
}

/** LeaderWorkerSet, which runs the groups of pods of multi-node services: its CRDs and its controller. */
export class LeaderWorkerSet extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** The CRDs alone: what a controller needs that only watches LeaderWorkerSets. */
  readonly crdSet: LeaderWorkerSetCrds;
  /** CRDs and controller. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: LeaderWorkerSetArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:LeaderWorkerSet", name, {}, opts);
    const namespaceName = args.namespace ?? "lws-system";

    const crds = new LeaderWorkerSetCrds(
      `${name}-crds`,
      { kubeconfig: args.kubeconfig, crds: args.crds, force: args.force, mirrors: args.mirrors },
      { parent: this },
    );
    const namespace = new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceName } },
      { parent: this },
    );
    const chart = new Chart(`${name}-chart`, chartArgs(namespaceName, args), {
      parent: this,
      dependsOn: [namespace, crds],
    });

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.leaderWorkerSet);
    this.crdSet = crds;
    this.ready = allResources([crds, chart]);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

function chartArgs(namespace: string, args: LeaderWorkerSetArgs): ChartArgs {
  return {
    ...resolveChart(artifacts.leaderWorkerSet, args.mirrors),
    name: "lws",
    namespace,
    skipCrds: true,
    resourcePrefix: "lws",
    values: mergeValues(
      {
        // The chart of 0.8.0 would take the image of the main branch.
        image: { manager: { tag: `v${versions.leaderWorkerSet}` } },
        ...(args.replicas !== undefined && { replicaCount: args.replicas }),
        ...(args.resources && { resources: args.resources }),
      },
      args.values,
    ),
  };
}
