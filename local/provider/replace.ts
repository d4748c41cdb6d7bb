import type { JsonObject } from "./json";
import { kindOf } from "./kinds";

/** Options of the provider that change what is replaced. */
export interface ReplaceOptions {
  /** Change ConfigMaps in place. @default false, as the official provider */
  configMapMutable?: boolean;
  /** Change Secrets in place. @default false, as the official provider */
  secretMutable?: boolean;
}

const workload = ["spec.selector"];

// What the API server refuses to change, so that only a replacement can; the official provider has the same rules.
// `*` stands for every element of a list.
const immutable: Record<string, readonly string[]> = {
  "apps/DaemonSet": workload,
  "apps/Deployment": workload,
  "apps/ReplicaSet": workload,
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "/PersistentVolume": (
    "awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs hostPath " +
    "iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume"
  )
    .split(" ")
    .map((source) => `spec.${source}`),
  "/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
  "/Pod": [
    ...(
      "affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID " +
      "hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates " +
      "restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName " +
      "shareProcessNamespace subdomain terminationGracePeriodSeconds volumes"
    )
      .split(" ")
      .map((field) => `spec.${field}`),
    "spec.containers",
    "spec.initContainers",
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
};

/** Paths whose change replaces the object. */
export function replacePaths(object: JsonObject, options: ReplaceOptions = {}): string[][] {
  const { group, kind } = kindOf(object);
  const key = `${group}/${kind}`;
  const paths = ["kind", "metadata.name", "metadata.namespace", ...(immutable[key] ?? [])];
  if (key === "/Secret") {
    paths.push("type");
    if (!options.secretMutable || object.immutable === true) paths.push("data", "stringData");
  }
  if (key === "/ConfigMap" && (!options.configMapMutable || object.immutable === true))
    paths.push("data", "binaryData");
  return paths.map((path) => path.split("."));
}

/** Whether a change at a path touches one of the given paths: at, below or above it. */
export function touches(change: readonly (string | number)[], paths: readonly string[][]): boolean {
  return paths.some((path) => {
    const length = Math.min(path.length, change.length);
    for (let index = 0; index < length; index++) if (path[index] !== change[index]) return false;
    return true;
  });
}
