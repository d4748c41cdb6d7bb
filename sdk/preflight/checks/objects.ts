import { childName } from "../../api/names";
import { draAnnotations } from "../../api/rules/draAnnotations";
import type { View } from "../../api/view";
import { kserveNamespace } from "../../api/constants";
import { nearest } from "../../nearest";
import { storageSecretAnnotations } from "../../recipes/modelSecrets";
import type { PreflightCode } from "../codes";
import type { PlannedObject } from "../plan";
import type { CheckedCluster, CheckedService, Report } from "./check";

type ObjectKind = "secrets" | "configMaps" | "persistentVolumeClaims" | "serviceAccounts";

const kinds: Readonly<Record<ObjectKind, { readonly title: string; readonly code: PreflightCode }>> = {
  secrets: { title: "Secret", code: "secret-missing" },
  configMaps: { title: "ConfigMap", code: "config-map-missing" },
  persistentVolumeClaims: { title: "PersistentVolumeClaim", code: "volume-claim-missing" },
  serviceAccounts: { title: "ServiceAccount", code: "service-account-missing" },
};

/** Whether what a service refers to by name is there. */
export function checkObjects(service: CheckedService, cluster: CheckedCluster, report: Report): void {
  const { namespace, workloads } = service;
  if (namespace === undefined) return;
  checkNamespace(namespace, cluster, report);
  const lookFor = finder(service, namespace, cluster, report);
  for (const { at, role } of workloads) {
    const pods = role === "scheduler" ? [at.get("template")] : [at.get("template"), at.get("worker")];
    for (const pod of pods) checkPod(pod, lookFor);
    for (const tier of at.get("kvCacheOffloading", "secondary").items) {
      lookFor("persistentVolumeClaims", tier.get("fileSystem", "pvc", "ref", "name"));
    }
  }
  checkStorageSecret(service, namespace, cluster, report);
  checkModelClaim(service.spec, lookFor);
  checkSchedulerConfig(service.spec, cluster, namespace, lookFor);
  checkDeviceClass(service, cluster, report);
}

type LookFor = (kind: ObjectKind, name: View, key?: View | string, inNamespace?: string, given?: string) => void;

function finder(service: CheckedService, namespace: string, cluster: CheckedCluster, report: Report): LookFor {
  const own = ownObjects(service.name);
  const seen = new Set<string>();
  return (kind, name, key, inNamespace = namespace, given = name.text) => {
    const stated = cluster[kind];
    if (!stated || given === undefined || given === "" || own[kind]?.has(given)) return;
    const found = stated.find((object) => fullName(object) === `${inNamespace}/${given}`);
    const { title, code } = kinds[kind];
    const id = `${kind} ${given} ${typeof key === "string" ? key : (key?.text ?? "")}`;
    if (seen.has(id)) return;
    seen.add(id);
    if (!found && !cluster.isComplete(kind)) return;
    if (!found) {
      const names = stated.map(fullName).filter((full) => full.startsWith(`${inNamespace}/`));
      const short = names.map((full) => full.slice(inNamespace.length + 1)).sort();
      const close = name.isSecret ? undefined : nearest(given, short);
      report(code, name, {
        given: name.isSecret ? undefined : given,
        message: `no ${title} of this name is in namespace "${inNamespace}", nor planned`,
        allowed: short.length > 0 ? short.join(", ") : `none: nothing is known of ${title}s in this namespace`,
        fix: close ? `did you mean "${close}"?` : `create it, or name it in the plan's ${kind}`,
      });
      return;
    }
    const keys = typeof found === "string" ? undefined : found.keys;
    const wanted = typeof key === "string" ? key : key?.text;
    if (!keys || wanted === undefined || keys.includes(wanted) || name.isSecret) return;
    if (typeof key === "object" && key.isSecret) return;
    const close = nearest(wanted, keys);
    report("key-missing", typeof key === "string" || !key ? name : key, {
      given: wanted,
      message: `the ${title} "${inNamespace}/${given}" has no such key`,
      allowed: [...keys].sort().join(", ") || "none: it is empty",
      fix: close ? `did you mean "${close}"?` : `add the key to the ${title}`,
    });
  };
}

function fullName(object: PlannedObject): string {
  return typeof object === "string" ? object : `${object.namespace}/${object.name}`;
}

/** What is there without being planned. Source: kserve-spec section 5, read from the controller at 0.20. */
function ownObjects(name: string): Partial<Record<ObjectKind, ReadonlySet<string>>> {
  const accounts = ["-epp-sa", "-kserve", "-kserve-mn", "-kserve-mn-prefill"].map((suffix) => childName(name, suffix));
  return {
    secrets: new Set([childName(name, "-kserve-self-signed-certs")]),
    serviceAccounts: new Set(["default", ...accounts]),
    configMaps: new Set(["kube-root-ca.crt"]),
  };
}

function checkPod(pod: View, lookFor: LookFor): void {
  lookFor("serviceAccounts", pod.get("serviceAccountName"));
  for (const secret of pod.get("imagePullSecrets").items) lookFor("secrets", secret.get("name"));
  for (const container of [...pod.get("containers").items, ...pod.get("initContainers").items]) {
    for (const variable of container.get("env").items) {
      const from = variable.get("valueFrom");
      lookForKey("secrets", from.get("secretKeyRef"), lookFor);
      lookForKey("configMaps", from.get("configMapKeyRef"), lookFor);
    }
    for (const source of container.get("envFrom").items) {
      lookForAll("secrets", source.get("secretRef"), "name", lookFor);
      lookForAll("configMaps", source.get("configMapRef"), "name", lookFor);
    }
  }
  for (const volume of pod.get("volumes").items) {
    lookForAll("secrets", volume.get("secret"), "secretName", lookFor);
    lookForAll("configMaps", volume.get("configMap"), "name", lookFor);
    lookForAll("persistentVolumeClaims", volume.get("persistentVolumeClaim"), "claimName", lookFor);
    for (const source of volume.get("projected", "sources").items) {
      lookForAll("secrets", source.get("secret"), "name", lookFor);
      lookForAll("configMaps", source.get("configMap"), "name", lookFor);
    }
  }
}

/** An optional reference may lead to nothing. */
function lookForAll(kind: ObjectKind, reference: View, field: string, lookFor: LookFor): void {
  if (reference.get("optional").boolean !== true) lookFor(kind, reference.get(field));
}

function lookForKey(kind: ObjectKind, reference: View, lookFor: LookFor): void {
  if (reference.get("optional").boolean !== true) lookFor(kind, reference.get("name"), reference.get("key"));
}

/** The Secret that the model is fetched with; the controller only logs that it is not there, and the download is refused. */
function checkStorageSecret(
  { annotations }: CheckedService,
  namespace: string,
  cluster: CheckedCluster,
  report: Report,
): void {
  const { secrets = [] } = cluster;
  const key = storageSecretAnnotations.find((annotation) => annotations.get(annotation).text !== undefined);
  const name = key === undefined ? undefined : annotations.get(key);
  if (!key || !name?.text || name.isSecret || !cluster.isComplete("secrets")) return;
  const names = secrets.map(fullName).filter((full) => full.startsWith(`${namespace}/`));
  const short = names.map((full) => full.slice(namespace.length + 1)).sort();
  if (short.includes(name.text)) return;
  const close = nearest(name.text, short);
  report("secret-missing", `annotations["${key}"]`, {
    given: name.text,
    message: `no Secret of this name is in namespace "${namespace}", nor planned, and the model is to be fetched with it`,
    allowed: short.length > 0 ? short.join(", ") : "none: nothing is known of Secrets in this namespace",
    fix: close ? `did you mean "${close}"?` : "create it, or name it in the plan's secrets",
  });
}

/** The claim of a `pvc://<claim>/<path>` model. Source: `attachPVCModelArtifact` of KServe 0.20. */
function checkModelClaim(spec: View, lookFor: LookFor): void {
  const models = [spec.get("model"), ...spec.get("model", "lora", "adapters").items];
  for (const model of models) {
    const uri = model.get("uri");
    const claim = /^pvc:\/\/([^/]+)/.exec(uri.text ?? "")?.[1];
    if (claim !== undefined) lookFor("persistentVolumeClaims", uri, undefined, undefined, claim);
  }
}

/** Where the controller looks for a scheduler's ConfigMap. Source: `resolveSchedulerConfig` of KServe 0.20's config_merge.go. */
function checkSchedulerConfig(spec: View, cluster: CheckedCluster, namespace: string, lookFor: LookFor): void {
  const ref = spec.get("router", "scheduler", "config", "ref");
  const name = ref.get("name").text;
  if (name === undefined) return;
  const here = cluster.configMaps?.some((object) => fullName(object) === `${namespace}/${name}`) ?? false;
  const shared = !here && name.startsWith("config-scheduler-");
  const key = ref.get("key");
  lookFor("configMaps", ref.get("name"), key.empty ? "epp" : key, shared ? kserveNamespace : namespace);
}

function checkDeviceClass({ annotations }: CheckedService, cluster: CheckedCluster, report: Report): void {
  const { deviceClasses } = cluster;
  const deviceClass = annotations.get(draAnnotations.deviceClass);
  const name = deviceClass.text?.trim();
  if (
    name === undefined ||
    deviceClass.isSecret ||
    !deviceClasses ||
    deviceClasses.includes(name) ||
    !cluster.isComplete("deviceClasses")
  )
    return;
  const close = nearest(name, deviceClasses);
  report("device-class-missing", `annotations["${draAnnotations.deviceClass}"]`, {
    given: name,
    message: "the cluster has no DeviceClass of this name",
    allowed: [...deviceClasses].sort().join(", ") || "none: the cluster has no DeviceClass",
    fix: close ? `did you mean "${close}"?` : "install the device's driver, which brings the DeviceClass",
  });
}

function checkNamespace(namespace: string, cluster: CheckedCluster, report: Report): void {
  const { namespaces } = cluster;
  if (!namespaces || !cluster.isComplete("namespaces") || Object.hasOwn(namespaces, namespace)) return;
  const names = Object.keys(namespaces).sort();
  const close = nearest(namespace, names);
  report("namespace-missing", "namespace", {
    given: namespace,
    message: "the cluster has no namespace of this name, and none is planned",
    allowed: names.join(", "),
    fix: close ? `did you mean "${close}"?` : "create the namespace",
  });
}
