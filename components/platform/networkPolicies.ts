import * as pulumi from "@pulumi/pulumi";

import { type NetworkAllowances, networkPolicies, problemsOfAllowances } from "../../sdk/platform/networkPolicies";
import { assertNoProblems } from "../../sdk/problems";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link InferenceNetworkPolicies}. */
export type InferenceNetworkPoliciesArgs = NetworkAllowances;

/**
 * NetworkPolicies that let through what inference needs and nothing else: gateway to endpoint picker and model servers, endpoint picker to
 * model servers, groups among themselves, Prometheus to both, the API server to webhooks, DNS and downloads of models. The network of the
 * cluster must enforce policies.
 *
 * @throws ConfigurationError with every problem of the allowances.
 */
export class InferenceNetworkPolicies extends pulumi.ComponentResource {
  /** As "<namespace>/<name>". */
  readonly names: string[];
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: InferenceNetworkPoliciesArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferenceNetworkPolicies", name, {}, opts);
    assertNoProblems(`InferenceNetworkPolicies "${name}"`, problemsOfAllowances(args, "networkPolicies"));
    const policies = networkPolicies(args);
    const created = policies.map(
      (policy) =>
        new KubernetesObject(`${name}-${policy.metadata.namespace}-${policy.metadata.name}`, policy, {
          parent: this,
          dependsOn: opts.dependsOn,
        }),
    );

    this.names = policies.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    this.ready = pulumi.output(created as pulumi.Resource[]);
    this.registerOutputs({ names: this.names });
  }
}
