import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import type { BundleInputs } from "./bundle";
import { forAll, isOverload, readObject, Waiting } from "./cluster";
import { crdPath, type CustomResourceDefinition, nameOf } from "./objects";

// The API server lets no version go that is in a CRD's status.storedVersions, and never takes one out itself: whoever has written every
// object anew does. Source: Kubernetes' documentation of CRD versions, "Upgrade existing objects to a new stored version".

const pageSize = 500;
const writesAtOnce = 8;

/** A CRD of which versions go. */
interface Leaving {
  readonly live: CustomResourceDefinition;
  /** Versions in which objects may be stored and which go. */
  readonly lost: readonly string[];
  /** The version in which objects are written now. */
  readonly storage: string;
  readonly kept: readonly string[];
}

/**
 * Writes every object anew whose CRD is about to lose a version in which it may be stored, and then takes that version out of the CRD's
 * status, so that the API server lets it go. Reads the CRDs alone where nothing is lost.
 *
 * @throws Error that names every CRD whose present storage version goes: nothing can be written in the next one before it is there.
 */
export async function migrateStorage(
  client: KubernetesClient,
  set: Pick<BundleInputs, "name" | "version" | "timeoutSeconds">,
  crds: readonly CustomResourceDefinition[],
): Promise<void> {
  const leaving = (await Promise.all(crds.map((crd) => leavingOf(client, crd)))).filter((each) => each !== undefined);
  const stuck = leaving.filter(({ lost, storage }) => lost.includes(storage));
  if (stuck.length > 0) {
    const lines = stuck.map(
      ({ live, storage, kept }) =>
        `  - ${nameOf(live)}: objects are stored as ${storage}, which ${set.version} does not have (it has ${kept.join(", ")})`,
    );
    throw new Error(
      `CRD set "${set.name}": the version in which objects are stored would be removed\n${lines.join("\n")}\n` +
        "fix: first install a version of the set that still has that version and stores objects as one of the others, then this one",
    );
  }
  await forAll(leaving, `CRD set "${set.name}"`, (each) => migrate(client, each, set.timeoutSeconds));
}

async function leavingOf(client: KubernetesClient, crd: CustomResourceDefinition): Promise<Leaving | undefined> {
  const live = (await readObject(client, nameOf(crd))) as CustomResourceDefinition | undefined;
  if (!live) return undefined;
  const kept = crd.spec.versions.map((version) => version.name);
  const lost = (live.status?.storedVersions ?? []).filter((version) => !kept.includes(version));
  return lost.length === 0 ? undefined : { live, lost, kept, storage: storageOf(live) };
}

const storageOf = (crd: CustomResourceDefinition): string =>
  crd.spec.versions.find((version) => version.storage)?.name ?? "";

async function migrate(
  client: KubernetesClient,
  { live, lost, storage }: Leaving,
  timeoutSeconds: number,
): Promise<void> {
  const name = nameOf(live);
  const waiting = new Waiting(`the objects of ${name} to be written as ${storage}`, timeoutSeconds);
  const written = await rewriteObjects(client, live, storage, waiting, timeoutSeconds);
  await forgetVersions(client, name, lost, storage, waiting);
  console.log(`${name}: ${written} objects were written anew as ${storage}; ${lost.join(", ")} may go`);
}

/** Writes every object back as it is. The API server stores it in the version of today, whatever version it is read in. */
async function rewriteObjects(
  client: KubernetesClient,
  { spec, metadata }: CustomResourceDefinition,
  storage: string,
  waiting: Waiting,
  timeoutSeconds: number,
): Promise<number> {
  const served = spec.versions.filter((version) => version.served).map((version) => version.name);
  const apiVersion = `${spec.group}/${served.includes(storage) ? storage : (served[0] ?? storage)}`;
  let written = 0;
  for (let next: string | undefined = ""; ;) {
    const query: Record<string, string | number> = { limit: pageSize, ...(next && { continue: next }) };
    const page: Page = await patiently(waiting, async () => {
      const path = await client.pathOf(apiVersion, spec.names.kind);
      return (await client.request("GET", path, { query })) as Page;
    }).catch((error: unknown) => {
      // A list that took too long is begun anew.
      if (next && error instanceof ApiError && error.code === 410) return restarted;
      throw described(error, `${metadata.name ?? ""}: its objects cannot be listed`);
    });
    const left = [...page.items];
    while (left.length > 0) {
      const part = left.splice(0, writesAtOnce);
      await forAll(part, metadata.name ?? "", (object) =>
        rewrite(client, object, apiVersion, spec.names.kind, waiting),
      );
      written += part.length;
    }
    next = page === restarted ? "" : page.metadata.continue || undefined;
    if (next === undefined) return written;
    if (waiting.expired) {
      throw new Error(
        `${metadata.name ?? ""}: ${written} objects were written anew within ${timeoutSeconds} s, and there are more; ` +
          "fix: raise timeoutSeconds",
      );
    }
    await waiting.pause(`${written} are`);
  }
}

interface Page {
  items: KubernetesObject[];
  metadata: { continue?: string };
}

const restarted: Page = { items: [], metadata: {} };

async function rewrite(
  client: KubernetesClient,
  object: KubernetesObject,
  apiVersion: string,
  kind: string,
  waiting: Waiting,
): Promise<void> {
  const { namespace, name = "" } = object.metadata;
  try {
    const path = await client.pathOf(apiVersion, kind, namespace, name);
    await patiently(waiting, () => client.request("PUT", path, { body: object }));
  } catch (error) {
    // Somebody else has written or deleted it meanwhile, which does as well.
    if (error instanceof ApiError && (error.code === 409 || error.code === 404)) return;
    throw described(error, `${kind} ${namespace ? `${namespace}/` : ""}${name} cannot be written anew`);
  }
}

/** Takes versions out of the status, as long as objects are still written in the version that they were written anew in. */
async function forgetVersions(
  client: KubernetesClient,
  name: string,
  lost: readonly string[],
  storage: string,
  waiting: Waiting,
): Promise<void> {
  for (;;) {
    const live = (await readObject(client, name)) as CustomResourceDefinition | undefined;
    if (!live) return;
    if (storageOf(live) !== storage) {
      throw new Error(
        `${name}: somebody else changed its storage version from ${storage} to ${storageOf(live)}; fix: run \`pulumi up\` again`,
      );
    }
    const storedVersions = (live.status?.storedVersions ?? []).filter((version) => !lost.includes(version));
    try {
      const { resourceVersion } = live.metadata;
      await client.request("PATCH", `${crdPath(name)}/status`, {
        body: { metadata: { resourceVersion }, status: { storedVersions } },
        contentType: "application/merge-patch+json",
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 409 || waiting.expired) throw error;
    }
    await waiting.pause("the CRD is being changed by others");
  }
}

/** Again as long as there is time, where the API server is busy or the webhook that converts the objects is not up (yet). */
async function patiently<T>(waiting: Waiting, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isTemporary =
        error instanceof ApiError && (isOverload(error) || error.message.includes("conversion webhook"));
      if (!isTemporary || waiting.expired) throw error;
      await waiting.pause(error.message);
    }
  }
}

function described(error: unknown, what: string): unknown {
  if (!(error instanceof ApiError) || error.code === 401 || error.code === 403) return error;
  return new Error(`${what}: ${error.message}`, { cause: error });
}
