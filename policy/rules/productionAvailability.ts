import { type LabelledWorkload, podComponents, servicePodLabels } from "../../sdk/api/podLabels";
import type { View } from "../../sdk/api/view";
import { workloadsOfService } from "../../sdk/preflight/pods";
import { matches } from "../patterns";
import type { Rule } from "../rule";
import type { Stack } from "../stack";
import type { Subject } from "../subject";

interface Config {
  readonly productionStacks: readonly string[];
  readonly minReplicas: number;
  readonly minSchedulerReplicas: number;
  readonly disruptionBudgets: boolean;
}

/** Services in production survive the loss of a pod, and the upgrade of nodes. */
export const productionAvailability: Rule<Config> = {
  name: "production-availability",
  description: "In production each workload of a service has several replicas, and a disruption budget.",
  remediation: "Raise `replicas` (or `scaling.minReplicas`) and add a ServiceDisruptionBudget for each workload.",
  severity: "high",
  config: {
    productionStacks: {
      type: "array",
      items: { type: "string" },
      default: ["prod", "production", "prod-*", "production-*", "*-prod", "*-production"],
      description: "names of the stacks that are production",
    },
    minReplicas: { type: "integer", minimum: 1, default: 2, description: "of servers, those of prefill too" },
    minSchedulerReplicas: {
      type: "integer",
      minimum: 1,
      default: 1,
      description: "of endpoint pickers; of several one works at a time, but for those that are told otherwise",
    },
    disruptionBudgets: {
      type: "boolean",
      default: true,
      description: "whether servers must have a PodDisruptionBudget",
    },
  },
  judgeStack(stack, config, report) {
    if (!matches(stack.name, config.productionStacks)) return;
    for (const service of stack.services) {
      if (!service.whole) continue;
      for (const { role, replicasAt, minReplicas } of workloadsOfService(service.root.get("spec"))) {
        const least = role === "scheduler" ? config.minSchedulerReplicas : config.minReplicas;
        if (minReplicas !== undefined && minReplicas < least) {
          report(service)(replicasAt, {
            given: minReplicas,
            message: `too few ${titles[role]} for production`,
            allowed: `at least ${least}`,
          });
        }
        const workload = role === "main" ? "decode" : role;
        if (!config.disruptionBudgets || role === "scheduler" || hasBudget(stack, service, workload)) continue;
        report(service)("", {
          message: `no PodDisruptionBudget in this stack for the ${titles[role]}, so that nodes may be drained of all of them at once`,
          fix: `new ServiceDisruptionBudget(…, { serviceName: "${service.object?.name}", workload: "${workload}" })`,
        });
      }
    }
  },
};

const titles = { main: "servers", prefill: "prefill servers", scheduler: "endpoint pickers" } as const;

function hasBudget(stack: Stack, { object }: Subject, workload: LabelledWorkload): boolean {
  return stack.ofKind("PodDisruptionBudget").some(({ object: budget, root }) => {
    if (budget?.namespace !== object?.namespace) return false;
    const selector = root.get("spec", "selector");
    // What is not known yet is not said to be missing.
    if (selector.unknown) return true;
    // An empty one selects everything, none nothing. Source: PodDisruptionBudgetSpec, policy/v1/types.go of k8s.io/api v0.34.4.
    if (selector.absent) return false;
    return podComponents[workload].some((component) =>
      selects(selector, { ...servicePodLabels(object?.name ?? ""), "app.kubernetes.io/component": component }),
    );
  });
}

function selects(selector: View, labels: Readonly<Record<string, string>>): boolean {
  const exact = selector.get("matchLabels");
  const expressions = selector.get("matchExpressions").items;
  return (
    exact.keys.every((key) => exact.get(key).unknown || exact.get(key).text === labels[key]) &&
    expressions.every((expression) => holds(expression, labels))
  );
}

function holds(expression: View, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[expression.get("key").text ?? ""];
  const isListed = value !== undefined && expression.get("values").items.some(({ text }) => text === value);
  switch (expression.get("operator").text) {
    case "In":
      return isListed;
    case "NotIn":
      return !isListed;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}
