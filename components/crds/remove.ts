import { ApiError, type KubernetesClient, type KubernetesObject } from "../../sdk/kubernetes/client";
import { type BundleInputs, type BundleOutputs, CrdDeletion, CrdOwnership, objectNames } from "./bundle";
import { forAll, readMetadata, Waiting, withCluster } from "./cluster";
import { openStorage, Reminder } from "./finalizer";
import { locate } from "./objects";
import { isManagedBy, otherManagers } from "./ownership";

const unreachable =
  "start the cluster and destroy again; if the kubeconfig has changed, run `pulumi up` first, which records the new one; " +
  "if the cluster is gone for good, run `pulumi state delete` for this resource";

/** Deletes what the set installed, and waits until it is gone; does nothing for retained or existing CRDs. */
export async function deleteBundle(outputs: BundleOutputs): Promise<void> {
  if (outputs.ownership === CrdOwnership.existing || outputs.onDelete === CrdDeletion.retain) return;
  await withCluster(outputs, unreachable, (client) => removeObjects(client, outputs, objectNames(outputs)));
}

/** Deletes objects of a set by their names: policies first, which must not judge the rest. */
export async function removeObjects(client: KubernetesClient, set: BundleInputs, names: string[]): Promise<void> {
  const subject = `CRD set "${set.name}"`;
  const policies = names.filter((name) => name.includes("/"));
  await forAll(policies, subject, (name) => removeObject(client, set, name));
  await forAll(
    names.filter((name) => !policies.includes(name)),
    subject,
    (name) => removeObject(client, set, name),
  );
}

async function removeObject(client: KubernetesClient, set: BundleInputs, objectName: string): Promise<void> {
  const found = await readMetadata(client, objectName);
  if (!found) return;
  if (!isManagedBy(found, set.fieldManager)) {
    const others = otherManagers(found, set.fieldManager).join(", ") || "somebody else";
    console.log(`${objectName} is left in the cluster: it was installed again by ${others}`);
    return;
  }
  const { apiVersion, kind, name } = locate(objectName);
  const crd = set.crds[objectName];
  if (crd) await openStorage(client, crd);
  await client.delete(apiVersion, kind, undefined, name);
  // Discovery would be cheaper to ask, but it may list a kind for minutes after its CRD has gone.
  const waiting = new Waiting(`${objectName} to be gone`, set.timeoutSeconds, 500);
  const reminder = crd && new Reminder(client, objectName);
  for (;;) {
    const left = await readMetadata(client, objectName, { cached: true });
    const gone = (state?: KubernetesObject) => state?.metadata.uid !== found.metadata.uid;
    // Another one of the same name is somebody else's. A cache may be behind, so it has not the last word.
    if (gone(left) && gone(await readMetadata(client, objectName))) return;
    if (waiting.expired) throw new Error(await whyStillThere(client, set, objectName));
    if (left) await reminder?.look(left.metadata);
    await waiting.pause("objects of its kind are being deleted");
  }
}

async function whyStillThere(client: KubernetesClient, set: BundleInputs, objectName: string): Promise<string> {
  const crd = set.crds[objectName];
  const objects = crd ? await remaining(client, `${crd.group}/${crd.storageVersion}`, crd.kind) : [];
  const shown = objects.slice(0, 10).map(({ metadata: { namespace, name, finalizers } }) => {
    const holders = finalizers?.length ? `waits for finalizers ${finalizers.join(", ")}` : "has no finalizer";
    return `    - ${namespace ? `${namespace}/` : ""}${name ?? ""}: ${holders}`;
  });
  const more = objects.length > shown.length ? [`    and ${objects.length - shown.length} more`] : [];
  return [
    `${objectName}: not gone after ${set.timeoutSeconds} s` +
      (objects.length > 0 ? `, because ${objects.length} of its objects are still there` : ""),
    ...shown,
    ...more,
    objects.length > 0
      ? "    fix: run the controller that removes these finalizers, or remove them, then destroy again"
      : "    fix: none of its objects is left and the API server has only to finish; destroy again, or raise timeoutSeconds",
  ].join("\n");
}

async function remaining(client: KubernetesClient, apiVersion: string, kind: string): Promise<KubernetesObject[]> {
  try {
    return (await client.list(apiVersion, kind)).items;
  } catch (error) {
    if (error instanceof ApiError) return [];
    throw error;
  }
}
