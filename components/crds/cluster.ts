import { ApiError, KubernetesClient, type KubernetesObject, UnreachableError } from "../../sdk/kubernetes/client";
import type { BundleInputs } from "./bundle";
import { locate } from "./objects";

/**
 * Does work with a client of the bundle's cluster and closes its connections.
 *
 * @param hint what to do when the cluster does not answer
 */
export async function withCluster<T>(
  set: Pick<BundleInputs, "name" | "kubeconfig">,
  hint: string,
  work: (client: KubernetesClient) => Promise<T>,
): Promise<T> {
  let client: KubernetesClient | undefined;
  try {
    client = await KubernetesClient.fromKubeconfig(set.kubeconfig);
    return await work(client);
  } catch (error) {
    const fix = fixOf(error, hint);
    if (fix && error instanceof Error)
      throw new Error(`CRD set "${set.name}": ${error.message}; fix: ${fix}`, { cause: error });
    throw error;
  } finally {
    client?.close();
  }
}

function fixOf(error: unknown, hint: string): string | undefined {
  if (error instanceof UnreachableError) return hint;
  if (!(error instanceof ApiError)) return undefined;
  if (error.code === 401)
    return "the kubeconfig's credentials are not accepted (any more); give a kubeconfig with valid ones";
  if (error.code === 403) return "give the kubeconfig's user the right to manage customresourcedefinitions";
  return undefined;
}

/** Reads an object by its name in a set. */
export async function readObject(client: KubernetesClient, objectName: string): Promise<KubernetesObject | undefined> {
  const { apiVersion, kind, name } = locate(objectName);
  const object = await client.get(apiVersion, kind, undefined, name);
  return object && { ...object, apiVersion, kind };
}

/**
 * The fields of an object's metadata alone, without the megabyte of its schema.
 *
 * @param cached whether the API server may answer from its cache, as of a moment ago: of a large CRD that costs it 1 ms of CPU
 * instead of 75. @default false
 */
export async function readMetadata(
  client: KubernetesClient,
  objectName: string,
  { cached = false } = {},
): Promise<KubernetesObject | undefined> {
  const { apiVersion, kind, name } = locate(objectName);
  try {
    return (await client.request("GET", await client.pathOf(apiVersion, kind, undefined, name), {
      accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
      query: cached ? { resourceVersion: 0 } : {},
    })) as KubernetesObject;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Whether the API server says that it had no time. */
export function isOverload({ code, reason }: ApiError): boolean {
  return code === 429 || (code === 504 && reason === "Timeout");
}

/** Runs the same work for every item and collects every failure into one error. */
export async function forAll<T, R>(items: readonly T[], subject: string, work: (item: T) => Promise<R>): Promise<R[]> {
  const results = await Promise.allSettled(items.map(work));
  const failures = results.filter((result) => result.status === "rejected").map((result) => result.reason as unknown);
  const decisive =
    failures.find((failure) => failure instanceof UnreachableError) ?? (failures.length === 1 && failures[0]);
  if (decisive) throw decisive as Error;
  if (failures.length > 1) {
    const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new Error(
      `${subject}: ${failures.length} problems\n${[...new Set(messages)].map((message) => `  - ${message}`).join("\n")}`,
    );
  }
  return results.map((result) => (result as PromiseFulfilledResult<R>).value);
}

/** Pauses between looks at something; says on the engine's log what is being waited for, every ten seconds. */
export class Waiting {
  private readonly start = Date.now();
  private reported = 0;
  private pauseMs = 30;

  constructor(
    private readonly what: string,
    private readonly timeoutSeconds: number,
    private readonly longestPauseMs = 250,
  ) {}

  get expired(): boolean {
    return Date.now() - this.start > this.timeoutSeconds * 1000;
  }

  async pause(remaining: string): Promise<void> {
    const seconds = Math.floor((Date.now() - this.start) / 1000);
    if (seconds - this.reported >= 10) {
      this.reported = seconds;
      console.log(`waiting for ${this.what}: ${remaining} (${seconds} s of ${this.timeoutSeconds} s)`);
    }
    await new Promise((resolve) => setTimeout(resolve, this.pauseMs));
    this.pauseMs = Math.min(this.pauseMs * 1.5, this.longestPauseMs);
  }
}
