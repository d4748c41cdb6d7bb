import type { BundleOutputs } from "../../components/crds/bundle";
import { asApplied, CrdOwnership, objectNames } from "../../components/crds/bundle";
import { readObject } from "../../components/crds/cluster";
import { liveState } from "../../components/crds/ownership";
import type { KubernetesClient } from "../../sdk/kubernetes/client";
import type { LiveObjects } from "./report";

/** Objects as the API server has them. What may not be read is left out: the engine's JSON then says what it can. */
export function liveObjects(client: KubernetesClient): LiveObjects {
  return {
    read: async (apiVersion, kind, namespace, name) =>
      client.get(apiVersion, kind, namespace, name).catch(() => undefined),
    async crds({ outputs }) {
      const bundle = outputs as unknown as BundleOutputs;
      if (bundle.ownership !== CrdOwnership.own) return [];
      const states = await Promise.all(
        objectNames(bundle).map(async (name) => {
          const object = await readObject(client, name);
          const state = liveState(object, bundle.fieldManager, bundle.applied[name]);
          return {
            object: name.includes("/") ? name.replace("/", " ") : `CustomResourceDefinition ${name}`,
            state,
          };
        }),
      );
      return states.filter(({ state }) => state !== asApplied);
    },
  };
}
