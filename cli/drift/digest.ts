import { UsageError } from "../../local/commands/command";

/** A resource as the engine's JSON has it. Secrets in it are the text "[secret]". */
export interface ResourceState {
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** What a refresh found about one resource. */
export interface RefreshStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: ResourceState;
  readonly newState?: ResourceState;
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>> | null;
}

/** What `pulumi refresh --preview-only --json` prints. Source: PreviewDigest of Pulumi 3.259.0, pkg/display/json.go. */
export interface RefreshDigest {
  readonly steps: readonly RefreshStep[];
  readonly changeSummary?: Readonly<Record<string, number>>;
  readonly diagnostics?: readonly { readonly urn?: string; readonly message?: string; readonly severity?: string }[];
}

export const refreshCommand = "pulumi refresh --preview-only --json --non-interactive";

/** In the URN of a stack's own resource. */
export const stackType = "::pulumi:pulumi:Stack::";

/** A refresh's steps; others are of a preview or an update. */
const refreshOps = new Set(["refresh", "update", "delete", "same", "read", "discard"]);

/**
 * Reads what a refresh printed.
 *
 * @param source where it is from, for messages
 * @throws UsageError for anything else.
 */
export function parseDigest(text: string, source: string): RefreshDigest {
  const wanted = `expected what \`${refreshCommand}\` prints`;
  if (text.trim() === "") throw new UsageError(`${source} is empty; ${wanted}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const isCut = /end of JSON input|Unterminated/.test(message) || message.includes(`at position ${text.length}`);
    const why = isCut ? `ends in the middle, after ${text.length} characters` : `is not JSON: ${message}`;
    throw new UsageError(`${source} ${why}; ${wanted}`);
  }
  const steps = stepsOf(value);
  if (!isSteps(steps)) {
    throw new UsageError(`${source} has no list "steps" of resources; ${wanted}`);
  }
  const other = steps.find(({ op }) => !refreshOps.has(op));
  if (other) throw new UsageError(`${source} has a step "${other.op}", and so is of a preview; ${wanted}`);
  // Of a resource that has not changed a refresh says "refresh", a preview "same"; and only a refresh leaves the stack itself alone.
  const isPreview = steps.some(({ op, urn }) => op === "same" || urn.includes(stackType));
  if (isPreview && !steps.some(({ op }) => op === "refresh")) {
    throw new UsageError(`${source} has no step "refresh", and so is of a preview; ${wanted}`);
  }
  return { ...(value as RefreshDigest), steps };
}

/** The list of steps in parsed JSON, whatever it is. Of a stack without resources a digest has none, and tells its duration all the same. */
export function stepsOf(value: unknown): unknown {
  const { steps, duration } = (value ?? {}) as { steps?: unknown; duration?: unknown };
  return steps === undefined && typeof duration === "number" ? [] : steps;
}

function isSteps(value: unknown): value is RefreshStep[] {
  return Array.isArray(value) && value.every(isStep);
}

function isStep(value: unknown): value is RefreshStep {
  const { op, urn } = (value ?? {}) as Partial<RefreshStep>;
  return typeof op === "string" && typeof urn === "string";
}
