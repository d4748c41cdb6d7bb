import { createRequire } from "node:module";

import * as pulumi from "@pulumi/pulumi";

import { findAccelerator } from "../../sdk/accelerators/catalogue";
import { poolMachine } from "../../sdk/accelerators/guardRails";
import { capacityLabel, poolLabel } from "../../sdk/accelerators/poolSpec";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import type { PartsPool } from "../../sdk/clusterParts/types";
import type { NodePool } from "../../sdk/preflight/plan";
import { replacementWarning } from "../replacementWarning";
import { allResources } from "../resources";
import type { MadePool, PoolParts } from "./pool";
import type { AcceleratorPoolArgs, CapacityRungArgs } from "./poolArgs";
import { type PoolFragmentArgs, PoolPlacement, type PoolToleration } from "./poolFragment";
import { checkPool, rungsOf } from "./poolSpec";
import { replaceablePools } from "./replacing";
import { TransformedChildren } from "./transformed";

const lazyRequire = createRequire(__filename);

/**
 * Nodes with an accelerator (or with CPUs only), the same description for GKE and EKS. Each way to get machines of `capacity` is a node
 * pool of its own with the same labels, so that a service finds nodes of any of them.
 *
 * @example
 * const pool = new AcceleratorPool("h100", { cluster, accelerator: "nvidia-h100-80gb", count: 8, maxNodes: 4, capacity: ["on-demand", "spot"] });
 * new LLMInferenceService("llama", { fragments: [model({ … }), pool.fragment()], … });
 */
export class AcceleratorPool extends pulumi.ComponentResource {
  /** Machine type of every node. */
  readonly machineType: string;
  /** Node labels that lead here, whatever the way the node was got. */
  readonly selector: Record<string, string>;
  /** Tolerations of all taints of the nodes. */
  readonly tolerations: PoolToleration[];
  /** Extended resources of one node, which a pod that takes a whole node asks for. */
  readonly resources: Record<string, string>;
  /** For `ClusterPlan.pools` of the preflight. */
  readonly plan: NodePool[];
  /** For `pools` of ClusterParts: what accelerators and networks of the nodes need inside the cluster. */
  readonly parts: PartsPool;
  /** Names of the node pools in the cloud's API, by kind of capacity. */
  readonly poolNames: pulumi.Output<Record<string, string>>;
  /**
   * For cluster-autoscaler's priority expander: patterns of node groups by priority, in the order of the ladder. ClusterParts sets it from
   * `parts`. Empty on GKE, whose own autoscaler has no such setting.
   */
  readonly expanderPriorities: Readonly<Record<number, string[]>>;
  /** The node pools, for `dependsOn`. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;
  readonly #placement: PoolPlacement;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: AcceleratorPoolArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { spec, checked } = checkPool(name, args);
    const transformed = new TransformedChildren();
    const replaceable = replaceablePools(name, args, spec, transformed);
    const warning = replacementWarning(`AcceleratorPool-${name}`, replaceable, opts);
    super("pulumi-kserve:index:AcceleratorPool", name, warning.inputs, warning.options);
    const found = poolMachine(spec);
    const { cluster } = args;
    const rungs = rungsOf(args);
    const provider = (cluster.gke ?? cluster.eks)?.provider;
    const made = createPools({
      name,
      args,
      spec,
      found,
      rungs,
      changed: transformed.changed,
      labels: (rung) => labelsOf(name, args, found.machine?.accelerator, rung),
      options: {
        parent: this,
        ...warning.child,
        ...(provider && { provider }),
        // Everything waits for the checks of Outputs, by a dependency that holds no resource.
        ...((cluster.ready !== undefined || checked) && { dependsOn: allResources(cluster.ready, checked) }),
      },
    });
    transformed.done();
    this.#placement = new PoolPlacement(args, spec, found);
    this.machineType = found.machine?.machineType ?? args.machineType!;
    this.selector = this.#placement.selector;
    this.tolerations = this.#placement.tolerations;
    this.resources = this.#placement.resources;
    this.plan = this.#placement.plan();
    this.parts = this.#placement.parts();
    this.poolNames = pulumi.output(Object.fromEntries(made.map(({ rung, poolName }) => [rung.kind, poolName])));
    this.expanderPriorities = this.#placement.expanderPriorities();
    this.ready = allResources(made.map(({ resource }) => resource));
    this.registerOutputs({ poolNames: this.poolNames });
  }

  /**
   * Leads a workload's pods to this pool: extended resources, node selector, tolerations, and the order of the ladder.
   *
   * @throws ConfigurationError with every problem of the arguments.
   */
  fragment(args: PoolFragmentArgs = {}): ConfigFragment {
    return this.#placement.fragment(args);
  }
}

function createPools(parts: PoolParts): MadePool[] {
  return parts.args.cluster.cloud === "gke"
    ? (lazyRequire("./gkeNodePool") as typeof import("./gkeNodePool")).gkeNodePools(parts)
    : (lazyRequire("./eksNodeGroup") as typeof import("./eksNodeGroup")).eksNodeGroups(parts);
}

function labelsOf(
  name: string,
  { labels, cluster }: AcceleratorPoolArgs,
  accelerator: Parameters<typeof findAccelerator>[0] | undefined,
  { kind }: CapacityRungArgs,
): Record<string, pulumi.Input<string>> {
  const eksLabel = cluster.cloud === "eks" && accelerator ? findAccelerator(accelerator).eks?.label : undefined;
  return {
    ...labels,
    ...(eksLabel !== undefined && { "k8s.amazonaws.com/accelerator": eksLabel }),
    [poolLabel]: name,
    [capacityLabel]: kind,
  };
}
