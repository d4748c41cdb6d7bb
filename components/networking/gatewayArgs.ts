import type { Condition } from "../../sdk/api/llmInferenceService";
import type { GatewayListenerArgs, GatewayTlsArgs } from "../../sdk/gateways/listeners";
import type { GatewayAuthenticationArgs, GatewayRateLimitArgs } from "../../sdk/gateways/policies";
import type { LoadBalancerArgs, RequestedAddress } from "../../sdk/gateways/loadBalancer";

/** Arguments of `Gateway`. */
export interface GatewayArgs {
  /** @default "kserve-ingress-gateway", the gateway that KServe looks for */
  gatewayName?: string;
  /** Must exist; a platform's may be one of its `namespaces`. @default "kserve" */
  namespace?: string;
  /** Whose controller realises the gateway. @default "istio" */
  gatewayClassName?: string;
  /** Create the GatewayClass for this controller, when the controller's own installation does not. @default the class is there */
  gatewayClassController?: string;
  /** Host names of the listeners that there are without `listeners`. @default every host name */
  hostnames?: string[];
  /**
   * @default one "http" on port 80 for each host name, which admits routes of all namespaces; with `tls`, "https" on port 443 instead
   */
  listeners?: GatewayListenerArgs[];
  /** Where the certificates of HTTPS listeners come from, for those that do not say it themselves. @default each says it */
  tls?: GatewayTlsArgs;
  /**
   * Whether there are listeners on port 80 that redirect, beside the HTTPS listeners that there are without `listeners`. KServe 0.20 then has
   * the URL over HTTP in `status.url`. @default false
   */
  redirectToHttps?: boolean;
  /** The cloud's load balancer: internal or external, and with which address. @default what the controller and the cloud do by themselves */
  loadBalancer?: LoadBalancerArgs;
  /** Addresses that the gateway asks for, beside that of `loadBalancer`. @default none */
  addresses?: RequestedAddress[];
  /** An object in the gateway's namespace with which the class's controller is configured, such as an `EnvoyProxy` or a ConfigMap. @default none */
  parametersRef?: { group: string; kind: string; name: string };
  /** Labels for what the controller creates, such as its Service. At most 8, with the one that KServe looks for. @default none */
  infrastructureLabels?: Record<string, string>;
  /** Annotations for what the controller creates, over those of `loadBalancer`. At most 8, with those. @default none */
  infrastructureAnnotations?: Record<string, string>;
  /** Who may send requests, by policies of the gateway's controller. @default everybody */
  authentication?: GatewayAuthenticationArgs;
  /** Limits for each client, by policies of the gateway's controller. @default none */
  rateLimits?: GatewayRateLimitArgs[];
  /** Of the Gateway. @default none */
  labels?: Record<string, string>;
  /** Of the Gateway. @default none */
  annotations?: Record<string, string>;
}

/** `status` of a Gateway, as far as this package reads it. */
export interface GatewayStatus {
  addresses?: GatewayAddress[];
  conditions?: Condition[];
  listeners?: GatewayListenerStatus[];
}

/** An address at which a gateway listens. */
export interface GatewayAddress {
  /** "IPAddress" or "Hostname". */
  type?: string;
  value: string;
}

/** State of one listener. */
export interface GatewayListenerStatus {
  name: string;
  attachedRoutes: number;
  conditions?: Condition[];
}
