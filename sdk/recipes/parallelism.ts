import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type {
  LLMInferenceServiceSpecArgs,
  ParallelismSpecArgs,
  PartialPodSpecArgs,
  WorkloadSpecArgs,
} from "../api/llmInferenceService";
import { RecipeChecks, type RecipeOptions } from "./recipeChecks";
import { serverContainer } from "./workloadPods";

/** How a model is spread, in plain numbers, so that the size of a group can be computed. */
export interface Parallelism {
  /** Accelerators over which each layer is split, on one node. @default 1 */
  tensor?: number;
  /** Stages of layers, one on each node. Excludes data parallelism. */
  pipeline?: number;
  /** Copies of the model (of its attention, with experts) in a group; with `dataLocal`. */
  data?: number;
  /** Those of the copies that one node holds. */
  dataLocal?: number;
  /** Spreads experts over all accelerators of a group. @default false */
  expert?: boolean;
  /** Port by which the nodes of a group coordinate data parallelism. @default 5555, of KServe's preset */
  dataRPCPort?: number;
}

/**
 * Nodes in a group of a multi-node service: `data / dataLocal`, or `pipeline`; 1 when the model is not spread over nodes.
 *
 * Source: `ParallelismSpec.GetSize` of KServe 0.20, which drops fractions; here they are refused.
 *
 * @throws ConfigurationError when the numbers do not fit together.
 */
export function groupSize(parallelism: Parallelism): number {
  const checks = new RecipeChecks("groupSize");
  checkParallelism("", parallelism, checks);
  checks.done();
  return nodesOf(parallelism);
}

/**
 * Accelerators that each pod of a group needs: `tensor` for each of the copies on its node.
 *
 * @throws ConfigurationError when the numbers do not fit together.
 */
export function acceleratorsPerPod(parallelism: Parallelism): number {
  const checks = new RecipeChecks("acceleratorsPerPod");
  checkParallelism("", parallelism, checks);
  checks.done();
  return perPod(parallelism);
}

/** What is the same in a service of one node and of several. */
interface NodeArgs extends RecipeOptions {
  /** Resource of the accelerators, such as "nvidia.com/gpu": each pod asks for as many as it needs. @default none is asked for */
  acceleratorResource?: string;
  /** Anything else about the server's pod, such as a node selector. @default none */
  pod?: PartialPodSpecArgs;
}

/** Arguments of {@link singleNode}. */
export interface SingleNodeArgs extends NodeArgs {
  /** Copies of the pod. @default KServe's, 1 */
  replicas?: Input<number>;
  /** Accelerators over which the model is split. @default 1 */
  tensor?: number;
}

/** A service whose model fits on one node: a Deployment. @throws ConfigurationError */
export function singleNode(args: SingleNodeArgs = {}): ConfigFragment {
  const checks = new RecipeChecks("singleNode");
  checks.fields("", args, ["replicas", "tensor", "acceleratorResource", "pod", "name", "priority"]);
  checks.integer("replicas", args.replicas, { min: 0 });
  checkParallelism("", { tensor: args.tensor }, checks);
  checkResource(args, checks);
  checks.done();
  return fragmentOf("single-node", args, workloadOf({ ...args, parallelism: { tensor: args.tensor } }));
}

/** Arguments of {@link multiNode}. */
export interface MultiNodeArgs extends NodeArgs, Parallelism {
  /** Groups of nodes, each of which serves the whole model. @default KServe's, 1 */
  groups?: Input<number>;
  /** What the workers' pods have that the leader's has not. @default as `pod` */
  workerPod?: PartialPodSpecArgs;
}

/** The fragment, and what its numbers come to. */
export interface MultiNodeFragment extends ConfigFragment {
  /** Nodes in each group, the leader included. It cannot be changed once the service exists. */
  readonly groupSize: number;
  readonly acceleratorsPerPod: number;
}

const parallelismNames = ["tensor", "pipeline", "data", "dataLocal", "expert", "dataRPCPort"] as const;

/**
 * A service whose model needs several nodes: a LeaderWorkerSet of groups of `data / dataLocal` or `pipeline` nodes.
 *
 * KServe 0.20 has presets for data parallelism. For pipeline parallelism it looks for a preset that it does not ship:
 * {@link pipelineParallelConfig} is one.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function multiNode(args: MultiNodeArgs): MultiNodeFragment {
  const checks = new RecipeChecks("multiNode");
  checks.fields("", args, [
    ...parallelismNames,
    "groups",
    "acceleratorResource",
    "pod",
    "workerPod",
    "name",
    "priority",
  ]);
  checks.integer("groups", args.groups, { min: 0 });
  checkParallelism("", args, checks);
  checkSpread("", args, checks);
  checkResource(args, checks);
  checks.done();
  return {
    ...fragmentOf("multi-node", args, workloadOf({ ...args, replicas: args.groups, parallelism: args, spread: true })),
    groupSize: nodesOf(args),
    acceleratorsPerPod: perPod(args),
  };
}

/** What one workload is made from; decode and prefill have one each. */
export interface WorkloadArgs {
  readonly replicas?: Input<number>;
  readonly parallelism: Parallelism;
  /** Whether it is spread over several nodes. */
  readonly spread?: boolean;
  readonly acceleratorResource?: string;
  readonly pod?: PartialPodSpecArgs;
  readonly workerPod?: PartialPodSpecArgs;
}

/** The part of a spec that describes one workload. */
export function workloadOf(args: WorkloadArgs): WorkloadSpecArgs {
  const { replicas, parallelism, spread, acceleratorResource, pod, workerPod = pod } = args;
  const given = Object.fromEntries(
    parallelismNames.flatMap((name) => (parallelism[name] === undefined ? [] : [[name, parallelism[name]]])),
  ) as ParallelismSpecArgs;
  const resources = acceleratorResource && {
    resources: { limits: { [acceleratorResource]: String(perPod(parallelism)) } },
  };
  const podWith = (more: PartialPodSpecArgs = {}): PartialPodSpecArgs => ({
    ...more,
    ...(resources && { containers: withServer(more.containers, resources) }),
  });
  return {
    ...(replicas !== undefined && { replicas }),
    ...(Object.keys(given).length > 0 && { parallelism: given }),
    ...((pod ?? resources) && { template: podWith(pod) }),
    // The presence of workers makes it multi-node, whatever they say.
    ...(spread && { worker: { containers: [{ name: serverContainer }], ...podWith(workerPod) } }),
  };
}

type Containers = NonNullable<PartialPodSpecArgs["containers"]>;

/** What a pod's own server container says stays, over what is added. */
function withServer(containers: PartialPodSpecArgs["containers"], added: { resources: object }): Containers {
  const given = (Array.isArray(containers) ? containers : []) as { name?: unknown; resources?: { limits?: object } }[];
  const own = given.find(({ name }) => name === serverContainer);
  const limits = { ...(added.resources as { limits: object }).limits, ...own?.resources?.limits };
  const server = { name: serverContainer, ...own, resources: { ...own?.resources, limits } };
  return [server, ...given.filter((container) => container !== own)] as Containers;
}

/** Numbers that fit together, spread over nodes or not. */
export function checkParallelism(path: string, parallelism: Parallelism, checks: RecipeChecks): void {
  const at = (field: string): string => (path === "" ? field : `${path}.${field}`);
  const { tensor, pipeline, data, dataLocal, dataRPCPort, expert } = parallelism;
  checks.integer(at("tensor"), tensor, { min: 1 });
  checks.integer(at("pipeline"), pipeline, { min: 1 });
  checks.integer(at("data"), data, { min: 1 });
  checks.integer(at("dataLocal"), dataLocal, { min: 1 });
  checks.integer(at("dataRPCPort"), dataRPCPort, { min: 1, max: 65535 });
  checks.boolean(at("expert"), expert);
  if (pipeline !== undefined && (data !== undefined || dataLocal !== undefined)) {
    checks.report({
      path: at("pipeline"),
      given: pipeline,
      message: "pipeline and data parallelism exclude each other",
      fix: "remove pipeline, or data and dataLocal",
    });
  }
  if ((data === undefined) !== (dataLocal === undefined)) {
    checks.report({
      path: at(data === undefined ? "data" : "dataLocal"),
      message: `missing; ${data === undefined ? "dataLocal" : "data"} alone does not say how many nodes a group has`,
      allowed: "data and dataLocal together, or neither",
    });
  } else if (data !== undefined && dataLocal !== undefined && dataLocal > 0 && data % dataLocal !== 0) {
    checks.report({
      path: at("data"),
      given: data,
      message: `not a multiple of dataLocal (${dataLocal}), so a group would have a fraction of a node`,
      allowed: `a multiple of ${dataLocal}`,
    });
  }
  for (const [field, value] of [
    ["dataRPCPort", dataRPCPort],
    ["expert", expert],
  ] as const) {
    // The presets of one node, and one's own for pipeline parallelism, do not read them.
    if (!value || data !== undefined || dataLocal !== undefined) continue;
    checks.report({
      path: at(field),
      given: value,
      message: "KServe's presets read it with data parallelism only",
      fix: `add data and dataLocal, or remove ${field}`,
    });
  }
}

/** A multi-node workload says over how many nodes it is spread. */
export function checkSpread(path: string, { data, dataLocal, pipeline }: Parallelism, checks: RecipeChecks): void {
  if (data !== undefined || dataLocal !== undefined || pipeline !== undefined) return;
  checks.report({
    path: path === "" ? "data" : `${path}.data`,
    message: "does not say over how many nodes the model is spread",
    allowed: "data with dataLocal, or pipeline",
    fix: "use singleNode when one node is enough",
  });
}

/** The accelerators that pods ask for, and whether they can be added to what the pods say themselves. */
export function checkResource(
  { acceleratorResource, pod, workerPod }: Pick<WorkloadArgs, "acceleratorResource" | "pod" | "workerPod">,
  checks: RecipeChecks,
  path = "",
): void {
  checks.text(`${path}acceleratorResource`, acceleratorResource, {
    pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[-A-Za-z0-9_.]+$/,
    allowed: 'an extended resource such as "nvidia.com/gpu", "amd.com/gpu" or "google.com/tpu"',
  });
  if (acceleratorResource === undefined) return;
  for (const [field, given] of [
    ["pod", pod],
    ["workerPod", workerPod],
  ] as const) {
    if (given?.containers === undefined || Array.isArray(given.containers)) continue;
    checks.report({
      path: `${path}${field}.containers`,
      message: "not known yet, so that the accelerators cannot be added to them",
      fix: "leave acceleratorResource out, and say the limits in the containers",
    });
  }
}

function nodesOf({ data, dataLocal, pipeline }: Parallelism): number {
  return data !== undefined && dataLocal !== undefined ? data / dataLocal : (pipeline ?? 1);
}

function perPod({ tensor = 1, dataLocal = 1 }: Parallelism): number {
  return tensor * dataLocal;
}

function fragmentOf(
  name: string,
  options: RecipeOptions,
  spec: LLMInferenceServiceSpecArgs,
): ConfigFragment & { spec: LLMInferenceServiceSpecArgs } {
  return {
    name: options.name ?? name,
    ...(options.priority !== undefined && { priority: options.priority }),
    spec,
  };
}
