import { poolMachine } from "../../sdk/accelerators/guardRails";
import { type PoolSpec, rungSuffix } from "../../sdk/accelerators/poolSpec";
import type { ReplaceableChild } from "../replacementWarning";
import type { AcceleratorPoolArgs, CapacityRungArgs } from "./poolArgs";
import { rungsOf } from "./poolSpec";
import type { TransformedChildren } from "./transformed";

/** Arguments that replace a node pool, for each rung; the table of docs/node-pools.md. */
export function replaceablePools(
  name: string,
  args: AcceleratorPoolArgs,
  spec: PoolSpec,
  transformed: TransformedChildren,
): Record<string, ReplaceableChild> {
  return Object.fromEntries(
    rungsOf(args).map((rung, index) => {
      const child = `${name}-${rungSuffix[rung.kind]}`;
      const fields = args.cluster.cloud === "gke" ? ofGke(args, rung, index) : ofEks(args, spec, rung);
      const transforms = args.transforms && transformed.of(child);
      return [child, { fields: given({ ...fields, transforms }), consequence: consequence(rung) }];
    }),
  );
}

function consequence({ kind }: CapacityRungArgs): string {
  return kind === "reservation" || kind === "capacity-block"
    ? "its machines are reserved, so that the old nodes are deleted before new ones are made, and their pods wait meanwhile"
    : "new nodes are made, then the old ones are drained and deleted; with a second AcceleratorPool you move services when you want";
}

function ofGke(args: AcceleratorPoolArgs, rung: CapacityRungArgs, index: number): Record<string, unknown> {
  const { accelerator, count, topology, gpu, rdma, placement } = args;
  const { localSsd, preload, imageStreaming, maxPodsPerNode } = args;
  return {
    ...{ accelerator, count, topology, gpu, rdma, placement, localSsd, preload, imageStreaming, maxPodsPerNode },
    [`capacity[${index}].reservation`]: rung.reservation,
    [`capacity[${index}].queued`]: rung.queued,
    [`capacity[${index}].maxRunHours`]: rung.maxRunHours,
  };
}

function ofEks(args: AcceleratorPoolArgs, spec: PoolSpec, rung: CapacityRungArgs): Record<string, unknown> {
  const { accelerator, count, operatingSystem } = args;
  const machineType = poolMachine(spec).machine?.machineType ?? args.machineType;
  return { accelerator, count, machineType, operatingSystem, zones: rung.zones ?? args.zones };
}

const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
