import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

import { type ClusterAccess, loadClusterAccess } from "./kubeconfig";

/** Any Kubernetes object as the API server sends it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** The metadata fields that this project reads. */
export interface ObjectMeta {
  name?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  deletionTimestamp?: string;
  finalizers?: string[];
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  [field: string]: unknown;
}

/** One resource of the API, found by discovery. */
export interface ApiResource {
  /** Plural name, such as `deployments`. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Path of the group version, such as `/apis/apps/v1`. */
  readonly groupVersionPath: string;
}

/** A response of the API server that is not a success; `code` is the HTTP status and `reason` the API's own word for it. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The API server did not answer at all (refused, timed out, TLS failure). */
export class UnreachableError extends Error {
  constructor(server: string, cause: Error) {
    super(`the Kubernetes API server at ${server} does not answer: ${cause.message}`, { cause });
    this.name = "UnreachableError";
  }
}

/** How a request is sent. */
export interface RequestOptions {
  body?: unknown;
  contentType?: string;
  /** @default "application/json" */
  accept?: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Milliseconds without an answer before giving up. @default 60000 */
  timeout?: number;
  signal?: AbortSignal;
}

/** Options of a server-side apply. */
export interface ApplyOptions {
  fieldManager: string;
  /** Take over fields that another manager owns. @default false */
  force?: boolean;
  dryRun?: boolean;
}

/** One event of a watch. */
export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: KubernetesObject;
}

/** A small client of the Kubernetes API: discovery, reads, server-side apply, delete and watch over one kept-alive connection pool. */
export class KubernetesClient {
  private readonly agent: HttpAgent;
  private readonly discovered = new Map<string, Promise<ApiResource[]>>();

  constructor(readonly access: ClusterAccess) {
    this.agent = access.server.startsWith("http:")
      ? new HttpAgent({ keepAlive: true })
      : new HttpsAgent({ keepAlive: true, ...access.tls });
  }

  /** @throws Error when the kubeconfig cannot be used; the API server itself is not contacted. */
  static async fromKubeconfig(kubeconfig: string, context?: string): Promise<KubernetesClient> {
    return new KubernetesClient(await loadClusterAccess(kubeconfig, context));
  }

  /** Closes idle connections. */
  close(): void {
    this.agent.destroy();
  }

  /**
   * Sends a request and parses the JSON answer; text answers are returned as they are.
   *
   * @throws ApiError on a status of 400 or more, UnreachableError when there is no answer.
   */
  async request(method: string, path: string, options: RequestOptions = {}): Promise<unknown> {
    const response = await this.send(method, path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    if ((response.statusCode ?? 500) >= 400) throw apiError(response.statusCode ?? 500, text, method, path);
    return response.headers["content-type"]?.includes("json") ? (JSON.parse(text) as unknown) : text;
  }

  /**
   * Finds the resource that serves a kind. Successful answers are kept; call {@link forgetDiscovery} after CRDs changed.
   *
   * @returns undefined when the API server does not serve it.
   */
  async resourceFor(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
    const find = async (): Promise<ApiResource | undefined> =>
      (await this.groupVersion(apiVersion)).find((resource) => resource.kind === kind);
    const known = await find();
    if (known) return known;
    this.discovered.delete(apiVersion);
    return find();
  }

  /** Whether a kind has a subresource, such as "status". */
  async serves(apiVersion: string, kind: string, subresource: string): Promise<boolean> {
    const resource = await this.resourceFor(apiVersion, kind);
    if (!resource) return false;
    const { resources } = (await this.request("GET", resource.groupVersionPath)) as { resources: { name: string }[] };
    return resources.some(({ name }) => name === `${resource.plural}/${subresource}`);
  }

  /** Forgets what discovery found, for one group version or all. */
  forgetDiscovery(apiVersion?: string): void {
    if (apiVersion) this.discovered.delete(apiVersion);
    else this.discovered.clear();
  }

  /** Path of an object, or of the collection when `name` is left out. @throws ApiError (404) when the kind is not served. */
  async pathOf(apiVersion: string, kind: string, namespace?: string, name?: string): Promise<string> {
    const resource = await this.resourceFor(apiVersion, kind);
    if (!resource) throw new ApiError(404, "NoKindMatch", `no matches for kind "${kind}" in version "${apiVersion}"`);
    const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${resource.groupVersionPath}${scope}/${resource.plural}${name ? `/${encodeURIComponent(name)}` : ""}`;
  }

  /** Reads an object. @returns undefined when it, or its kind, does not exist. */
  async get(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
  ): Promise<KubernetesObject | undefined> {
    try {
      return (await this.request("GET", await this.pathOf(apiVersion, kind, namespace, name))) as KubernetesObject;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** Lists the objects of a kind, in one namespace or all. */
  async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query: { labelSelector?: string; fieldSelector?: string; limit?: number } = {},
  ): Promise<{ items: KubernetesObject[]; resourceVersion: string }> {
    const path = await this.pathOf(apiVersion, kind, namespace);
    const list = (await this.request("GET", path, { query })) as {
      items: KubernetesObject[];
      metadata: { resourceVersion: string };
    };
    for (const item of list.items) {
      item.apiVersion ??= apiVersion;
      item.kind ??= kind;
    }
    return { items: list.items, resourceVersion: list.metadata.resourceVersion };
  }

  /** Server-side apply. @throws ApiError with reason `Conflict` when another manager owns a field and `force` is not set. */
  async apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
    const { name, namespace } = object.metadata;
    if (!name) throw new Error(`${object.kind}: metadata.name is required for server-side apply`);
    const path = await this.pathOf(object.apiVersion, object.kind, namespace ?? this.access.namespace, name);
    return (await this.request("PATCH", path, {
      body: object,
      contentType: "application/apply-patch+yaml",
      query: { fieldManager: options.fieldManager, force: options.force, dryRun: options.dryRun ? "All" : undefined },
    })) as KubernetesObject;
  }

  /** Deletes an object in the background unless told otherwise. @returns false when it was not there. */
  async delete(
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
    name: string,
    propagationPolicy: "Background" | "Foreground" | "Orphan" = "Background",
  ): Promise<boolean> {
    try {
      await this.request("DELETE", await this.pathOf(apiVersion, kind, namespace, name), {
        body: { propagationPolicy },
      });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  /**
   * Watches a collection path until the signal aborts or the server ends the stream.
   *
   * @throws ApiError when the watch cannot start, 410 (Gone) included: list again then.
   */
  async *watch(
    path: string,
    query: { resourceVersion?: string; labelSelector?: string; fieldSelector?: string },
    signal?: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const response = await this.send("GET", path, {
      query: { ...query, watch: true, allowWatchBookmarks: true },
      timeout: 0,
      signal,
    });
    if ((response.statusCode ?? 500) >= 400) {
      let text = "";
      for await (const chunk of response) text += String(chunk);
      throw apiError(response.statusCode ?? 500, text, "GET", path);
    }
    response.setEncoding("utf8");
    let rest = "";
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) yield JSON.parse(line) as WatchEvent;
    }
  }

  private groupVersion(apiVersion: string): Promise<ApiResource[]> {
    const cached = this.discovered.get(apiVersion);
    if (cached) return cached;
    const groupVersionPath = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const lookup = this.request("GET", groupVersionPath)
      .then((list) =>
        (list as { resources: { name: string; kind: string; namespaced: boolean }[] }).resources
          .filter((resource) => !resource.name.includes("/"))
          .map(({ name, kind, namespaced }) => ({ plural: name, kind, namespaced, groupVersionPath })),
      )
      .catch((error: unknown) => {
        this.discovered.delete(apiVersion);
        if (error instanceof ApiError && error.code === 404) return [];
        throw error;
      });
    this.discovered.set(apiVersion, lookup);
    return lookup;
  }

  private async send(method: string, path: string, options: RequestOptions): Promise<IncomingMessage> {
    const url = new URL(this.access.server + path);
    for (const [key, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(key, String(value));
    }
    const body =
      options.body === undefined
        ? undefined
        : typeof options.body === "string"
          ? options.body
          : JSON.stringify(options.body);
    const headers: Record<string, string | number> = {
      Accept: options.accept ?? "application/json",
      ...(await this.access.headers()),
    };
    if (body !== undefined) {
      headers["Content-Type"] = options.contentType ?? "application/json";
      headers["Content-Length"] = Buffer.byteLength(body);
    }
    const timeout = options.timeout ?? 60_000;
    return new Promise((resolve, reject) => {
      const request = (url.protocol === "http:" ? httpRequest : httpsRequest)(
        url,
        { method, headers, agent: this.agent, signal: options.signal, timeout: timeout || undefined },
        resolve,
      );
      request.on("timeout", () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
      request.on("error", (error: Error) => {
        reject(options.signal?.aborted ? error : new UnreachableError(this.access.server, error));
      });
      request.end(body);
    });
  }
}

function apiError(code: number, text: string, method: string, path: string): ApiError {
  try {
    const status = JSON.parse(text) as { reason?: string; message?: string; details?: unknown };
    return new ApiError(code, status.reason ?? String(code), status.message ?? text, status.details);
  } catch {
    return new ApiError(code, String(code), `${method} ${path}: ${code} ${text.slice(0, 500)}`);
  }
}
