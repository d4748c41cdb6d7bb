import * as pulumi from "@pulumi/pulumi";

import {
  inferenceClusterContract,
  type InferenceClusterFields,
  type PublishedCluster,
  type PublishedNodes,
} from "../../sdk/references/inferenceCluster";
import { lazyOutputs } from "../lazyOutputs";
import { ContractReader, type ContractReferenceArgs, stackReferenceArgs } from "./contractReader";

/**
 * The cluster that another stack makes or names: a way into it, and what is known of its nodes.
 *
 * A stack that cannot be read, or that does not speak the contract as this version of the package reads it, is an error of the preview.
 */
export class InferenceClusterReference extends pulumi.StackReference {
  /** Secret. */
  declare readonly kubeconfig: pulumi.Output<string>;

  readonly #contract: ContractReader<InferenceClusterFields>;

  /**
   * @param name the stack as `<organization>/<project>/<stack>`, or any name where `args.stack` has that
   * @throws ConfigurationError with everything that is wrong with the stack, when its outputs are known
   */
  constructor(name: string, args: ContractReferenceArgs = {}, opts?: pulumi.CustomResourceOptions) {
    super(name, stackReferenceArgs(args), opts);
    this.#contract = new ContractReader(inferenceClusterContract, this);
    lazyOutputs<InferenceClusterReference, "kubeconfig">(this, {
      kubeconfig: () => this.#contract.requiredField("kubeconfig"),
    });
  }

  /** What is plain about the cluster; undefined while the stack's name is not known. */
  get cluster(): Promise<PublishedCluster | undefined> {
    return this.#contract.plainField("cluster");
  }

  /** What is known of nodes; undefined while the stack's name is not known. */
  get nodes(): Promise<PublishedNodes | undefined> {
    return this.#contract.plainField("nodes");
  }
}
