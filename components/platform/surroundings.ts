import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import type { ArtifactMirrors } from "../../sdk/artifacts";
import {
  completeAutoscaling,
  gatewayPeers,
  problemsOfSurroundings,
  scalesByOwnPrometheus,
  type SurroundingGateway,
} from "../../sdk/platform/checkSurroundings";
import { installed, type PlatformPart } from "../../sdk/platform/part";
import type { PrometheusAccess } from "../../sdk/platform/prometheusAccess";
import { assertNoProblems } from "../../sdk/problems";
import type { InferenceMonitoringArgs } from "../monitoring/inferenceMonitoring";
import type { PrometheusStack, PrometheusStackArgs } from "../monitoring/prometheusStack";
import { allResources, type Resources } from "../resources";
import type { ExternalDnsArgs } from "./externalDns";
import { installedPeers } from "./installedPeers";
import type { KedaArgs } from "./keda";
import type { InferenceNetworkPoliciesArgs } from "./networkPolicies";
import type { OpenTelemetryCollectorArgs } from "./openTelemetryCollector";
import type { PrometheusAdapterArgs } from "./prometheusAdapter";
import type { SecuredNamespaceArgs } from "./securedNamespace";
import type { WorkloadVariantAutoscalerArgs } from "./workloadVariantAutoscaler";

const lazyRequire = createRequire(__filename);

/** What scales services. Parts that are left out as a whole are installed, but for prometheus-adapter. */
export interface PlatformAutoscalingArgs {
  /** @default installed */
  keda?: PlatformPart<KedaArgs>;
  /** @default installed */
  workloadVariantAutoscaler?: PlatformPart<Omit<WorkloadVariantAutoscalerArgs, "kubeconfig" | "prometheus">>;
  /** For services that scale by `scaling.wva.hpa`; not beside KEDA. @default not there */
  prometheusAdapter?: PlatformPart<Omit<PrometheusAdapterArgs, "prometheus">>;
  /** The Prometheus with the figures. @default the one that `monitoring` installs */
  prometheus?: PrometheusAccess;
}

/** Prometheus and what it watches services by. */
export interface PlatformMonitoringArgs extends Omit<InferenceMonitoringArgs, "namespace"> {
  /** kube-prometheus-stack. @default installed */
  stack?: PlatformPart<PrometheusStackArgs>;
  /** Where monitors, rules and dashboards are made. @default the stack's namespace, "monitoring" */
  namespace?: string;
}

/** What runs around KServe. Each is left out unless it is said. */
export interface SurroundingsArgs {
  /** KEDA, WVA, prometheus-adapter; false says that there are none. @default nothing is known of them */
  autoscaling?: PlatformAutoscalingArgs | false;
  /** Prometheus, monitors, alert rules and dashboards. @default none */
  monitoring?: PlatformMonitoringArgs | false;
  /** An OpenTelemetry collector. @default none */
  tracing?: PlatformPart<OpenTelemetryCollectorArgs>;
  /** DNS records for the host names of routes. @default none */
  externalDns?: PlatformPart<ExternalDnsArgs>;
  /**
   * NetworkPolicies for services and controllers; `serviceNamespaces` are those of `namespaces` by default. `prometheus`, `autoscalers` and
   * `collectors` are those that the platform installs. @default none
   */
  networkPolicies?:
    (Omit<InferenceNetworkPoliciesArgs, "serviceNamespaces"> & { serviceNamespaces?: string[] }) | false;
  /** PodDisruptionBudgets for the controllers. @default false */
  disruptionBudgets?: boolean;
  /** Namespaces for services, by name. @default none is made */
  namespaces?: Record<string, Omit<SecuredNamespaceArgs, "namespaceName">>;
}

/** What a platform needs of its surroundings. */
export interface Surroundings {
  /** For KServe's ConfigMap; undefined when nothing is said about scaling. */
  readonly prometheus: PrometheusAccess | undefined;
  /** Kinds that KServe's controller looks for when it starts. */
  readonly beforeKServe: pulumi.Input<pulumi.Resource>[];
  /** For the recipe `tracing`. */
  readonly tracingEndpoint: string | undefined;
  /** The namespaces that are made. */
  readonly namespaces: Resources;
  /** What services depend on. */
  readonly ready: Resources;
  /** Registers what comes after KServe and the gateway's CRDs. */
  afterKServe(prerequisites: {
    kserve: Resources;
    gatewayApi: Resources;
    /** Other controllers, for their namespaces. */
    controllers: Resources;
    leaderWorkerSet?: { namespace?: string } | false;
  }): Resources;
}

interface Shared {
  kubeconfig: pulumi.Input<string>;
  mirrors?: ArtifactMirrors;
  /** What makes certificates, where the platform installs it. */
  certManager?: Resources;
}

/**
 * Registers what runs around KServe, loading only what is used.
 *
 * @throws ConfigurationError with what cannot work together.
 */
export function createSurroundings(
  name: string,
  args: SurroundingsArgs & { gateway?: SurroundingGateway | false },
  shared: Shared,
  opts: pulumi.ComponentResourceOptions,
): Surroundings {
  assertNoProblems(`InferencePlatform "${name}"`, problemsOfSurroundings(args));
  const namespaces = createNamespaces(name, args, opts);
  const stack = createMonitoring(name, args, shared, namespaces, opts);
  const autoscaling = createAutoscaling(name, args, shared, stack, opts);
  const tracing = createTracing(name, args, shared, opts);
  return {
    prometheus: autoscaling.prometheus,
    beforeKServe: autoscaling.beforeKServe,
    tracingEndpoint: tracing,
    namespaces,
    ready: allResources(namespaces, ...autoscaling.ready),
    afterKServe: (prerequisites) => createLast(name, args, shared, { ...prerequisites, namespaces }, opts),
  };
}

function createNamespaces(
  name: string,
  { namespaces = {} }: SurroundingsArgs,
  opts: pulumi.ComponentResourceOptions,
): Resources {
  const entries = Object.entries(namespaces).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  const { SecuredNamespace } = lazyRequire("./securedNamespace") as typeof import("./securedNamespace");
  return allResources(
    ...entries.map(
      ([namespaceName, args]) =>
        new SecuredNamespace(`${name}-namespace-${namespaceName}`, { ...args, namespaceName }, opts).ready,
    ),
  );
}

function createMonitoring(
  name: string,
  { monitoring, autoscaling }: SurroundingsArgs,
  { mirrors, certManager }: Shared,
  namespaces: Resources,
  opts: pulumi.ComponentResourceOptions,
): PrometheusStack | undefined {
  if (!monitoring) return undefined;
  const { stack: part = {}, namespace, ...watching } = monitoring;
  const stackArgs = installed(part);
  let stack: PrometheusStack | undefined;
  if (stackArgs) {
    const { PrometheusStack } = lazyRequire(
      "../monitoring/prometheusStack",
    ) as typeof import("../monitoring/prometheusStack");
    stack = new PrometheusStack(
      `${name}-prometheus`,
      {
        mirrors,
        prerequisites: certManager,
        ...stackArgs,
        tls: stackArgs.tls ?? (scalesByOwnPrometheus(autoscaling) ? {} : false),
      },
      opts,
    );
  }
  const { InferenceMonitoring } = lazyRequire(
    "../monitoring/inferenceMonitoring",
  ) as typeof import("../monitoring/inferenceMonitoring");
  new InferenceMonitoring(
    `${name}-monitoring`,
    { namespace: namespace ?? stackArgs?.namespace ?? "monitoring", ...watching },
    { ...opts, dependsOn: allResources(namespaces, stack?.ready) as never },
  );
  return stack;
}

function createAutoscaling(
  name: string,
  { autoscaling }: SurroundingsArgs,
  shared: Shared,
  stack: PrometheusStack | undefined,
  opts: pulumi.ComponentResourceOptions,
): Pick<Surroundings, "prometheus" | "beforeKServe"> & { ready: Resources[] } {
  if (!autoscaling) return { prometheus: undefined, beforeKServe: [], ready: [] };
  const parts = completeAutoscaling(autoscaling);
  const prometheus = autoscaling.prometheus ?? stack?.access;
  const ready: Resources[] = [];
  const beforeKServe: pulumi.Input<pulumi.Resource>[] = [];

  const keda = installed(parts.keda as PlatformPart<KedaArgs>);
  const { mirrors } = shared;
  if (keda) {
    const { Keda } = lazyRequire("./keda") as typeof import("./keda");
    const made = new Keda(`${name}-keda`, { mirrors, ...keda }, opts);
    beforeKServe.push(made);
    ready.push(made.ready);
  }
  const wva = installed(
    parts.workloadVariantAutoscaler as NonNullable<PlatformAutoscalingArgs["workloadVariantAutoscaler"]>,
  );
  if (wva && prometheus) {
    const { WorkloadVariantAutoscaler } = lazyRequire(
      "./workloadVariantAutoscaler",
    ) as typeof import("./workloadVariantAutoscaler");
    const ofStack = stack && !autoscaling.prometheus && { prometheusServiceAccount: stack.serviceAccount };
    const made = new WorkloadVariantAutoscaler(
      `${name}-wva`,
      { kubeconfig: shared.kubeconfig, mirrors, prometheus, prerequisites: stack?.ready, ...ofStack, ...wva },
      opts,
    );
    beforeKServe.push(made.crdSet);
    ready.push(made.ready);
  }
  const adapter = installed(parts.prometheusAdapter as NonNullable<PlatformAutoscalingArgs["prometheusAdapter"]>);
  if (adapter && prometheus) {
    const { PrometheusAdapter } = lazyRequire("./prometheusAdapter") as typeof import("./prometheusAdapter");
    // The Secret with the CA is in the stack's namespace, and so is the adapter.
    const ofStack = stack &&
      !autoscaling.prometheus && {
        namespace: stack.serviceAccount.namespace,
        createNamespace: false,
        ...(stack.caSecret !== undefined && { caSecret: stack.caSecret }),
      };
    const made = new PrometheusAdapter(
      `${name}-prometheus-adapter`,
      { mirrors, prometheus, prerequisites: stack?.ready, ...ofStack, ...adapter },
      opts,
    );
    ready.push(made.ready);
  }
  return { prometheus, beforeKServe, ready };
}

function createTracing(
  name: string,
  { tracing }: SurroundingsArgs,
  { mirrors }: Shared,
  opts: pulumi.ComponentResourceOptions,
): string | undefined {
  const args = installed(tracing);
  if (!args) return undefined;
  const { OpenTelemetryCollector } = lazyRequire(
    "./openTelemetryCollector",
  ) as typeof import("./openTelemetryCollector");
  return new OpenTelemetryCollector(`${name}-tracing`, { mirrors, ...args }, opts).endpoint;
}

/** Needs namespaces of controllers, or kinds of Gateway API. */
function createLast(
  name: string,
  args: SurroundingsArgs & { gateway?: SurroundingGateway | false },
  { mirrors }: Shared,
  before: Parameters<Surroundings["afterKServe"]>[0] & { namespaces: Resources },
  opts: pulumi.ComponentResourceOptions,
): Resources {
  const { externalDns, networkPolicies, disruptionBudgets, namespaces = {}, gateway } = args;
  const { gatewayApi, leaderWorkerSet = {} } = before;
  const dns = installed(externalDns);
  if (dns) {
    const { ExternalDns } = lazyRequire("./externalDns") as typeof import("./externalDns");
    new ExternalDns(`${name}-external-dns`, { mirrors, prerequisites: gatewayApi, ...dns }, opts);
  }
  const after = { ...opts, dependsOn: allResources(before.kserve, before.namespaces, before.controllers) as never };
  if (disruptionBudgets) {
    const { ControllerDisruptionBudgets } = lazyRequire(
      "./controllerDisruptionBudgets",
    ) as typeof import("./controllerDisruptionBudgets");
    new ControllerDisruptionBudgets(`${name}-budgets`, { leaderWorkerSet }, after);
  }
  if (!networkPolicies) return undefined;
  const { InferenceNetworkPolicies } = lazyRequire("./networkPolicies") as typeof import("./networkPolicies");
  const serviceNamespaces = networkPolicies.serviceNamespaces ?? Object.keys(namespaces);
  return new InferenceNetworkPolicies(
    `${name}-network`,
    {
      controllers: { leaderWorkerSet },
      ...gatewayPeers(gateway),
      ...installedPeers(args),
      ...networkPolicies,
      serviceNamespaces,
    },
    after,
  ).ready;
}
