import { findAccelerator } from "../accelerators/catalogue";
import { type Accelerator, type AcceleratorName, acceleratorNames } from "../accelerators/types";
import { quantityNanos } from "../api/quantity";
import type { NodePool } from "./plan";

/** A node pool with everything that can be told of it. */
export interface KnownPool {
  readonly pool: NodePool;
  readonly name: string;
  /** By resource, in billionths, of one node. */
  readonly capacity: ReadonlyMap<string, bigint>;
  /** Resource that the accelerators are asked for by. */
  readonly acceleratorResource: string | undefined;
  /** GiB of one accelerator. */
  readonly acceleratorMemoryGiB: number | undefined;
  /** Infinity when it is not known. */
  readonly maxNodes: number;
  /** Stated, and those that the clouds give nodes with the accelerator: a cloud that the pool is not on has another key. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Resources of accelerators: a pool that does not name one does not have it. */
export const acceleratorResources: ReadonlySet<string> = new Set([
  "nvidia.com/gpu",
  "amd.com/gpu",
  "google.com/tpu",
  "aws.amazon.com/neuron",
  "aws.amazon.com/neuroncore",
  "gpu.intel.com/i915",
  "gpu.intel.com/xe",
  "habana.ai/gaudi",
]);

/** Reads what a pool says, and what its accelerator implies. */
export function knownPool(pool: NodePool): KnownPool {
  const accelerator = catalogueEntry(pool.accelerator);
  const acceleratorResource = pool.acceleratorResource ?? accelerator?.resource;
  const stated: Record<string, string | number> = {
    ...pool.resources,
    ...(pool.cpu !== undefined && { cpu: pool.cpu }),
    ...(pool.memory !== undefined && { memory: pool.memory }),
    ...(acceleratorResource !== undefined &&
      pool.acceleratorsPerNode !== undefined && { [acceleratorResource]: pool.acceleratorsPerNode }),
  };
  const capacity = new Map<string, bigint>();
  for (const [resource, quantity] of Object.entries(stated)) {
    const nanos = quantityNanos(quantity);
    if (nanos !== undefined) capacity.set(resource, nanos);
  }
  return {
    pool,
    name: pool.name,
    capacity,
    acceleratorResource,
    acceleratorMemoryGiB: pool.acceleratorMemoryGiB ?? accelerator?.memoryGiB,
    labels: { ...(accelerator && labelsOf(accelerator)), ...pool.labels },
    maxNodes: pool.maxNodes ?? Infinity,
  };
}

/** Undefined for an accelerator that is not in the catalogue. */
export function catalogueEntry(accelerator: string | undefined): Accelerator | undefined {
  return (acceleratorNames as readonly (string | undefined)[]).includes(accelerator)
    ? findAccelerator(accelerator as AcceleratorName)
    : undefined;
}

/** Whether a pool surely has a resource, surely not, or nobody knows. */
export function offers({ capacity, pool, acceleratorResource }: KnownPool, resource: string): boolean | undefined {
  const amount = capacity.get(resource);
  if (amount !== undefined) return amount > 0n;
  if (resource === acceleratorResource) return undefined;
  // Of an accelerator that nobody knows it may be the resource.
  if (pool.accelerator !== undefined && acceleratorResource === undefined) return undefined;
  if (acceleratorResources.has(resource)) return false;
  const isNodeOwn = !resource.includes("/");
  return isNodeOwn || pool.resources === undefined ? undefined : false;
}

/** Whether the nodes of a pool have a label with one of these values (any, when none is given). Undefined when nobody knows. */
export function hasLabel(
  { pool, labels, acceleratorResource }: KnownPool,
  key: string,
  values: readonly string[] | undefined,
): boolean | undefined {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value !== undefined) return values === undefined || values.includes(value);
  if (acceleratorLabels.has(key) && acceleratorResource === undefined) return false;
  return pool.labels === undefined || isOfClusters(key) ? undefined : false;
}

const gkeGpuLabel = "cloud.google.com/gke-accelerator";
const gkeTpuLabel = "cloud.google.com/gke-tpu-accelerator";
const eksLabel = "k8s.amazonaws.com/accelerator";
/** Only nodes with accelerators have them. */
const acceleratorLabels: ReadonlySet<string> = new Set([gkeGpuLabel, gkeTpuLabel, eksLabel]);

/** What the clouds call an accelerator. */
function labelsOf({ vendor, gke, eks }: Accelerator): Record<string, string> {
  return {
    ...(gke && { [vendor === "google" ? gkeTpuLabel : gkeGpuLabel]: gke.label }),
    ...(eks?.label !== undefined && { [eksLabel]: eks.label }),
  };
}

/** Labels that clusters, clouds and device plugins set by themselves. */
function isOfClusters(key: string): boolean {
  const domain = key.slice(0, key.indexOf("/") + 1);
  return /(^|\.)(kubernetes\.io|k8s\.io|google\.com|amazonaws\.com|azure\.com|nvidia\.com|amd\.com|karpenter\.sh)\/$/.test(
    domain,
  );
}
