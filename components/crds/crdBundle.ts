import * as pulumi from "@pulumi/pulumi";

import { type ArtifactMirrors, type CrdSet, type CrdSummary, resolveFiles } from "../../sdk/artifacts";
import {
  type BundleInputs,
  bundleType,
  type CrdConversion,
  CrdDeletion,
  CrdOwnership,
  fieldManagerOf,
  providerCode,
} from "./bundle";

export { type CrdConversion, CrdDeletion, CrdOwnership } from "./bundle";

/** What every component that brings CRDs takes. */
export interface CrdArgs {
  /** Text or path of the kubeconfig of the cluster. Kept as a secret. */
  kubeconfig: pulumi.Input<string>;
  /** Install the CRDs, check that somebody else did and that the versions in use are served, or do neither. @default "own" */
  crds?: CrdOwnership;
  /**
   * What becomes of installed CRDs on destroy, or when a new version of the set leaves them out. Deleting a CRD deletes every
   * object of its kind. @default "delete"
   */
  onDelete?: CrdDeletion;
  /** Take over CRDs that exist already and fields that others have changed. @default false: an error that names the other */
  force?: boolean;
  /** How long CRDs may take to be served or to be gone, and the objects of one to be written anew. In seconds. @default 300 */
  timeoutSeconds?: number;
  /** Where files are taken from instead of their official address. */
  mirrors?: ArtifactMirrors;
}

/** Arguments of {@link CrdBundle}. */
export interface CrdBundleArgs extends CrdArgs {
  set: CrdSet;
  /** Conversion webhooks by CRD. @default none, as in the files */
  conversion?: Record<string, pulumi.Input<CrdConversion>>;
}

/**
 * A set of CRDs as one resource whose inputs are names, versions and checksums, so that neither a preview nor an update pays
 * for megabytes of schema, while both still show what would be installed.
 *
 * The content is read only when it is applied: from a mirror, the user's cache or the official address, always verified. It is
 * applied server-side by a field manager of the stack's own, and refreshing compares exactly the fields which that manager owns.
 *
 * It speaks the protocol of Pulumi's dynamic resources, because that provider is part of every Pulumi CLI: whoever has the npm
 * package needs no further plugin. It is not a `pulumi.dynamic.Resource`: that serialises its code into the program's state
 * on every run, which costs time, while this one names the module to load.
 *
 * A version that goes while objects may still be stored in it goes after they were all written anew, within `timeoutSeconds`.
 *
 * Errors come from the resource's own steps: a downgrade, or a step that upstream forbids (already in the preview), files whose checksum is
 * wrong, CRDs that exist already, fields that another manager owns, a present storage version that would be removed, CRDs that are missing
 * with `crds: "existing"`.
 */
export class CrdBundle extends pulumi.CustomResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly version: pulumi.Output<string>;
  /** Names, kinds and versions. */
  declare readonly crds: pulumi.Output<Record<string, CrdSummary>>;
  /** "as applied", or what a refresh found to be different, by object. Unknown in a preview that creates the set. */
  declare readonly live: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: CrdBundleArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(bundleType, name, bundleInputs(args), { ...opts, additionalSecretOutputs: ["kubeconfig"] });
  }
}

/** The set as resources: one, or none when it is unmanaged. */
export function crdBundles(name: string, args: CrdBundleArgs, opts: pulumi.CustomResourceOptions): CrdBundle[] {
  return args.crds === CrdOwnership.unmanaged ? [] : [new CrdBundle(name, args, opts)];
}

function bundleInputs(args: CrdBundleArgs): pulumi.Inputs {
  const { set } = args;
  const address = resolveFiles(set, args.mirrors);
  const inputs: { [key in keyof BundleInputs]: pulumi.Input<unknown> } = {
    name: set.name,
    variant: set.variant,
    version: set.version,
    source: set.source,
    mirror: address === set.source ? undefined : address,
    files: set.files,
    crds: set.crds,
    others: set.others,
    leftOut: set.leftOut,
    ownership: args.crds ?? CrdOwnership.own,
    onDelete: args.onDelete ?? CrdDeletion.delete,
    conversion: args.conversion,
    fieldManager: fieldManagerOf(pulumi.getProject(), pulumi.getStack()),
    force: args.force ?? false,
    timeoutSeconds: args.timeoutSeconds ?? 300,
    kubeconfig: pulumi.secret(args.kubeconfig),
  };
  // A property is an output only when its key is among the inputs.
  return { ...inputs, live: undefined, __provider: providerCode };
}
