import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import { versions } from "../../sdk/versions";
import { allResources } from "../resources";
import { installChart, type ThirdPartyChartArgs } from "./thirdPartyChart";

/** Arguments of {@link Keda}. */
export interface KedaArgs extends ThirdPartyChartArgs {
  /** Whether the chart brings the CRDs or they are there already, which is not checked. @default "own" */
  crds?: "own" | "existing";
  /** Of the operator; one leads. @default 1 */
  replicas?: number;
}

/**
 * KEDA, which scales services by the number that WVA publishes (`scaling.wva.keda`). It answers for `external.metrics.k8s.io`, which
 * prometheus-adapter does too: a cluster has one of the two.
 */
export class Keda extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  /** What ScaledObjects need, and KServe's controller, which looks for the kind when it starts. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: KedaArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Keda", name, {}, opts);
    const values = {
      crds: { install: args.crds !== "existing" },
      ...(args.replicas !== undefined && { operator: { replicaCount: args.replicas } }),
    };
    const { namespaceName, chart } = installChart(name, platformCharts.keda, args, { values }, this);

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.keda);
    this.ready = allResources(chart);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}
