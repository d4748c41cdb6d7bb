import { readMetadata } from "../../components/crds/cluster";
import { isManagedBy, otherManagers } from "../../components/crds/ownership";
import { artifacts, type CrdSet } from "../../sdk/artifacts";
import { isOlder } from "../../sdk/compatibility";
import { gatewayApiSet } from "../../sdk/gateways/gatewayApi";
import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import { versions } from "../../sdk/versions";
import { platformIn } from "../../stacks/environment/plan";
import { type Check, failed, notChecked, ok, warned } from "./check";
import type { StackFile } from "./stackFile";

/** A set of CRDs that the stack's platform has, and whose business it is. */
interface WantedSet {
  readonly set: CrdSet;
  readonly ownership: "own" | "existing" | "unmanaged";
  /** The setting that says so. */
  readonly setting: string;
}

/**
 * The CRDs that KServe needs, in the cluster: whose they are, and of which version.
 *
 * @throws ApiError where they may not be read.
 */
export async function checkCrds(
  client: KubernetesClient,
  stack: string | undefined,
  file: StackFile | undefined,
  timeoutMs: number,
): Promise<readonly Check[]> {
  const manager = stack === undefined ? undefined : `pulumi-kserve/pulumi-kserve/${stack}`.slice(0, 128);
  return Promise.all(wantedSets(file).map((wanted) => checkSet(client, wanted, manager, timeoutMs)));
}

function wantedSets(file: StackFile | undefined): WantedSet[] {
  const platform = file ? platformIn(file.settings) : undefined;
  const { gatewayApi, inferenceExtension, leaderWorkerSet, kserve } = platform ?? {};
  const { crds } = artifacts;
  const gatewaySet = gatewayApiSet(gatewayApi?.version ?? versions.gatewayApi, gatewayApi?.channel ?? "standard");
  return [
    {
      set: gatewayApi?.crds === "existing" ? usedOf(gatewaySet) : gatewaySet,
      ownership: gatewayApi?.crds ?? "own",
      setting: "platform.gatewayApi.crds",
    },
    {
      set: crds.inferenceExtension,
      ownership: inferenceExtension?.crds ?? "own",
      setting: "platform.inferenceExtension.crds",
    },
    ...(leaderWorkerSet === false
      ? []
      : [
          {
            set: crds.leaderWorkerSet,
            ownership: leaderWorkerSet?.crds ?? ("own" as const),
            setting: "platform.leaderWorkerSet.crds",
          },
        ]),
    {
      set: kserve?.crdSchema === "minimal" ? crds.kserveMinimal : crds.kserveFull,
      ownership: kserve?.crds ?? "own",
      setting: "platform.kserve.crds",
    },
  ];
}

/** Clusters that bring the CRDs of Gateway API themselves may lack kinds that nothing here makes objects of. */
function usedOf(set: CrdSet): CrdSet {
  const used = ["GatewayClass", "Gateway", "HTTPRoute"];
  return { ...set, crds: Object.fromEntries(Object.entries(set.crds).filter(([, { kind }]) => used.includes(kind))) };
}

/** Annotations in which upstream says the version of a CRD. */
const versionAnnotations = ["gateway.networking.k8s.io/bundle-version", "inference.networking.k8s.io/bundle-version"];

async function checkSet(
  client: KubernetesClient,
  { set, ownership, setting }: WantedSet,
  manager: string | undefined,
  timeoutMs: number,
): Promise<Check> {
  const name = `CRDs ${set.name}`;
  if (ownership === "unmanaged") return notChecked(name, `${setting} is "unmanaged"`);
  const found = await Promise.race([
    Promise.all(Object.keys(set.crds).map(async (crd) => readMetadata(client, crd, { cached: true }))),
    new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs, undefined).unref()),
  ]);
  if (!found) return notChecked(name, `the API server did not answer within ${timeoutMs / 1000} s`);
  const there = found.filter((object) => object !== undefined);
  const count = `${there.length} of ${found.length}`;
  const version = versionOf(there);
  const others = [...new Set(there.flatMap((object) => otherManagers(object, manager ?? "")))];
  const own = there.filter((object) => manager !== undefined && isManagedBy(object, manager));
  const shownVersion = version ? `${version}, ` : "";

  if (ownership === "existing") {
    const seen = `${shownVersion}${count}, ${installedBy(others)}`;
    if (there.length === 0) {
      return failed(name, "not installed", {
        wanted: `version ${set.version} or newer: ${setting} is "existing"`,
        fix: `install ${set.source}, or set ${setting} to "own"`,
      });
    }
    if (version && isOlder(version, set.version)) {
      return warned(name, seen, {
        wanted: `version ${set.version} or newer`,
        fix: "have whoever installed them raise them",
      });
    }
    return ok(name, seen);
  }
  if (there.length === 0) return ok(name, `not installed; up installs ${set.version}`);
  const foreign = there.length - own.length;
  const whose = foreign === 0 ? "of this stack" : installedBy(others);
  const seen = `${shownVersion}${count}, ${whose}`;
  if (foreign > 0) {
    const isNewer = version !== undefined && isOlder(set.version, version);
    const advice = {
      wanted: `none but this stack's own, of ${set.version}: ${setting} is "own"`,
      fix: `set ${setting} to "existing" to use them as they are${isNewer ? " (they are newer, and are not taken over)" : ""}`,
    };
    // Without the stack's name it cannot be told whose they are.
    return manager === undefined ? warned(name, seen, advice) : failed(name, seen, advice);
  }
  if (version && isOlder(set.version, version)) {
    return failed(name, seen, {
      wanted: `${version}: CRDs are not lowered (docs/upgrades.md)`,
      fix: "use a version of this package that has it",
    });
  }
  if (there.length < found.length) return warned(name, seen, { fix: "the next up installs what is missing" });
  return ok(name, version && isOlder(version, set.version) ? `${seen}; up raises them to ${set.version}` : seen);
}

function installedBy(managers: readonly string[]): string {
  return `installed by ${managers.length > 0 ? managers.join(", ") : "an unknown manager"}`;
}

/** The newest that their annotations say. */
function versionOf(objects: readonly KubernetesObject[]): string | undefined {
  const stated = objects.flatMap(({ metadata }) =>
    versionAnnotations.flatMap((annotation) => metadata.annotations?.[annotation]?.replace(/^v/, "") ?? []),
  );
  return stated.reduce<string | undefined>(
    (newest, each) => (newest && !isOlder(newest, each) ? newest : each),
    undefined,
  );
}
