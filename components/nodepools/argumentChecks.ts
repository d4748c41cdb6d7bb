import * as pulumi from "@pulumi/pulumi";

import { nearest } from "../../sdk/nearest";
import type { Problem } from "../../sdk/problems";
import type { AcceleratorPoolArgs, CapacityRungArgs } from "./poolArgs";

const argumentNames = [
  "cluster",
  "accelerator",
  "count",
  "machineType",
  "architecture",
  "topology",
  "minNodes",
  "maxNodes",
  "capacity",
  "zones",
  "disk",
  "localSsd",
  "labels",
  "taints",
  "rdma",
  "placement",
  "imageStreaming",
  "preload",
  "gpu",
  "operatingSystem",
  "version",
  "maxPodsPerNode",
  "autoRepair",
  "upgrade",
  "tags",
  "transforms",
];

const fieldNames = {
  disk: ["sizeGiB", "type", "iops", "throughput"],
  localSsd: ["use", "count"],
  rdma: ["mode", "networks", "interfaces"],
  gpu: ["driver", "partition", "sharing", "clients"],
  upgrade: ["strategy", "maxSurge", "maxUnavailable"],
} as const satisfies Partial<Record<keyof AcceleratorPoolArgs, readonly string[]>>;
const rungNames = ["kind", "reservation", "minNodes", "maxNodes", "zones", "queued", "maxRunHours"];

/** Programs in JavaScript are not told by a compiler. */
export function argumentProblems(args: AcceleratorPoolArgs, rungs: readonly CapacityRungArgs[]): Problem[] {
  const unknown = (given: object | undefined, names: readonly string[], prefix = ""): Problem[] =>
    Object.keys(given ?? {}).flatMap((name): Problem[] => {
      if (names.includes(name)) return [];
      const guess = nearest(name, names);
      return [
        { path: `${prefix}${name}`, message: "no such argument", ...(guess && { fix: `did you mean "${guess}"?` }) },
      ];
    });
  return [
    ...unknown(args, argumentNames),
    ...Object.entries(fieldNames).flatMap(([path, names]) =>
      unknown(args[path as keyof typeof fieldNames], names, `${path}.`),
    ),
    ...rungs.flatMap((rung, index) => unknown(rung, rungNames, `capacity[${index}].`)),
  ];
}

const lists = ["capacity", "zones", "taints", "preload"];
/** What may be Outputs, and what is looked at elsewhere. */
const others = ["cluster", "minNodes", "maxNodes", "version", "transforms"];

/** Arguments that are not what they have to be for anything else to be said of them. */
export function formProblems(args: AcceleratorPoolArgs): Problem[] {
  const problems = Object.entries(args).flatMap(([path, given]): Problem[] => {
    if (others.includes(path) || given === undefined) return [];
    if (pulumi.Output.isInstance(given) || given instanceof Promise) {
      const message = "must be plain: it decides which machines and resources there are";
      return [{ path, message, fix: "give the value itself; parts of it, such as numbers of nodes, may be Outputs" }];
    }
    if (!lists.includes(path) || Array.isArray(given)) return [];
    return [{ path, given, message: "not a list", fix: "put it into [ ]" }];
  });
  const { cluster } = args as Partial<AcceleratorPoolArgs>;
  const details = cluster && cluster.cloud !== "existing" ? cluster[cluster.cloud] : cluster;
  if (details === undefined) {
    const message = cluster ? `its handle says nothing of ${cluster.cloud}` : "missing";
    problems.push({
      path: "cluster",
      message,
      fix: "give a GkeCluster, an EksCluster, or an ExistingCluster with its gke or eks",
    });
  }
  return problems;
}
