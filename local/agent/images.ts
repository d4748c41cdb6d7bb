import type { ClusterToolName } from "../cluster/types";
import { versions } from "../../sdk/versions";

/** A controller whose pods are real: its image stands for an executable of the toolchain, run as a process of this machine. */
export interface HostedProgram {
  /** Name in `status` and `logs`. */
  readonly name: "llmisvc" | "lws";
  readonly tool: ClusterToolName;
  readonly role: string;
  /** The image's repository without a registry, so that mirrors match too. */
  readonly repository: string;
  /** The version that the executable has. */
  readonly version: string;
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
];

/** Matches the images of all hosted programs; also valid for the regular expressions of jq and Go. */
export const hostedImagePattern = `(^|/)(${hostedPrograms.map(({ repository }) => repository).join("|")})(:[^/]*)?(@.*)?$`;

/** The program that an image stands for; undefined for every image that is played by kwok. */
export function programFor(image: string): HostedProgram | undefined {
  const repository = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return hostedPrograms.find(
    (program) => repository === program.repository || repository.endsWith(`/${program.repository}`),
  );
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
