import type { Input } from "@pulumi/pulumi";

/** From which namespaces routes may attach to a listener. */
export type AllowedRoutes =
  | "All"
  | "Same"
  /** These namespaces, by the label `kubernetes.io/metadata.name` that the API server sets. */
  | { readonly namespaces: readonly string[] }
  /** Namespaces with these labels. */
  | { readonly selector: LabelSelector };

/** A selector of Kubernetes: what it says must all hold. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelExpression[];
}

/** One condition of a {@link LabelSelector}. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  /** For `In` and `NotIn`. */
  readonly values?: readonly string[];
}

/** An issuer of cert-manager. */
export interface IssuerReference {
  name: string;
  /** An `Issuer` is looked for in the gateway's namespace. @default "ClusterIssuer" */
  kind?: "ClusterIssuer" | "Issuer";
  /** Of issuers that others than cert-manager serve. @default "cert-manager.io" */
  group?: string;
}

/** Texts of a certificate and its key, in PEM; a Secret is made of them. */
export interface PemCertificate {
  /** The certificate and those between it and its root. */
  certificate: Input<string>;
  privateKey: Input<string>;
}

/** How a listener gets its certificate: by `issuer`, or by `certificates`, or by what the controller takes as `options`. */
export interface GatewayTlsArgs {
  /** "Passthrough" leaves TLS to what is behind the gateway, for listeners of protocol TLS. @default "Terminate" */
  mode?: "Terminate" | "Passthrough";
  /** cert-manager makes the certificate, for the host names of the listeners. */
  issuer?: IssuerReference;
  /** Secret that cert-manager writes. @default "<gateway>-tls", or "<gateway>-<listener>-tls" for one listener's own */
  secretName?: string;
  /** Names in the certificate. @default the host names of the listeners */
  dnsNames?: string[];
  /** Validity of the certificate, such as "2160h". @default cert-manager's, 90 days */
  duration?: string;
  /** How long before its end it is renewed, such as "360h". @default cert-manager's, a third of the duration */
  renewBefore?: string;
  /**
   * The issuer proves the host names over HTTP through this gateway (ACME's HTTP01), so that the gateway must stand before there is a
   * certificate. @default false; InferencePlatform knows it of the issuers that it makes
   */
  solvedByGateway?: boolean;
  /**
   * Names of TLS Secrets in the gateway's namespace, "<namespace>/<name>" in another one, for which a ReferenceGrant is made there; or
   * texts in PEM.
   */
  certificates?: (string | PemCertificate)[];
  /** What the gateway's controller takes instead, such as `networking.gke.io/pre-shared-certs`. */
  options?: Record<string, string>;
}

/** One port of a Gateway. */
export interface GatewayListenerArgs {
  name: string;
  port: number;
  /** "HTTP", "HTTPS", "TLS", "TCP" or "UDP". @default "HTTP" */
  protocol?: string;
  /** "*.example.com" is every host below. @default every host name */
  hostname?: string;
  /** Names of TLS Secrets, as `tls.certificates`. */
  certificates?: string[];
  /** Of HTTPS and TLS. @default the gateway's `tls` */
  tls?: GatewayTlsArgs;
  /** From which namespaces routes may attach. @default "All" */
  allowedRoutes?: AllowedRoutes;
  /** Answers every request with a redirect to HTTPS, and takes no other routes. @default false */
  redirectToHttps?: boolean;
}

/** What decides the listeners of a Gateway. */
export interface ListenersOf {
  /** For the listeners that there are without `listeners`. */
  readonly hostnames?: readonly string[];
  readonly listeners?: readonly GatewayListenerArgs[];
  /** Of HTTPS listeners without one of their own; without `listeners` there are then HTTPS listeners. */
  readonly tls?: GatewayTlsArgs;
  /** Whether there are HTTP listeners that redirect beside the HTTPS listeners that there are without `listeners`. @default false */
  readonly redirectToHttps?: boolean;
}

/** The listeners of a Gateway: those that are given, or one for each host name, of HTTPS where there is `tls`. */
export function listenersOf({ hostnames = [], listeners, tls, redirectToHttps }: ListenersOf): GatewayListenerArgs[] {
  if (listeners) return [...listeners];
  const each = (base: GatewayListenerArgs): GatewayListenerArgs[] =>
    hostnames.length === 0
      ? [base]
      : hostnames.map((hostname, index) => ({
          ...base,
          name: index === 0 ? base.name : `${base.name}-${index + 1}`,
          hostname,
        }));
  const http: GatewayListenerArgs = { name: "http", port: 80 };
  if (!tls) return each(http);
  return [
    ...(redirectToHttps ? each({ ...http, redirectToHttps }) : []),
    ...each({ name: "https", port: 443, protocol: "HTTPS" }),
  ];
}

export const protocolOf = ({ protocol = "HTTP" }: GatewayListenerArgs): string => protocol;

/** Whether a listener needs a certificate. */
export function terminatesTls(listener: GatewayListenerArgs, gatewayTls?: GatewayTlsArgs): boolean {
  const protocol = protocolOf(listener);
  return protocol === "HTTPS" || (protocol === "TLS" && (listener.tls ?? gatewayTls)?.mode !== "Passthrough");
}

/** The `tls` of a listener: its own, its `certificates`, or the gateway's; undefined where it has none. */
export function tlsOf(listener: GatewayListenerArgs, gatewayTls?: GatewayTlsArgs): GatewayTlsArgs | undefined {
  if (!["HTTPS", "TLS"].includes(protocolOf(listener))) return undefined;
  if (listener.tls) return listener.tls;
  return listener.certificates?.length ? { certificates: listener.certificates } : gatewayTls;
}

/** `allowedRoutes.namespaces` as the API has it. */
export function allowedNamespaces(listener: Pick<GatewayListenerArgs, "allowedRoutes" | "redirectToHttps">): {
  from: "All" | "Same" | "Selector";
  selector?: LabelSelector;
} {
  // KServe's routes name the gateway and no listener, and a longer path would win over the redirect.
  const { allowedRoutes = listener.redirectToHttps ? "Same" : "All" } = listener;
  if (typeof allowedRoutes === "string") return { from: allowedRoutes };
  if ("selector" in allowedRoutes) return { from: "Selector", selector: allowedRoutes.selector };
  const values = [...allowedRoutes.namespaces].sort();
  return {
    from: "Selector",
    selector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] },
  };
}

const standardPorts: Record<string, number> = { http: 80, https: 443 };

/** Host in KServe's URLs for a wildcard. Source: `GATEWAY_API_WILDCARD_HOSTNAME` of KServe 0.20, router_discovery.go. */
const wildcardHost = "inference";

/**
 * The URL of a listener, as KServe makes those of services: host name of the listener, else the gateway's address.
 *
 * @returns undefined without a host, and for listeners that are not of HTTP.
 */
export function listenerUrl(listener: GatewayListenerArgs, address: string | undefined): string | undefined {
  const protocol = protocolOf(listener);
  const scheme = protocol === "TLS" ? "https" : protocol.toLowerCase();
  const host = listener.hostname?.replace(/^\*\./, `${wildcardHost}.`) || address;
  if (!host || !(scheme in standardPorts)) return undefined;
  const bracketed = host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${bracketed}${standardPorts[scheme] === listener.port ? "" : `:${listener.port}`}`;
}
