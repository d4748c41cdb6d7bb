import { load } from "js-yaml";

import { childNames } from "../../../sdk/api/names";
import type { KubernetesClient, KubernetesObject } from "../../../sdk/kubernetes/client";

interface Container {
  name: string;
  image: string;
  args?: string[];
  command?: string[];
  env?: { name: string; value?: string }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  volumeMounts?: { name: string; mountPath: string }[];
}

/** Of a pod's spec, what is looked at. */
export interface PodSpec {
  nodeName?: string;
  resourceClaims?: { name: string }[];
  containers: Container[];
  initContainers?: Container[];
}

/** What an endpoint picker is started with. */
interface PickerConfig {
  plugins: { type: string; parameters?: Record<string, unknown> }[];
  schedulingProfiles: { name: string; plugins: { pluginRef: string; weight?: number }[] }[];
}

/** What the controllers made of a gallery, read from the cluster. */
export class Look {
  constructor(
    private readonly client: KubernetesClient,
    private readonly namespace: string,
  ) {}

  async spec<T>(apiVersion: string, kind: string, name: string): Promise<T> {
    const found = await this.client.get(apiVersion, kind, this.namespace, name);
    if (!found) throw new Error(`there is no ${kind} ${name}`);
    return found.spec as T;
  }

  async list(apiVersion: string, kind: string, labelSelector?: string): Promise<KubernetesObject[]> {
    return (await this.client.list(apiVersion, kind, this.namespace, labelSelector ? { labelSelector } : {})).items;
  }

  /** Replicas and pod of a Deployment. */
  async deployment(name: string): Promise<{ replicas: number; pod: PodSpec }> {
    const { replicas, template } = await this.spec<{ replicas: number; template: { spec: PodSpec } }>(
      "apps/v1",
      "Deployment",
      name,
    );
    return { replicas, pod: template.spec };
  }

  /** The server of a service of one node. */
  async server(service: string): Promise<Container> {
    return containerOf((await this.deployment(childNames(service).deployment)).pod, "main");
  }

  /** Groups of a LeaderWorkerSet and pods in each. */
  async groups(name: string): Promise<{ groups: number; size: number }> {
    const { replicas, leaderWorkerTemplate } = await this.spec<{
      replicas: number;
      leaderWorkerTemplate: { size: number };
    }>("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", name);
    return { groups: replicas, size: leaderWorkerTemplate.size };
  }

  /** The endpoint picker's containers, and the configuration that it reads. */
  async picker(service: string): Promise<{ containers: string[]; config: PickerConfig; weights: string[] }> {
    const { pod } = await this.deployment(childNames(service).schedulerDeployment);
    const { args = [], command = [] } = containerOf(pod, "main");
    const words = [...command, ...args];
    const config = load(words[words.indexOf("--config-text") + 1] ?? "") as PickerConfig;
    const weights = config.schedulingProfiles.flatMap(({ name, plugins }) =>
      plugins.flatMap(({ pluginRef, weight }) => (weight === undefined ? [] : [`${name} ${pluginRef} ${weight}`])),
    );
    return { containers: pod.containers.map((container) => container.name), config, weights };
  }

  /** All pods of some services. */
  async pods(services: readonly string[]): Promise<{ spec: PodSpec; phase: string | undefined }[]> {
    const items = await this.list("v1", "Pod", `app.kubernetes.io/name in (${services.join(",")})`);
    return items.map(({ spec, status }) => ({
      spec: spec as PodSpec,
      phase: (status as { phase?: string } | undefined)?.phase,
    }));
  }
}

export function containerOf({ containers, initContainers = [] }: PodSpec, name: string): Container {
  const found = [...containers, ...initContainers].find((container) => container.name === name);
  if (!found) throw new Error(`the pod has no container ${name}`);
  return found;
}

export function variable({ env = [] }: Container, name: string): string | undefined {
  return env.find((entry) => entry.name === name)?.value;
}
