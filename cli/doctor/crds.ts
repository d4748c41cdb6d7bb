import { asApplied } from "../../components/crds/bundle";
import { readMetadata } from "../../components/crds/cluster";
import { existingStates } from "../../components/crds/existing";
import { isManagedBy, otherManagers } from "../../components/crds/ownership";
import type { CrdSet } from "../../sdk/artifacts";
import { isOlder } from "../../sdk/compatibility";
import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import { type Check, failed, notChecked, ok, warned } from "./check";
import type { StackFile } from "./stackFile";
import { type WantedSet, wantedSets } from "./wantedSets";

/**
 * The CRDs that KServe needs, in the cluster: whose they are, and of which version.
 *
 * @param manager the field manager by which the stack applies them, where it is known
 * @throws ApiError where they may not be read.
 */
export async function checkCrds(
  client: KubernetesClient,
  manager: string | undefined,
  file: StackFile | undefined,
  timeoutMs: number,
): Promise<readonly Check[]> {
  return Promise.all(wantedSets(file).map((wanted) => checkSet(client, wanted, manager, timeoutMs)));
}

/** Annotations in which upstream says the version of a CRD. */
const versionAnnotations = ["gateway.networking.k8s.io/bundle-version", "inference.networking.k8s.io/bundle-version"];

async function checkSet(
  client: KubernetesClient,
  { name: title, set, ownership, setting, force }: WantedSet,
  manager: string | undefined,
  timeoutMs: number,
): Promise<Check> {
  const name = `CRDs ${title}`;
  if (!set) return notChecked(name, `${setting.replace(/\.\w+$/, "")} is wrong; see configuration above`);
  if (ownership === "unmanaged") return notChecked(name, `${setting} is "unmanaged"`);
  const answer = await Promise.race([
    Promise.all([
      Promise.all(Object.keys(set.crds).map(async (crd) => readMetadata(client, crd, { cached: true }))),
      ownership === "existing" ? unfit(client, set) : [],
    ]),
    new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs, undefined).unref()),
  ]);
  if (!answer) return notChecked(name, `the API server did not answer within ${timeoutMs / 1000} s`);
  const [found, problems] = answer;
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
    if (problems.length > 0) {
      return failed(name, `${seen}; ${problems.join("; ")}`, {
        wanted: `version ${set.version} or newer: ${setting} is "existing"`,
        fix: `have whoever installed them install ${set.source}, or set ${setting} to "own"`,
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
    const forceSetting = setting.replace(/\w+$/, "force");
    if (force && !isNewer) return ok(name, `${seen}; up takes them over, as ${forceSetting} says`);
    const advice = {
      wanted: `none but this stack's own, of ${set.version}: ${setting} is "own"`,
      fix: `set ${setting} to "existing" to use them as they are${isNewer ? " (they are newer, and are not to be taken over)" : `, or ${forceSetting} to true to take them over`}`,
    };
    // Without the names of project and stack it cannot be told whose they are.
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

/** What `up` would refuse of CRDs that are to be there already. */
async function unfit(client: KubernetesClient, set: CrdSet): Promise<string[]> {
  const states = await existingStates(client, set);
  return Object.entries(states).flatMap(([crd, state]) => (state === asApplied ? [] : [`${crd}: ${state}`]));
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
