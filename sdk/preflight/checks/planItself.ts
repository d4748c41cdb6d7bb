import { acceleratorNames } from "../../accelerators/types";
import { nearest } from "../../nearest";
import type { Finding } from "../finding";
import type { ClusterPlan } from "../plan";
import { catalogueEntry } from "../pools";

/** What is odd about a plan, whatever services come. */
export function checkPlan({ pools = [] }: ClusterPlan): Finding[] {
  return pools.flatMap(({ accelerator, acceleratorResource }, index) => {
    if (accelerator === undefined || acceleratorResource !== undefined || catalogueEntry(accelerator)) return [];
    const close = nearest(accelerator, acceleratorNames);
    return [
      {
        code: "pool-accelerator-unknown" as const,
        severity: "warning" as const,
        path: `pools[${index}].accelerator`,
        given: accelerator,
        message: "not in the catalogue of accelerators, so that nobody knows what its nodes offer",
        allowed: acceleratorNames.join(", "),
        fix: close ? `did you mean "${close}"?` : "give acceleratorResource and acceleratorMemoryGiB, too",
      },
    ];
  });
}
