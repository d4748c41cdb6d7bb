import { isIP } from "node:net";

import type { KubernetesObject } from "../../sdk/kubernetes/client";

/** A pod that is run as a process of this machine. */
export interface HostedEndpoint {
  namespace: string;
  name: string;
  labels: Record<string, string>;
  /** Named container ports. */
  portNames: Record<string, number>;
  /** The process answers. */
  ready: boolean;
  /** Container port to port of this machine. */
  ports: ReadonlyMap<number, number>;
}

/** Where a connection leads. A Service that is not known may be one that was made a moment ago. */
export type Target = { host: string; port: number } | { refused: string; unknownService?: boolean };

/** The parts of a Service that decide where its connections go. */
interface ServiceSpec {
  clusterIP?: string;
  selector?: Record<string, string>;
  ports?: { name?: string; port: number; targetPort?: number | string }[];
}

/**
 * Decides where a connection that the API server wants leads: the address of a Service (or its DNS name) to the process behind
 * its selector, a loopback address to itself, anything else nowhere.
 *
 * @param authority `host:port` as in a CONNECT request.
 */
export function resolveTarget(
  authority: string,
  services: Iterable<KubernetesObject>,
  endpoints: Iterable<HostedEndpoint>,
): Target {
  const { host, port } = splitAuthority(authority);
  if (port === undefined) return { refused: `"${authority}" is not host:port` };
  if (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))) return { host, port };
  const service = findService(host, services);
  if (!service) {
    return {
      refused: `${authority} is not the address of a Service; nodes and pods of the embedded environment are played and answer nothing`,
      unknownService: true,
    };
  }
  const name = `${service.metadata.namespace ?? ""}/${service.metadata.name ?? ""}`;
  const spec = service.spec as ServiceSpec;
  const servicePort = spec.ports?.find((candidate) => candidate.port === port);
  if (!servicePort) {
    const known = spec.ports?.map((candidate) => candidate.port).join(", ") ?? "none";
    return { refused: `Service ${name} has no port ${port}; its ports: ${known}` };
  }
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0) return { refused: `Service ${name} has no selector` };
  const behind = [...endpoints].filter(
    (endpoint) =>
      endpoint.namespace === service.metadata.namespace &&
      selector.every(([label, value]) => endpoint.labels[label] === value),
  );
  if (behind.length === 0) {
    return { refused: `no pod behind Service ${name} runs as a process; pods played by kwok answer nothing` };
  }
  const ready = behind.filter((endpoint) => endpoint.ready);
  if (ready.length === 0)
    return { refused: `no pod behind Service ${name} is ready (${behind.map((e) => e.name).join(", ")})` };
  for (const endpoint of ready) {
    const target = servicePort.targetPort ?? port;
    const containerPort = typeof target === "number" ? target : endpoint.portNames[target];
    const hostPort = containerPort === undefined ? undefined : endpoint.ports.get(containerPort);
    if (hostPort !== undefined) return { host: "127.0.0.1", port: hostPort };
  }
  return {
    refused: `Service ${name} port ${port}: the process behind it does not serve ${servicePort.targetPort ?? port}`,
  };
}

function findService(host: string, services: Iterable<KubernetesObject>): KubernetesObject | undefined {
  const [name, namespace, ...suffix] = host.split(".");
  const byName = isIP(host) === 0 && ["svc", "svc.cluster.local"].includes(suffix.join("."));
  for (const service of services) {
    if (byName) {
      if (service.metadata.name === name && service.metadata.namespace === namespace) return service;
    } else if ((service.spec as ServiceSpec).clusterIP === host) return service;
  }
  return undefined;
}

function splitAuthority(authority: string): { host: string; port: number | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(authority);
  const port = Number(match?.[3]);
  return {
    host: (match?.[1] ?? match?.[2] ?? "").replace(/\.$/, ""),
    port: match && port > 0 && port < 65536 ? port : undefined,
  };
}
