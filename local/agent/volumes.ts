import { copyFile, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { KubernetesObject } from "../../sdk/kubernetes/client";
import {
  podField,
  type Container,
  type DownwardSource,
  type KeyReference,
  type ObjectSource,
  type Pod,
  type Volume,
} from "./podSpec";

/** A Secret or ConfigMap that a container needs. */
export interface ObjectReference {
  kind: "Secret" | "ConfigMap";
  name: string;
}

/** What volumes and environment are made of. */
export interface Sources {
  /** The object as the API server has it now; undefined when it does not exist. */
  object(reference: ObjectReference): KubernetesObject | undefined;
  token(audience: string | undefined): string;
  podIP: string;
}

/** Files by their path in the volume, or what they have to wait for. */
export type VolumeContent = { files: Map<string, Buffer> } | { missing: string };

/** The volumes that a container mounts. */
export function mountedVolumes(pod: Pod, container: Container): Volume[] {
  const names = new Set(container.volumeMounts?.map(({ name }) => name));
  return (pod.spec.volumes ?? []).filter(({ name }) => names.has(name));
}

/** Every Secret and ConfigMap that a container's volumes and environment refer to, each once. */
export function objectReferences(pod: Pod, container: Container): ObjectReference[] {
  const found = new Map<string, ObjectReference>();
  const add = (kind: ObjectReference["kind"], name: string | undefined) => {
    if (name) found.set(`${kind}/${name}`, { kind, name });
  };
  for (const { secret, configMap, projected } of mountedVolumes(pod, container)) {
    add("Secret", secret?.secretName);
    add("ConfigMap", configMap?.name);
    for (const source of projected?.sources ?? []) {
      add("Secret", source.secret?.name);
      add("ConfigMap", source.configMap?.name);
    }
  }
  for (const { valueFrom } of container.env ?? []) {
    add("Secret", valueFrom?.secretKeyRef?.name);
    add("ConfigMap", valueFrom?.configMapKeyRef?.name);
  }
  return [...found.values()];
}

/** Audiences of the ServiceAccount tokens that a container's volumes hold. */
export function tokenAudiences(pod: Pod, container: Container): (string | undefined)[] {
  const sources = mountedVolumes(pod, container).flatMap(({ projected }) => projected?.sources ?? []);
  return [...new Set(sources.flatMap(({ serviceAccountToken: token }) => (token ? [token.audience] : [])))];
}

/** @throws Error for a type of volume that is not known here. */
export function volumeContent(pod: Pod, volume: Volume, sources: Sources): VolumeContent {
  const namespace = pod.metadata.namespace ?? "";
  if (volume.emptyDir !== undefined) return { files: new Map() };
  if (volume.secret)
    return objectFiles("Secret", { ...volume.secret, name: volume.secret.secretName }, namespace, sources);
  if (volume.configMap) return objectFiles("ConfigMap", volume.configMap, namespace, sources);
  if (volume.downwardAPI) return { files: downwardFiles(pod, volume.downwardAPI, sources) };
  if (!volume.projected) {
    const type = Object.keys(volume).filter((key) => key !== "name");
    throw new Error(
      `volume ${volume.name}: ${type.join(", ") || "no type"} is not known to the embedded environment; ` +
        `known: secret, configMap, projected, downwardAPI, emptyDir`,
    );
  }
  const files = new Map<string, Buffer>();
  for (const source of volume.projected.sources ?? []) {
    const content: VolumeContent = source.secret
      ? objectFiles("Secret", source.secret, namespace, sources)
      : source.configMap
        ? objectFiles("ConfigMap", source.configMap, namespace, sources)
        : { files: source.downwardAPI ? downwardFiles(pod, source.downwardAPI, sources) : new Map<string, Buffer>() };
    if ("missing" in content) return content;
    content.files.forEach((data, path) => files.set(path, data));
    const token = source.serviceAccountToken;
    if (token) files.set(token.path, Buffer.from(sources.token(token.audience)));
  }
  return { files };
}

function objectFiles(
  kind: ObjectReference["kind"],
  source: ObjectSource,
  namespace: string,
  sources: Sources,
): VolumeContent {
  const name = source.name ?? "";
  const object = sources.object({ kind, name });
  if (!object)
    return source.optional ? { files: new Map() } : { missing: `${kind} ${namespace}/${name} does not exist` };
  const data = objectData(kind, object);
  if (!source.items) return { files: data };
  const files = new Map<string, Buffer>();
  for (const { key, path } of source.items) {
    const value = data.get(key);
    if (value) files.set(path, value);
    else if (!source.optional) return { missing: `${kind} ${namespace}/${name} has no key "${key}"` };
  }
  return { files };
}

function objectData(kind: ObjectReference["kind"], object: KubernetesObject): Map<string, Buffer> {
  const entries = (field: string) => Object.entries((object[field] ?? {}) as Record<string, string>);
  const decoded = (field: string) => entries(field).map(([key, value]) => [key, Buffer.from(value, "base64")] as const);
  if (kind === "Secret") return new Map(decoded("data"));
  return new Map([
    ...entries("data").map(([key, value]) => [key, Buffer.from(value)] as const),
    ...decoded("binaryData"),
  ]);
}

function downwardFiles(pod: Pod, source: DownwardSource, { podIP }: Sources): Map<string, Buffer> {
  return new Map(
    (source.items ?? []).map(({ path, fieldRef }) => [
      path,
      Buffer.from(podField(pod, fieldRef?.fieldPath ?? "", podIP) ?? ""),
    ]),
  );
}

/** A container's environment, or what it has to wait for. @throws Error for a source that is not known here. */
export function containerEnvironment(
  pod: Pod,
  container: Container,
  sources: Sources,
): { env: Record<string, string> } | { missing: string } {
  if (container.envFrom?.length)
    throw new Error(`container ${container.name}: envFrom is not known to the embedded environment`);
  const env: Record<string, string> = {};
  const namespace = pod.metadata.namespace ?? "";
  for (const { name, value, valueFrom } of container.env ?? []) {
    const fromKey = (kind: ObjectReference["kind"], { name: object, key, optional }: KeyReference) =>
      objectFiles(kind, { name: object, items: [{ key, path: key }], optional }, namespace, sources);
    if (valueFrom?.fieldRef) {
      const field = podField(pod, valueFrom.fieldRef.fieldPath, sources.podIP);
      if (field === undefined)
        throw new Error(`env ${name}: field ${valueFrom.fieldRef.fieldPath} is not known to the embedded environment`);
      env[name] = field;
    } else if (valueFrom?.secretKeyRef ?? valueFrom?.configMapKeyRef) {
      const { secretKeyRef, configMapKeyRef } = valueFrom;
      const content = secretKeyRef
        ? fromKey("Secret", secretKeyRef)
        : fromKey("ConfigMap", configMapKeyRef as KeyReference);
      if ("missing" in content) return content;
      for (const data of content.files.values()) env[name] = data.toString();
    } else if (valueFrom) {
      throw new Error(`env ${name}: ${Object.keys(valueFrom).join(", ")} is not known to the embedded environment`);
    } else {
      env[name] = (value ?? "").replace(/\$\(([^)]+)\)/g, (all, reference: string) => env[reference] ?? all);
    }
  }
  return { env };
}

/**
 * Writes a volume as the kubelet does: the files lie in a folder of their own, reached through the link `..data`, and a new
 * version replaces the link at once, so that a reader never sees the key of one certificate with another one's.
 */
export async function writeVolume(folder: string, files: ReadonlyMap<string, Buffer>, version: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const fresh = `..${version}`;
  for (const [path, data] of files) {
    const file = join(folder, fresh, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data, { mode: 0o600 });
  }
  await mkdir(join(folder, fresh), { recursive: true });
  const previous = await readlink(join(folder, "..data")).catch(() => undefined);
  await symlink(fresh, join(folder, "..data_tmp"));
  await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  const names = new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""));
  const present = (await readdir(folder)).filter((name) => !name.startsWith(".."));
  await Promise.all(
    present.filter((name) => !names.has(name)).map((name) => rm(join(folder, name), { recursive: true })),
  );
  for (const name of names) if (!present.includes(name)) await symlink(join("..data", name), join(folder, name));
  if (previous && previous !== fresh) await rm(join(folder, previous), { recursive: true, force: true });
}

/** Puts a volume, or one file of it, where the container mounts it. A single file stays as it is, as with the kubelet. */
export async function mountVolume(
  root: string,
  { mountPath, subPath }: { mountPath: string; subPath?: string },
  volumeFolder: string,
): Promise<void> {
  const target = join(root, mountPath);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  if (subPath) await copyFile(join(volumeFolder, subPath), target);
  else await symlink(volumeFolder, target);
}
