import type { Problem } from "../problems";
import type { PreflightCode, Severity } from "./codes";

/** Something that keeps a plan from working, or that its author should know. */
export interface Finding extends Problem {
  readonly code: PreflightCode;
  /** Warnings include what was an error and is waived. */
  readonly severity: Severity;
  /** `<namespace>/<name>` of the service; none for what concerns the plan as a whole. */
  readonly service?: string;
  /** Steps of {@link path} within the service's spec. */
  readonly steps?: readonly (string | number)[];
  /** Why the finding does not matter here. */
  readonly waived?: string;
}
