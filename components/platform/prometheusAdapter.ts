import * as pulumi from "@pulumi/pulumi";

import { platformCharts } from "../../sdk/platform/charts";
import { type PrometheusAccess, problemsOfPrometheusAccess } from "../../sdk/platform/prometheusAccess";
import {
  problemsOfAdapterAccess,
  type PrometheusCaVolume,
  prometheusAdapterValues,
  splitAddress,
} from "../../sdk/platform/prometheusAdapterValues";
import { assertNoProblems } from "../../sdk/problems";
import { versions } from "../../sdk/versions";
import { KubernetesObject } from "../kubernetesObject";
import { allResources, type Resources } from "../resources";
import { installChart, partNamespace, type ThirdPartyChartArgs } from "./thirdPartyChart";

/** Arguments of {@link PrometheusAdapter}. */
export interface PrometheusAdapterArgs extends ThirdPartyChartArgs {
  /** The Prometheus that has WVA's metrics. */
  prometheus: PrometheusAccess;
  /** Name of a Secret in the adapter's namespace whose `ca.crt` verifies Prometheus' certificate. @default `prometheus.caCertificate` */
  caSecret?: pulumi.Input<string>;
  /** @default 1 */
  replicas?: number;
  /** What must be there before. @default they are there */
  prerequisites?: Resources;
}

/**
 * prometheus-adapter, by which HorizontalPodAutoscalers read the number of replicas that WVA publishes (`scaling.wva.hpa`). It answers
 * for `external.metrics.k8s.io`, which KEDA does too: a cluster has one of the two.
 */
export class PrometheusAdapter extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError when its Prometheus has no address, or a certificate that it could not verify. */
  constructor(name: string, args: PrometheusAdapterArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:PrometheusAdapter", name, {}, opts);
    const { prometheus, caSecret } = args;
    assertNoProblems(`PrometheusAdapter "${name}"`, [
      ...problemsOfPrometheusAccess(prometheus, "prometheus"),
      ...problemsOfAdapterAccess(prometheus, caSecret !== undefined, "prometheus"),
    ]);
    const source = platformCharts.prometheusAdapter;
    const namespace = partNamespace(name, source, args, this);
    const ca = caVolume(name, args, namespace, this);
    const address = pulumi.output(prometheus.url).apply(splitAddress);
    const values = prometheusAdapterValues({
      url: address.url,
      port: address.port,
      ...(ca && { ca: ca.volume }),
      ...(args.replicas !== undefined && { replicas: args.replicas }),
    });
    const dependsOn = [...(ca?.object ? [ca.object] : []), allResources(args.prerequisites) as never];
    const { namespaceName, chart } = installChart(name, source, args, { values, dependsOn }, this, namespace);

    this.namespace = pulumi.output(namespaceName);
    this.version = pulumi.output(versions.prometheusAdapter);
    this.ready = allResources(chart);
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }
}

/** The CA that is given as text is kept in a ConfigMap, because it is no secret. */
function caVolume(
  name: string,
  { prometheus, caSecret, namespace }: PrometheusAdapterArgs,
  namespaceObject: KubernetesObject | undefined,
  parent: pulumi.Resource,
): { volume: PrometheusCaVolume; object?: KubernetesObject } | undefined {
  if (caSecret !== undefined) return { volume: { secret: { secretName: caSecret } } };
  if (prometheus.caCertificate === undefined) return undefined;
  const object = new KubernetesObject(
    `${name}-prometheus-ca`,
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "prometheus-ca", namespace: namespace ?? platformCharts.prometheusAdapter.namespace },
      data: { "ca.crt": prometheus.caCertificate },
    },
    { parent, ...(namespaceObject && { dependsOn: namespaceObject }) },
  );
  return { volume: { configMap: { name: "prometheus-ca" } }, object };
}
