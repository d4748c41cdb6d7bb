import { createRequire } from "node:module";

import { kserveNamespace } from "../api/constants";
import { defaultGatewayOf, ingressGatewayName } from "../gateways/defaultGateway";
import type { GatewayControllerFacts, GatewayControllerName, GatewayControllerPlan } from "../gateways/types";
import { completeAutoscaling, type PlannedAutoscaling } from "../platform/checkSurroundings";
import { plannedVersion } from "../platform/part";
import { type PodSecurityArgs, securedLabels } from "../platform/podSecurity";
import { allowedNamespaces, listenersOf, type ListenersOf } from "../gateways/listeners";
import { versions } from "../versions";
import type { ClusterPlan, PlannedGateway } from "./plan";

const lazyRequire = createRequire(__filename);

/** What decides what an `InferencePlatform` installs. */
export interface PlannedPlatform {
  readonly gatewayApi?: { readonly crds?: string; readonly version?: string };
  readonly inferenceExtension?: { readonly crds?: string };
  readonly leaderWorkerSet?: object | false;
  readonly certManager?: { readonly existing?: boolean; readonly version?: string } | false;
  readonly kserve?: { readonly gateway?: string; readonly autoscaling?: object };
  readonly autoscaling?: PlannedAutoscaling | false;
  readonly namespaces?: Readonly<
    Record<
      string,
      { readonly podSecurity?: PodSecurityArgs | false; readonly labels?: Readonly<Record<string, string>> }
    >
  >;
  readonly gateway?:
    | (ListenersOf & {
        readonly gatewayName?: string;
        readonly namespace?: string;
        readonly gatewayClassName?: string;
        /** What is installed for it; its own arguments stand under its name in camel case. */
        readonly controller?: GatewayControllerName;
      })
    | false;
}

/**
 * What is in a cluster with an `InferencePlatform`: what it installs, and what is stated beside it.
 *
 * @param existing wins where both say something.
 */
export function planOfPlatform(platform: PlannedPlatform, existing: ClusterPlan = {}): ClusterPlan {
  const controller = controllerOf(platform);
  const gateways = [...gatewaysOf(platform, controller?.facts), ...(existing.gateways ?? [])];
  const namespaces = namespacesOf(platform);
  const ofCrds = (ownership: string | undefined, version: string): string | true =>
    ownership === undefined || ownership === "own" ? version : true;
  return {
    defaultGateway: defaultGatewayOf(platform),
    ...(controller?.plan.inferenceExtensionEnabled !== undefined && {
      inferenceExtensionEnabled: controller.plan.inferenceExtensionEnabled,
    }),
    // KServe's charts leave it out of the ConfigMap.
    autoscalingPrometheus: Boolean(platform.autoscaling || platform.kserve?.autoscaling),
    ...existing,
    components: {
      ...controller?.plan.components,
      kserve: versions.kserve,
      gatewayApi: ofCrds(
        platform.gatewayApi?.crds ?? (controller?.facts.managedCrds?.().gatewayApi ? "existing" : undefined),
        platform.gatewayApi?.version ?? versions.gatewayApi,
      ),
      inferenceExtension: ofCrds(platform.inferenceExtension?.crds, versions.inferenceExtension),
      leaderWorkerSet: platform.leaderWorkerSet === false ? false : versions.leaderWorkerSet,
      ...autoscalersOf(platform.autoscaling),
      ...(platform.certManager !== undefined && { certManager: certManagerOf(platform.certManager) }),
      ...existing.components,
    },
    gateways,
    ...(namespaces && { namespaces: { ...namespaces, ...existing.namespaces } }),
    // The platform's own gateway and namespaces may not be the only ones.
    partial: [
      ...(existing.partial ?? []),
      // With standalone routers there is no gateway but those that are stated.
      ...(existing.gateways || controller?.facts.withoutGateway ? [] : ["gateways" as const]),
      ...(namespaces && !existing.namespaces ? ["namespaces" as const] : []),
    ],
  };
}

function namespacesOf({ namespaces }: PlannedPlatform): ClusterPlan["namespaces"] {
  if (!namespaces) return undefined;
  return Object.fromEntries(Object.entries(namespaces).map(([name, args]) => [name, { labels: securedLabels(args) }]));
}

/** Nothing is known of autoscalers that nothing is said of. */
function autoscalersOf(autoscaling: PlannedPlatform["autoscaling"]): ClusterPlan["components"] {
  if (autoscaling === undefined) return {};
  const none = { keda: false, workloadVariantAutoscaler: false, prometheusAdapter: false } as const;
  const { keda, workloadVariantAutoscaler, prometheusAdapter } = autoscaling ? completeAutoscaling(autoscaling) : none;
  return {
    keda: plannedVersion(keda, versions.keda),
    wva: plannedVersion(workloadVariantAutoscaler, versions.workloadVariantAutoscaler),
    prometheusAdapter: plannedVersion(prometheusAdapter, versions.prometheusAdapter),
  };
}

function certManagerOf(certManager: Exclude<PlannedPlatform["certManager"], undefined>): string | boolean {
  if (!certManager) return false;
  return certManager.existing ? (certManager.version ?? true) : versions.certManager;
}

/** The controller that the platform installs for its gateway. Facts are loaded only then. */
function controllerOf({
  gateway,
}: PlannedPlatform): { facts: GatewayControllerFacts; plan: GatewayControllerPlan } | undefined {
  if (!gateway || gateway.controller === undefined) return undefined;
  const { gatewayControllerFacts } = lazyRequire("../gateways/facts") as typeof import("../gateways/facts");
  const facts = gatewayControllerFacts(gateway.controller);
  if (!facts) return undefined;
  const { controllerArgument } = lazyRequire("../gateways/types") as typeof import("../gateways/types");
  const own = (gateway as Readonly<Record<string, unknown>>)[controllerArgument(facts.name)];
  return { facts, plan: facts.plan?.((own ?? {}) as { version?: string }) ?? {} };
}

function gatewaysOf({ gateway }: PlannedPlatform, facts: GatewayControllerFacts | undefined): PlannedGateway[] {
  if (gateway === false || facts?.withoutGateway) return [];
  const {
    gatewayName = ingressGatewayName,
    namespace = kserveNamespace,
    gatewayClassName = facts ? facts.defaultClass : "istio",
  } = gateway ?? {};
  return [
    {
      namespace,
      name: gatewayName,
      ...(gatewayClassName !== undefined && { className: gatewayClassName }),
      ...(facts && { controller: facts.name }),
      listeners: listenersOf(gateway ?? {}).map((listener) => ({
        name: listener.name,
        port: listener.port,
        ...(listener.protocol !== undefined && { protocol: listener.protocol }),
        ...(listener.hostname !== undefined && { hostname: listener.hostname }),
        allowedRoutes: allowedNamespaces(listener),
      })),
    },
  ];
}
