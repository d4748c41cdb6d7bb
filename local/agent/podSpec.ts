import type { KubernetesObject } from "../../sdk/kubernetes/client";

/** The parts of a pod that the agent reads. */
export interface Pod extends KubernetesObject {
  spec: PodSpec;
  status?: { phase?: string; podIP?: string; startTime?: string; conditions?: { type: string; status: string }[] };
}

export interface PodSpec {
  nodeName?: string;
  serviceAccountName?: string;
  containers: Container[];
  initContainers?: Container[];
  /** @default "Always" */
  restartPolicy?: string;
  volumes?: Volume[];
  terminationGracePeriodSeconds?: number;
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: unknown[];
  ports?: { name?: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
  readinessProbe?: { httpGet?: { path?: string; port: number | string; scheme?: string } };
}

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { fieldPath: string };
    secretKeyRef?: KeyReference;
    configMapKeyRef?: KeyReference;
    resourceFieldRef?: unknown;
  };
}

export interface KeyReference {
  name: string;
  key: string;
  optional?: boolean;
}

/** One source of files: a Secret or ConfigMap, whole or some of its keys. */
export interface ObjectSource {
  name?: string;
  secretName?: string;
  items?: { key: string; path: string }[];
  optional?: boolean;
}

export interface Volume {
  name: string;
  secret?: ObjectSource;
  configMap?: ObjectSource;
  emptyDir?: unknown;
  downwardAPI?: DownwardSource;
  projected?: {
    sources?: {
      secret?: ObjectSource;
      configMap?: ObjectSource;
      downwardAPI?: DownwardSource;
      serviceAccountToken?: { path: string; audience?: string; expirationSeconds?: number };
    }[];
  };
}

export interface DownwardSource {
  items?: { path: string; fieldRef?: { fieldPath: string } }[];
}

/** A pod that has done its work when its process has ended, as those of Jobs do. */
export function endsByItself(pod: Pod): boolean {
  return (pod.spec.restartPolicy ?? "Always") !== "Always";
}

/** `<namespace>/<name>`. */
export function podName(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name ?? ""}`;
}

/**
 * The value of a field of the downward API.
 *
 * @returns undefined for a path that is not known here.
 */
export function podField(pod: Pod, fieldPath: string, podIP: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (keyed) return (keyed[1] === "labels" ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ""] ?? "";
  const fields: Record<string, string | undefined> = {
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName ?? "default",
    "status.podIP": podIP,
    "status.podIPs": podIP,
    "status.hostIP": "127.0.0.1",
  };
  return fields[fieldPath];
}
