import { createRequire } from "node:module";

import type { NodePool } from "../preflight/plan";
import { defineContract } from "./contract";

/** What is decided before anything is made follows from these settings of the stack that makes nodes; see stacks/environment/settings.ts. */
export interface PublishedNodes {
  /** The setting `cluster`, without a kubeconfig. */
  readonly cluster?: Readonly<Record<string, unknown>> | undefined;
  readonly acceleratorPools?: readonly Readonly<Record<string, unknown>>[] | undefined;
  readonly clusterParts?: Readonly<Record<string, unknown>> | undefined;
  /** Nodes that are there beside those. */
  readonly pools?: readonly NodePool[] | undefined;
}

/** What is plain about a cluster. */
export interface PublishedCluster {
  /** "gke", "eks" or "existing". */
  readonly cloud: string;
  /** A name of the cluster that stays when the kubeconfig changes. */
  readonly identifier?: string | undefined;
  /** What is known of a cluster of GKE, as `GkeClusterDetails`. */
  readonly gke?: Readonly<Record<string, unknown>> | undefined;
}

/** What the outputs of a stack with a cluster are. */
export interface InferenceClusterFields {
  /** Text of a kubeconfig whose user may install what a platform needs. */
  readonly kubeconfig: string;
  readonly cluster: PublishedCluster;
  readonly nodes: PublishedNodes;
}

/** Clusters that a platform of another stack is installed into: those of stacks/cluster. */
export const inferenceClusterContract = defineContract<InferenceClusterFields>({
  name: "pulumi-kserve/inference-cluster",
  title: "inference cluster",
  version: "1.0",
  program: "stacks/cluster",
  fields: { kubeconfig: { credential: true }, cluster: {}, nodes: {} },
  schema: () => (createRequire(__filename)("./splitSchemas") as typeof import("./splitSchemas")).inferenceClusterSchema,
});
