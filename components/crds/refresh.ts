import { asApplied, type BundleInputs, type BundleOutputs, CrdOwnership, objectNames } from "./bundle";
import { readObject, withCluster } from "./cluster";
import { existingStates, withOthers } from "./existing";
import { liveState } from "./ownership";

const unreachable =
  "check that the cluster runs; if the kubeconfig has changed, run `pulumi up` first, which records the new one";

/**
 * Looks at what has become of a set.
 *
 * A set that is gone altogether is reported as deleted. What is missing or changed is shown in `live`, and taken out of the
 * inputs, so that the next preview shows what it will repair.
 */
export function readBundle(
  id: string,
  outputs: BundleOutputs,
): Promise<{ id: string; props?: BundleOutputs; inputs?: BundleInputs }> {
  return withCluster(outputs, unreachable, async (client) => {
    const live =
      outputs.ownership === CrdOwnership.existing
        ? withOthers(outputs, await existingStates(client, outputs))
        : (Object.fromEntries(
            await Promise.all(
              objectNames(outputs).map(async (name) => [
                name,
                liveState(await readObject(client, name), outputs.fieldManager, outputs.applied?.[name]),
              ]),
            ),
          ) as Record<string, string>);
    const gone = Object.values(live).every((state) => state === "missing");
    if (gone && outputs.ownership === CrdOwnership.own) return { id: "" };
    return { id, props: { ...outputs, live }, inputs: inputsAsFound(outputs, live) };
  });
}

function inputsAsFound(outputs: BundleOutputs, live: Record<string, string>): BundleInputs {
  const inputs: Partial<BundleOutputs> & BundleInputs = { ...outputs };
  delete inputs.applied;
  delete inputs.live;
  const crds = Object.entries(inputs.crds)
    .filter(([name]) => live[name] !== "missing")
    .map(([name, crd]) => [name, live[name] === asApplied ? crd : { ...crd, live: live[name] }]);
  return {
    ...inputs,
    crds: Object.fromEntries(crds) as BundleInputs["crds"],
    others: inputs.others.filter((name) => live[name] !== "missing"),
  };
}
