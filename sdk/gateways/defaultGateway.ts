import { kserveNamespace } from "../api/constants";

/** Name of the gateway that KServe sends services to which name none, in its own namespace. */
export const ingressGatewayName = "kserve-ingress-gateway";
/** The same as "<namespace>/<name>". Source: `kserveGateway` in the values of KServe 0.20's chart kserve-llmisvc-resources. */
export const kserveIngressGateway = `${kserveNamespace}/${ingressGatewayName}`;

/** What decides which gateway has the services that name none. */
export interface DefaultGatewayOf {
  readonly gateway?:
    | {
        readonly gatewayName?: string | undefined;
        readonly namespace?: string | undefined;
        readonly controller?: string | undefined;
      }
    | false
    | undefined;
  readonly kserve?: { readonly gateway?: string | undefined } | undefined;
}

/** "<namespace>/<name>" of a platform's own gateway; undefined where it makes none. */
export function ownGatewayOf({ gateway }: DefaultGatewayOf): string | undefined {
  if (gateway === false || gateway?.controller === "standalone") return undefined;
  return `${gateway?.namespace ?? kserveNamespace}/${gateway?.gatewayName ?? ingressGatewayName}`;
}

/** "<namespace>/<name>" of the gateway of services that name none: the one that is stated, else the platform's own, else the one that KServe looks for. */
export function defaultGatewayOf(platform: DefaultGatewayOf): string {
  return platform.kserve?.gateway ?? ownGatewayOf(platform) ?? kserveIngressGateway;
}
