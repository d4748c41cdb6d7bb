import { artifacts, type CrdSet } from "../../sdk/artifacts";
import { gatewayControllerFacts } from "../../sdk/gateways/facts";
import { checkGatewayApi, gatewayApiSet, gatewayApiUsed, gatewayApiVersions } from "../../sdk/gateways/gatewayApi";
import { platformIn } from "../../stacks/environment/plan";
import type { StackFile } from "./stackFile";

/** A set of CRDs that the stack's platform has, and whose business it is. */
export interface WantedSet {
  /** Name of the set. */
  readonly name: string;
  /** None where the setting is wrong, so that it is not known which. */
  readonly set?: CrdSet;
  readonly ownership: "own" | "existing" | "unmanaged";
  /** The setting that says so. */
  readonly setting: string;
  /** CRDs of somebody else are taken over. */
  readonly force: boolean;
}

const ownerships: readonly unknown[] = ["own", "existing", "unmanaged"];

/** The sets of CRDs of a stack's platform, as `up` has them. Settings may be wrong here, which the check of the configuration says. */
export function wantedSets(file: StackFile | undefined): WantedSet[] {
  const platform = file ? platformIn(file.settings) : undefined;
  const { inferenceExtension, leaderWorkerSet, kserve, gateway } = platform ?? {};
  const { crds } = artifacts;
  const controller = gateway ? gateway.controller : undefined;
  const managed = controller === undefined ? undefined : gatewayControllerFacts(controller)?.managedCrds?.();

  const gatewayApi = { ...(managed?.gatewayApi && { crds: "existing" as const }), ...platform?.gatewayApi };
  const { version = gatewayApiVersions[0], channel = "standard", crds: ownership = "own" } = gatewayApi;
  const all = checkGatewayApi({ version, channel }).length > 0 ? undefined : gatewayApiSet(version, channel);
  const isPart = ownership === "existing" && channel === "standard";

  const extension = { ...(managed?.inferencePool && { poolCrd: "existing" as const }), ...inferenceExtension };
  const { crds: extensionOwnership = "own", poolCrd, force = false } = extension;
  const ofExtension = { name: crds.inferenceExtension.name, setting: "platform.inferenceExtension.crds", force };
  const isSplit = poolCrd === "existing" && extensionOwnership === "own";

  const sets: WantedSet[] = [
    {
      name: "gateway-api",
      set: all && isPart ? gatewayApiUsed(all) : all,
      ownership,
      setting: "platform.gatewayApi.crds",
      force: gatewayApi.force ?? false,
    },
    {
      ...ofExtension,
      set: isSplit ? partOf(crds.inferenceExtension, (crd) => crd !== pool) : crds.inferenceExtension,
      ownership: extensionOwnership,
    },
    ...(isSplit
      ? [
          {
            name: "InferencePool",
            set: partOf(crds.inferenceExtension, (crd) => crd === pool),
            ownership: poolCrd,
            setting: "platform.inferenceExtension.poolCrd",
            force,
          },
        ]
      : []),
    ...(leaderWorkerSet === false
      ? []
      : [
          {
            name: crds.leaderWorkerSet.name,
            set: crds.leaderWorkerSet,
            ownership: leaderWorkerSet?.crds ?? ("own" as const),
            setting: "platform.leaderWorkerSet.crds",
            force: leaderWorkerSet?.force ?? false,
          },
        ]),
    {
      name: crds.kserveFull.name,
      set: kserve?.crdSchema === "minimal" ? crds.kserveMinimal : crds.kserveFull,
      ownership: kserve?.crds ?? "own",
      setting: "platform.kserve.crds",
      force: kserve?.force ?? false,
    },
  ];
  return sets.map((one) => (ownerships.includes(one.ownership) ? one : { ...one, set: undefined }));
}

const pool = "inferencepools.inference.networking.k8s.io";

function partOf(set: CrdSet, isPart: (crd: string) => boolean): CrdSet {
  return { ...set, crds: Object.fromEntries(Object.entries(set.crds).filter(([crd]) => isPart(crd))) };
}
