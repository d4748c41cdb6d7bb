import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { FileSystemTierArgs, KVCacheOffloadingSpecArgs } from "../api/llmInferenceService";
import { objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { ScaledWorkload } from "./scaling";

/** Arguments of {@link kvCacheOffloading}. */
export interface KvCacheOffloadingArgs extends RecipeOptions {
  /** CPU memory for the KV cache, on each pod: a quantity. The pod's memory must have room for it. */
  cpu: Input<string>;
  /** Which blocks go first. @default "lru" */
  evictionPolicy?: "lru" | "arc";
  /** Where the cache goes when CPU memory is full, in this order. @default nowhere */
  tiers?: readonly KvCacheTier[];
  /** Whose cache; `prefill` is there when the service has it. @default "decode" */
  workload?: ScaledWorkload;
}

/** A tier on disk: exactly one of the three. */
export interface KvCacheTier {
  /** A disk of the pod's node, of this size; KServe requests it as ephemeral-storage too. */
  nodeDisk?: Input<string>;
  /** A PersistentVolumeClaim that exists, which all pods share, and a folder in it. */
  claim?: { name: Input<string>; path?: Input<string> };
  /** A claim for each pod, which goes when the pod goes. */
  claimPerPod?: { size: Input<string>; storageClassName?: Input<string> };
}

/**
 * Keeps KV cache that does not fit into accelerator memory: in CPU memory, and below that on disks. KServe mounts the tiers at
 * `/mnt/kv-cache-<index>` and gives vLLM an OffloadingConnector, from vLLM 0.22 on.
 *
 * Source: `pkg/controller/v1alpha2/llmisvc/workload_kvcache.go` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function kvCacheOffloading(args: KvCacheOffloadingArgs): ConfigFragment {
  const checks = new RecipeChecks("kvCacheOffloading");
  const { cpu, evictionPolicy, tiers = [], workload } = args;
  checks.fields("", args, ["cpu", "evictionPolicy", "tiers", "workload", "name", "priority"]);
  checks.quantity("cpu", cpu, { required: true });
  checks.choice("evictionPolicy", evictionPolicy, ["lru", "arc"]);
  checks.choice("workload", workload, Object.values(ScaledWorkload));
  for (const [path, tier] of checks.objects("tiers", tiers, kinds)) checkTier(path, tier, checks);
  checks.done();
  const cache: KVCacheOffloadingSpecArgs = {
    cpu,
    ...(evictionPolicy && { evictionPolicy }),
    ...(tiers.length > 0 && { secondary: tiers.map((tier) => ({ fileSystem: fileSystemOf(tier) })) }),
  };
  const isPrefill = workload === ScaledWorkload.prefill;
  return {
    name: args.name ?? (isPrefill ? "prefill-kv-cache" : "kv-cache"),
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: isPrefill ? { prefill: { kvCacheOffloading: cache } } : { kvCacheOffloading: cache },
  };
}

function fileSystemOf({ nodeDisk, claim, claimPerPod }: KvCacheTier): FileSystemTierArgs {
  if (nodeDisk !== undefined) return { emptyDir: { size: nodeDisk } };
  if (claim) return { pvc: { ref: claim } };
  const { size, storageClassName } = claimPerPod as NonNullable<typeof claimPerPod>;
  return {
    pvc: {
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: size } },
        ...(storageClassName !== undefined && { storageClassName }),
      },
    },
  };
}

const kinds = ["nodeDisk", "claim", "claimPerPod"] as const;

function checkTier(path: string, tier: KvCacheTier, checks: RecipeChecks): void {
  checks.oneOf(path, tier, kinds);
  const { nodeDisk, claim, claimPerPod } = tier;
  if (nodeDisk !== undefined) checks.quantity(`${path}.nodeDisk`, nodeDisk);
  if (claim) checks.text(`${path}.claim.name`, claim.name, { ...objectName, required: true });
  if (claimPerPod) checks.quantity(`${path}.claimPerPod.size`, claimPerPod.size, { required: true });
}
