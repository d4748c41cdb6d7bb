import * as pulumi from "@pulumi/pulumi";

import { artifacts } from "../../sdk/artifacts";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link CertManagerCrds}. */
export type CertManagerCrdsArgs = CrdArgs;

/** cert-manager's CRDs: certificates, their requests, issuers, and the orders and challenges of ACME. */
export class CertManagerCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an issuer, or cert-manager itself, must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: CertManagerCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:CertManagerCrds", name, {}, opts);
    const set = artifacts.crds.certManager;

    const bundles = crdBundles(`${name}-bundle`, { ...args, set }, { parent: this });

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}
