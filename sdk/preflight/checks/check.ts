import type { View } from "../../api/view";
import type { Problem } from "../../problems";
import type { PreflightCode } from "../codes";
import type { ClusterPlan, ListName } from "../plan";
import type { Workload } from "../pods";
import type { KnownPool } from "../pools";

/** A service as checks see it. */
export interface CheckedService {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly spec: View;
  readonly labels: View;
  readonly annotations: View;
  /** None while the service is stopped. */
  readonly workloads: readonly Workload[];
  readonly modelSizeGiB: number | undefined;
}

/** The cluster as checks see it. */
export interface CheckedCluster extends ClusterPlan {
  /** Undefined when nothing is known of nodes, or not of all. */
  readonly known: readonly KnownPool[] | undefined;
  /** Whether what a list does not have is not there. */
  isComplete(list: ListName): boolean;
}

/** Adds a finding about a place in the spec, or a path beside it. What was given there is shown unless the details say otherwise. */
export type Report = (code: PreflightCode, at: View | string, details: Omit<Problem, "path" | "code">) => void;

/** Reports everything that is wrong in one respect. */
export type ServiceCheck = (service: CheckedService, cluster: CheckedCluster, report: Report) => void;
