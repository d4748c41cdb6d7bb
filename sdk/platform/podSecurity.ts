import type { Problem } from "../problems";

/** Levels of Kubernetes' Pod Security Standards. */
export const PodSecurityLevel = { privileged: "privileged", baseline: "baseline", restricted: "restricted" } as const;
export type PodSecurityLevel = (typeof PodSecurityLevel)[keyof typeof PodSecurityLevel];

/** What pods of a namespace may do. */
export interface PodSecurityArgs {
  /** Pods beyond it are refused. @default "baseline" */
  enforce?: PodSecurityLevel;
  /** Pods beyond it are noted in the API server's audit log. @default "restricted" */
  audit?: PodSecurityLevel;
  /** Who makes pods beyond it is warned. @default "restricted" */
  warn?: PodSecurityLevel;
  /** Version of Kubernetes whose standards count, such as "v1.34". @default "latest" */
  version?: string;
}

/** The labels that the API server reads. */
export function podSecurityLabels(args: PodSecurityArgs = {}): Record<string, string> {
  const { enforce = "baseline", audit = "restricted", warn = "restricted", version = "latest" } = args;
  return Object.fromEntries(
    Object.entries({ audit, enforce, warn }).flatMap(([mode, level]) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, version],
    ]),
  );
}

/** Labels of a namespace that is made with these arguments. */
export function securedLabels({
  podSecurity,
  labels,
}: {
  readonly podSecurity?: PodSecurityArgs | false;
  readonly labels?: Readonly<Record<string, string>>;
}): Record<string, string> {
  return { ...(podSecurity === false ? {} : podSecurityLabels(podSecurity)), ...labels };
}

/** What is wrong with the arguments. */
export function problemsOfPodSecurity(args: PodSecurityArgs, path: string): Problem[] {
  const levels = Object.values(PodSecurityLevel);
  const problems = (["enforce", "audit", "warn"] as const).flatMap((mode): Problem[] => {
    const given = args[mode];
    if (given === undefined || levels.includes(given)) return [];
    return [{ path: `${path}.${mode}`, given, message: "no such level", allowed: levels.join(", ") }];
  });
  if (args.version !== undefined && !/^(latest|v\d+\.\d+)$/.test(args.version)) {
    problems.push({
      path: `${path}.version`,
      given: args.version,
      message: "not a version",
      allowed: 'latest, or such as "v1.34"',
    });
  }
  return problems;
}
