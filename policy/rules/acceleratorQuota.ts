import { acceleratorResources } from "../../sdk/preflight/pools";
import { workloadsOfService } from "../../sdk/preflight/pods";
import { matches } from "../patterns";
import type { Rule } from "../rule";
import type { Subject } from "../subject";

interface Quota {
  readonly team: string;
  readonly environment: string;
  readonly accelerators: number;
  readonly resource: string;
}

interface Config {
  readonly teamLabel: string;
  readonly quotas: readonly Partial<Quota>[];
}

/** Accelerators of a team in an environment. */
export const acceleratorQuota: Rule<Config> = {
  name: "accelerator-quota",
  description: "The services of a team ask for no more accelerators than the team has in this environment.",
  remediation: "Give services fewer replicas, smaller groups or fewer accelerators, or have the quota raised.",
  severity: "high",
  config: {
    teamLabel: { type: "string", default: "team", description: "label of services that names their team" },
    quotas: {
      type: "array",
      default: [],
      description:
        "the first that fits counts, each team for itself: team and environment (the stack's name), in which * stands for anything; accelerators; resource, such as nvidia.com/gpu",
      items: {
        type: "object",
        required: ["accelerators"],
        additionalProperties: false,
        properties: {
          team: { type: "string" },
          environment: { type: "string" },
          accelerators: { type: "integer", minimum: 0 },
          resource: { type: "string" },
        },
      },
    },
  },
  judgeStack(stack, { teamLabel, quotas }, report) {
    const totals = new Map<string, { team: string; resource: string; total: number; services: string[] }>();
    for (const service of stack.services) {
      const team = service.root.get("metadata", "labels").get(teamLabel).text ?? "";
      for (const [resource, count] of acceleratorsOf(service)) {
        const key = JSON.stringify([team, resource]);
        const entry = totals.get(key) ?? { team, resource, total: 0, services: [] };
        totals.set(key, entry);
        entry.total += count;
        entry.services.push(`${service.object?.namespace}/${service.object?.name} ${count}`);
      }
    }
    for (const { team, resource, total, services } of totals.values()) {
      const quota = quotas.find(
        (candidate) =>
          matches(team, [candidate.team ?? "*"]) &&
          matches(stack.name, [candidate.environment ?? "*"]) &&
          matches(resource, [candidate.resource ?? "*"]),
      );
      if (quota?.accelerators === undefined || total <= quota.accelerators) continue;
      const whose = team === "" ? `services without the label ${teamLabel}` : `team "${team}"`;
      report(undefined)(`${whose} in "${stack.name}"`, {
        given: total,
        message: `too many of ${resource} (${services.sort().join(", ")})`,
        allowed: `at most ${quota.accelerators}`,
        fix: "fewer replicas, smaller groups or fewer accelerators; or have the quota raised",
      });
    }
  },
};

/** Accelerators of a service when it is as large as it may become; what is not known yet does not count. */
function acceleratorsOf({ root }: Subject): Map<string, number> {
  const found = new Map<string, number>();
  if (root.get("metadata", "annotations").get("serving.kserve.io/stop").text === "true") return found;
  for (const { pods, maxReplicas, minReplicas } of workloadsOfService(root.get("spec"))) {
    const replicas = maxReplicas ?? minReplicas ?? 0;
    for (const { perReplica, requests } of pods) {
      for (const [resource, { nanos }] of requests) {
        if (!acceleratorResources.has(resource)) continue;
        const count = (Number(nanos) / 1e9) * perReplica * replicas;
        if (count > 0) found.set(resource, (found.get(resource) ?? 0) + count);
      }
    }
  }
  return found;
}
