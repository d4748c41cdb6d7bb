import * as pulumi from "@pulumi/pulumi";

import { podComponents, servicePodLabels } from "../../sdk/api/podLabels";
import { labelName, objectName, RecipeChecks } from "../../sdk/recipes/recipeChecks";
import { KubernetesObject } from "../kubernetesObject";

/** Whose pods a budget is for. */
export const DisruptedWorkload = {
  /** The servers; those of decode where prefill is apart. */
  decode: "decode",
  prefill: "prefill",
  /** The endpoint picker. */
  scheduler: "scheduler",
} as const;
export type DisruptedWorkload = (typeof DisruptedWorkload)[keyof typeof DisruptedWorkload];

/** Arguments of {@link ServiceDisruptionBudget}. */
export interface ServiceDisruptionBudgetArgs {
  /** `metadata.name` of the LLMInferenceService. */
  serviceName: pulumi.Input<string>;
  /** Of the service. @default "default" */
  namespace?: pulumi.Input<string>;
  /** @default "decode" */
  workload?: DisruptedWorkload;
  /** Pods that stay at least: a number, or a share such as "50%". Excludes `maxUnavailable`. */
  minAvailable?: number | string;
  /** Pods that may be missing at most: a number, or a share. @default 1, unless `minAvailable` is given */
  maxUnavailable?: number | string;
  /** `metadata.name`. @default the resource's name */
  budgetName?: string;
}

/**
 * A PodDisruptionBudget for the pods of one workload of a service, single pods and groups of nodes alike: how many of them a drained
 * node may take at a time. It counts pods: a group is lost with any of its own.
 *
 * Pods that do not serve yet or no longer may always be evicted, so that a broken server holds up no node.
 */
export class ServiceDisruptionBudget extends pulumi.ComponentResource {
  readonly budgetName: string;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: ServiceDisruptionBudgetArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ServiceDisruptionBudget", name, {}, opts);
    check(name, args);
    this.budgetName = args.budgetName ?? name;
    const { minAvailable, maxUnavailable = 1, workload = DisruptedWorkload.decode } = args;
    new KubernetesObject(
      `${name}-budget`,
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: this.budgetName, namespace: args.namespace ?? "default" },
        spec: {
          ...(minAvailable === undefined ? { maxUnavailable } : { minAvailable }),
          selector: {
            matchLabels: servicePodLabels(args.serviceName),
            matchExpressions: [
              { key: "app.kubernetes.io/component", operator: "In", values: [...podComponents[workload]] },
            ],
          },
          unhealthyPodEvictionPolicy: "AlwaysAllow",
        },
      },
      { parent: this },
    );
    this.registerOutputs({ budgetName: this.budgetName });
  }
}

function check(name: string, args: ServiceDisruptionBudgetArgs): void {
  const checks = new RecipeChecks(`"${name}"`, "ServiceDisruptionBudget");
  checks.fields("", args, ["serviceName", "namespace", "workload", "minAvailable", "maxUnavailable", "budgetName"]);
  const { minAvailable, maxUnavailable } = args;
  checks.text("serviceName", args.serviceName, { ...labelName, required: true });
  checks.text("budgetName", args.budgetName ?? name, objectName);
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    checks.report({
      path: "minAvailable",
      given: minAvailable,
      message: `excludes maxUnavailable (${JSON.stringify(maxUnavailable)})`,
      fix: "remove one of them",
    });
  }
  for (const [path, given] of Object.entries({ minAvailable, maxUnavailable })) {
    const fits =
      typeof given === "number" ? Number.isInteger(given) && given >= 0 : /^(100|\d{1,2})%$/.test(given ?? "0%");
    if (fits) continue;
    checks.report({
      path,
      given,
      message: "neither a number of pods nor a share",
      allowed: '0 and more, "0%" to "100%"',
    });
  }
  checks.choice("workload", args.workload, Object.keys(podComponents));
  checks.done();
}
