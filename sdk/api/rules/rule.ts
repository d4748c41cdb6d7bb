import type { Problem } from "../../problems";
import type { View } from "../view";

/** The service that rules judge. */
export interface RuledService {
  readonly name: string;
  readonly annotations: View;
  readonly spec: View;
  /** The spec that is in the cluster already. */
  readonly previous?: View;
}

/** Adds a problem about a place; what was given there is shown unless the problem says otherwise. */
export type Report = (at: View, problem: Omit<Problem, "path">) => void;

/** Reports everything that is wrong in one respect. */
export type Rule = (service: RuledService, report: Report) => void;
