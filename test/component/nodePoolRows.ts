import type * as pulumi from "@pulumi/pulumi";

import type { AcceleratorPoolArgs } from "../../index";
/** Makes an input known, or unknown as in a preview. */
export type Give = <T>(value: T) => pulumi.Input<T>;
export type Inputs = Record<string, unknown>;

export interface Row {
  title: string;
  args: (give: Give) => AcceleratorPoolArgs;
  /** The inputs of every child, by name. */
  children: Record<string, Inputs>;
}

/** Labels of the nodes of a pool. */
export const poolLabels = (kind: string) => ({ "pulumi-kserve.dev/pool": "p", "pulumi-kserve.dev/capacity": kind });
