import * as pulumi from "@pulumi/pulumi";

import { artifacts } from "../../sdk/artifacts";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link InferenceExtensionCrds}. */
export type InferenceExtensionCrdsArgs = CrdArgs;

/**
 * The CRDs of the Gateway API inference extension in the form that KServe works with: InferencePool in both API groups (KServe
 * moves its routes from one to the other), and the objectives and model rewrites of llm-d.
 */
export class InferenceExtensionCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an object of these kinds must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: InferenceExtensionCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:InferenceExtensionCrds", name, {}, opts);
    const set = artifacts.crds.inferenceExtension;

    const bundles = crdBundles(`${name}-bundle`, { ...args, set }, { parent: this });

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}
