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
}

/** Extended resources of accelerators by what their names in the catalogue begin with. */
const resourceByMaker: Readonly<Record<string, string>> = {
  nvidia: "nvidia.com/gpu",
  amd: "amd.com/gpu",
  tpu: "google.com/tpu",
  "google-tpu": "google.com/tpu",
  "aws-neuron": "aws.amazon.com/neuron",
  "aws-trainium": "aws.amazon.com/neuron",
  "aws-inferentia": "aws.amazon.com/neuron",
  intel: "gpu.intel.com/i915",
  habana: "habana.ai/gaudi",
};

/** Resources of accelerators: a pool that does not name one does not have it. */
export const acceleratorResources: ReadonlySet<string> = new Set([
  ...Object.values(resourceByMaker),
  "aws.amazon.com/neuroncore",
  "gpu.intel.com/xe",
]);

/** Reads what a pool says, and what its accelerator implies. */
export function knownPool(pool: NodePool): KnownPool {
  const acceleratorResource = pool.acceleratorResource ?? resourceOf(pool.accelerator);
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
    acceleratorMemoryGiB: pool.acceleratorMemoryGiB ?? memoryFromName(pool.accelerator),
    maxNodes: pool.maxNodes ?? Infinity,
  };
}

function resourceOf(accelerator: string | undefined): string | undefined {
  if (accelerator === undefined) return undefined;
  const maker = Object.keys(resourceByMaker).find((prefix) => accelerator.startsWith(prefix));
  return maker === undefined ? undefined : resourceByMaker[maker];
}

/** Such as 80 for "nvidia-h100-80gb". */
function memoryFromName(accelerator: string | undefined): number | undefined {
  const size = /-(\d+)gb$/.exec(accelerator ?? "")?.[1];
  return size === undefined ? undefined : Number(size);
}

/** Whether a pool surely has a resource, surely not, or nobody knows. */
export function offers({ capacity, pool, acceleratorResource }: KnownPool, resource: string): boolean | undefined {
  const amount = capacity.get(resource);
  if (amount !== undefined) return amount > 0n;
  if (resource === acceleratorResource) return undefined;
  if (acceleratorResources.has(resource)) return false;
  const isNodeOwn = !resource.includes("/");
  return isNodeOwn || pool.resources === undefined ? undefined : false;
}

/** Whether the nodes of a pool have a label with one of these values (any, when none is given). Undefined when nobody knows. */
export function hasLabel(
  { pool: { labels } }: KnownPool,
  key: string,
  values: readonly string[] | undefined,
): boolean | undefined {
  const value = labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (value !== undefined) return values === undefined || values.includes(value);
  return labels === undefined || isOfClusters(key) ? undefined : false;
}

/** Labels that clusters, clouds and device plugins set by themselves. */
function isOfClusters(key: string): boolean {
  const domain = key.slice(0, key.indexOf("/") + 1);
  return /(^|\.)(kubernetes\.io|k8s\.io|google\.com|amazonaws\.com|azure\.com|nvidia\.com|amd\.com|karpenter\.sh)\/$/.test(
    domain,
  );
}
