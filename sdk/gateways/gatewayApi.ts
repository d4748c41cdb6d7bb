import { createRequire } from "node:module";

import { artifacts, type CrdSet } from "../artifacts";
import { nearest } from "../nearest";
import type { Problem } from "../problems";
import { versions } from "../versions";

const lazyRequire = createRequire(__filename);

/** Versions of Gateway API whose CRDs can be installed; the first is the default. */
export const gatewayApiVersions = [versions.gatewayApi, versions.gatewayApiBefore] as const;
export type GatewayApiVersion = (typeof gatewayApiVersions)[number];

/** Which of Gateway API's kinds there are. */
export const gatewayApiChannels = ["standard", "experimental"] as const;
export type GatewayApiChannel = (typeof gatewayApiChannels)[number];

/** The CRDs of a version and channel. */
export function gatewayApiSet(version: GatewayApiVersion, channel: GatewayApiChannel): CrdSet {
  const key = ({ standard: "gatewayApiStandard", experimental: "gatewayApiExperimental" } as const)[channel];
  if (version === versions.gatewayApi) return artifacts.crds[key];
  // Loaded where it is asked for, as most programs have the default.
  const { earlierCrdSets } = lazyRequire("../earlierCrdSets.generated") as typeof import("../earlierCrdSets.generated");
  return earlierCrdSets[key][version];
}

/** Kinds that KServe and this package make objects of; a cluster that brings the CRDs itself may lack others, or have them older. */
const used = ["gatewayclasses", "gateways", "httproutes"].map((plural) => `${plural}.gateway.networking.k8s.io`);

/** The part of a set of Gateway API's CRDs without which nothing here works. */
export function gatewayApiUsed(set: CrdSet): CrdSet {
  return {
    ...set,
    crds: Object.fromEntries(Object.entries(set.crds).filter(([crd]) => used.includes(crd))),
    others: [],
  };
}

/** What is wrong with a version and a channel. */
export function checkGatewayApi(given: { version: string; channel: string }): Problem[] {
  const allowed = { version: gatewayApiVersions, channel: gatewayApiChannels } as const;
  return (["version", "channel"] as const).flatMap((path) => {
    const known: readonly string[] = allowed[path];
    if (known.includes(given[path])) return [];
    const guess = nearest(String(given[path]), known);
    return [
      {
        path,
        given: given[path],
        message: path === "channel" ? "no such channel" : "Gateway API's CRDs of this version are not known",
        allowed: known.join(", "),
        ...(guess && { fix: `did you mean "${guess}"?` }),
      },
    ];
  });
}
