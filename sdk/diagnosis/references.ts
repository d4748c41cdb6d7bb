import type { KubernetesObject } from "../kubernetes/client";
import { type Fields, fieldsAt, listAt, textAt } from "./read";

/** `<kind> <name>` of each Secret, ConfigMap and PersistentVolumeClaim that a pod cannot start without. */
export function referencesOf(pod: KubernetesObject): string[] {
  const needed = (kind: string, part: Fields, key: string): string[] => {
    const name = textAt(part, key);
    return name && part.optional !== true ? [`${kind} ${name}`] : [];
  };
  const volumes = listAt(pod, "spec", "volumes").flatMap((volume) => [
    ...needed("Secret", fieldsAt(volume, "secret"), "secretName"),
    ...needed("ConfigMap", fieldsAt(volume, "configMap"), "name"),
    ...needed("PersistentVolumeClaim", fieldsAt(volume, "persistentVolumeClaim"), "claimName"),
    ...listAt(volume, "projected", "sources").flatMap((source) => [
      ...needed("Secret", fieldsAt(source, "secret"), "name"),
      ...needed("ConfigMap", fieldsAt(source, "configMap"), "name"),
    ]),
  ]);
  const containers = [...listAt(pod, "spec", "containers"), ...listAt(pod, "spec", "initContainers")];
  const environments = containers.flatMap((container) => [
    ...listAt(container, "env").flatMap((entry) => [
      ...needed("Secret", fieldsAt(entry, "valueFrom", "secretKeyRef"), "name"),
      ...needed("ConfigMap", fieldsAt(entry, "valueFrom", "configMapKeyRef"), "name"),
    ]),
    ...listAt(container, "envFrom").flatMap((entry) => [
      ...needed("Secret", fieldsAt(entry, "secretRef"), "name"),
      ...needed("ConfigMap", fieldsAt(entry, "configMapRef"), "name"),
    ]),
  ]);
  return [...new Set([...volumes, ...environments])];
}
