import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import { acceptNames } from "./acceptNames";
import { applyObject } from "./applyObject";
import { asApplied, type BundleInputs, type BundleOutputs, CrdDeletion, CrdOwnership, objectNames } from "./bundle";
import { forAll, readMetadata, readObject, Waiting, withCluster } from "./cluster";
import { contentChanged, hasDrift } from "./diff";
import { verifyExisting } from "./existing";
import { type CustomResourceDefinition, isCrd, loadObjects, nameOf } from "./objects";
import { isManagedBy, otherManagers, ownedDigest } from "./ownership";
import { removeObjects } from "./remove";
import { migrateStorage } from "./storageMigration";

const unreachable = "check that the cluster runs and that the kubeconfig leads to it, then run `pulumi up` again";

/** Installs a set, or checks that it is there. */
export function createBundle(inputs: BundleInputs): Promise<BundleOutputs> {
  return withCluster(inputs, unreachable, async (client) => {
    if (inputs.ownership === CrdOwnership.existing) return verifyExisting(client, inputs);
    const objects = await loadObjects(inputs);
    await refuseForeign(client, inputs, objectNames(inputs));
    // Retained CRDs, or those of another that are taken over, may be of another version.
    await migrateStorage(client, inputs, objects.filter(isCrd));
    return recordIncomplete(inputs, () => applyObjects(client, inputs, objects, new Set()));
  });
}

/** Brings the cluster from what was applied to what is declared. */
export function updateBundle(olds: BundleOutputs, news: BundleInputs): Promise<BundleOutputs> {
  // Only what is done later, such as the deletion, has changed.
  if (!contentChanged(olds, news) && !hasDrift(olds)) {
    return Promise.resolve({ ...news, applied: olds.applied, live: olds.live });
  }
  return withCluster(news, unreachable, async (client) => {
    if (news.ownership === CrdOwnership.existing) return verifyExisting(client, news);
    const objects = await loadObjects(news);
    const before = olds.ownership === CrdOwnership.own ? objectNames(olds) : [];
    await refuseForeign(
      client,
      news,
      objectNames(news).filter((name) => !before.includes(name)),
    );
    await migrateStorage(client, news, objects.filter(isCrd));
    // What a refresh showed as changed is what the user wants repaired, even where another manager owns it now.
    const repaired = new Set(before.filter((name) => olds.live[name] !== asApplied));
    const outputs = await applyObjects(client, news, objects, repaired);
    if (news.onDelete === CrdDeletion.delete) {
      await removeObjects(
        client,
        { ...news, crds: olds.crds },
        before.filter((name) => !objectNames(news).includes(name)),
      );
    }
    return outputs;
  });
}

/**
 * Once something may have been applied, a failure must leave a resource in the state, or destroying would forget it.
 * The next update completes it.
 */
async function recordIncomplete(inputs: BundleInputs, apply: () => Promise<BundleOutputs>): Promise<BundleOutputs> {
  try {
    return await apply();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const properties: BundleOutputs = { ...inputs, applied: {}, live: {} };
    throw Object.assign(new Error(message, { cause: error }), { id: inputs.name, properties, reasons: [message] });
  }
}

async function applyObjects(
  client: KubernetesClient,
  inputs: BundleInputs,
  objects: KubernetesObject[],
  repaired: ReadonlySet<string>,
): Promise<BundleOutputs> {
  const apply = async (object: KubernetesObject): Promise<[string, string]> => {
    const name = nameOf(object);
    const live = await applyObject(client, inputs, object, inputs.force || repaired.has(name));
    return [name, ownedDigest(live, inputs.fieldManager)];
  };
  const subject = `CRD set "${inputs.name}"`;
  const crds = objects.filter(isCrd);
  await acceptNames(client, inputs, crds);
  const applied = await forAll(crds, subject, apply);
  await forAll(crds, subject, (crd) => waitServed(client, crd, inputs.timeoutSeconds));
  applied.push(
    ...(await forAll(
      objects.filter((object) => !isCrd(object)),
      subject,
      apply,
    )),
  );
  return {
    ...inputs,
    applied: Object.fromEntries(applied.sort(([a], [b]) => (a < b ? -1 : 1))),
    live: Object.fromEntries(applied.map(([name]) => [name, asApplied])),
  };
}

/** @throws Error that names every object which exists already and was not installed by this stack. */
async function refuseForeign(client: KubernetesClient, inputs: BundleInputs, names: string[]): Promise<void> {
  if (inputs.force) return;
  const found = await Promise.all(names.map(async (name) => ({ name, object: await readMetadata(client, name) })));
  const foreign = found.flatMap(({ name, object }) => {
    if (!object || isManagedBy(object, inputs.fieldManager)) return [];
    return [
      `  - ${name}: installed by ${otherManagers(object, inputs.fieldManager).join(", ") || "an unknown manager"}`,
    ];
  });
  if (foreign.length === 0) return;
  throw new Error(
    `CRD set "${inputs.name}": ${foreign.length} of its objects exist already and are not of this stack\n${foreign.join("\n")}\n` +
      'fix: set crds to "existing" to use them as they are, or force to true to take them over',
  );
}

/** Waits until every version of a CRD is served to clients, which it is once its names are accepted and it is established. */
async function waitServed(
  client: KubernetesClient,
  crd: CustomResourceDefinition,
  timeoutSeconds: number,
): Promise<void> {
  const { group, names, versions } = crd.spec;
  const waiting = new Waiting(`CRD ${nameOf(crd)} to be served`, timeoutSeconds);
  let pending = versions.filter((version) => version.served).map((version) => version.name);
  for (let looks = 1; ; looks++) {
    const served = await Promise.all(
      pending.map(async (version) => {
        client.forgetDiscovery(`${group}/${version}`);
        return (await client.resourceFor(`${group}/${version}`, names.kind)) !== undefined;
      }),
    );
    pending = pending.filter((_, index) => !served[index]);
    if (pending.length === 0) return;
    if (looks % 20 === 0 || waiting.expired) await reportRefusal(client, crd, waiting.expired ? pending : undefined);
    await waiting.pause(`version ${pending.join(", ")} is not served yet`);
  }
}

/** @throws Error when the API server refuses the CRD, or when the time is over. */
async function reportRefusal(
  client: KubernetesClient,
  crd: CustomResourceDefinition,
  expired?: string[],
): Promise<void> {
  const live = (await readObject(client, nameOf(crd))) as CustomResourceDefinition | undefined;
  const conditions = live?.status?.conditions ?? [];
  const refused = conditions.filter(
    ({ type, status, reason }) =>
      status === "False" && (type === "NamesAccepted" || (type === "Established" && reason !== "Installing")),
  );
  if (refused.length === 0 && !expired) return;
  const why = conditions.map(
    ({ type, status, reason, message }) => `${type}=${status} (${reason ?? ""}: ${message ?? ""})`,
  );
  throw new Error(
    `${nameOf(crd)}: ${refused.length > 0 ? "not accepted by the API server" : `version ${expired?.join(", ") ?? ""} is still not served`}: ` +
      (live ? why.join("; ") || "the API server has not looked at it yet" : "it has been deleted meanwhile"),
  );
}
