import { z } from "zod";

import type { KarpenterArgs, ModelCacheArgs } from "../../components/clusters/clusterParts";
import type {
  AcceleratorPoolArgs,
  CapacityRungArgs,
  GpuArgs,
  LocalSsdArgs,
  PoolDiskArgs,
  PoolTaintArgs,
  RdmaArgs,
  UpgradeArgs,
} from "../../components/nodepools/poolArgs";

const text = z.string().min(1);
const texts = z.array(text);
const flag = z.boolean();
const number = z.number();

/** Every argument has its setting, and no other: the compiler compares. What values are allowed is the guard-rails' to say. */
type Settings<Args> = Record<keyof Args, z.ZodType>;

const rung = z.strictObject({
  kind: text,
  reservation: text.optional(),
  minNodes: number.optional(),
  maxNodes: number.optional(),
  zones: texts.optional(),
  queued: flag.optional(),
  maxRunHours: number.optional(),
} satisfies Settings<CapacityRungArgs>);

const disk = z.strictObject({
  sizeGiB: number.optional(),
  type: text.optional(),
  iops: number.optional(),
  throughput: number.optional(),
} satisfies Settings<PoolDiskArgs>);

const taint = z.strictObject({
  key: text,
  value: z.string().optional(),
  effect: text,
} satisfies Settings<PoolTaintArgs>);

const rdma = z.strictObject({
  mode: text.optional(),
  networks: z.array(z.strictObject({ network: text, subnetwork: text })).optional(),
  interfaces: number.optional(),
} satisfies Settings<RdmaArgs>);

const gpu = z.strictObject({
  driver: text.optional(),
  partition: text.optional(),
  sharing: text.optional(),
  clients: number.optional(),
} satisfies Settings<GpuArgs>);

const upgrade = z.strictObject({
  strategy: text.optional(),
  maxSurge: number.optional(),
  maxUnavailable: number.optional(),
} satisfies Settings<UpgradeArgs>);

/** Nodes that the environment adds to its cluster, as arguments of AcceleratorPool. */
export const acceleratorPoolSettings = z.strictObject({
  name: text,
  accelerator: text.optional(),
  count: number.optional(),
  machineType: text.optional(),
  architecture: text.optional(),
  topology: text.optional(),
  minNodes: number.optional(),
  maxNodes: number.optional(),
  capacity: z.array(z.union([text, rung])).optional(),
  zones: texts.optional(),
  disk: disk.optional(),
  localSsd: z.strictObject({ use: text, count: number.optional() } satisfies Settings<LocalSsdArgs>).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  taints: z.array(taint).optional(),
  rdma: rdma.optional(),
  placement: text.optional(),
  imageStreaming: flag.optional(),
  preload: texts.optional(),
  gpu: gpu.optional(),
  operatingSystem: text.optional(),
  version: text.optional(),
  maxPodsPerNode: number.optional(),
  autoRepair: flag.optional(),
  upgrade: upgrade.optional(),
  tags: z.record(z.string(), text).optional(),
} satisfies Settings<{ name: string } & Omit<AcceleratorPoolArgs, "cluster" | "transforms">>);

/** Nodes that the environment adds to its cluster, as its configuration says it. */
export type AcceleratorPoolSettings = z.infer<typeof acceleratorPoolSettings>;

const modelCache = z.strictObject({
  kind: text,
  name: text.optional(),
  parameters: z.record(z.string(), text).optional(),
  fileSystemId: text.optional(),
} satisfies Settings<ModelCacheArgs>);

/** What is installed for accelerators, as arguments of ClusterParts. */
export const clusterPartsSettings = z.strictObject({
  nvidia: text.optional(),
  neuron: text.optional(),
  efa: text.optional(),
  autoscaler: text.optional(),
  karpenter: z
    .strictObject({ roleArn: text, interruptionQueue: text.optional() } satisfies Settings<KarpenterArgs>)
    .optional(),
  nodeFeatureDiscovery: flag.optional(),
  modelCaches: z.array(modelCache).optional(),
  installed: texts.optional(),
  values: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** What is installed for accelerators, as the configuration says it. */
export type ClusterPartsSettings = z.infer<typeof clusterPartsSettings>;
