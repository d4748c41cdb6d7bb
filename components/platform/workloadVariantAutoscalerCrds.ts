import * as pulumi from "@pulumi/pulumi";

import { artifacts } from "../../sdk/artifacts";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link WorkloadVariantAutoscalerCrds}. */
export type WorkloadVariantAutoscalerCrdsArgs = CrdArgs;

/** The CRD VariantAutoscaling, of which KServe makes one for each workload that scales. */
export class WorkloadVariantAutoscalerCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an object of these kinds, or KServe's controller, must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: WorkloadVariantAutoscalerCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:WorkloadVariantAutoscalerCrds", name, {}, opts);
    const set = artifacts.crds.workloadVariantAutoscaler;
    const bundles = crdBundles(`${name}-bundle`, { ...args, set }, { parent: this });

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}
