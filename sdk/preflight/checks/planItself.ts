import { acceleratorNames } from "../../accelerators/types";
import { gatewayControllerFacts } from "../../gateways/facts";
import { nearest } from "../../nearest";
import type { Finding } from "../finding";
import type { ClusterPlan } from "../plan";
import { catalogueEntry } from "../pools";

/** What is odd about a plan, whatever services come. */
export function checkPlan(plan: ClusterPlan): Finding[] {
  return [...checkPools(plan), ...checkClasses(plan)];
}

/** A gateway whose controller is said must be of one of its classes, which is made with the controller. */
function checkClasses({ gateways = [] }: ClusterPlan): Finding[] {
  return gateways.flatMap(({ controller, className }, index) => {
    const facts = controller && gatewayControllerFacts(controller);
    if (!facts || className === undefined || facts.ownClasses) return [];
    const names = Object.keys(facts.classes);
    if (names.includes(className) || Object.hasOwn(facts.classesWithoutPools ?? {}, className)) return [];
    const close = nearest(className, names);
    return [
      {
        code: "gateway-class-unknown" as const,
        severity: "error" as const,
        path: `gateways[${index}].className`,
        given: className,
        message: `${facts.title} has no such GatewayClass, so that nobody realises the gateway`,
        allowed: names.join(", "),
        fix: close ? `did you mean "${close}"?` : "name one of these, or leave it out for the controller's own",
      },
    ];
  });
}

function checkPools({ pools = [] }: ClusterPlan): Finding[] {
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
