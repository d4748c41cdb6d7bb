import { ApiError, type KubernetesClient } from "../../sdk/kubernetes/client";
import { applyObject } from "./applyObject";
import type { BundleInputs } from "./bundle";
import { forAll, readMetadata, readObject, Waiting } from "./cluster";
import { type CustomResourceDefinition, nameOf } from "./objects";

/** The content does not need the names to be accepted first, it only costs more then. */
const patienceSeconds = 15;

/**
 * Has the API server accept and establish the names of CRDs that are not there yet, before it is given their content.
 *
 * To do so it writes a CRD's status two or three times, and each time it converts, checks, stores and hands to every watcher the whole of it:
 * with a megabyte of schema that is more than half of what installing it costs (figures in docs/decisions.md). Until the content comes no
 * version is served, so that nobody can store an object that was not checked. What is there already, whoever brought it, is left alone.
 */
export async function acceptNames(
  client: KubernetesClient,
  inputs: Pick<BundleInputs, "fieldManager" | "name" | "timeoutSeconds">,
  crds: readonly CustomResourceDefinition[],
): Promise<void> {
  await forAll(crds, `CRD set "${inputs.name}"`, async (crd) => {
    if (await readMetadata(client, nameOf(crd))) return;
    try {
      await applyObject(client, inputs, withoutContent(crd), false);
    } catch (error) {
      // Somebody else was faster; what becomes of that is decided with the content.
      if (error instanceof Error && error.cause instanceof ApiError && error.cause.reason === "Conflict") return;
      throw error;
    }
    await waitEstablished(client, nameOf(crd));
  });
}

/** The same CRD by name, with nothing served. */
function withoutContent(crd: CustomResourceDefinition): CustomResourceDefinition {
  return {
    ...crd,
    spec: {
      ...crd.spec,
      conversion: undefined,
      versions: crd.spec.versions.map(({ name, storage }) => ({
        name,
        storage,
        served: false,
        schema: { openAPIV3Schema: { type: "object" } },
      })),
    },
  };
}

/** Until the API server has taken or refused the names; what it refuses is reported with the content. */
async function waitEstablished(client: KubernetesClient, name: string): Promise<void> {
  const waiting = new Waiting(`the name of ${name} to be accepted`, patienceSeconds);
  while (!waiting.expired) {
    const live = (await readObject(client, name)) as CustomResourceDefinition | undefined;
    const has = (type: string, wanted: string): boolean =>
      live?.status?.conditions?.some((condition) => condition.type === type && condition.status === wanted) ?? false;
    if (!live || has("Established", "True") || has("NamesAccepted", "False")) return;
    await waiting.pause("it is not established yet");
  }
}
