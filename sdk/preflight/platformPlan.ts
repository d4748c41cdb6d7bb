import { kserveNamespace } from "../api/constants";
import { versions } from "../versions";
import type { ClusterPlan, PlannedGateway } from "./plan";

/** What decides what an `InferencePlatform` installs. */
export interface PlannedPlatform {
  readonly gatewayApi?: { readonly crds?: string };
  readonly inferenceExtension?: { readonly crds?: string };
  readonly leaderWorkerSet?: object | false;
  readonly kserve?: { readonly gateway?: string };
  readonly gateway?:
    | {
        readonly gatewayName?: string;
        readonly namespace?: string;
        readonly gatewayClassName?: string;
        readonly listeners?: readonly {
          readonly name: string;
          readonly port: number;
          readonly protocol?: string;
          readonly hostname?: string;
          readonly allowedRoutes?: string;
        }[];
      }
    | false;
}

/**
 * What is in a cluster with an `InferencePlatform`: what it installs, and what is stated beside it.
 *
 * @param existing wins where both say something.
 */
export function planOfPlatform(platform: PlannedPlatform, existing: ClusterPlan = {}): ClusterPlan {
  const gateways = [...gatewaysOf(platform), ...(existing.gateways ?? [])];
  const ofCrds = (ownership: string | undefined, version: string): string | true =>
    ownership === undefined || ownership === "own" ? version : true;
  return {
    defaultGateway: platform.kserve?.gateway ?? `${kserveNamespace}/kserve-ingress-gateway`,
    // KServe's charts leave it out of the ConfigMap.
    autoscalingPrometheus: false,
    ...existing,
    components: {
      kserve: versions.kserve,
      gatewayApi: ofCrds(platform.gatewayApi?.crds, versions.gatewayApi),
      inferenceExtension: ofCrds(platform.inferenceExtension?.crds, versions.inferenceExtension),
      leaderWorkerSet: platform.leaderWorkerSet === false ? false : versions.leaderWorkerSet,
      ...existing.components,
    },
    gateways,
    // The platform's own gateway may not be the only one.
    partial: [...(existing.partial ?? []), ...(existing.gateways ? [] : ["gateways" as const])],
  };
}

function gatewaysOf({ gateway }: PlannedPlatform): PlannedGateway[] {
  if (gateway === false) return [];
  const {
    gatewayName = "kserve-ingress-gateway",
    namespace = kserveNamespace,
    gatewayClassName = "istio",
  } = gateway ?? {};
  const listeners = gateway?.listeners ?? [{ name: "http", port: 80 }];
  return [
    {
      namespace,
      name: gatewayName,
      className: gatewayClassName,
      listeners: listeners.map(({ allowedRoutes = "All", ...listener }) => ({
        ...listener,
        allowedRoutes: { from: allowedRoutes },
      })),
    },
  ];
}
