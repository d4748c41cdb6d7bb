import * as pulumi from "@pulumi/pulumi";

import { kserveNamespace } from "../../sdk/api/constants";
import { kserveController, leaderWorkerSetController } from "../../sdk/platform/networkPolicies";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link ControllerDisruptionBudgets}. */
export interface ControllerDisruptionBudgetsArgs {
  /** For KServe's controller. @default true */
  kserve?: boolean;
  /** For LeaderWorkerSet's controller, by its namespace. @default { namespace: "lws-system" } */
  leaderWorkerSet?: { namespace?: string } | false;
  /** For others, whose charts bring none. @default none */
  others?: { name: string; namespace: string; podLabels: Record<string, string> }[];
}

/**
 * PodDisruptionBudgets for controllers whose charts have none: a drained node takes one pod at a time, and waits until the next is there.
 * They help where there are two replicas or more; a single one may always be evicted, so that it holds up no node.
 */
export class ControllerDisruptionBudgets extends pulumi.ComponentResource {
  /** As "<namespace>/<name>". */
  readonly names: string[];

  constructor(name: string, args: ControllerDisruptionBudgetsArgs = {}, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ControllerDisruptionBudgets", name, {}, opts);
    const { kserve = true, leaderWorkerSet = {}, others = [] } = args;
    const budgets = [
      ...(kserve
        ? [{ name: "llmisvc-controller-manager", namespace: kserveNamespace, podLabels: { ...kserveController } }]
        : []),
      ...(leaderWorkerSet
        ? [
            {
              name: "lws-controller-manager",
              namespace: leaderWorkerSet.namespace ?? "lws-system",
              podLabels: { ...leaderWorkerSetController },
            },
          ]
        : []),
      ...others,
    ];
    for (const budget of budgets) {
      new KubernetesObject(
        `${name}-${budget.namespace}-${budget.name}`,
        {
          apiVersion: "policy/v1",
          kind: "PodDisruptionBudget",
          metadata: { name: budget.name, namespace: budget.namespace },
          spec: { maxUnavailable: 1, selector: { matchLabels: budget.podLabels } },
        },
        { parent: this, dependsOn: opts.dependsOn },
      );
    }
    this.names = budgets.map((budget) => `${budget.namespace}/${budget.name}`);
    this.registerOutputs({ names: this.names });
  }
}
