import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import type { BundleInputs } from "./bundle";
import { isOverload, Waiting } from "./cluster";
import { nameOf } from "./objects";

/**
 * Applies one object of a set, again as long as there is time when the API server gives up: it allows itself 34 seconds for a request,
 * and a busy one takes longer for a megabyte of schema.
 *
 * @throws Error that names the object, and for a conflict each field and who has changed it.
 */
export async function applyObject(
  client: KubernetesClient,
  { fieldManager, name: set, timeoutSeconds }: Pick<BundleInputs, "fieldManager" | "name" | "timeoutSeconds">,
  object: KubernetesObject,
  force: boolean,
): Promise<KubernetesObject> {
  const waiting = new Waiting(`${nameOf(object)} to be taken by the API server`, timeoutSeconds);
  for (;;) {
    try {
      return await client.apply(object, { fieldManager, force });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code === 401 || error.code === 403) throw error;
      if (isOverload(error) && !waiting.expired) await waiting.pause(error.message);
      else throw described(error, object, set);
    }
  }
}

function described(error: ApiError, object: KubernetesObject, set: string): Error {
  if (error.reason !== "Conflict") return new Error(`${nameOf(object)}: ${error.message}`, { cause: error });
  const causes = (error.details as { causes?: { message?: string; field?: string }[] } | undefined)?.causes ?? [];
  const fields = causes.map(({ message, field }) => `${field ?? "a field"} (${message ?? "conflict"})`);
  return new Error(
    `${nameOf(object)}: fields of CRD set "${set}" were changed by somebody else: ${fields.join(", ")}; ` +
      "fix: run `pulumi refresh` to see what was changed and `pulumi up` to repair it, or set force to take the fields over",
    { cause: error },
  );
}
