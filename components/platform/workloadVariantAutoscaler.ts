import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import {
  type PrometheusAccess,
  problemsOfPrometheusAccess,
  problemsOfWvaAccess,
} from "../../sdk/platform/prometheusAccess";
import { type SaturationArgs, wvaValues } from "../../sdk/platform/wvaValues";
import { assertNoProblems } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import type { CrdOwnership } from "../crds/crdBundle";
import { allResources, type Resources } from "../resources";
import { installChart, type ThirdPartyChartArgs } from "./thirdPartyChart";
import { WorkloadVariantAutoscalerCrds } from "./workloadVariantAutoscalerCrds";

/** Arguments of {@link WorkloadVariantAutoscaler}. */
export interface WorkloadVariantAutoscalerArgs extends ThirdPartyChartArgs {
  /** Kubeconfig of the cluster, for the CRD, which is applied outside the Kubernetes provider. */
  kubeconfig: pulumi.Input<string>;
  /** The Prometheus that has the figures of the model servers; by https only. */
  prometheus: PrometheusAccess;
  /** Whether this component installs the CRD or checks that somebody else did. @default "own" */
  crds?: CrdOwnership;
  /** Take over a CRD that exists already and fields that others have changed. @default false: an error that names the other */
  force?: boolean;
  /** Service account of Prometheus, which may then read WVA's metrics. @default that of kube-prometheus-stack in "monitoring" */
  prometheusServiceAccount?: { name: pulumi.Input<string>; namespace: pulumi.Input<string> };
  /** One leads. @default 1 */
  replicas?: number;
  /** How often decisions are made, such as "30s". @default "60s" */
  reconcileInterval?: string;
  /** Whether services may go down to no replica. @default false */
  scaleToZero?: boolean;
  /** @default as WVA ships it */
  saturation?: SaturationArgs;
  /** What the ServiceMonitor of the chart needs: the CRDs of prometheus-operator. @default they are there */
  prerequisites?: Resources;
}

/** The workload variant autoscaler, which decides how many replicas a service with `scaling` gets. KEDA or an HPA act on it. */
export class WorkloadVariantAutoscaler extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** The CRD alone: what KServe's controller needs, which looks for the kind when it starts. */
  readonly crdSet: WorkloadVariantAutoscalerCrds;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError when its Prometheus has no address, or none by https. */
  constructor(name: string, args: WorkloadVariantAutoscalerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:WorkloadVariantAutoscaler", name, {}, opts);
    assertNoProblems(`WorkloadVariantAutoscaler "${name}"`, [
      ...problemsOfPrometheusAccess(args.prometheus, "prometheus"),
      ...problemsOfWvaAccess(args.prometheus, "prometheus"),
    ]);
    const source = platformCharts.workloadVariantAutoscaler;
    const { kubeconfig, crds, force, mirrors, prometheusServiceAccount = stackServiceAccount } = args;

    const crdSet = new WorkloadVariantAutoscalerCrds(
      `${name}-crds`,
      { kubeconfig, crds, force, mirrors },
      { parent: this },
    );
    const values = wvaValues({ ...args, prometheusServiceAccount });
    const { namespaceName, chart } = installChart(
      name,
      source,
      args,
      { values, skipCrds: true, dependsOn: [crdSet, allResources(args.prerequisites) as never] },
      this,
    );

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.workloadVariantAutoscaler);
    this.crdSet = crdSet;
    this.ready = allResources([crdSet, chart]);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

const stackServiceAccount = {
  name: `${platformCharts.prometheusStack.release}-prometheus`,
  namespace: platformCharts.prometheusStack.namespace,
};
