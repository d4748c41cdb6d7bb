import type { Properties } from "./properties";

/** Stands for a cluster in a preview that must need none. */
export interface OfflineCluster {
  /** What charts are told of the API server. */
  readonly kubeVersion: string;
  /** Further API versions that charts are told of, such as "monitoring.coreos.com/v1". */
  readonly apiVersions: readonly string[];
  /** Path of the `helm` binary. */
  readonly helm: string;
  /** Told what the program gave for each object and chart, with its secrets in plain text. */
  given?(urn: string, inputs: Properties): void;
  /** Told of each object as it would be created. */
  created?(urn: string, inputs: Properties): void;
}
