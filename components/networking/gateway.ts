import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { checkGatewayListeners } from "../../sdk/gateways/listenerChecks";
import {
  allowedNamespaces,
  type GatewayListenerArgs,
  listenersOf,
  listenerUrl,
  protocolOf,
  terminatesTls,
  tlsOf,
} from "../../sdk/gateways/listeners";
import { checkLoadBalancer, loadBalancerSettings } from "../../sdk/gateways/loadBalancer";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";
import type { GatewayAddress, GatewayArgs, GatewayListenerStatus, GatewayStatus } from "./gatewayArgs";
import { certificatesOf, createCertificates, type ListenerCertificate } from "./gatewayCertificates";
import { createHttpsRedirect } from "./httpsRedirect";

const lazyRequire = createRequire(__filename);

/**
 * A Gateway of the Gateway API with its certificates, awaited until it is programmed.
 *
 * Certificates are Ready before the Gateway is made, but for those whose issuer proves the host names through it.
 *
 * @throws ConfigurationError with everything that is wrong with the listeners, their certificates or the load balancer.
 */
export class Gateway extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  /** "<namespace>/<name>", as KServe's configuration takes it. */
  readonly reference: pulumi.Output<string>;
  readonly addresses: pulumi.Output<GatewayAddress[]>;
  /** The first of the addresses, for DNS; undefined when there is none. */
  readonly address: pulumi.Output<string | undefined>;
  readonly listeners: pulumi.Output<GatewayListenerStatus[]>;
  /** One for each listener: protocol, host name (or first address) and port, as KServe makes the URLs of services. */
  readonly urls: pulumi.Output<Record<string, string>>;
  /** "<namespace>/<name>" of the Secrets with the certificates, by listener. */
  readonly certificates: pulumi.Output<Record<string, string[]>>;
  /** The gateway, its certificates, its redirect and its policies. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: GatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Gateway", name, {}, opts);
    assertNoProblems(`Gateway "${name}"`, checkGatewayArgs(args));
    const complete: CompleteGatewayArgs = {
      ...args,
      gatewayName: args.gatewayName ?? "kserve-ingress-gateway",
      namespace: args.namespace ?? "kserve",
      gatewayClassName: args.gatewayClassName ?? defaultClass,
      listeners: listenersOf(args),
    };
    const { gatewayName, namespace, listeners } = complete;
    const certificates = certificatesOf(complete);
    const first = { parent: this, dependsOn: opts.dependsOn };

    const made = createCertificates(name, complete, certificates, first);
    const gatewayClass = createGatewayClass(name, complete, first);
    const before = [...(gatewayClass ? [gatewayClass] : []), ...made.before];
    const gateway = createGateway(name, complete, certificates, {
      parent: this,
      dependsOn: before.length > 0 ? before : opts.dependsOn,
    });
    const redirect = createHttpsRedirect(name, complete, { parent: this, dependsOn: gateway });
    const policies =
      loadPolicies(args)?.createPolicies(
        name,
        args,
        { gatewayName, namespace, listeners, className: complete.gatewayClassName },
        { parent: this, dependsOn: gateway },
      ) ?? [];

    this.name = pulumi.output(gatewayName);
    this.namespace = pulumi.output(namespace);
    this.reference = pulumi.output(`${namespace}/${gatewayName}`);
    this.addresses = gateway.status.apply((status) => status?.addresses ?? []);
    this.address = this.addresses.apply((addresses) => addresses[0]?.value);
    this.listeners = gateway.status.apply((status) => status?.listeners ?? []);
    this.urls = this.address.apply((address) => listenerUrls(listeners, address));
    this.certificates = pulumi.output(secretsByListener(certificates));
    this.ready = pulumi.output([gateway, ...redirect, ...policies, ...made.after(gateway)]);
    this.registerOutputs({
      name: this.name,
      namespace: this.namespace,
      addresses: this.addresses,
      listeners: this.listeners,
      urls: this.urls,
    });
  }
}

type CompleteGatewayArgs = GatewayArgs &
  Required<Pick<GatewayArgs, "gatewayName" | "namespace" | "gatewayClassName" | "listeners">>;

const gatewayApiVersion = "gateway.networking.k8s.io/v1";
const defaultClass = "istio";
/** Source: `GatewayInfrastructure` of sigs.k8s.io/gateway-api v1.5.1, apis/v1/gateway_types.go. */
const mostInfrastructureEntries = 8;

function checkGatewayArgs(args: GatewayArgs): Problem[] {
  const className = args.gatewayClassName ?? defaultClass;
  const problems = [
    ...checkGatewayListeners(args),
    ...(args.loadBalancer ? checkLoadBalancer(args.loadBalancer, className) : []),
    ...(loadPolicies(args)?.problemsOfPolicies(args, className) ?? []),
  ];
  if (problems.some(({ path }) => path.startsWith("loadBalancer"))) return unique(problems);
  const { labels, annotations } = infrastructureOf({ ...args, gatewayName: "", gatewayClassName: className });
  for (const [path, entries] of Object.entries({
    infrastructureLabels: labels,
    infrastructureAnnotations: annotations,
  })) {
    const count = Object.keys(entries ?? {}).length;
    if (count <= mostInfrastructureEntries) continue;
    problems.push({
      path,
      given: count,
      message: "too many, with those that this package adds",
      allowed: `at most ${mostInfrastructureEntries}`,
    });
  }
  return unique(problems);
}

/** What several listeners share is checked with each. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** What knows the policies of controllers; loaded for a gateway that has some. */
function loadPolicies({ authentication, rateLimits }: GatewayArgs): typeof import("./gatewayPolicies") | undefined {
  if (authentication === undefined && !rateLimits?.length) return undefined;
  return lazyRequire("./gatewayPolicies") as typeof import("./gatewayPolicies");
}

function createGatewayClass(
  name: string,
  args: CompleteGatewayArgs,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject | undefined {
  if (!args.gatewayClassController) return undefined;
  return new KubernetesObject(
    `${name}-class`,
    {
      apiVersion: gatewayApiVersion,
      kind: "GatewayClass",
      metadata: { name: args.gatewayClassName, annotations: { [waitForAnnotation]: "condition=Accepted" } },
      spec: { controllerName: args.gatewayClassController },
    },
    opts,
  );
}

function createGateway(
  name: string,
  args: CompleteGatewayArgs,
  certificates: readonly ListenerCertificate[],
  opts: pulumi.CustomResourceOptions,
): KubernetesObject<GatewayStatus> {
  const { gatewayName, namespace, gatewayClassName } = args;
  const isBeforeCertificates = certificates.some(({ issued }) => issued?.tls.solvedByGateway);
  const addresses = [...(args.loadBalancer ? loadBalancerOf(args).addresses : []), ...(args.addresses ?? [])];
  return new KubernetesObject<GatewayStatus>(
    `${name}-gateway`,
    {
      apiVersion: gatewayApiVersion,
      kind: "Gateway",
      metadata: {
        name: gatewayName,
        namespace,
        ...(args.labels && { labels: args.labels }),
        annotations: {
          ...args.annotations,
          // A listener without its certificate keeps some controllers from calling the gateway programmed.
          [waitForAnnotation]: isBeforeCertificates
            ? '["condition=Accepted","jsonpath={.status.addresses[0].value}"]'
            : "condition=Programmed",
        },
      },
      spec: {
        gatewayClassName,
        ...(addresses.length > 0 && { addresses }),
        infrastructure: infrastructureOf(args),
        listeners: args.listeners.map((listener) => listenerSpec(listener, args, certificates)),
      },
    },
    opts,
  );
}

function loadBalancerOf({ loadBalancer, gatewayClassName }: GatewayArgs) {
  return loadBalancer
    ? loadBalancerSettings(loadBalancer, gatewayClassName ?? defaultClass)
    : { annotations: {}, addresses: [] };
}

function infrastructureOf(args: GatewayArgs & { gatewayName: string }): {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  parametersRef?: GatewayArgs["parametersRef"];
} {
  const annotations = { ...loadBalancerOf(args).annotations, ...args.infrastructureAnnotations };
  return {
    labels: { "serving.kserve.io/gateway": args.gatewayName, ...args.infrastructureLabels },
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(args.parametersRef && { parametersRef: args.parametersRef }),
  };
}

function listenerSpec(
  listener: GatewayListenerArgs,
  { tls: shared, namespace }: CompleteGatewayArgs,
  certificates: readonly ListenerCertificate[],
): Record<string, unknown> {
  const { name, port, hostname } = listener;
  const tls = tlsOf(listener, shared);
  const refs = certificates.filter(({ listeners }) => listeners.includes(name));
  const terminated = {
    mode: "Terminate",
    ...(refs.length > 0 && {
      certificateRefs: refs.map(({ secretName, namespace: owner }) => ({
        group: "",
        kind: "Secret",
        name: secretName,
        ...(owner !== namespace && { namespace: owner }),
      })),
    }),
    ...(tls?.options && { options: tls.options }),
  };
  return {
    name,
    port,
    protocol: protocolOf(listener),
    ...(hostname && { hostname }),
    ...(tls && { tls: terminatesTls(listener, shared) ? terminated : { mode: "Passthrough" } }),
    allowedRoutes: { namespaces: allowedNamespaces(listener) },
  };
}

function listenerUrls(listeners: readonly GatewayListenerArgs[], address: string | undefined): Record<string, string> {
  return Object.fromEntries(
    listeners.flatMap((listener) => {
      const url = listenerUrl(listener, address);
      return url === undefined ? [] : [[listener.name, url]];
    }),
  );
}

function secretsByListener(certificates: readonly ListenerCertificate[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { listeners, namespace, secretName } of certificates) {
    for (const listener of listeners) (found[listener] ??= []).push(`${namespace}/${secretName}`);
  }
  return found;
}
