import type { Deciding } from "./deciding";
import { type ModelCacheKind, modelCacheKinds, type ModelCachePlan } from "./types";

const cloudOf: Record<ModelCacheKind, "gke" | "eks"> = {
  filestore: "gke",
  "gcs-fuse": "gke",
  "hyperdisk-ml": "gke",
  efs: "eks",
  "fsx-lustre": "eks",
};

/** Checks the storage that models are kept in, and names its classes. */
export function decideCaches(deciding: Deciding): Required<ModelCachePlan>[] {
  const { modelCaches = [], cloud } = deciding.plan;
  const names: string[] = [];
  return modelCaches.flatMap(({ kind, name = `model-cache-${kind}` }, index) => {
    const path = `modelCaches[${index}]`;
    if (!deciding.allowed(`${path}.kind`, kind, modelCacheKinds)) return [];
    if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))
      deciding.refuse(`${path}.name`, name, "Kubernetes does not take this name", {
        allowed: "small letters, digits, hyphens and dots",
      });
    if (names.includes(name)) deciding.refuse(`${path}.name`, name, "another model cache has this name");
    names.push(name);
    if (cloudOf[kind] !== cloud) {
      const allowed = modelCacheKinds.filter((other) => cloudOf[other] === cloud).join(", ");
      deciding.refuse(`${path}.kind`, kind, `it is made on ${cloudOf[kind].toUpperCase()} only`, {
        allowed: allowed || "none; make a StorageClass of your own",
      });
      return [];
    }
    if (kind === "gcs-fuse") {
      deciding.provide(name, "GKE", "the driver that GKE installs mounts buckets without a StorageClass");
      return [];
    }
    for (const { machine, name: pool } of deciding.pools)
      if (kind === "hyperdisk-ml" && machine?.cloud === "gke" && !machine.attachDiskTypes.includes(kind))
        deciding.refuse(`${path}.kind`, kind, `it cannot be attached to ${machine.machineType} of pool "${pool}"`, {
          fix: 'use "filestore" or "gcs-fuse" there',
        });
    return [{ kind, name }];
  });
}
