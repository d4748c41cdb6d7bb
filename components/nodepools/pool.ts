import type * as pulumi from "@pulumi/pulumi";

import type { PoolMachine, PoolSpec } from "../../sdk/accelerators/poolSpec";
import type { AcceleratorPoolArgs, CapacityRungArgs } from "./poolArgs";

/** What the resources of one cloud are made from. */
export interface PoolParts {
  readonly name: string;
  readonly args: AcceleratorPoolArgs;
  readonly spec: PoolSpec;
  readonly found: PoolMachine;
  readonly rungs: readonly CapacityRungArgs[];
  /** Labels of every node. */
  readonly labels: (rung: CapacityRungArgs) => Record<string, pulumi.Input<string>>;
  readonly options: pulumi.CustomResourceOptions;
  /** Is told what a transform changed, of which child; of all where it is another resource's. */
  readonly changed: (child: string | undefined, before: object, after: object) => void;
}

/** A node pool that was made. */
export interface MadePool {
  readonly rung: CapacityRungArgs;
  readonly resource: pulumi.CustomResource;
  /** Name in the cloud's API. */
  readonly poolName: pulumi.Output<string>;
}
