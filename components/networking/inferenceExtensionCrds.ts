import * as pulumi from "@pulumi/pulumi";

import { artifacts, type CrdSet } from "../../sdk/artifacts";
import { type CrdArgs, crdBundles, CrdOwnership } from "../crds/crdBundle";
import { allResources } from "../resources";

/** Arguments of {@link InferenceExtensionCrds}. */
export interface InferenceExtensionCrdsArgs extends CrdArgs {
  /**
   * Whose the CRD of InferencePool v1 is where the others are this component's: a cloud may keep it itself, as GKE does since
   * 1.34.0-gke.1626000. @default as `crds`
   */
  poolCrd?: "own" | "existing";
}

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
    const { poolCrd, ...crdArgs } = args;
    const isSplit = poolCrd === "existing" && (crdArgs.crds ?? CrdOwnership.own) === CrdOwnership.own;

    const bundles = crdBundles(
      `${name}-bundle`,
      { ...crdArgs, set: isSplit ? { ...partOf(set, (crd) => crd !== pool), leftOut: [pool] } : set },
      { parent: this },
    );
    if (isSplit) {
      const ofPool = { ...crdArgs, crds: CrdOwnership.existing, set: partOf(set, (crd) => crd === pool) };
      bundles.push(...crdBundles(`${name}-pool`, ofPool, { parent: this }));
    }

    this.version = pulumi.output(set.version as string);
    this.names = pulumi.output(Object.keys(set.crds));
    this.ready = allResources(bundles);
    this.registerOutputs({ version: this.version, names: this.names });
  }
}

const pool = "inferencepools.inference.networking.k8s.io";

function partOf(set: CrdSet, isPart: (crd: string) => boolean): CrdSet {
  return { ...set, crds: Object.fromEntries(Object.entries(set.crds).filter(([crd]) => isPart(crd))) };
}
