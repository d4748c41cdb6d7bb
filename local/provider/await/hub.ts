import { ApiError, type KubernetesClient, type KubernetesObject } from "../../../sdk/kubernetes/client";

/** Which objects are followed. */
export interface Target {
  apiVersion: string;
  kind: string;
  namespace: string | undefined;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface Follower {
  /**
   * The objects by name; called once at the start and then after every change.
   *
   * @param version the resource version that this view is of: nothing newer is known
   */
  changed(objects: ReadonlyMap<string, KubernetesObject>, version: bigint): void;
  /** The API server could not be followed; it is tried again. */
  problem(error: unknown): void;
}

const retryMs = 250;

/** Follows objects through watches; followers of the same collection share one. */
export class WatchHub {
  private readonly streams = new Map<string, Stream>();

  constructor(private readonly client: KubernetesClient) {}

  /** @returns ends the following. */
  follow(target: Target, follower: Follower): () => void {
    const key = JSON.stringify(target);
    let stream = this.streams.get(key);
    if (!stream) {
      stream = new Stream(this.client, target);
      this.streams.set(key, stream);
    }
    const current = stream;
    current.add(follower);
    return () => {
      if (current.remove(follower)) return;
      current.close();
      if (this.streams.get(key) === current) this.streams.delete(key);
    };
  }
}

class Stream {
  private readonly followers = new Set<Follower>();
  private readonly abort = new AbortController();
  private objects: Map<string, KubernetesObject> | undefined;
  private version = 0n;

  constructor(
    private readonly client: KubernetesClient,
    private readonly target: Target,
  ) {
    void this.run();
  }

  add(follower: Follower): void {
    this.followers.add(follower);
    const objects = this.objects;
    if (objects) queueMicrotask(() => this.followers.has(follower) && follower.changed(objects, this.version));
  }

  /** @returns whether others remain. */
  remove(follower: Follower): boolean {
    this.followers.delete(follower);
    return this.followers.size > 0;
  }

  close(): void {
    this.abort.abort();
  }

  private async run(): Promise<void> {
    while (!this.abort.signal.aborted) {
      try {
        await this.listAndWatch();
      } catch (error) {
        if (this.abort.signal.aborted) return;
        // 410: the server no longer knows the version we watched from; the next list gives a newer one.
        if (error instanceof ApiError && error.code === 410) continue;
        for (const follower of [...this.followers]) follower.problem(error);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  private async listAndWatch(): Promise<void> {
    const { apiVersion, kind, namespace, labelSelector, fieldSelector } = this.target;
    const path = await this.client.pathOf(apiVersion, kind, namespace);
    const list = await this.client.list(apiVersion, kind, namespace, { labelSelector, fieldSelector });
    this.objects = new Map(list.items.map((item) => [nameOf(item), item]));
    this.version = resourceVersion(list.resourceVersion);
    this.notify();
    const query = { resourceVersion: list.resourceVersion, labelSelector, fieldSelector };
    for await (const event of this.client.watch(path, query, this.abort.signal)) {
      if (event.type === "ERROR") {
        const { code, message } = event.object as unknown as { code?: number; message?: string };
        throw new ApiError(code ?? 500, "WatchError", message ?? "the watch ended with an error");
      }
      this.version = resourceVersion(event.object.metadata.resourceVersion);
      if (event.type === "BOOKMARK") continue;
      if (event.type === "DELETED") this.objects.delete(nameOf(event.object));
      else this.objects.set(nameOf(event.object), event.object);
      this.notify();
    }
  }

  private notify(): void {
    const objects = this.objects;
    if (objects) for (const follower of [...this.followers]) follower.changed(objects, this.version);
  }
}

/** Resource versions of one collection grow; the API server compares them as numbers too. */
export function resourceVersion(text: string | undefined): bigint {
  return text && /^\d+$/.test(text) ? BigInt(text) : 0n;
}

function nameOf(object: KubernetesObject): string {
  return object.metadata.name ?? "";
}
