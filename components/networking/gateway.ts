import * as pulumi from "@pulumi/pulumi";

import type { Condition } from "../../sdk/api/llmInferenceService";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import { KubernetesObject, waitForAnnotation } from "../kubernetesObject";

/** Arguments of {@link Gateway}. */
export interface GatewayArgs {
  /** @default "kserve-ingress-gateway", the gateway that KServe looks for */
  gatewayName?: string;
  /** Must exist. @default "kserve" */
  namespace?: string;
  /** Whose controller realises the gateway. @default "istio" */
  gatewayClassName?: string;
  /** Create the GatewayClass for this controller, when the controller's own installation does not. */
  gatewayClassController?: string;
  /** @default one listener "http" on port 80 that admits routes of all namespaces */
  listeners?: GatewayListenerArgs[];
  /** Labels for what the controller creates, such as its Service. */
  infrastructureLabels?: Record<string, string>;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

/** One port of a {@link Gateway}. */
export interface GatewayListenerArgs {
  name: string;
  port: number;
  /** @default "HTTP" */
  protocol?: string;
  /** @default every host name */
  hostname?: string;
  /** Names of TLS Secrets in the gateway's namespace; required for HTTPS. */
  certificates?: string[];
  /** From which namespaces routes may attach: "All", "Same". @default "All" */
  allowedRoutes?: string;
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

/** A Gateway of the Gateway API, awaited until it is programmed. */
export class Gateway extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;
  readonly namespace: pulumi.Output<string>;
  /** "<namespace>/<name>", as KServe's configuration takes it. */
  readonly reference: pulumi.Output<string>;
  readonly addresses: pulumi.Output<GatewayAddress[]>;
  readonly listeners: pulumi.Output<GatewayListenerStatus[]>;
  /** One for each listener: protocol, first address (or host name) and port. */
  readonly urls: pulumi.Output<Record<string, string>>;
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: GatewayArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:Gateway", name, {}, opts);
    assertNoProblems(`Gateway "${name}"`, checkListeners(args.listeners ?? []));
    const gatewayName = args.gatewayName ?? "kserve-ingress-gateway";
    const namespace = args.namespace ?? "kserve";
    const listeners = args.listeners ?? [{ name: "http", port: 80 }];

    const gatewayClass = createGatewayClass(name, args, { parent: this, dependsOn: opts.dependsOn });
    const gateway = createGateway(
      name,
      { ...args, gatewayName, namespace, listeners },
      {
        parent: this,
        dependsOn: gatewayClass ?? opts.dependsOn,
      },
    );

    this.name = pulumi.output(gatewayName);
    this.namespace = pulumi.output(namespace);
    this.reference = pulumi.output(`${namespace}/${gatewayName}`);
    this.addresses = gateway.status.apply((status) => status?.addresses ?? []);
    this.listeners = gateway.status.apply((status) => status?.listeners ?? []);
    this.urls = this.addresses.apply((addresses) => listenerUrls(listeners, addresses));
    this.ready = pulumi.output([gateway]);
    this.registerOutputs({
      name: this.name,
      namespace: this.namespace,
      addresses: this.addresses,
      listeners: this.listeners,
      urls: this.urls,
    });
  }
}

const gatewayApiVersion = "gateway.networking.k8s.io/v1";

function checkListeners(listeners: GatewayListenerArgs[]): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  listeners.forEach((listener, index) => {
    const path = `listeners[${index}]`;
    if (seen.has(listener.name)) {
      problems.push({
        path: `${path}.name`,
        given: listener.name,
        message: "another listener has this name",
        allowed: "unique names",
      });
    }
    seen.add(listener.name);
    if (!Number.isInteger(listener.port) || listener.port < 1 || listener.port > 65535) {
      problems.push({ path: `${path}.port`, given: listener.port, message: "not a port", allowed: "1 to 65535" });
    }
    if (listener.protocol === "HTTPS" && !listener.certificates?.length) {
      problems.push({
        path: `${path}.certificates`,
        message: "missing; HTTPS is served with a certificate",
        allowed: "names of TLS Secrets",
      });
    }
  });
  return problems;
}

function createGatewayClass(
  name: string,
  args: GatewayArgs,
  opts: pulumi.CustomResourceOptions,
): KubernetesObject | undefined {
  if (!args.gatewayClassController) return undefined;
  return new KubernetesObject(
    `${name}-class`,
    {
      apiVersion: gatewayApiVersion,
      kind: "GatewayClass",
      metadata: { name: args.gatewayClassName ?? "istio", annotations: { [waitForAnnotation]: "condition=Accepted" } },
      spec: { controllerName: args.gatewayClassController },
    },
    opts,
  );
}

function createGateway(
  name: string,
  args: GatewayArgs & { gatewayName: string; namespace: string; listeners: GatewayListenerArgs[] },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject<GatewayStatus> {
  return new KubernetesObject<GatewayStatus>(
    `${name}-gateway`,
    {
      apiVersion: gatewayApiVersion,
      kind: "Gateway",
      metadata: {
        name: args.gatewayName,
        namespace: args.namespace,
        ...(args.labels && { labels: args.labels }),
        annotations: { ...args.annotations, [waitForAnnotation]: "condition=Programmed" },
      },
      spec: {
        gatewayClassName: args.gatewayClassName ?? "istio",
        infrastructure: { labels: { "serving.kserve.io/gateway": args.gatewayName, ...args.infrastructureLabels } },
        listeners: args.listeners.map(listenerSpec),
      },
    },
    opts,
  );
}

function listenerSpec(listener: GatewayListenerArgs): Record<string, unknown> {
  const { name, port, hostname, certificates } = listener;
  return {
    name,
    port,
    protocol: listener.protocol ?? "HTTP",
    ...(hostname && { hostname }),
    ...(certificates?.length && {
      tls: {
        mode: "Terminate",
        certificateRefs: certificates.map((secret) => ({ group: "", kind: "Secret", name: secret })),
      },
    }),
    allowedRoutes: { namespaces: { from: listener.allowedRoutes ?? "All" } },
  };
}

const standardPorts: Record<string, number> = { http: 80, https: 443 };

function listenerUrls(listeners: GatewayListenerArgs[], addresses: GatewayAddress[]): Record<string, string> {
  const urls: Record<string, string> = {};
  for (const listener of listeners) {
    const scheme = (listener.protocol ?? "HTTP").toLowerCase();
    const wildcard = listener.hostname?.startsWith("*.");
    const host = listener.hostname && !wildcard ? listener.hostname : addresses[0]?.value;
    if (host)
      urls[listener.name] = `${scheme}://${host}${standardPorts[scheme] === listener.port ? "" : `:${listener.port}`}`;
  }
  return urls;
}
