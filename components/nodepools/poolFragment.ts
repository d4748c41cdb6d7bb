import { createRequire } from "node:module";

import type * as pulumi from "@pulumi/pulumi";

import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { efaInterfaces } from "../../sdk/accelerators/guardRailsEks";
import {
  capacityLabel,
  known,
  type PoolMachine,
  poolLabel,
  type PoolSpec,
  rungNodes,
  rungSuffix,
} from "../../sdk/accelerators/poolSpec";
import { tolerationsFor } from "../../sdk/accelerators/placement";
import type { CapacityKind, EksMachine } from "../../sdk/accelerators/types";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import type { PartsPool } from "../../sdk/clusterParts/types";
import type { NodePool } from "../../sdk/preflight/plan";
import { assertNoProblems, type Problem } from "../../sdk/problems";
import type { AcceleratorArgs } from "../../sdk/recipes/accelerator";
import type { AcceleratorPoolArgs } from "./poolArgs";

const lazyRequire = createRequire(__filename);

/** What a service of a pool may say itself. */
export interface PoolFragmentArgs extends Pick<
  AcceleratorArgs,
  "count" | "cpu" | "memory" | "sharedMemory" | "image" | "resources" | "nodeSelector" | "pods" | "name" | "priority"
> {
  /** Only nodes that were got in these ways. @default any, the first of the pool's ladder preferred */
  capacity?: readonly CapacityKind[];
}

/** A toleration of a pod. */
export interface PoolToleration {
  readonly key: string;
  readonly operator: "Exists" | "Equal";
  readonly value?: pulumi.Input<string>;
  readonly effect: string;
}

/** Images of nodes in the words of `PartsPool`. */
const partsImage: Readonly<Record<string, NonNullable<PartsPool["image"]>>> = {
  "container-optimized": "cos",
  ubuntu: "ubuntu",
  "amazon-linux": "al2023",
  bottlerocket: "bottlerocket",
};

const armToleration = { key: "kubernetes.io/arch", operator: "Equal", value: "arm64", effect: "NoSchedule" } as const;

/** What leads pods to a pool. */
export class PoolPlacement {
  readonly selector: Record<string, string>;
  readonly tolerations: PoolToleration[];
  /** Extended resources of a pod that takes a whole node. */
  readonly resources: Record<string, string>;

  constructor(
    private readonly args: AcceleratorPoolArgs,
    private readonly spec: PoolSpec,
    private readonly found: PoolMachine,
  ) {
    const { machine } = found;
    this.selector = { [poolLabel]: spec.name };
    this.tolerations = [
      ...(machine ? tolerationsFor(machine.accelerator) : []),
      // GKE taints nodes with Arm processors.
      ...(!machine && spec.cloud === "gke" && spec.architecture === "arm64" ? [armToleration] : []),
      ...(spec.capacity.some(({ queued }) => queued)
        ? [{ key: "cloud.google.com/gke-queued", operator: "Exists", effect: "NoSchedule" } as const]
        : []),
      ...(args.taints ?? []).map(({ key, value, effect }) =>
        value === undefined
          ? { key, operator: "Exists" as const, effect }
          : { key, operator: "Equal" as const, value, effect },
      ),
    ];
    const efa = efaInterfaces(spec, machine as EksMachine | undefined);
    this.resources = {
      ...(machine && { [findAccelerator(machine.accelerator).resource]: String(machine.count) }),
      ...(efa > 0 && { "vpc.amazonaws.com/efa": String(efa) }),
    };
  }

  fragment(args: PoolFragmentArgs = {}): ConfigFragment {
    const { capacity, ...rest } = args;
    assertNoProblems(`fragment of pool "${this.spec.name}"`, this.problemsOf(args));
    const { accelerator } = lazyRequire(
      "../../sdk/recipes/accelerator",
    ) as typeof import("../../sdk/recipes/accelerator");
    const fragment = accelerator({
      name: this.spec.name,
      ...rest,
      ...this.hardware(args),
      nodeSelector: { ...this.selector, ...args.nodeSelector },
    });
    return { ...fragment, spec: this.placed(fragment.spec, capacity) };
  }

  private problemsOf({ capacity = [], count }: PoolFragmentArgs): Problem[] {
    const kinds = this.spec.capacity.map(({ kind }) => kind);
    const problems = capacity.flatMap((kind, index): Problem[] =>
      kinds.includes(kind)
        ? []
        : [
            {
              path: `capacity[${index}]`,
              given: kind,
              message: "the pool has no such nodes",
              allowed: kinds.join(", "),
            },
          ],
    );
    const most = this.found.machine?.count;
    if (count !== undefined && most !== undefined && count > most) {
      const message = `a node of pool "${this.spec.name}" has ${most}`;
      const fix = "spread the model over several pods (spec.parallelism with a worker), or take a pool of larger nodes";
      problems.push({ path: "count", given: count, message, allowed: `1 to ${most}`, fix });
    }
    return problems;
  }

  /** One node pool for each rung, as the preflight takes them. Figures that are not known yet are left out. */
  plan(): NodePool[] {
    const { machine, topology } = this.found;
    const { "vpc.amazonaws.com/efa": efa } = this.resources;
    return this.spec.capacity.map((rung) => {
      const { min, max } = rungNodes(this.spec, rung, topology?.hosts);
      const minNodes = known(min);
      const maxNodes = known(max);
      return {
        name: `${this.spec.name}-${rungSuffix[rung.kind]}`,
        ...(machine && { accelerator: machine.accelerator, acceleratorsPerNode: machine.count }),
        ...(topology && { topology: topology.topology }),
        ...(minNodes !== undefined && { minNodes }),
        ...(maxNodes !== undefined && { maxNodes }),
        ...(machine?.vcpu !== undefined && { cpu: machine.vcpu }),
        ...(machine?.memoryGiB !== undefined && { memory: `${machine.memoryGiB}Gi` }),
        ...(efa !== undefined && { resources: { "vpc.amazonaws.com/efa": efa } }),
        ...this.plannedLabels(rung.kind),
        taints: this.plannedTaints(),
      };
    });
  }

  /** What decides which parts a cluster needs inside for the pool. Labels are left out while one is not known. */
  parts(): PartsPool {
    const { machine, topology } = this.found;
    const { name, accelerator, machineType, operatingSystem, rdma, capacity } = this.spec;
    const { labels } = this.plannedLabels(capacity[0]?.kind ?? "on-demand");
    const image = operatingSystem && partsImage[operatingSystem];
    // Networks that are no GPUDirect are only further interfaces, for which nothing is installed.
    const isGpuDirect = machine?.cloud === "gke" && machine.nics?.gpuDirect !== undefined;
    const fabric = rdma?.mode === "networks" ? (isGpuDirect ? "gpudirect" : undefined) : rdma?.mode;
    const type = machine?.machineType ?? machineType;
    const taints = (this.spec.taints ?? []).map(({ key, effect }) => ({ key, effect }));
    const isLadder = this.spec.cloud === "eks" && capacity.length > 1;
    return {
      name,
      ...(accelerator !== undefined && { accelerator }),
      ...(type !== undefined && { machineType: type }),
      ...(image && { image }),
      ...(fabric !== undefined && { fabric: fabric as NonNullable<PartsPool["fabric"]> }),
      autoscales: capacity.some((rung) => {
        const { min, max } = rungNodes(this.spec, rung, topology?.hosts);
        // A number that is not known yet may change.
        return min !== max || known(min) === undefined;
      }),
      ...(labels && { labels }),
      ...(taints.length > 0 && { taints }),
      ...(isLadder && { expanderPriorities: this.expanderPriorities() }),
    };
  }

  /** Names of groups' Auto Scaling groups, which EKS makes from the groups' names, by priority. */
  expanderPriorities(): Record<number, string[]> {
    const { capacity, name, cloud } = this.spec;
    if (cloud !== "eks") return {};
    return Object.fromEntries(
      capacity.map(({ kind }, index) => [(capacity.length - index) * 10, [`^eks-${name}-${rungSuffix[kind]}-.*`]]),
    );
  }

  private hardware({ count, resources }: PoolFragmentArgs): AcceleratorArgs {
    const { machine, topology } = this.found;
    if (!machine) return { accelerator: "cpu" };
    const whole = count ?? machine.count;
    const { "vpc.amazonaws.com/efa": efa } = this.resources;
    const isWhole = whole === machine.count;
    return {
      accelerator: machine.accelerator,
      count: whole,
      cloud: machine.cloud,
      // Pods of a share of a machine's chips do not say which machine, so that the count is not taken for a machine's.
      ...(topology && { topology: topology.topology }),
      ...(machine.cloud === "eks" && machine.accelerator.startsWith("aws-") && { machineType: machine.machineType }),
      resources: { ...(efa !== undefined && isWhole && { "vpc.amazonaws.com/efa": Number(efa) }), ...resources },
    };
  }

  private placed(spec: ConfigFragment["spec"], only: readonly CapacityKind[] | undefined): ConfigFragment["spec"] {
    const affinity = this.affinity(only);
    const tolerations = this.tolerations;
    const place = (pod: object) => ({
      ...pod,
      ...(tolerations.length > 0 && { tolerations }),
      ...(affinity && { affinity }),
    });
    return mapPods(spec as Record<string, unknown>, place) as ConfigFragment["spec"];
  }

  private affinity(only: readonly CapacityKind[] | undefined): object | undefined {
    const kinds = this.spec.capacity
      .map(({ kind }) => kind)
      .filter((kind) => only === undefined || only.includes(kind));
    const term = (values: readonly string[]) => ({
      matchExpressions: [{ key: capacityLabel, operator: "In", values }],
    });
    const required = only && { nodeSelectorTerms: [term(only)] };
    const preferred =
      kinds.length > 1 && kinds.map((kind, index) => ({ weight: 100 - 10 * index, preference: term([kind]) }));
    if (!required && !preferred) return undefined;
    return {
      nodeAffinity: {
        ...(required && { requiredDuringSchedulingIgnoredDuringExecution: required }),
        ...(preferred && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
      },
    };
  }

  /** Labels are a complete list only when all are known. */
  private plannedLabels(kind: CapacityKind): Pick<NodePool, "labels"> {
    const own: Record<string, string> = {};
    for (const [key, value] of Object.entries(this.spec.labels ?? {})) {
      const text = known(value);
      if (text === undefined) return {};
      own[key] = text;
    }
    return { labels: { ...own, ...this.selector, [capacityLabel]: kind } };
  }

  private plannedTaints(): NonNullable<NodePool["taints"]> {
    const { machine } = this.found;
    const own = (this.spec.taints ?? []).map(({ key, value, effect }) => {
      const text = known(value);
      return { key, ...(text !== undefined && { value: text }), effect };
    });
    if (!machine) return own;
    const value = this.args.cluster.cloud === "gke" ? "present" : "true";
    return [{ key: findAccelerator(machine.accelerator).resource, value, effect: "NoSchedule" }, ...own];
  }
}

/** The recipe's pods are those that have a server's container. */
function mapPods(value: Record<string, unknown>, change: (pod: object) => object): Record<string, unknown> {
  if ("containers" in value) return change(value) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      typeof child === "object" && child !== null && !Array.isArray(child)
        ? mapPods(child as Record<string, unknown>, change)
        : child,
    ]),
  );
}
