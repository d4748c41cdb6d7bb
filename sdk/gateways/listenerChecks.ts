import { nearest } from "../nearest";
import type { Problem } from "../problems";
import {
  type GatewayListenerArgs,
  type GatewayTlsArgs,
  type ListenersOf,
  listenersOf,
  protocolOf,
  tlsOf,
} from "./listeners";

/** What {@link checkGatewayListeners} reads. */
export interface CheckedGateway extends ListenersOf {
  readonly gatewayName?: string;
  /** Some of them bring certificates, such as `networking.gke.io/certmap`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

const protocols = ["HTTP", "HTTPS", "TLS", "TCP", "UDP"];
/** Source: `Hostname` of sigs.k8s.io/gateway-api v1.5.1, apis/v1/shared_types.go. */
const hostnamePattern = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const mostListeners = 64;

/**
 * Everything that Gateway API refuses about a Gateway's listeners, or that would leave one unprogrammed, in one pass.
 *
 * Sources: the validation rules of the CRD and the section "Distinct Listeners", sigs.k8s.io/gateway-api v1.5.1, apis/v1/gateway_types.go.
 */
export function checkGatewayListeners(gateway: CheckedGateway): Problem[] {
  const listeners = listenersOf(gateway);
  const isGiven = gateway.listeners !== undefined;
  const problems: Problem[] = [...checkGatewayName(gateway), ...checkDefaults(gateway)];
  if (isGiven && listeners.length === 0) {
    problems.push({
      path: "listeners",
      message: "empty; a gateway has at least one",
      fix: "leave it out for the default",
    });
  }
  if (listeners.length > mostListeners) {
    problems.push({
      path: isGiven ? "listeners" : "hostnames",
      given: listeners.length,
      message: "too many listeners for one gateway",
      allowed: `at most ${mostListeners}`,
    });
  }
  listeners.forEach((listener, index) => {
    const path = isGiven ? `listeners[${index}]` : "";
    if (isGiven) problems.push(...checkListener(listener, path, listeners.slice(0, index)));
    problems.push(...checkOverlap(listener, isGiven ? path : "hostnames", listeners.slice(0, index), isGiven));
    problems.push(...checkTls(listener, path, gateway, listeners));
    if (isGiven) problems.push(...checkRedirect(listener, path, listeners));
  });
  return problems;
}

function checkGatewayName({ gatewayName }: CheckedGateway): Problem[] {
  if (gatewayName === undefined || (gatewayName.length <= 63 && labelPattern.test(gatewayName))) return [];
  return [
    {
      path: "gatewayName",
      given: gatewayName,
      message: "controllers put the name into labels and names of Services",
      allowed: 'at most 63 characters of a-z, 0-9 and "-"',
    },
  ];
}

/** What shapes the default listeners, and is of no use beside given ones. */
function checkDefaults({ hostnames, listeners, redirectToHttps, tls }: CheckedGateway): Problem[] {
  const problems: Problem[] = [];
  if (listeners && hostnames?.length) {
    problems.push({
      path: "hostnames",
      given: hostnames,
      message: "has no effect beside listeners",
      fix: "give each listener its hostname",
    });
  }
  if (redirectToHttps !== undefined && (listeners || !tls)) {
    problems.push({
      path: "redirectToHttps",
      given: redirectToHttps,
      message: listeners ? "has no effect beside listeners" : "there is no HTTPS listener without tls",
      fix: listeners ? "say it of the listener of protocol HTTP" : "add tls, or leave it out",
    });
  }
  if (!listeners)
    (hostnames ?? []).forEach((name, index) => problems.push(...checkHostname(name, `hostnames[${index}]`)));
  return problems;
}

function checkListener(listener: GatewayListenerArgs, path: string, before: GatewayListenerArgs[]): Problem[] {
  const problems: Problem[] = [];
  const { name, port, hostname } = listener;
  const protocol = protocolOf(listener);
  if (before.some((other) => other.name === name)) {
    problems.push({
      path: `${path}.name`,
      given: name,
      message: "another listener has this name",
      allowed: "unique names",
    });
  }
  if (name.length > 253 || !name.split(".").every((part) => labelPattern.test(part))) {
    problems.push({
      path: `${path}.name`,
      given: name,
      message: "not a name of a listener",
      allowed: 'at most 253 characters of a-z, 0-9, "-" and "."',
    });
  }
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    problems.push({ path: `${path}.port`, given: port, message: "not a port", allowed: "1 to 65535" });
  }
  if (!protocols.includes(protocol)) {
    const guess = nearest(protocol, protocols);
    problems.push({
      path: `${path}.protocol`,
      given: protocol,
      message: "no such protocol",
      allowed: protocols.join(", "),
      ...(guess && { fix: `did you mean "${guess}"?` }),
    });
  }
  if (hostname !== undefined && ["TCP", "UDP"].includes(protocol)) {
    problems.push({
      path: `${path}.hostname`,
      given: hostname,
      message: `${protocol} knows no host names`,
      fix: "leave it out",
    });
  } else if (hostname !== undefined) problems.push(...checkHostname(hostname, `${path}.hostname`));
  return [...problems, ...checkAllowedRoutes(listener, path)];
}

function checkAllowedRoutes({ allowedRoutes }: GatewayListenerArgs, path: string): Problem[] {
  const at = `${path}.allowedRoutes`;
  if (allowedRoutes === undefined || allowedRoutes === "All" || allowedRoutes === "Same") return [];
  if (typeof allowedRoutes === "object" && "selector" in allowedRoutes) {
    const { matchLabels = {}, matchExpressions = [] } = allowedRoutes.selector;
    if (Object.keys(matchLabels).length + matchExpressions.length > 0) return [];
    return [{ path: `${at}.selector`, message: "selects every namespace", fix: 'say "All", or give it labels' }];
  }
  if (typeof allowedRoutes === "object" && "namespaces" in allowedRoutes) {
    if (allowedRoutes.namespaces.length > 0) return [];
    return [{ path: `${at}.namespaces`, message: "admits no routes at all", fix: "name at least one namespace" }];
  }
  return [
    {
      path: at,
      given: allowedRoutes,
      message: "not one of the allowed values",
      allowed: '"All", "Same", { namespaces: [...] }, { selector: { matchLabels: {...} } }',
    },
  ];
}

function checkHostname(hostname: string, path: string): Problem[] {
  const labels = hostname.replace(/^\*\./, "").split(".");
  if (hostname.length > 253 || labels.some((label) => label.length > 63)) {
    return [
      {
        path,
        given: hostname,
        message:
          hostname.length > 253
            ? `${hostname.length} characters, which no DNS name has`
            : `a part of ${Math.max(...labels.map((label) => label.length))} characters, which no DNS name has`,
        allowed: "at most 253 characters, and 63 between two dots",
      },
    ];
  }
  const isAddress = /^\d+(\.\d+){3}$/.test(hostname);
  if (!isAddress && hostnamePattern.test(hostname)) return [];
  const lower = hostname.toLowerCase();
  return [
    {
      path,
      given: hostname,
      message: isAddress ? "an address, not a host name" : "not a host name",
      allowed: '"llm.example.com", or "*.example.com" for all below it',
      ...(isAddress && { fix: "leave it out: without a host name a listener serves every one" }),
      ...(!isAddress && hostnamePattern.test(lower) && { fix: `write it as "${lower}"` }),
    },
  ];
}

/** TLS and HTTPS are told apart by what a client says before anything is decrypted, so they may share a port. */
const family = (listener: GatewayListenerArgs): string => {
  const protocol = protocolOf(listener);
  return protocol === "TLS" ? "HTTPS" : protocol;
};

function checkOverlap(
  listener: GatewayListenerArgs,
  path: string,
  before: GatewayListenerArgs[],
  isGiven: boolean,
): Problem[] {
  const sharing = before.filter(({ port }) => port === listener.port);
  const nameOf = (other: GatewayListenerArgs): string =>
    isGiven ? `listener "${other.name}"` : `host name "${other.hostname ?? ""}"`;
  const same = sharing.find(
    (other) => family(other) === family(listener) && (other.hostname ?? "") === (listener.hostname ?? ""),
  );
  if (same) {
    return [
      {
        path: isGiven ? `${path}.hostname` : path,
        ...(listener.hostname !== undefined && { given: listener.hostname }),
        message: `overlaps with ${nameOf(same)}: same port ${listener.port}, protocol and host name`,
        allowed: "listeners that differ in port or host name",
        fix: "give it another host name or port, or leave one of them out",
      },
    ];
  }
  // UDP has ports of its own.
  const other = sharing.find(
    (one) => family(one) !== family(listener) && protocolOf(one) !== "UDP" && protocolOf(listener) !== "UDP",
  );
  if (!other || !isGiven) return [];
  return [
    {
      path: `${path}.port`,
      given: listener.port,
      message: `${protocolOf(listener)} and ${protocolOf(other)} (${nameOf(other)}) cannot share a port`,
      allowed: "HTTPS and TLS on one port; HTTP and TCP each on their own",
      fix: `take another port, such as ${family(listener) === "HTTPS" ? 443 : 80}`,
    },
  ];
}

function checkTls(
  listener: GatewayListenerArgs,
  path: string,
  gateway: CheckedGateway,
  listeners: readonly GatewayListenerArgs[],
): Problem[] {
  const protocol = protocolOf(listener);
  const prefix = path === "" ? "" : `${path}.`;
  if (!["HTTPS", "TLS"].includes(protocol)) {
    const given = [...(listener.tls ? ["tls"] : []), ...(listener.certificates?.length ? ["certificates"] : [])];
    return given.map((field) => ({
      path: `${prefix}${field}`,
      message: `${protocol} is served without a certificate`,
      fix: 'leave it out, or say protocol: "HTTPS"',
    }));
  }
  const tls = tlsOf(listener, gateway.tls);
  const at = listener.tls || path === "" ? `${prefix}tls` : prefix.slice(0, -1);
  if (!tls) {
    // GKE takes the certificates of its HTTPS listeners from here.
    if (protocol === "HTTPS" && gateway.annotations?.["networking.gke.io/certmap"]) return [];
    return [
      {
        path: `${prefix}certificates`,
        message: `missing; ${protocol} is served with a certificate`,
        allowed: "names of TLS Secrets",
        ...(protocol === "TLS" && { fix: 'or say tls: { mode: "Passthrough" }' }),
      },
    ];
  }
  return [...checkTlsArgs(tls, listener, at), ...checkSolver(tls, at, listeners)];
}

/** ACME asks for a file over HTTP, on port 80. */
function checkSolver(tls: GatewayTlsArgs, at: string, listeners: readonly GatewayListenerArgs[]): Problem[] {
  if (!tls.solvedByGateway || listeners.some((one) => protocolOf(one) === "HTTP" && one.port === 80)) return [];
  return [
    {
      path: `${at}.solvedByGateway`,
      given: true,
      message: "the issuer's server proves the host names over HTTP, and the gateway has no such listener on port 80",
      fix: "say redirectToHttps: true, or add a listener of protocol HTTP on port 80",
    },
  ];
}

function checkTlsArgs(tls: GatewayTlsArgs, listener: GatewayListenerArgs, at: string): Problem[] {
  const protocol = protocolOf(listener);
  const sources = [
    ...(tls.issuer ? ["issuer"] : []),
    ...(tls.certificates?.length ? ["certificates"] : []),
    ...(Object.keys(tls.options ?? {}).length > 0 ? ["options"] : []),
  ];
  if (tls.mode === "Passthrough") {
    const problems: Problem[] = sources.map((field) => ({
      path: `${at}.${field}`,
      message: "the gateway reads no certificate when it passes TLS through",
      fix: `leave it out, or say mode: "Terminate"`,
    }));
    if (protocol === "TLS") return problems;
    return [
      ...problems,
      {
        path: `${at}.mode`,
        given: "Passthrough",
        message: "HTTPS is decrypted at the gateway",
        fix: 'say protocol: "TLS"',
      },
    ];
  }
  if (sources.length === 0) {
    return [
      {
        path: at,
        message: `no certificate; ${protocol} is served with one`,
        allowed: "issuer, certificates, or options of the gateway's controller",
        fix: 'such as issuer: { name: "letsencrypt" }',
      },
    ];
  }
  const problems: Problem[] = [];
  if (tls.issuer && tls.certificates?.length) {
    problems.push({
      path: `${at}.certificates`,
      message: "there is an issuer already, which makes the certificate",
      allowed: "issuer or certificates",
    });
  }
  if (tls.issuer && listener.hostname === undefined && !tls.dnsNames?.length) {
    problems.push({
      path: `${at}.dnsNames`,
      message: `missing; the listener "${listener.name}" serves every host name, and a certificate is for names`,
      fix: "give the listener a host name, or the certificate its dnsNames",
    });
  }
  (tls.dnsNames ?? []).forEach((name, index) => problems.push(...checkHostname(name, `${at}.dnsNames[${index}]`)));
  return problems;
}

function checkRedirect(listener: GatewayListenerArgs, path: string, listeners: GatewayListenerArgs[]): Problem[] {
  if (!listener.redirectToHttps) return [];
  const problems: Problem[] = [];
  if (protocolOf(listener) !== "HTTP") {
    problems.push({
      path: `${path}.redirectToHttps`,
      given: true,
      message: `only HTTP can redirect to HTTPS; this is ${protocolOf(listener)}`,
      fix: "leave it out",
    });
  } else if (!listeners.some((other) => protocolOf(other) === "HTTPS")) {
    problems.push({
      path: `${path}.redirectToHttps`,
      given: true,
      message: "the gateway has no HTTPS listener to redirect to",
      fix: 'add a listener with protocol: "HTTPS"',
    });
  }
  if (listener.allowedRoutes !== undefined) {
    problems.push({
      path: `${path}.allowedRoutes`,
      given: listener.allowedRoutes,
      message: "a listener that redirects takes no other routes, or their longer paths would win over the redirect",
      fix: "leave it out",
    });
  }
  return problems;
}
