import type { Problem } from "../problems";
import { findAccelerator, unknownName } from "./catalogue";
import {
  capacityLabel,
  gkeDraDriverLabel,
  known,
  pending,
  type PoolMachine,
  poolLabel,
  type PoolSpec,
  rungSuffix,
} from "./poolSpec";

/** What nodes are whatever the cloud: name, zones, labels, taints, disk. */
export function nodeProblems(spec: PoolSpec, machine: PoolMachine): Problem[] {
  return [
    ...nameProblems(spec),
    ...zoneProblems(spec),
    ...labelProblems(spec),
    ...taintProblems(spec),
    ...diskProblems(spec, machine),
    ...tagProblems(spec),
    ...gpuProblems(spec, machine),
    ...upgradeProblems(spec),
  ];
}

/**
 * The longest suffix is of the ladder; Pulumi adds "-" and seven digits for names that are free when a pool is replaced.
 * Source: variables.tf of cluster-toolkit's gke-node-pool (36 characters).
 */
function nameProblems({ name, capacity }: PoolSpec): Problem[] {
  const suffix = Math.max(0, ...capacity.map(({ kind }) => (rungSuffix[kind] ?? "").length + 1));
  const longest = 36 - 8 - suffix;
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    const allowed = "lower-case letters, digits and '-', beginning with a letter and not ending with '-'";
    return [{ path: "name", given: name, message: "cannot be part of a node pool's name", allowed }];
  }
  if (name.length <= longest) return [];
  const message = `${name.length} characters; with the kind of capacity the cloud's limit is exceeded`;
  return [{ path: "name", given: name, message, allowed: `at most ${longest}` }];
}

function zoneProblems(spec: PoolSpec): Problem[] {
  const lists: [string, readonly string[] | undefined][] = [
    ["zones", spec.zones],
    ...spec.capacity.map(({ zones }, index): [string, readonly string[] | undefined] => [
      `capacity[${index}].zones`,
      zones,
    ]),
  ];
  return lists.flatMap(([path, zones]) => {
    if (zones === undefined) return [];
    if (zones.length === 0)
      return [{ path, given: [], message: "empty", fix: "leave it out for all zones of the cluster" }];
    return zones.flatMap((zone, index): Problem[] => {
      if (zones.indexOf(zone) < index) return [{ path: `${path}[${index}]`, given: zone, message: "given twice" }];
      const cluster = spec.cluster.zones;
      const missing = cluster && unknownName(`${path}[${index}]`, zone, cluster);
      if (missing) return [{ ...missing, message: "the cluster has no nodes' subnet in this zone" }];
      const region = known(spec.cluster.location)?.replace(/-[a-z]$/, "");
      if (spec.cloud !== "gke" || region === undefined || zone.startsWith(`${region}-`)) return [];
      const message = `not a zone of the cluster's region, ${region}`;
      return [{ path: `${path}[${index}]`, given: zone, message, allowed: `${region}-a, ${region}-b, …` }];
    });
  });
}

const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
/** Labels that the kubelet or the cloud sets, or that lead pods here. */
const ownLabels =
  /^((kubernetes|k8s)\.io\/|node\.kubernetes\.io\/|topology\.kubernetes\.io\/|cloud\.google\.com\/gke-|eks\.amazonaws\.com\/)/;

function labelProblems({ labels = {} }: PoolSpec): Problem[] {
  return Object.keys(labels)
    .sort()
    .flatMap((key): Problem[] => {
      const path = `labels.${key}`;
      const value = known(labels[key]);
      const isOwn = key === poolLabel || key === capacityLabel || ownLabels.test(key);
      if (isOwn && key !== gkeDraDriverLabel) {
        return [{ path, given: value, message: "is set by the cloud or by this component", fix: "leave it out" }];
      }
      if (!labelKey.test(key)) return [{ path, message: "not a label's key", allowed: "[<domain>/]<name>" }];
      if (value === undefined || labelValue.test(value)) return [];
      return [
        { path, given: value, message: "not a label's value", allowed: "up to 63 letters, digits, '-', '_', '.'" },
      ];
    });
}

/** Google Cloud's labels of resources; AWS takes nearly everything. Source: "Requirements for labels" of Resource Manager. */
function tagProblems({ tags = {}, cloud }: PoolSpec): Problem[] {
  if (cloud !== "gke") return [];
  return Object.entries(tags).flatMap(([key, value]): Problem[] => {
    const path = `tags.${key}`;
    const text = known(value);
    if (!/^[a-z][-_a-z0-9]{0,62}$/.test(key)) {
      const allowed = "small letters, digits, '-' and '_', first a letter";
      return [{ path, message: "not the key of a label of Google Cloud", allowed }];
    }
    if (text === undefined || /^[-_a-z0-9]{0,63}$/.test(text)) return [];
    const allowed = "small letters, digits, '-' and '_'";
    return [{ path, given: text, message: "not the value of a label of Google Cloud", allowed }];
  });
}

const effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

function taintProblems({ taints = [], accelerator }: PoolSpec): Problem[] {
  return taints.flatMap(({ key, effect }, index): Problem[] => {
    const path = `taints[${index}]`;
    if (!labelKey.test(key))
      return [{ path: `${path}.key`, given: key, message: "not a taint's key", allowed: "[<domain>/]<name>" }];
    const unknown = unknownName(`${path}.effect`, effect, effects);
    if (unknown) return [unknown];
    const twin = taints.findIndex((other) => other.key === key && other.effect === effect);
    if (twin < index) {
      return [{ path, given: key, message: `taints[${twin}] has this key and effect too`, fix: "leave one out" }];
    }
    const resource = (accelerator as string | undefined) && safeResource(accelerator!);
    if (key !== resource) return [];
    return [
      {
        path: `${path}.key`,
        given: key,
        message: "nodes with accelerators have this taint anyway",
        fix: "leave it out",
      },
    ];
  });
}

function safeResource(accelerator: NonNullable<PoolSpec["accelerator"]>): string | undefined {
  try {
    return findAccelerator(accelerator).resource;
  } catch {
    return undefined;
  }
}

function diskProblems({ disk = {}, cloud }: PoolSpec, { machine }: PoolMachine): Problem[] {
  const onGke = machine?.cloud === "gke" ? machine.bootDiskTypes[0]! : "pd-balanced";
  const type = disk.type ?? (cloud === "eks" ? "gp3" : onGke);
  const problems: Problem[] = [];
  const size = known(disk.sizeGiB);
  if (size !== undefined && !(Number.isInteger(size) && size >= 20 && size <= 65536)) {
    problems.push({
      path: "disk.sizeGiB",
      given: size,
      message: "not a disk that a node can start from",
      allowed: "20 to 65536",
    });
  }
  for (const field of ["iops", "throughput"] as const) {
    const value = disk[field];
    if (value === undefined || value === pending) continue;
    if (!(Number.isInteger(value) && value > 0)) {
      problems.push({ path: `disk.${field}`, given: value, message: "not a positive whole number" });
    } else if (!/^(hyperdisk-|gp3$|io1$|io2$)/.test(type)) {
      const message = `disks of type ${type} do not let it be chosen`;
      problems.push({
        path: `disk.${field}`,
        given: value,
        message,
        fix: "leave it out, or take hyperdisk-balanced (GKE) or gp3 (EKS)",
      });
    }
  }
  return problems;
}

function gpuProblems({ gpu, accelerator, cloud }: PoolSpec, { machine }: PoolMachine): Problem[] {
  if (gpu === undefined || accelerator === undefined) return [];
  const problems: Problem[] = [];
  if (!String(accelerator).startsWith("nvidia-")) {
    return [{ path: "gpu", message: `is of NVIDIA's GPUs, and ${accelerator} is none`, fix: "leave it out" }];
  }
  if (cloud === "eks") {
    const message = "on EKS drivers are part of the image, and GPUs are divided in the cluster";
    return [{ path: "gpu", message, fix: "leave it out; use NVIDIA's device plugin or DRA driver" }];
  }
  const driver =
    gpu.driver === undefined ? undefined : unknownName("gpu.driver", gpu.driver, ["default", "latest", "none"]);
  if (driver) problems.push(driver);
  const partitions = machine && findAccelerator(machine.accelerator).gke?.migPartitions;
  if (gpu.partition !== undefined && machine) {
    if (!partitions) {
      const message = `no partitions of ${accelerator} are known`;
      problems.push({ path: "gpu.partition", given: gpu.partition, message, fix: "leave it out" });
    } else {
      const unknown = unknownName("gpu.partition", gpu.partition, partitions);
      if (unknown) problems.push(unknown);
    }
  }
  const sharing =
    gpu.sharing === undefined ? undefined : unknownName("gpu.sharing", gpu.sharing, ["time-sharing", "mps"]);
  if (sharing) problems.push(sharing);
  if (gpu.clients !== undefined && gpu.sharing === undefined) {
    const message = "counts those that share a GPU, which nothing says how";
    problems.push({
      path: "gpu.clients",
      given: gpu.clients,
      message,
      fix: 'say gpu.sharing: "time-sharing" or "mps"',
    });
  } else if (gpu.sharing !== undefined && !(Number.isInteger(gpu.clients) && gpu.clients! >= 2 && gpu.clients! <= 48)) {
    problems.push({
      path: "gpu.clients",
      given: gpu.clients,
      message: "not a number of containers that share",
      allowed: "2 to 48",
    });
  }
  return problems;
}

/** Source: main.tf of cluster-toolkit's gke-node-pool. */
function upgradeProblems({ upgrade, cloud }: PoolSpec): Problem[] {
  if (upgrade === undefined) return [];
  const { strategy = "surge", maxSurge = 0, maxUnavailable = 1 } = upgrade;
  const problems: Problem[] = [];
  for (const field of strategy === "blue-green" ? (["maxSurge", "maxUnavailable"] as const) : []) {
    if (upgrade[field] === undefined) continue;
    const message = "is of surge upgrades; blue-green ones replace all nodes at once";
    problems.push({ path: `upgrade.${field}`, given: upgrade[field], message, fix: "leave it out" });
  }
  const unknown = unknownName("upgrade.strategy", strategy, ["surge", "blue-green"]);
  if (unknown) problems.push(unknown);
  if (cloud === "eks" && (strategy === "blue-green" || upgrade.maxSurge !== undefined)) {
    const path = strategy === "blue-green" ? "upgrade.strategy" : "upgrade.maxSurge";
    const given = strategy === "blue-green" ? strategy : maxSurge;
    problems.push({ path, given, message: "EKS has it not", fix: "say upgrade.maxUnavailable alone" });
  }
  for (const [field, value] of Object.entries({ maxSurge, maxUnavailable })) {
    if (Number.isInteger(value) && value >= 0) continue;
    problems.push({ path: `upgrade.${field}`, given: value, message: "not a number of nodes", allowed: "0 or more" });
  }
  if (maxSurge === 0 && maxUnavailable === 0) {
    const message = "with maxSurge 0 no node could ever be upgraded";
    problems.push({ path: "upgrade.maxUnavailable", given: 0, message, allowed: "1 or more, or maxSurge 1 or more" });
  }
  return problems;
}
