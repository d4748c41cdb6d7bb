import type { ClusterToolName } from "../cluster/types";
import type { GatewayToolName } from "../toolchain/types";
import { versions } from "../../sdk/versions";

/** A controller whose pods are real: its image stands for an executable of the toolchain, run as a process of this machine. */
export interface HostedProgram {
  /** Name in `status` and `logs`. */
  readonly name:
    | "llmisvc"
    | "lws"
    | "envoy-gateway"
    | "envoy-ai-gateway"
    | "cert-manager"
    | "cert-manager-webhook"
    | "cert-manager-cainjector";
  readonly tool: ClusterToolName | GatewayToolName;
  readonly role: string;
  /** The image's repository without a registry, so that mirrors match too. */
  readonly repository: string;
  /** The version that the executable has. */
  readonly version: string;
  /** The `controllerName` of GatewayClasses whose Gateways and routes it gives their status. */
  readonly gatewayController?: string;
}

export const hostedPrograms: readonly HostedProgram[] = [
  {
    name: "llmisvc",
    tool: "llmisvc",
    role: "KServe's LLMInferenceService controller",
    repository: "kserve/llmisvc-controller",
    version: versions.kserve,
  },
  {
    name: "lws",
    tool: "lws",
    role: "LeaderWorkerSet's controller",
    repository: "lws/lws",
    version: versions.leaderWorkerSet,
  },
  {
    name: "envoy-gateway",
    tool: "envoy-gateway",
    role: "Envoy Gateway's controller",
    repository: "envoyproxy/gateway",
    version: versions.envoyGateway,
    gatewayController: "gateway.envoyproxy.io/gatewayclass-controller",
  },
  {
    name: "envoy-ai-gateway",
    tool: "envoy-ai-gateway",
    role: "Envoy AI Gateway's controller",
    repository: "envoyproxy/ai-gateway-controller",
    version: versions.envoyAiGateway,
  },
  {
    name: "cert-manager",
    tool: "cert-manager",
    role: "cert-manager's controller",
    repository: "jetstack/cert-manager-controller",
    version: versions.certManager,
  },
  {
    name: "cert-manager-webhook",
    tool: "cert-manager",
    role: "cert-manager's webhook",
    repository: "jetstack/cert-manager-webhook",
    version: versions.certManager,
  },
  {
    name: "cert-manager-cainjector",
    tool: "cert-manager",
    role: "cert-manager's injector of authorities",
    repository: "jetstack/cert-manager-cainjector",
    version: versions.certManager,
  },
];

/** Matches the images of all hosted programs; also valid for the regular expressions of jq and Go. */
export const hostedImagePattern = `(^|/)(${hostedPrograms.map(({ repository }) => repository).join("|")})(:[^/]*)?(@.*)?$`;

/** Envoy Gateway's image is also that of a helper beside each Envoy, which has nothing to do where no Envoy runs. */
const playedSubcommand = "shutdown-manager";

/** jq: a pod runs as a process of this machine. */
export const hostedPodCondition =
  `any(.spec.containers[]; (.image | test(${JSON.stringify(hostedImagePattern)})) and ` +
  `(any(((.command // []) + (.args // []))[]; . == ${JSON.stringify(playedSubcommand)}) | not))`;

/** The program that an image stands for; undefined for every image that is played by kwok. */
export function programFor(image: string): HostedProgram | undefined {
  const repository = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return hostedPrograms.find(
    (program) => repository === program.repository || repository.endsWith(`/${program.repository}`),
  );
}

/** The program that a container runs. */
export function programOf(container: {
  image: string;
  command?: string[];
  args?: string[];
}): HostedProgram | undefined {
  const words = [...(container.command ?? []), ...(container.args ?? [])];
  return words.includes(playedSubcommand) ? undefined : programFor(container.image);
}

/**
 * Says why an image cannot be run here: its tag is a version, and another one than the executable's.
 *
 * @returns undefined when it can be; tags that are no versions (`main`, `latest`) and digests can.
 */
export function versionMismatch(image: string, program: HostedProgram): string | undefined {
  const tag = /:([^/:@]+)(@.*)?$/.exec(image)?.[1];
  const version = /^v?(\d+\.\d+\.\d+)/.exec(tag ?? "")?.[1];
  if (version === undefined || version === program.version) return undefined;
  return `the embedded environment runs version ${program.version} of ${program.role}, the image is ${image}; use the tag v${program.version}`;
}
