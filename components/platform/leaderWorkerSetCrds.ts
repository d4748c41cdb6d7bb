import * as pulumi from "@pulumi/pulumi";

import { artifacts } from "../../sdk/artifacts";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link LeaderWorkerSetCrds}. */
export type LeaderWorkerSetCrdsArgs = CrdArgs;

/** LeaderWorkerSet's CRD. It has one version, so it needs no conversion webhook. */
export class LeaderWorkerSetCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What a LeaderWorkerSet, or a controller that watches them, must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: LeaderWorkerSetCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:LeaderWorkerSetCrds", name, {}, opts);
    const set = artifacts.crds.leaderWorkerSet;

    const bundles = crdBundles(`${name}-bundle`, { ...args, set }, { parent: this });

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}
