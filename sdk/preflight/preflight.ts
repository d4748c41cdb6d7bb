import { createRequire } from "node:module";

import type { Finding } from "./finding";
import type { PreflightPlan } from "./plan";

/** Few programs check plans, and those that do load the checks when they do. */
const lazyRequire = createRequire(__filename);

/**
 * Everything that keeps services from becoming Ready in a cluster, as far as the plan alone tells it; what it does not state is not
 * known, and nothing is said about it. Findings come in the order of the services, and of the checks within each.
 */
export function preflight({ services, cluster, waive = [] }: PreflightPlan): Finding[] {
  const { Preflight } = lazyRequire("./session") as typeof import("./session");
  const { Waivers } = lazyRequire("./waivers") as typeof import("./waivers");
  const plan = new Preflight(cluster);
  const waivers = new Waivers(waive);
  const found = [...plan.start(), ...services.flatMap((service) => plan.add(service))].map((finding) =>
    waivers.apply(finding),
  );
  return [...waivers.wrong(), ...found, ...waivers.unused()];
}
