import { Chart } from "@pulumi/kubernetes/helm/v4/chart";
import * as pulumi from "@pulumi/pulumi";

import { artifacts, checkMirrors } from "../../../sdk/artifacts";
import { chartAddress, chartSource, mergeValues } from "../../../sdk/charts";
import { envoyGatewayController, envoyGatewayFacts } from "../../../sdk/gateways/envoyGateway";
import { envoyGatewayValues, type EnvoyRateLimit, problemsOfEnvoyWiring } from "../../../sdk/gateways/envoyValues";
import { assertNoProblems } from "../../../sdk/problems";
import { versions } from "../../../sdk/versions";
import { type CrdArgs, crdBundles } from "../../crds/crdBundle";
import { KubernetesObject, waitForAnnotation } from "../../kubernetesObject";
import { allResources, type Resources } from "../../resources";
import type { GatewayControllerFactory } from "./controller";
import { EnvoyAiGateway, type EnvoyAiGatewayArgs } from "./envoyAiGateway";
import { makeControlPlaneCertificates } from "./envoyCertificates";
import { type EnvoyProxiesArgs, envoyProxySpec, problemsOfProxies } from "./envoyProxies";

/** Arguments of {@link EnvoyGateway}. */
export interface EnvoyGatewayArgs extends CrdArgs {
  /** Of the GatewayClass. @default "envoy" */
  className?: string;
  /** Of the controller and of the Envoys that it makes. @default "envoy-gateway-system" */
  namespace?: string;
  /** Of the controller; one of them leads. @default 1 */
  replicas?: number;
  /** Of the controller. @default requests of 100m CPU and 256Mi memory, a limit of 1Gi memory, as Envoy Gateway ships it */
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** The Envoys of every gateway of the class. @default Envoy Gateway's: one of each, behind a Service of type LoadBalancer */
  proxies?: EnvoyProxiesArgs;
  /**
   * Envoy AI Gateway, without which Envoy Gateway knows no InferencePools and KServe's services with a scheduler do not become Ready.
   *
   * @default installed; false leaves it out
   */
  aiGateway?: Omit<EnvoyAiGatewayArgs, keyof CrdArgs | "envoyGatewayNamespace" | "prerequisites"> | false;
  /** Limits that all Envoys share. @default none */
  rateLimit?: EnvoyRateLimit;
  /** Registry that images come from instead of docker.io, such as "registry.example.com". @default "docker.io" */
  imageRegistry?: string;
  /** Other values of the chart, over those this component sets; objects are merged, lists replaced. @default none */
  values?: Record<string, unknown>;
  /** What must be there before: the CRDs of Gateway API, and of InferencePools for the AI gateway. */
  prerequisites?: Resources;
}

/** The chart at its official address. Source: kserve 0.20.0, hack/setup/infra/manage.envoy-gateway-helm.sh. */
export const envoyGatewayChart = chartSource(
  "oci://docker.io/envoyproxy/gateway-helm",
  `v${versions.envoyGateway}`,
  "envoy-gateway-system",
  "eg",
);

/**
 * Envoy Gateway: its CRDs, its certificates, its controller and a GatewayClass, with Envoy AI Gateway unless that is left out.
 *
 * The chart makes the certificates by a hook of helm, which Pulumi's charts leave out, so that here a Job runs the same command.
 */
export class EnvoyGateway extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
  readonly aiGateway: EnvoyAiGateway | undefined;
  /** What a Gateway of the class must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  /** @throws ConfigurationError when limits have no address of a Redis, or the Envoys' Service has no such type. */
  constructor(name: string, args: EnvoyGatewayArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:EnvoyGateway", name, {}, opts);
    assertNoProblems(`EnvoyGateway "${name}"`, [
      ...problemsOfEnvoyWiring(args, "envoyGateway"),
      ...problemsOfProxies(args.proxies, "envoyGateway.proxies"),
    ]);
    checkMirrors(args.mirrors ?? {});
    const { className = "envoy", namespace = envoyGatewayChart.namespace, prerequisites } = args;
    const child = { parent: this };

    const bundles = crdBundles(`${name}-crds`, { ...crdArgs(args), set: artifacts.crds.envoyGateway }, child);
    const created = new KubernetesObject(
      `${name}-namespace`,
      { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      child,
    );
    const certificates = makeControlPlaneCertificates(
      name,
      { namespace, image: `${args.imageRegistry ?? "docker.io"}/envoyproxy/gateway:v${versions.envoyGateway}` },
      { ...child, dependsOn: created },
    );
    const chart = new Chart(`${name}-chart`, chartArgs(name, namespace, args), {
      ...child,
      dependsOn: allResources(created, bundles, certificates, prerequisites),
    });
    this.aiGateway =
      args.aiGateway === false
        ? undefined
        : new EnvoyAiGateway(
            `${name}-ai`,
            {
              ...crdArgs(args),
              ...(args.imageRegistry && { imageRegistry: args.imageRegistry }),
              ...args.aiGateway,
              envoyGatewayNamespace: namespace,
              // Its controller watches objects of Envoy Gateway's kinds.
              prerequisites: allResources(bundles, prerequisites),
            },
            child,
          );
    const gatewayClass = this.makeClass(name, className, namespace, args, allResources(chart, bundles));

    this.className = pulumi.output(className);
    this.version = pulumi.output(versions.envoyGateway);
    this.ready = allResources(gatewayClass, chart, this.aiGateway?.ready);
    this.registerOutputs({ className: this.className, version: this.version });
  }

  private makeClass(
    name: string,
    className: string,
    namespace: string,
    { proxies }: EnvoyGatewayArgs,
    dependsOn: pulumi.Output<pulumi.Resource[]>,
  ): KubernetesObject {
    const parameters =
      proxies &&
      new KubernetesObject(
        `${name}-proxies`,
        {
          apiVersion: "gateway.envoyproxy.io/v1alpha1",
          kind: "EnvoyProxy",
          metadata: { name: className, namespace },
          spec: envoyProxySpec(proxies),
        },
        { parent: this, dependsOn },
      );
    return new KubernetesObject(
      `${name}-class`,
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: className, annotations: { [waitForAnnotation]: "condition=Accepted" } },
        spec: {
          controllerName: envoyGatewayController,
          ...(proxies && {
            parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: className, namespace },
          }),
        },
      },
      { parent: this, dependsOn: allResources(dependsOn, parameters) },
    );
  }
}

function crdArgs({ kubeconfig, crds, onDelete, force, timeoutSeconds, mirrors }: CrdArgs): CrdArgs {
  return { kubeconfig, crds, onDelete, force, timeoutSeconds, mirrors };
}

function chartArgs(name: string, namespace: string, args: EnvoyGatewayArgs): ConstructorParameters<typeof Chart>[1] {
  const { aiGateway, imageRegistry, replicas, resources, rateLimit } = args;
  const { namespace: aiNamespace } = aiGateway || {};
  const wiring = envoyGatewayValues({
    aiGateway: aiGateway === false ? false : { ...(aiNamespace && { namespace: aiNamespace }) },
    rateLimit,
  });
  const own = {
    // GatewayApiCrds brings Gateway API's admission policy.
    crds: { gatewayAPI: { safeUpgradePolicy: { enabled: false } } },
    // Its webhook is one of the chart's hooks. The value stops the chart's part of it, the setting the controller's (gateway 1.8.1 reads
    // another name than the chart of 1.8.1 writes).
    topologyInjector: { enabled: false },
    config: { envoyGateway: { provider: { kubernetes: { proxyTopologyInjector: { disabled: true } } } } },
    ...((replicas !== undefined || resources) && {
      deployment: {
        ...(replicas !== undefined && { replicas }),
        ...(resources && { envoyGateway: { resources } }),
      },
    }),
    ...(imageRegistry && { global: { imageRegistry } }),
  };
  return {
    ...chartAddress(envoyGatewayChart, args.mirrors?.charts),
    name: envoyGatewayChart.release,
    namespace,
    resourcePrefix: name,
    skipCrds: true,
    values: mergeValues(mergeValues(own, { ...wiring }), args.values),
  };
}

/** Envoy Gateway as a platform's gateway controller. */
export const envoyGateway: GatewayControllerFactory = (name, args, opts) => {
  const { gatewayClassName, kubeconfig, mirrors } = args;
  const made = new EnvoyGateway(
    name,
    {
      ...args.envoyGateway,
      kubeconfig,
      mirrors,
      ...(gatewayClassName && { className: gatewayClassName }),
      prerequisites: opts.dependsOn as Resources,
    },
    opts,
  );
  return {
    controller: "envoy-gateway",
    className: gatewayClassName ?? "envoy",
    version: versions.envoyGateway,
    poolVersions: args.envoyGateway?.aiGateway === false ? [] : envoyGatewayFacts.poolVersions(),
    ready: made.ready,
  };
};
