import type { Input } from "@pulumi/pulumi";

import { findAccelerator, unknownName } from "../accelerators/catalogue";
import {
  nodeSelectorFor,
  type PlacementArgs,
  type PlacementCloud,
  placementProblems,
  resourceLimits,
  tolerationsFor,
} from "../accelerators/placement";
import { type AcceleratorName, acceleratorNames } from "../accelerators/types";
import type { ConfigFragment } from "../api/configFragment";
import type { PartialPodSpecArgs } from "../api/llmInferenceService";
import { acceleratorImages } from "./acceleratorImages";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { checkPods, podsSpec, serverContainer, type WorkloadPod } from "./workloadPods";

/** Hardware of which the catalogue knows no machines: its resource and image only; `cpu` has no resource of its own. */
export const otherHardware = ["nvidia", "amd", "intel-i915", "intel-xe", "cpu"] as const;
/** `nvidia` is any GPU of NVIDIA; `intel-i915` and `intel-xe` are Intel's GPUs by the driver in the kernel. */
export type OtherHardware = (typeof otherHardware)[number];

/** Arguments of {@link accelerator}. */
export interface AcceleratorArgs extends RecipeOptions {
  /** A name of the catalogue, such as "nvidia-h100-80gb", or a kind of which it has no machines. */
  accelerator: AcceleratorName | OtherHardware;
  /** Chips of one pod; for TPUs all of a machine. @default 1 */
  count?: number;
  /** Whose labels lead to the nodes; with the catalogue's names only. @default none, the resource alone leads there */
  cloud?: PlacementCloud;
  /** Of a TPU slice. @default that of the machine with `count` chips */
  topology?: string;
  /** One machine type only. @default any */
  machineType?: string;
  /** CPU requested for the server; no limit is set, which would throttle it. @default none */
  cpu?: Input<string>;
  /** Memory of the server, requested and limit. It holds `sharedMemory` too. @default none */
  memory?: Input<string>;
  /** Size limit of /dev/shm. @default "8Gi" with several chips, as in KServe's multi-node presets; else that of the preset, 1Gi */
  sharedMemory?: Input<string>;
  /** Server's image. @default the preset's for NVIDIA, else one of {@link acceleratorImages} */
  image?: Input<string>;
  /** Other extended resources, such as `{ "vpc.amazonaws.com/efa": 32 }` or `{ "rdma/roce": 8 }`. @default none */
  resources?: Readonly<Record<string, number>>;
  /** More node labels. @default none */
  nodeSelector?: Readonly<Record<string, string>>;
  /** The pods that get it. Mentioning a pod makes the service have it. @default ["template"] */
  pods?: readonly WorkloadPod[];
}

const otherResources: Partial<Record<string, string>> = {
  nvidia: "nvidia.com/gpu",
  amd: "amd.com/gpu",
  "intel-i915": "gpu.intel.com/i915",
  "intel-xe": "gpu.intel.com/xe",
};

/** The volume and mount of KServe's presets for /dev/shm. */
const sharedMemoryVolume = "dshm";

/**
 * Hardware of a workload's pods: the extended resource, node selector, tolerations, shared memory, and an image that runs on it.
 * Tolerations are a list that is replaced as a whole: a fragment above with tolerations must repeat these.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function accelerator(args: AcceleratorArgs): ConfigFragment {
  const { pods = ["template"] } = args;
  const checks = new RecipeChecks("accelerator");
  checkAccelerator(args, checks);
  checkPods(pods, checks);
  checks.done();
  return {
    name: args.name ?? args.accelerator,
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: podsSpec(pods, () => podOf(args)),
  };
}

function podOf(args: AcceleratorArgs): PartialPodSpecArgs {
  const { count = 1, cpu, memory, image, resources = {} } = args;
  const catalogued = isCatalogued(args.accelerator) ? args.accelerator : undefined;
  const extended = catalogued ? resourceLimits(catalogued, count) : otherLimits(args.accelerator, count);
  for (const name of Object.keys(resources).sort()) extended[name] = String(resources[name]);
  const limits = { ...extended, ...(memory !== undefined && { memory }) };
  const requests = { ...extended, ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) };
  const selector = { ...(catalogued && nodeSelectorFor(catalogued, placementOf(args))), ...args.nodeSelector };
  const tolerations = catalogued ? tolerationsFor(catalogued) : otherTolerations(args.accelerator);
  const shared = args.sharedMemory ?? (count > 1 && args.accelerator !== "cpu" ? "8Gi" : undefined);
  const own = imageOf(args.accelerator);
  return {
    ...(Object.keys(selector).length > 0 && { nodeSelector: selector }),
    ...(tolerations.length > 0 && { tolerations }),
    containers: [
      {
        name: serverContainer,
        ...((image ?? own?.image) !== undefined && { image: image ?? own?.image }),
        ...(own?.runsAsRoot && image === undefined && { securityContext: { runAsNonRoot: false } }),
        ...(Object.keys(requests).length > 0 && {
          resources: { ...(Object.keys(limits).length > 0 && { limits }), requests },
        }),
        ...(shared !== undefined && { volumeMounts: [{ name: sharedMemoryVolume, mountPath: "/dev/shm" }] }),
      },
    ],
    ...(shared !== undefined && {
      volumes: [{ name: sharedMemoryVolume, emptyDir: { medium: "Memory", sizeLimit: shared } }],
    }),
  };
}

const isCatalogued = (name: string): name is AcceleratorName => (acceleratorNames as readonly string[]).includes(name);

function placementOf({ cloud, count, topology, machineType }: AcceleratorArgs): PlacementArgs {
  return {
    ...(cloud !== undefined && { cloud }),
    ...(count !== undefined && { count }),
    ...(topology !== undefined && { topology }),
    ...(machineType !== undefined && { machineType }),
  };
}

function otherLimits(kind: string, count: number): Record<string, string> {
  const resource = otherResources[kind];
  return resource === undefined ? {} : { [resource]: String(count) };
}

function otherTolerations(kind: string) {
  const key = otherResources[kind];
  return key === undefined ? [] : [{ key, operator: "Exists", effect: "NoSchedule" }];
}

function imageOf(kind: string): { image: string; runsAsRoot?: boolean } | undefined {
  const vendor = isCatalogued(kind) ? findAccelerator(kind).vendor : kind.split("-")[0]!;
  return vendor === "nvidia" ? undefined : acceleratorImages[vendor as keyof typeof acceleratorImages];
}

const argumentNames = [
  "accelerator",
  "count",
  "cloud",
  "topology",
  "machineType",
  "cpu",
  "memory",
  "sharedMemory",
  "image",
  "resources",
  "nodeSelector",
  "pods",
  "name",
  "priority",
];

function checkAccelerator(args: AcceleratorArgs, checks: RecipeChecks): void {
  checks.fields("", args, argumentNames);
  const unknown = unknownName("accelerator", args.accelerator, [...acceleratorNames, ...otherHardware]);
  if (unknown) checks.report(unknown);
  else if (isCatalogued(args.accelerator)) {
    for (const problem of placementProblems(args.accelerator, placementOf(args))) checks.report(problem);
    checkSlice(args, checks);
  } else {
    checkOther(args, checks);
  }
  for (const quantity of ["cpu", "memory", "sharedMemory"] as const) checks.quantity(quantity, args[quantity]);
  const { resources = {} } = args;
  const own = isCatalogued(args.accelerator)
    ? findAccelerator(args.accelerator).resource
    : otherResources[args.accelerator];
  for (const [name, count] of Object.entries(resources)) {
    const path = `resources.${name}`;
    checks.integer(path, count, { min: 1 });
    if (name === own)
      checks.report({ path, given: count, message: "is the accelerator's own", fix: "say count instead" });
    if (!name.includes("/")) {
      const fix = name === "cpu" || name === "memory" ? `say ${name} as an argument` : undefined;
      checks.report({ path, message: "not an extended resource", allowed: "<domain>/<name>", ...(fix && { fix }) });
    }
  }
}

/** Only labels can tell slices and machine types apart. */
function checkSlice(args: AcceleratorArgs, checks: RecipeChecks): void {
  for (const path of ["topology", "machineType"] as const) {
    if (args[path] === undefined || args.cloud !== undefined) continue;
    checks.report({
      path,
      given: args[path],
      message: "needs a cloud, whose labels tell nodes apart",
      fix: "say cloud",
    });
  }
}

/** Of what is not in the catalogue no machine is known. */
function checkOther(args: AcceleratorArgs, checks: RecipeChecks): void {
  checks.integer("count", args.count, { min: 1 });
  for (const path of ["cloud", "topology", "machineType"] as const) {
    if (args[path] === undefined) continue;
    checks.report({
      path,
      given: args[path],
      message: `says nothing for "${args.accelerator}", of which the catalogue has no machines`,
      fix: args.accelerator === "nvidia" ? `name the GPU, such as "nvidia-h100-80gb"` : "say nodeSelector instead",
    });
  }
  if (args.accelerator === "cpu" && args.count !== undefined) {
    checks.report({
      path: "count",
      given: args.count,
      message: "counts chips, and a CPU is none",
      fix: "say cpu instead",
    });
  }
}
