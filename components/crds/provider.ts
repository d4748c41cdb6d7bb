import { type BundleInputs, type BundleOutputs } from "./bundle";
import { type CheckFailure, checkBundle, diffBundle, type DiffResult } from "./diff";

// Everything that reads files or talks to a cluster is loaded only by the steps that do, so that a preview stays cheap.

/** The provider of CRD bundles, in the form that Pulumi's dynamic provider calls. */
export const provider = {
  check(olds: Partial<BundleInputs>, news: BundleInputs): Promise<{ inputs: BundleInputs; failures: CheckFailure[] }> {
    return Promise.resolve(checkBundle(olds, news));
  },

  diff(_id: string, olds: BundleOutputs, news: BundleInputs): Promise<DiffResult> {
    return Promise.resolve(diffBundle(olds, news));
  },

  async create(inputs: BundleInputs): Promise<{ id: string; outs: BundleOutputs }> {
    const { createBundle } = await import("./install");
    return { id: inputs.name, outs: await createBundle(inputs) };
  },

  async update(_id: string, olds: BundleOutputs, news: BundleInputs): Promise<{ outs: BundleOutputs }> {
    const { updateBundle } = await import("./install");
    return { outs: await updateBundle(olds, news) };
  },

  async read(
    id: string,
    outputs: BundleOutputs,
  ): Promise<{ id: string; props?: BundleOutputs; inputs?: BundleInputs }> {
    const { readBundle } = await import("./refresh");
    return readBundle(id, outputs);
  },

  async delete(_id: string, outputs: BundleOutputs): Promise<void> {
    const { deleteBundle } = await import("./remove");
    await deleteBundle(outputs);
  },
};
