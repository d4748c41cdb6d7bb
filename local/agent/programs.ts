import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { dump, load } from "js-yaml";

import { writeFileAtomic } from "../process";
import type { HostedProgram } from "./images";
import type { Container } from "./podSpec";

/** Ports of this machine for one process. */
export interface HostPorts {
  health: number;
  webhook: number;
  /** What else the program serves. */
  other: number;
}

/** How a container's process is started on this machine. */
export interface Launch {
  args: string[];
  /** In addition to the container's. */
  env: Record<string, string>;
  /** Container port to port of this machine. */
  ports: Map<number, number>;
  /** Container port and path of the readiness probe when the container declares none; without a path, something must listen there. */
  defaultReadiness: { port: number; path?: string };
  /** It serves webhooks, and is not ready before they answer. */
  hasWebhook: boolean;
  /** The webhook server listens on all interfaces. */
  allInterfaces: boolean;
}

/**
 * Translates a container's command line. Metrics are off, because nothing collects them here; an election of a leader is off,
 * because a process outside a cluster cannot take part, and only one process runs for a Deployment.
 *
 * @param root folder that stands for the container's `/`; its volumes are in it.
 * @param proxy address of an HTTP CONNECT proxy through which Services are reached, which this machine's DNS does not know.
 */
export async function launchFor(
  program: HostedProgram,
  container: Container,
  namespace: string,
  root: string,
  ports: HostPorts,
  proxy = "",
): Promise<Launch> {
  switch (program.name) {
    case "envoy-gateway":
      return launchEnvoyGateway(container, root, ports, proxy);
    case "envoy-ai-gateway":
      return launchEnvoyAiGateway(container.args ?? [], root, ports);
    case "llmisvc":
      return launchLlmisvc(container.args ?? [], root, ports);
    case "lws":
      return launchLws(container.args ?? [], namespace, root, ports);
    case "cert-manager":
      return launchPlain(["controller", `--cluster-resource-namespace=${namespace}`], 9403, ports);
    case "cert-manager-cainjector":
      return launchPlain(["cainjector"], 9402, ports);
    case "cert-manager-webhook":
      return launchCertManagerWebhook(container.args ?? [], namespace, ports);
  }
}

/** Options are those of local/toolchain/modules/cert-manager/host/main.go. @param health port at which the container says that it lives */
function launchPlain(args: string[], health: number, ports: HostPorts): Launch {
  return {
    args: [...args, `--health-address=127.0.0.1:${ports.health}`],
    env: {},
    ports: new Map([[health, ports.health]]),
    defaultReadiness: { port: health, path: "/livez" },
    hasWebhook: false,
    allInterfaces: false,
  };
}

function launchCertManagerWebhook(given: string[], namespace: string, ports: HostPorts): Launch {
  const { flags } = splitFlags(given, []);
  const names = given.flatMap((word) => /^--dynamic-serving-dns-names=(.+)$/.exec(word)?.[1] ?? []);
  const inNamespace = (text: string): string => text.replace("$(POD_NAMESPACE)", namespace);
  return {
    args: [
      "webhook",
      `--secure-port=${ports.webhook}`,
      `--healthz-port=${ports.health}`,
      `--secret-namespace=${namespace}`,
      `--secret-name=${flags.get("dynamic-serving-ca-secret-name") ?? "cert-manager-webhook-ca"}`,
      `--dns-names=${names.map(inNamespace).join(",")}`,
    ],
    env: {},
    ports: new Map([
      [Number(flags.get("secure-port") ?? 6443), ports.webhook],
      [6080, ports.health],
    ]),
    defaultReadiness: { port: 6080, path: "/healthz" },
    hasWebhook: true,
    // It has options for its servers' ports, not for their addresses.
    allInterfaces: true,
  };
}

function launchLlmisvc(given: string[], root: string, ports: HostPorts): Launch {
  const { flags, rest } = splitFlags(given, ["leader-elect", "metrics-secure", "enable-http2", "zap-devel"]);
  const health = portOf(flags.get("health-probe-addr"), 8081);
  const webhook = Number(flags.get("webhook-port") ?? 9443);
  const replaced = new Set([
    "leader-elect",
    "metrics-addr",
    "metrics-secure",
    "health-probe-addr",
    "webhook-port",
    "kubeconfig",
  ]);
  return {
    args: [
      ...joinFlags(flags, replaced),
      "--metrics-addr=0",
      `--health-probe-addr=127.0.0.1:${ports.health}`,
      `--webhook-port=${ports.webhook}`,
      ...rest,
    ],
    // It looks for its certificate in the temporary folder and has no option for another one.
    env: { TMPDIR: join(root, "tmp") },
    ports: new Map([
      [webhook, ports.webhook],
      [health, ports.health],
    ]),
    defaultReadiness: { port: health, path: "/readyz" },
    hasWebhook: true,
    // It has options for the webhook server's port, not for its address.
    allInterfaces: true,
  };
}

const lwsNamespace = "lws-system";

async function launchLws(given: string[], namespace: string, root: string, ports: HostPorts): Promise<Launch> {
  if (namespace !== lwsNamespace) {
    throw new Error(
      `LeaderWorkerSet's controller reads its namespace from a file that only a container can have and else takes it to be ` +
        `${lwsNamespace}; this pod is in ${namespace}. Install it in ${lwsNamespace}`,
    );
  }
  const { flags, rest } = splitFlags(given, ["leader-elect", "version", "zap-devel"]);
  const configPath = flags.get("config");
  const config =
    configPath === undefined ? {} : parseConfig(await readFile(join(root, configPath), "utf8"), configPath);
  const health = portOf(flags.get("health-probe-bind-address") ?? text(config.health?.healthProbeBindAddress), 8081);
  const webhook = typeof config.webhook?.port === "number" ? config.webhook.port : 9443;
  const certDir = text(config.webhook?.certDir) ?? "/tmp/k8s-webhook-server/serving-certs";
  const merged = {
    apiVersion: "config.lws.x-k8s.io/v1alpha1",
    kind: "Configuration",
    ...config,
    webhook: { ...config.webhook, host: "127.0.0.1", port: ports.webhook, certDir: join(root, certDir) },
    metrics: { ...config.metrics, bindAddress: "0" },
    health: { ...config.health, healthProbeBindAddress: `127.0.0.1:${ports.health}` },
    leaderElection: { ...config.leaderElection, leaderElect: false },
  };
  const file = join(root, "pulumi-kserve-lws.yaml");
  await writeFileAtomic(file, dump(merged));
  const replaced = new Set(
    [...flags.keys()].filter((flag) =>
      /^(config|metrics-bind-address|health-probe-bind-address)$|^leader-elect/.test(flag),
    ),
  );
  return {
    args: [`--config=${file}`, "--leader-elect=false", ...joinFlags(flags, replaced), ...rest],
    env: { TMPDIR: join(root, "tmp") },
    ports: new Map([
      [webhook, ports.webhook],
      [health, ports.health],
    ]),
    defaultReadiness: { port: health, path: `/${text(config.health?.readinessEndpointName) ?? "readyz"}` },
    hasWebhook: true,
    allInterfaces: false,
  };
}

/** Options are those of local/toolchain/modules/envoy-gateway/host/main.go. */
function launchEnvoyGateway(
  { command = [], args = [] }: Container,
  root: string,
  ports: HostPorts,
  proxy: string,
): Launch {
  const [subcommand = "server", ...given] = [...command.slice(1), ...args];
  const { flags, rest } = splitFlags(given, []);
  const shared = {
    // gRPC asks it for connections to everything but the loopback interface.
    env: { HTTPS_PROXY: proxy, NO_PROXY: "" },
    ports: new Map([
      [8081, ports.health],
      [9443, ports.webhook],
    ]),
    defaultReadiness: { port: 8081, path: "/readyz" },
    // Only with the topology injector, and then nothing waits for it: its failures are ignored.
    hasWebhook: false,
    allInterfaces: false,
  };
  if (subcommand !== "server") return { ...shared, args: [subcommand, ...given] };
  const config = flags.get("config-path");
  return {
    ...shared,
    args: [
      "server",
      ...(config ? [`--config-path=${join(root, config)}`] : []),
      `--certificates=${join(root, "certs")}`,
      `--health-address=127.0.0.1:${ports.health}`,
      `--admin-port=${ports.other}`,
      `--webhook-port=${ports.webhook}`,
      ...rest,
    ],
  };
}

/** Options are those of local/toolchain/modules/envoy-gateway/ai/main.go. */
function launchEnvoyAiGateway(given: string[], root: string, ports: HostPorts): Launch {
  const { flags, rest } = splitFlags(given, []);
  const webhook = Number(flags.get("webhookPort") ?? 9443);
  const grpc = portOf(flags.get("port"), 1063);
  const certificates = flags.get("tlsCertDir") ?? "/certs";
  const replaced = new Set(["enableLeaderElection", "port", "webhookPort", "tlsCertDir"]);
  return {
    args: [
      ...joinFlags(flags, replaced),
      `--port=127.0.0.1:${ports.other}`,
      `--webhookPort=${ports.webhook}`,
      `--tlsCertDir=${join(root, certificates)}`,
      ...rest,
    ],
    env: {},
    ports: new Map([
      [webhook, ports.webhook],
      [grpc, ports.other],
    ]),
    defaultReadiness: { port: grpc },
    hasWebhook: true,
    allInterfaces: false,
  };
}

type Section = Record<string, unknown> | undefined;

function parseConfig(source: string, path: string): Record<string, Section> {
  const value = load(source);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${path} is not a YAML mapping`);
  return value as Record<string, Section>;
}

/**
 * Reads a command line of Go's flag package: `-flag`, `--flag`, `--flag=value`, and `--flag value` for flags that are not
 * boolean.
 */
export function splitFlags(
  args: readonly string[],
  booleans: readonly string[],
): { flags: Map<string, string | undefined>; rest: string[] } {
  const flags = new Map<string, string | undefined>();
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const match = /^--?([^-=][^=]*)(?:=([\s\S]*))?$/.exec(argument);
    if (!match?.[1]) return { flags, rest: args.slice(argument === "--" ? index + 1 : index) };
    const next = args[index + 1];
    if (match[2] === undefined && !booleans.includes(match[1]) && next !== undefined && !next.startsWith("-")) {
      flags.set(match[1], next);
      index++;
    } else flags.set(match[1], match[2]);
  }
  return { flags, rest: [] };
}

function joinFlags(flags: ReadonlyMap<string, string | undefined>, without: ReadonlySet<string>): string[] {
  return [...flags]
    .filter(([flag]) => !without.has(flag))
    .map(([flag, value]) => (value === undefined ? `--${flag}` : `--${flag}=${value}`));
}

/** The port of an address such as `:8081`, `127.0.0.1:8081`. */
function portOf(address: string | undefined, fallback: number): number {
  const port = Number(/:(\d+)$/.exec(address ?? "")?.[1]);
  return port > 0 ? port : fallback;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
