import * as pulumi from "@pulumi/pulumi";

import { artifacts, type CrdSet } from "../../sdk/artifacts";
import { assertNoProblems } from "../../sdk/problems";
import { type CrdArgs, crdBundles } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link GatewayApiCrds}. */
export interface GatewayApiCrdsArgs extends CrdArgs {
  /**
   * "standard" or "experimental". The standard channel's admission policy refuses to go to the experimental one: its
   * ValidatingAdmissionPolicyBinding has to be deleted first. @default "standard"
   */
  channel?: "standard" | "experimental";
}

/** The CRDs of Gateway API, and the admission policy that keeps older versions from replacing them. */
export class GatewayApiCrds extends pulumi.ComponentResource {
  readonly version: pulumi.Output<string>;
  /** Names of the CRDs. */
  readonly names: pulumi.Output<string[]>;
  /** What an object of these kinds must depend on. */
  readonly ready: pulumi.Output<pulumi.Resource[]>;

  constructor(name: string, args: GatewayApiCrdsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:GatewayApiCrds", name, {}, opts);
    const { channel = "standard", ...crdArgs } = args;
    const set = { standard: artifacts.crds.gatewayApiStandard, experimental: artifacts.crds.gatewayApiExperimental }[
      channel
    ];
    assertNoProblems(
      `GatewayApiCrds "${name}"`,
      set ? [] : [{ path: "channel", given: channel, message: "no such channel", allowed: "standard, experimental" }],
    );

    const bundles = crdBundles(
      `${name}-bundle`,
      { ...crdArgs, set: crdArgs.crds === "existing" && channel === "standard" ? usedOf(set) : set },
      { parent: this },
    );

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}

/** Kinds that KServe and this package make objects of; a cluster that brings the CRDs itself may lack others, or have them older. */
const used = ["gatewayclasses", "gateways", "httproutes"].map((plural) => `${plural}.gateway.networking.k8s.io`);

function usedOf(set: CrdSet): CrdSet {
  return {
    ...set,
    crds: Object.fromEntries(Object.entries(set.crds).filter(([crd]) => used.includes(crd))),
    others: [],
  };
}
