import type { CrdSummary } from "../../sdk/artifacts";
import { ApiError, type KubernetesClient, type ObjectMeta } from "../../sdk/kubernetes/client";
import { readObject, Waiting } from "./cluster";
import { crdPath, type CustomResourceDefinition } from "./objects";

// A CRD goes once the API server's finalizer controller has seen that no object of it is left (crd_finalizer.go of
// k8s.io/apiextensions-apiserver). The first look fails where the storage of the objects has never been used: it is only being
// opened then. The controller writes that into the CRD's status and tries again at once, often before its own cache has what
// it wrote: this second write is a conflict, after which it waits for an event. The event for its own write it passes over.
// Then nothing happens until the resync, which comes every five minutes.

const openingTimeoutSeconds = 30;

/** Opens the storage of a CRD's objects, so that the deletion of the CRD finds it open. What cannot be opened is left to the API server. */
export async function openStorage(
  client: KubernetesClient,
  { group, kind, storageVersion }: Pick<CrdSummary, "group" | "kind" | "storageVersion">,
): Promise<void> {
  const waiting = new Waiting(`the storage of ${kind}.${group} to be opened`, openingTimeoutSeconds);
  while (!waiting.expired) {
    try {
      const path = await client.pathOf(`${group}/${storageVersion}`, kind);
      // A list with a selector is served from the storage's cache, as the controller's is, and costs little where there are many objects.
      await client.request("GET", path, { query: { fieldSelector: "metadata.name=none", resourceVersion: 0 } });
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // "storage is (re)initializing"
      if (error.code !== 429) return;
    }
    await waiting.pause("the API server is opening it");
  }
}

/** Touches a CRD whose deletion has come to a halt: any change that is not the controller's own is an event for it. */
export class Reminder {
  private version?: string;
  private since = 0;

  /** @param patienceMs milliseconds without a change until it looks whether there is a halt; twice as many after each touch. */
  constructor(
    private readonly client: KubernetesClient,
    private readonly name: string,
    private patienceMs = 5000,
  ) {}

  /** @param seen the CRD's metadata as it is now */
  async look(seen: ObjectMeta): Promise<void> {
    if (seen.resourceVersion !== this.version) {
      this.version = seen.resourceVersion;
      this.since = Date.now();
    }
    if (Date.now() - this.since < this.patienceMs) return;
    this.since = Date.now();
    const crd = (await readObject(this.client, this.name)) as CustomResourceDefinition | undefined;
    const reason = crd?.status?.conditions?.find(({ type }) => type === "Terminating")?.reason ?? "";
    // While the controller waits for objects to go, the reason is another one.
    if (!crd || crd.metadata.resourceVersion !== seen.resourceVersion || !failures.includes(reason)) return;
    this.patienceMs *= 2;
    await this.touch(crd.metadata);
  }

  private async touch({ uid, resourceVersion }: ObjectMeta): Promise<void> {
    try {
      await this.client.request("PATCH", crdPath(this.name), {
        // With its identity, so that another CRD of the same name is never touched.
        body: { metadata: { uid, resourceVersion, annotations: { [reminderAnnotation]: resourceVersion } } },
        contentType: "application/merge-patch+json",
      });
    } catch (error) {
      // Gone or changed meanwhile, or not to be touched: there is nothing left to do but wait.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** Reasons of the condition Terminating after which the controller is to try again. */
const failures = ["InstanceDeletionFailed", "InstanceDeletionCheck"];

/** Its value is the version of the CRD at which its deletion had come to a halt. */
const reminderAnnotation = "pulumi-kserve/deletion-reminder";
