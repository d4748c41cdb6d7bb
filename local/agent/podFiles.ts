import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { KubernetesClient, KubernetesObject } from "../../sdk/kubernetes/client";
import { follow } from "./follow";
import { podName, type Container, type Pod } from "./podSpec";
import {
  containerEnvironment,
  mountedVolumes,
  mountVolume,
  objectReferences,
  tokenAudiences,
  volumeContent,
  writeVolume,
  type ObjectReference,
  type Sources,
} from "./volumes";

/** What kubelets ask for. */
const tokenSeconds = 3607;

/** The files and environment of one container: made from the API's objects, and kept as they are there. */
export class PodFiles {
  private readonly objects = new Map<string, KubernetesObject>();
  private readonly tokens = new Map<string, string>();
  private readonly written = new Map<string, string>();
  private readonly stopped = new AbortController();
  private version = 0;
  private syncing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly unsynced: Set<string>;
  private readonly sources: Sources;

  constructor(
    private readonly client: KubernetesClient,
    private readonly pod: Pod,
    private readonly container: Container,
    /** `root` stands for the container's `/`, the volumes lie beside it. */
    private readonly folder: string,
    podIP: string,
    private readonly onProblem: (text: string) => void,
  ) {
    this.sources = {
      object: (reference) => this.objects.get(keyOf(reference)),
      token: (audience) => this.tokens.get(audience ?? "") ?? "",
      podIP,
    };
    this.unsynced = new Set(objectReferences(pod, container).map(keyOf));
  }

  get root(): string {
    return join(this.folder, "root");
  }

  /** Starts to follow the objects, and makes the tokens. */
  async open(): Promise<void> {
    await mkdir(join(this.root, "tmp"), { recursive: true });
    const namespace = this.pod.metadata.namespace ?? "";
    for (const reference of objectReferences(this.pod, this.container)) {
      const key = keyOf(reference);
      void follow(
        this.client,
        `/api/v1/namespaces/${namespace}/${reference.kind === "Secret" ? "secrets" : "configmaps"}`,
        { fieldSelector: `metadata.name=${reference.name}` },
        ({ type, object }) => {
          if (type === "set") this.objects.set(key, object);
          else this.objects.delete(key);
          if (this.unsynced.size === 0) this.sync().catch((error: unknown) => this.onProblem(String(error)));
        },
        this.stopped.signal,
        () => this.unsynced.delete(key),
      );
    }
    await this.renewTokens();
    this.timer = setInterval(() => {
      this.renewTokens()
        .then(() => this.sync())
        .catch((error: unknown) => this.onProblem(`tokens of ${podName(this.pod)} not renewed: ${String(error)}`));
    }, tokenSeconds * 600).unref();
  }

  close(): void {
    this.stopped.abort();
    clearInterval(this.timer);
  }

  /**
   * Writes what is there.
   *
   * @returns the environment, or what is missing. @throws Error when the pod asks for something that is not known here.
   */
  async prepare(): Promise<{ env: Record<string, string> } | { missing: string }> {
    const [waiting] = this.unsynced;
    if (waiting) return { missing: `${waiting} was not read yet` };
    for (const volume of mountedVolumes(this.pod, this.container)) {
      const content = volumeContent(this.pod, volume, this.sources);
      if ("missing" in content) return content;
    }
    const environment = containerEnvironment(this.pod, this.container, this.sources);
    if ("missing" in environment) return environment;
    await this.sync();
    for (const mount of this.container.volumeMounts ?? []) {
      await mountVolume(this.root, mount, this.volumeFolder(mount.name));
    }
    return environment;
  }

  /** Brings changed volumes to the state of the API's objects; one that lost its object stays as it was, as with the kubelet. */
  private sync(): Promise<void> {
    this.syncing = this.syncing
      .catch(() => undefined)
      .then(async () => {
        for (const volume of mountedVolumes(this.pod, this.container)) {
          const folder = this.volumeFolder(volume.name);
          if (volume.emptyDir !== undefined) {
            await mkdir(folder, { recursive: true });
            continue;
          }
          const content = volumeContent(this.pod, volume, this.sources);
          if ("missing" in content) continue;
          const hash = createHash("sha256");
          for (const [path, data] of content.files) hash.update(`${path}\0${data.length}\0`).update(data);
          const digest = hash.digest("hex");
          if (this.written.get(volume.name) === digest) continue;
          await writeVolume(folder, content.files, ++this.version);
          this.written.set(volume.name, digest);
        }
      });
    return this.syncing;
  }

  private async renewTokens(): Promise<void> {
    const { namespace = "", name, uid } = this.pod.metadata;
    const account = this.pod.spec.serviceAccountName ?? "default";
    for (const audience of tokenAudiences(this.pod, this.container)) {
      const answer = (await this.client.request(
        "POST",
        `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
        {
          body: {
            apiVersion: "authentication.k8s.io/v1",
            kind: "TokenRequest",
            spec: {
              audiences: audience === undefined ? [] : [audience],
              expirationSeconds: tokenSeconds,
              boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
            },
          },
        },
      )) as { status: { token: string } };
      this.tokens.set(audience ?? "", answer.status.token);
    }
  }

  private volumeFolder(volume: string): string {
    return join(this.folder, "volumes", volume);
  }
}

function keyOf({ kind, name }: ObjectReference): string {
  return `${kind} ${name}`;
}
