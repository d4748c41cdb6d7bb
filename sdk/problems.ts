/** One thing that is wrong with what the user gave. */
export interface Problem {
  /** Where, such as `services[1].spec.model.uri`. */
  readonly path: string;
  /** What was given; left out when the value is missing or secret. */
  readonly given?: unknown;
  /** What is wrong, in one clause. */
  readonly message: string;
  /** What is allowed instead. */
  readonly allowed?: string;
  /** What to do about it. */
  readonly fix?: string;
  /** Who set the value, such as `fragment "gpu"`, where it was composed from several sources. */
  readonly origin?: string;
  /** What kind of problem it is, where problems of this kind can be waived; see docs/preflight.md. */
  readonly code?: string;
}

/** Every problem found in one piece of configuration, in one error. */
export class ConfigurationError extends Error {
  /** Pulumi shows errors that carry this mark of its RunError by their message alone, without a stack trace. */
  readonly __pulumiRunError = true;

  constructor(
    /** What was checked, such as `stack configuration`. */
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(`${subject}: ${count}\n${problems.map((problem) => `  - ${describeProblem(problem)}`).join("\n")}`);
    this.name = "ConfigurationError";
    // Pulumi writes `error serializing property "spec": ` in front of it, which tells the user nothing.
    const { message } = this;
    Object.defineProperty(this, "message", { get: () => message, set: () => undefined });
  }
}

/** @throws ConfigurationError when there is any problem. */
export function assertNoProblems(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(subject, problems);
}

/** One line (or a few) for one problem: path, message, what was given and by whom, what is allowed, how to fix it. */
export function describeProblem({ path, given, message, allowed, fix, origin, code }: Problem): string {
  const parts = [`${path}: ${message}`];
  if (given !== undefined) parts.push(`given: ${typeof given === "string" ? `"${given}"` : JSON.stringify(given)}`);
  if (origin) parts.push(`set by ${origin}`);
  if (allowed) parts.push(`allowed: ${allowed}`);
  if (fix) parts.push(`fix: ${fix}`);
  return parts.join("; ") + (code ? ` [${code}]` : "");
}
