import { z } from "zod";

import type { ClusterPlan } from "../preflight/plan";
import type { Contract } from "./contract";
import type { InferenceClusterFields, PublishedNodes } from "./inferenceCluster";
import { inferencePlatformSchema } from "./inferencePlatformSchema";
import type { ServicesPlatformFields } from "./servicesPlatform";

const text = z.string().min(1);
const object = z.record(z.string(), z.unknown());

/** Settings, which are checked as such where they are used. */
const nodes = z.object({
  cluster: object.optional(),
  acceleratorPools: z.array(object).optional(),
  clusterParts: object.optional(),
  pools: z.array(object).optional(),
}) as unknown as z.ZodType<PublishedNodes>;

/** The fields of InferenceClusterFields; what a newer minor version adds is passed over. */
export const inferenceClusterSchema: ReturnType<Contract<InferenceClusterFields>["schema"]> = {
  kubeconfig: text,
  cluster: z.object({ cloud: text, identifier: text.optional(), gke: object.optional() }),
  nodes,
};

/** The fields of ServicesPlatformFields. */
export const servicesPlatformSchema: ReturnType<Contract<ServicesPlatformFields>["schema"]> = {
  gatewayUrls: inferencePlatformSchema.gatewayUrls,
  gatewayAddresses: inferencePlatformSchema.gatewayAddresses,
  kserveVersion: inferencePlatformSchema.kserveVersion,
  tracingEndpoint: inferencePlatformSchema.tracingEndpoint,
  platform: inferencePlatformSchema.platform,
  kubeconfig: text,
  forServices: z.object({
    nodes,
    // Written and read by sdk/preflight, which takes nothing for missing because it is not stated.
    plan: object as unknown as z.ZodType<ClusterPlan>,
    namespaces: z.array(text),
  }),
};
