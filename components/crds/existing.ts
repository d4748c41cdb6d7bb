import type { CrdSet } from "../../sdk/artifacts";
import type { KubernetesClient } from "../../sdk/kubernetes/client";
import { newSubresources } from "../../sdk/upgrades";
import { asApplied, type BundleInputs, type BundleOutputs } from "./bundle";

/**
 * Checks that CRDs which somebody else installed are there and serve the version that this package works with.
 *
 * @throws Error with every CRD that is missing or too old.
 */
export async function verifyExisting(client: KubernetesClient, inputs: BundleInputs): Promise<BundleOutputs> {
  const live = await existingStates(client, inputs);
  const problems = Object.entries(live).filter(([, state]) => state !== asApplied);
  if (problems.length > 0) {
    throw new Error(
      `CRD set "${inputs.name}" ${inputs.version} is to exist already, but ${problems.length} of ${Object.keys(live).length} CRDs do not fit\n` +
        `${problems.map(([name, state]) => `  - ${name}: ${state}`).join("\n")}\n` +
        `fix: install version ${inputs.version} or newer (${inputs.source}), or set crds to "own" to have them installed`,
    );
  }
  return { ...inputs, applied: {}, live: withOthers(inputs, live) };
}

/** How each CRD of a set is served. */
export async function existingStates(
  client: KubernetesClient,
  set: Pick<CrdSet, "crds">,
): Promise<Record<string, string>> {
  const states = await Promise.all(
    Object.entries(set.crds).map(async ([name, { group, kind, versions, storageVersion }]) => {
      const served: string[] = [];
      for (const version of new Set([...versions, storageVersion])) {
        if (await client.resourceFor(`${group}/${version}`, kind)) served.push(version);
      }
      if (served.includes(storageVersion)) {
        const mark = newSubresources[name];
        const isOld = mark && !(await client.serves(`${group}/${storageVersion}`, kind, mark.subresource));
        return [
          name,
          isOld ? `too old: without the subresource "${mark.subresource}", which came with ${mark.since}` : asApplied,
        ] as const;
      }
      return [
        name,
        served.length > 0 ? `too old: serves ${served.join(", ")}; needed: ${storageVersion}` : "missing",
      ] as const;
    }),
  );
  return Object.fromEntries(states);
}

/** What else a set holds is the business of whoever installed it. */
export function withOthers(inputs: BundleInputs, live: Record<string, string>): Record<string, string> {
  return { ...live, ...Object.fromEntries(inputs.others.map((name) => [name, asApplied])) };
}
