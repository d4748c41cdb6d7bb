import type { Problem } from "../problems";
import { unknownName } from "./catalogue";
import { type PoolMachine, type PoolSpec, rungNodes, rungZones } from "./poolSpec";
import type { GkeMachine } from "./types";

/** Machines with GPUs whose pool gets a workload policy of topology 1x72. Source: gke-a4x.yaml of cluster-toolkit. */
export const isNvlinkDomain = ({ workloadPolicy, accelerator }: GkeMachine): boolean =>
  workloadPolicy && accelerator.startsWith("nvidia-");

/** Sources: main.tf of cluster-toolkit's gke-node-pool; GKE's page on Ironwood. */
export function placementProblems(
  spec: PoolSpec,
  { topology }: PoolMachine,
  machine: GkeMachine | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const isSlice = (topology?.hosts ?? 1) > 1;
  const isTpu = machine !== undefined && !machine.accelerator.startsWith("nvidia-");
  const isDomain = machine !== undefined && isNvlinkDomain(machine);
  const oneZone = isSlice || isDomain || spec.placement === "compact";
  for (const [index, rung] of spec.capacity.entries()) {
    const zones = rungZones(spec, rung) ?? spec.cluster.zones;
    if (oneZone && zones?.length !== 1) {
      const message = isSlice
        ? "a slice of several hosts lies in one zone"
        : isDomain
          ? "the machines of an NVLink domain lie in one zone"
          : "machines close to each other are in one zone";
      problems.push({
        path: rung.zones ? `capacity[${index}].zones` : "zones",
        ...(zones && { given: zones }),
        message: zones ? message : `missing; ${message}`,
        allowed: "one zone",
        ...(!isSlice && !isDomain && { fix: 'name one zone, or leave out placement: "compact"' }),
      });
    }
    const { max } = rungNodes(spec, rung);
    const maxPath = rung.maxNodes === undefined ? "maxNodes" : `capacity[${index}].maxNodes`;
    const domain = isDomain ? 72 / machine.count : undefined;
    if (typeof max === "number" && domain !== undefined && max > domain) {
      const message = `the nodes of a pool of ${machine!.machineType} share one NVLink domain, which has ${domain}`;
      const fix = "make another AcceleratorPool for another domain";
      problems.push({ path: maxPath, given: max, message, allowed: `1 to ${domain}`, fix });
    }
    if (spec.placement !== "compact" || isTpu) continue;
    if (rung.queued === true) {
      const message = "queued provisioning does not place machines close to each other";
      problems.push({ path: `capacity[${index}].queued`, given: true, message, fix: "leave out one of them" });
    }
    if (rung.kind === "flex-start" && machine && !/^(a3-ultragpu-|a4-)/.test(machine.machineType)) {
      const message = `flex-start places ${machine.machineType} anywhere; only A3 Ultra, A4 and TPUs close to each other`;
      problems.push({
        path: "placement",
        given: "compact",
        message,
        fix: "leave it out, or make another pool for flex-start",
      });
    }
    const most = machine?.compactPlacementNodes;
    if (typeof max === "number" && most !== undefined && max > most) {
      const message = `${machine!.machineType} is placed close to each other in groups of ${most} at most`;
      problems.push({ path: maxPath, given: max, message, allowed: `1 to ${most}` });
    }
  }
  if (spec.placement === undefined) return unique(problems);
  const unknown = unknownName("placement", spec.placement, ["compact", "none"]);
  if (unknown) return [unknown];
  if (spec.placement === "compact" && machine) {
    if (machine.workloadPolicy && !(isSlice && machine.accelerator !== "tpu7x")) {
      const message = `${machine.machineType} is placed by a workload policy, which this component makes; compact placement is refused`;
      problems.push({ path: "placement", given: "compact", message, fix: "leave it out" });
    } else if (machine.compactPlacementNodes === undefined && !isTpu) {
      const message = `${machine.machineType} has no compact placement`;
      problems.push({ path: "placement", given: "compact", message, fix: "leave it out" });
    }
    if (spec.upgrade?.strategy === "blue-green") {
      const message = "compact placement does not go with blue-green upgrades";
      problems.push({ path: "upgrade.strategy", given: "blue-green", message, fix: 'say "surge"' });
    }
  }
  return unique(problems);
}

/** Several rungs may have the same problem. */
export const unique = (problems: Problem[]) =>
  problems.filter(
    ({ path, message }, index) =>
      problems.findIndex((other) => other.path === path && other.message === message) === index,
  );
