import type { CrdSummary } from "../../sdk/artifacts";

/**
 * Whether CRDs are installed by this package (`own`), were installed by somebody else and are only checked (`existing`), or are
 * somebody else's business altogether (`unmanaged`: no resource, nothing is read).
 */
export const CrdOwnership = { own: "own", existing: "existing", unmanaged: "unmanaged" } as const;
export type CrdOwnership = (typeof CrdOwnership)[keyof typeof CrdOwnership];

/** What becomes of CRDs, and so of every object of their kinds, when nothing declares them any more. */
export const CrdDeletion = { delete: "delete", retain: "retain" } as const;
export type CrdDeletion = (typeof CrdDeletion)[keyof typeof CrdDeletion];

/** The webhook that converts a CRD's objects between versions. */
export interface CrdConversion {
  service: { namespace: string; name: string; path: string; port: number };
  reviewVersions: string[];
  /** Base64 of the PEM that the API server verifies the webhook with. */
  caBundle?: string;
  /** "<namespace>/<name>" of the cert-manager Certificate whose CA is injected instead. */
  injectCaFrom?: string;
}

/** What the engine keeps of a CRD set: everything that says what it is, nothing of its content. */
export interface BundleInputs {
  name: string;
  variant?: string;
  version: string;
  /** Official address of the files. */
  source: string;
  /** Address that is read instead. */
  mirror?: string;
  /** SHA-256 by path. */
  files: Record<string, string>;
  crds: Record<string, CrdSummary>;
  others: string[];
  /** Objects in the files that are not of the set. */
  leftOut?: string[];
  ownership: CrdOwnership;
  onDelete: CrdDeletion;
  conversion?: Record<string, CrdConversion>;
  fieldManager: string;
  force: boolean;
  timeoutSeconds: number;
  kubeconfig: string;
}

/** The inputs, and what the cluster made of them. */
export interface BundleOutputs extends BundleInputs {
  /** Digest of the fields that were applied, as the API server stored them, by object. */
  applied: Record<string, string>;
  /** {@link asApplied}, or what is different in the cluster, by object. */
  live: Record<string, string>;
}

/** Value of `live` for an object that is as it was left. */
export const asApplied = "as applied";

/** Resource type; the engine sends every type of the package `pulumi-nodejs` to its provider for dynamic resources. */
export const bundleType = "pulumi-nodejs:dynamic/pulumi-kserve:CrdBundle";

/**
 * The code that the dynamic provider runs: it finds this package from the program's folder, where the engine starts the
 * provider, or from the folder in whose node_modules the SDK is that the provider belongs to.
 */
export const providerCode = [
  "exports.handler = () => {",
  'const { createRequire } = require("module"), name = "pulumi-kserve/crds/provider";',
  "for (const folder of [process.cwd(), require.main.filename.split(/[\\\\/]node_modules[\\\\/]/)[0]]) {",
  'try { return createRequire(folder + "/_")(name).provider; }',
  "catch (error) { if (!error.message.includes(name)) throw error; } }",
  'throw new Error("the npm package pulumi-kserve was not found from " + process.cwd() + "; install it where the Pulumi program is"); };',
].join(" ");

/** "<kind>/<name>" of every object in a CRD set; a CRD's name alone. */
export function objectNames({ crds, others }: Pick<BundleInputs, "crds" | "others">): string[] {
  return [...Object.keys(crds), ...others];
}

/** By which a stack applies CRDs: one for each, so that two do not take each other's for their own. The API allows 128 characters. */
export function fieldManagerOf(project: string, stack: string): string {
  return `pulumi-kserve/${project}/${stack}`.slice(0, 128);
}
