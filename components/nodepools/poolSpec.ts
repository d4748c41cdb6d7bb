import * as pulumi from "@pulumi/pulumi";

import { poolProblems } from "../../sdk/accelerators/guardRails";
import { type Known, pending, type PoolSpec } from "../../sdk/accelerators/poolSpec";
import { assertNoProblems } from "../../sdk/problems";
import { isPlain } from "../serving/resolveInputs";
import { argumentProblems, formProblems } from "./argumentChecks";
import type { AcceleratorPoolArgs, CapacityRungArgs } from "./poolArgs";

type Resolve = <T>(input: pulumi.Input<T> | undefined) => Known<T> | undefined;

/** A pool as it is now, and a promise of Pulumi to check it again when everything is known. */
export interface CheckedPool {
  readonly spec: PoolSpec;
  /** No resources, once the Outputs among the arguments have been checked; undefined when there are none. */
  readonly checked: pulumi.Output<pulumi.Resource[]> | undefined;
}

/** @throws ConfigurationError with every problem of the plain arguments; those of Outputs fail the program when they resolve. */
export function checkPool(name: string, args: AcceleratorPoolArgs): CheckedPool {
  const subject = `AcceleratorPool "${name}"`;
  // Nothing else can be said of arguments that are of another form.
  assertNoProblems(subject, formProblems(args));
  const inputs: unknown[] = [];
  const spec = specOf(name, args, (input) => {
    if (isPlain(input)) return input as never;
    inputs.push(input);
    return pending;
  });
  assertNoProblems(subject, [...argumentProblems(args, rungsOf(args)), ...poolProblems(spec)]);
  if (inputs.length === 0) return { spec, checked: undefined };
  const checked = pulumi.all(inputs as pulumi.Output<unknown>[]).apply((values): pulumi.Resource[] => {
    const resolved = new Map<unknown, unknown>(inputs.map((input, index) => [input, values[index]]));
    const all = specOf(name, args, (input) => (resolved.has(input) ? resolved.get(input) : input) as never);
    assertNoProblems(subject, poolProblems(all));
    return [];
  });
  return { spec, checked };
}

/** The rungs of a ladder, those given as a word too. */
export const rungsOf = ({ capacity = ["on-demand"] }: AcceleratorPoolArgs): CapacityRungArgs[] =>
  capacity.map((rung) => (typeof rung === "string" ? { kind: rung } : rung));

function specOf(name: string, args: AcceleratorPoolArgs, resolve: Resolve): PoolSpec {
  const { cluster, disk, rdma, labels, taints, preload } = args;
  const { gke, eks } = cluster;
  const spec = {
    name,
    cloud: cluster.cloud,
    accelerator: args.accelerator,
    count: args.count,
    machineType: args.machineType,
    architecture: args.architecture,
    topology: args.topology,
    minNodes: resolve(args.minNodes),
    maxNodes: resolve(args.maxNodes),
    capacity: rungsOf(args).map((rung) =>
      given({
        ...rung,
        reservation: resolve(rung.reservation),
        minNodes: resolve(rung.minNodes),
        maxNodes: resolve(rung.maxNodes),
      }),
    ),
    zones: args.zones,
    disk:
      disk &&
      given({
        ...disk,
        sizeGiB: resolve(disk.sizeGiB),
        iops: resolve(disk.iops),
        throughput: resolve(disk.throughput),
      }),
    localSsd: args.localSsd,
    labels: labels && Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, resolve(value) ?? ""])),
    taints: taints?.map((taint) => given({ ...taint, value: resolve(taint.value) })),
    rdma: rdma && given({ mode: rdmaMode(args)!, networks: rdma.networks?.length, interfaces: rdma.interfaces }),
    placement: args.placement,
    tags: args.tags && Object.fromEntries(Object.entries(args.tags).map(([key, value]) => [key, resolve(value) ?? ""])),
    imageStreaming: args.imageStreaming,
    preload: preload?.map((image) => resolve(image) ?? ""),
    gpu: args.gpu,
    operatingSystem: args.operatingSystem,
    version: resolve(args.version),
    maxPodsPerNode: args.maxPodsPerNode,
    autoRepair: args.autoRepair,
    upgrade: args.upgrade,
    cluster: given({
      version: resolve(gke?.version ?? eks?.version),
      location: resolve(gke?.location),
      project: resolve(gke?.project),
      releaseChannel: resolve(gke?.releaseChannel),
      nodeAddons: eks?.nodeAddons,
      zones: eks ? Object.keys(eks.subnetIds).sort() : gke?.zones,
      dataplaneV2: gke?.dataplaneV2,
      multiNetworking: gke?.multiNetworking,
      autopilot: gke?.autopilot,
    }),
  };
  return given(spec) as PoolSpec;
}

/** How accelerators of several nodes are linked; undefined when they are not. */
export function rdmaMode({ rdma, cluster }: AcceleratorPoolArgs): "efa" | "networks" | "dranet" | undefined {
  if (rdma === undefined) return undefined;
  return rdma.mode ?? (cluster.cloud === "eks" ? "efa" : rdma.networks ? "networks" : "dranet");
}

/** Without the fields that are undefined. */
type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> };
function given<T extends object>(value: T): Given<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Given<T>;
}
