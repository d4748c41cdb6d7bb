import { createRequire } from "node:module";

import type { ClusterPlan } from "../preflight/plan";
import { defineContract } from "./contract";
import type { PublishedNodes } from "./inferenceCluster";
import type { InferencePlatformFields } from "./inferencePlatform";

/** What a stack of services needs of its platform's stack beside the contract of inference platforms. */
export interface PublishedForServices {
  /** Those of the cluster, for services that name a pool. */
  readonly nodes: PublishedNodes;
  /** What services are checked against before they are created, with the lists that are complete. */
  readonly plan: ClusterPlan;
  /** Namespaces that the platform makes. */
  readonly namespaces: readonly string[];
}

/** What the outputs of a stack are whose platform is for services of another one. */
export interface ServicesPlatformFields extends Omit<InferencePlatformFields, "services" | "kubeconfig"> {
  /** Text of a kubeconfig whose user may make services. */
  readonly kubeconfig: string;
  readonly forServices: PublishedForServices;
}

/** Platforms whose services are in a stack of their own: those of stacks/platform. */
export const servicesPlatformContract = defineContract<ServicesPlatformFields>({
  name: "pulumi-kserve/services-platform",
  title: "platform for services",
  version: "1.0",
  program: "stacks/platform",
  fields: {
    gatewayUrls: {},
    gatewayAddresses: {},
    kserveVersion: {},
    tracingEndpoint: { optional: true },
    platform: {},
    kubeconfig: { credential: true },
    forServices: {},
  },
  schema: () => (createRequire(__filename)("./splitSchemas") as typeof import("./splitSchemas")).servicesPlatformSchema,
});
