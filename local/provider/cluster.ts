import { existsSync } from "node:fs";

import { ApiError, KubernetesClient, UnreachableError } from "../../sdk/kubernetes/client";

import { WatchHub } from "./await/hub";
import type { ProviderConfig } from "./config";
import { messageOf } from "./errors";
import type { JsonObject } from "./json";
import { definedKind, joinApiVersion, likelyScope, type Kind, type Scope } from "./kinds";
import type { OfflineCluster } from "./offline";

const probeTimeoutMs = 10_000;

/** The cluster that the provider is configured for, reached when it is first needed. */
export class Cluster {
  private connection: Promise<Connection> | undefined;
  private readonly definedScopes = new Map<string, Scope>();

  constructor(
    readonly config: ProviderConfig,
    /** Stands for the cluster, which is then never asked. */
    readonly offline?: OfflineCluster,
  ) {}

  /** @throws Error when the kubeconfig cannot be used, or the API server rejects its credentials. */
  connect(): Promise<Connection> {
    return (this.connection ??= this.offline ? Promise.resolve(notAsked) : connect(this.config));
  }

  /** Where objects go that name no namespace. */
  async defaultNamespace(): Promise<string> {
    if (this.config.namespace) return this.config.namespace;
    const { client } = await this.connect();
    return client?.access.namespace || "default";
  }

  /** Remembers the scope of a kind whose CRD is part of the program, for objects that are checked before it is created. */
  noteCrd(inputs: JsonObject): void {
    const defined = definedKind(inputs);
    if (defined) this.definedScopes.set(`${defined.group}/${defined.kind}`, defined.scope);
  }

  async scopeOf(kind: Kind): Promise<Scope> {
    const { client, unreachable } = await this.connect();
    const resource = unreachable ? undefined : await client?.resourceFor(joinApiVersion(kind), kind.kind);
    if (resource) return resource.namespaced ? "Namespaced" : "Cluster";
    return this.definedScopes.get(`${kind.group}/${kind.kind}`) ?? likelyScope(kind);
  }

  close(): void {
    void this.connection?.then(({ client }) => client?.close());
  }
}

/** A client and, when the API server does not answer, why. */
export type Connection =
  | { client: KubernetesClient; hub: WatchHub; version: string; unreachable: undefined }
  | { client: KubernetesClient | undefined; hub: undefined; version: undefined; unreachable: string };

const notAsked: Connection = { client: undefined, hub: undefined, version: undefined, unreachable: "it is not asked" };

/** @throws Error (as a rejection) when the kubeconfig is there but cannot be used. */
async function connect(config: ProviderConfig): Promise<Connection> {
  const { kubeconfig } = config;
  if (!kubeconfig.includes("\n") && !kubeconfig.trimStart().startsWith("{") && !existsSync(kubeconfig)) {
    const unreachable = `the kubeconfig file ${kubeconfig} does not exist`;
    return { client: undefined, hub: undefined, version: undefined, unreachable };
  }
  const client = await KubernetesClient.fromKubeconfig(kubeconfig, config.context);
  try {
    const version = (await client.request("GET", "/version", { timeout: probeTimeoutMs })) as { gitVersion?: string };
    return { client, hub: new WatchHub(client), version: version.gitVersion ?? "", unreachable: undefined };
  } catch (error) {
    if (error instanceof ApiError && error.code === 401) {
      throw new Error(
        `the API server at ${client.access.server} refuses the kubeconfig's credentials: ${error.message}`,
        {
          cause: error,
        },
      );
    }
    // It answers, if only to say that its version is not for everyone.
    if (!(error instanceof UnreachableError))
      return { client, hub: new WatchHub(client), version: "", unreachable: undefined };
    return { client, hub: undefined, version: undefined, unreachable: messageOf(error) };
  }
}
