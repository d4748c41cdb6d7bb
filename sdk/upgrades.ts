import { isOlder } from "./compatibility";

/** A set of CRDs at a version, as it is or is to be in a cluster. */
export interface InstalledSet {
  /** Such as "gateway-api". */
  readonly name: string;
  /** Such as "experimental". */
  readonly variant?: string | undefined;
  readonly version: string;
}

/** Why a step is not taken, and what to do instead. */
export interface RefusedStep {
  readonly reason: string;
  readonly fix: string;
}

/**
 * Whether a set of CRDs may be brought from one version to another. Going up is allowed; whether objects stay readable is checked
 * against the cluster when it is done.
 *
 * @returns undefined where it may.
 */
export function refusedStep(from: InstalledSet, to: InstalledSet): RefusedStep | undefined {
  return refusedGatewayApi(from, to) ?? refusedDowngrade(from, to);
}

/** Kubernetes says of CRDs only that a version in which objects are stored must stay; of fields that are lost it says nothing. */
function refusedDowngrade(from: InstalledSet, to: InstalledSet): RefusedStep | undefined {
  if (!isOlder(to.version, from.version)) return undefined;
  return {
    reason:
      `a downgrade from ${from.version} to ${to.version}: objects may have fields that older CRDs do not know, and the API server ` +
      "would drop them",
    fix: `keep ${from.version}; to go back, destroy the set with its objects and install ${to.version} anew`,
  };
}

/**
 * Subresources that came with a version of a set whose CRDs serve the same versions as before, by CRD: what tells them from older ones,
 * where nobody says their version.
 *
 * Source: KServe 0.20, whose controller writes the status of LLMInferenceServiceConfigs, which have none in 0.19
 * (config/crd/full/llmisvc/serving.kserve.io_llminferenceserviceconfigs.yaml).
 */
export const newSubresources: Readonly<Record<string, { readonly subresource: string; readonly since: string }>> = {
  "llminferenceserviceconfigs.serving.kserve.io": { subresource: "status", since: "0.20.0" },
};

const policy = "safe-upgrades.gateway.networking.k8s.io";

/** Source: the ValidatingAdmissionPolicy of this name in the standard channel of Gateway API 1.5.1 (gateway.networking.k8s.io_vap_safeupgrades.yaml). */
function refusedGatewayApi(from: InstalledSet, to: InstalledSet): RefusedStep | undefined {
  if (from.name !== "gateway-api" || from.variant !== "standard" || isOlder(from.version, "1.5.0")) return undefined;
  if (isOlder(to.version, "1.5.0")) {
    return {
      reason: `Gateway API's own policy ${policy}, which came with ${from.version}, lets no CRDs of a version before 1.5.0 in`,
      fix: `keep ${from.version}; to go back, destroy the set with its objects and install ${to.version} anew`,
    };
  }
  if (to.variant === "experimental") {
    return {
      reason: `Gateway API's own policy ${policy} lets no experimental CRDs in over those of the standard channel`,
      fix: "keep the standard channel; for the other one destroy the set with its objects and install it anew",
    };
  }
  return undefined;
}
