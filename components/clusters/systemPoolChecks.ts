import { createRequire } from "node:module";

import type { Cloud } from "../../sdk/accelerators/types";
import type { Checks } from "./checks";

const lazyRequire = createRequire(__filename);

/** Nodes of CPUs, with what they have when nothing is said. */
export interface SystemNodes {
  readonly minNodes: number;
  readonly maxNodes: number;
  readonly diskSizeGb: number | undefined;
  readonly machine: string | undefined;
}

/** What a cloud allows for them, and how it calls it. */
export interface SystemNodesOfCloud {
  readonly cloud: Cloud;
  readonly most: Readonly<Record<"minNodes" | "maxNodes" | "diskSizeGb", number>>;
  /** Name of the argument with the machine, and a value that is right. */
  readonly machine: { readonly field: string; readonly what: string; readonly why?: string };
}

/** Checks the numbers of nodes, their disks, and that they have no accelerators. */
export function checkSystemNodes(
  checks: Checks,
  given: SystemNodes,
  { cloud, most, machine }: SystemNodesOfCloud,
): void {
  const { minNodes, maxNodes } = given;
  checks.integer("systemPool.minNodes", minNodes, 1, most.minNodes);
  checks.integer("systemPool.maxNodes", maxNodes, 1, most.maxNodes);
  checks.integer("systemPool.diskSizeGb", given.diskSizeGb, 20, most.diskSizeGb);
  if (maxNodes < minNodes)
    checks.add({
      path: "systemPool.maxNodes",
      given: maxNodes,
      message: `is less than systemPool.minNodes, which is ${minNodes}`,
    });
  if (!given.machine) return;
  const { listMachines } = lazyRequire(
    "../../sdk/accelerators/catalogue",
  ) as typeof import("../../sdk/accelerators/catalogue");
  const found = listMachines({ cloud }).find(({ machineType }) => machineType === given.machine);
  if (found)
    checks.add({
      path: `systemPool.${machine.field}`,
      given: given.machine,
      message: `has accelerators (${found.accelerator})${machine.why ? `; ${machine.why}` : ""}`,
      allowed: machine.what,
      fix: "make an accelerator pool for it",
    });
}
