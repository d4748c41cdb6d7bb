import type { Json } from "../../../sdk/compose/marked";
import { plan, pod, type PreflightCase } from "./plan";

const env = (kind: "secretKeyRef" | "configMapKeyRef", reference: Record<string, Json>): Record<string, Json> => ({
  template: pod({}, { env: [{ name: "TOKEN", valueFrom: { [kind]: reference } }] }),
});
const volume = (source: Record<string, Json>): Record<string, Json> => ({
  template: pod({}, {}, { volumes: [{ name: "v", ...source }] }),
});
const deviceClass = (name: string) => ({ annotations: { "serving.kserve.io/exp-dra-device-class": name } });
const ref = (reference: Record<string, Json>): Record<string, Json> => ({
  router: { scheduler: { config: { ref: reference } }, route: {} },
});

/** What services refer to by name. */
export const objectCases: readonly PreflightCase[] = [
  {
    code: "secret-missing",
    title: "a Hugging Face token whose Secret is misspelt",
    bad: plan(env("secretKeyRef", { name: "hf-tokn", key: "HF_TOKEN" }), { secrets: ["models/hf-token"] }),
    finding:
      'spec.template.containers[0].env[0].valueFrom.secretKeyRef.name: no Secret of this name is in namespace "models", nor planned; given: "hf-tokn"; allowed: hf-token; fix: did you mean "hf-token"? [secret-missing]',
    good: plan(env("secretKeyRef", { name: "hf-token", key: "HF_TOKEN" }), { secrets: ["models/hf-token"] }),
  },
  {
    code: "secret-missing",
    title: "a Secret of another namespace",
    bad: plan({ template: pod({}, {}, { imagePullSecrets: [{ name: "registry" }] }) }, { secrets: ["other/registry"] }),
    finding:
      'spec.template.imagePullSecrets[0].name: no Secret of this name is in namespace "models", nor planned; given: "registry"; allowed: none: nothing is known of Secrets in this namespace; fix: create it, or name it in the plan\'s secrets [secret-missing]',
    good: plan(
      { template: pod({}, {}, { imagePullSecrets: [{ name: "registry" }] }) },
      { secrets: ["models/registry"] },
    ),
  },
  {
    code: "secret-missing",
    title: "variables from a Secret",
    bad: plan({ template: pod({}, { envFrom: [{ secretRef: { name: "s3" } }] }) }, { secrets: [] }),
    finding:
      'spec.template.containers[0].envFrom[0].secretRef.name: no Secret of this name is in namespace "models", nor planned; given: "s3"; allowed: none: nothing is known of Secrets in this namespace; fix: create it, or name it in the plan\'s secrets [secret-missing]',
    good: plan({ template: pod({}, { envFrom: [{ secretRef: { name: "s3", optional: true } }] }) }, { secrets: [] }),
  },
  {
    code: "secret-missing",
    title: "a volume of a Secret that KServe does not make",
    bad: plan(volume({ secret: { secretName: "certs" } }), { secrets: [] }),
    finding:
      'spec.template.volumes[0].secret.secretName: no Secret of this name is in namespace "models", nor planned; given: "certs"; allowed: none: nothing is known of Secrets in this namespace; fix: create it, or name it in the plan\'s secrets [secret-missing]',
    good: plan(volume({ secret: { secretName: "llama-kserve-self-signed-certs" } }), { secrets: [] }),
  },
  {
    code: "secret-missing",
    title: "an annotation that names the Secret of the model's store",
    bad: plan({}, { secrets: ["models/hf-token"] }, { annotations: { "serving.kserve.io/secretName": "hf-tokens" } }),
    finding:
      'annotations["serving.kserve.io/secretName"]: no Secret of this name is in namespace "models", nor planned, and the model is to be fetched with it; given: "hf-tokens"; allowed: hf-token; fix: did you mean "hf-token"? [secret-missing]',
    good: plan({}, { secrets: ["models/hf-token"] }, { annotations: { "serving.kserve.io/secretName": "hf-token" } }),
  },
  {
    code: "config-map-missing",
    title: "a volume of a ConfigMap",
    bad: plan(volume({ configMap: { name: "chat-template" } }), { configMaps: ["models/chat-templates"] }),
    finding:
      'spec.template.volumes[0].configMap.name: no ConfigMap of this name is in namespace "models", nor planned; given: "chat-template"; allowed: chat-templates; fix: did you mean "chat-templates"? [config-map-missing]',
    good: plan(volume({ configMap: { name: "chat-templates" } }), { configMaps: ["models/chat-templates"] }),
  },
  {
    code: "config-map-missing",
    title: "a scheduler's configuration",
    bad: plan(ref({ name: "scheduler" }), { configMaps: ["kserve/scheduler"] }),
    finding:
      'spec.router.scheduler.config.ref.name: no ConfigMap of this name is in namespace "models", nor planned; given: "scheduler"; allowed: none: nothing is known of ConfigMaps in this namespace; fix: create it, or name it in the plan\'s configMaps [config-map-missing]',
    good: plan(ref({ name: "config-scheduler-fast" }), { configMaps: ["kserve/config-scheduler-fast"] }),
  },
  {
    code: "key-missing",
    title: "a key that the Secret does not have",
    bad: plan(env("secretKeyRef", { name: "hf", key: "token" }), {
      secrets: [{ namespace: "models", name: "hf", keys: ["HF_TOKEN"] }],
    }),
    finding:
      'spec.template.containers[0].env[0].valueFrom.secretKeyRef.key: the Secret "models/hf" has no such key; given: "token"; allowed: HF_TOKEN; fix: add the key to the Secret [key-missing]',
    good: plan(env("secretKeyRef", { name: "hf", key: "HF_TOKEN" }), {
      secrets: [{ namespace: "models", name: "hf", keys: ["HF_TOKEN"] }],
    }),
  },
  {
    code: "key-missing",
    title: "a scheduler's ConfigMap without the default key",
    bad: plan(ref({ name: "scheduler" }), {
      configMaps: [{ namespace: "models", name: "scheduler", keys: ["epp.yaml"] }],
    }),
    finding:
      'spec.router.scheduler.config.ref.name: the ConfigMap "models/scheduler" has no such key; given: "epp"; allowed: epp.yaml; fix: add the key to the ConfigMap [key-missing]',
    good: plan(ref({ name: "scheduler", key: "epp.yaml" }), {
      configMaps: [{ namespace: "models", name: "scheduler", keys: ["epp.yaml"] }],
    }),
  },
  {
    code: "volume-claim-missing",
    title: "a model on a claim",
    bad: plan({ model: { uri: "pvc://weights/llama", name: "llama" } }, { persistentVolumeClaims: [] }),
    finding:
      'spec.model.uri: no PersistentVolumeClaim of this name is in namespace "models", nor planned; given: "weights"; allowed: none: nothing is known of PersistentVolumeClaims in this namespace; fix: create it, or name it in the plan\'s persistentVolumeClaims [volume-claim-missing]',
    good: plan(
      { model: { uri: "pvc://weights/llama", name: "llama" } },
      { persistentVolumeClaims: ["models/weights"] },
    ),
  },
  {
    code: "volume-claim-missing",
    title: "a tier of the KV cache",
    bad: plan(
      { kvCacheOffloading: { cpu: "1Gi", secondary: [{ fileSystem: { pvc: { ref: { name: "cache" } } } }] } },
      { persistentVolumeClaims: ["models/weights"] },
    ),
    finding:
      'spec.kvCacheOffloading.secondary[0].fileSystem.pvc.ref.name: no PersistentVolumeClaim of this name is in namespace "models", nor planned; given: "cache"; allowed: weights; fix: create it, or name it in the plan\'s persistentVolumeClaims [volume-claim-missing]',
    good: plan(
      { kvCacheOffloading: { cpu: "1Gi", secondary: [{ fileSystem: { emptyDir: { size: "1Gi" } } }] } },
      { persistentVolumeClaims: ["models/weights"] },
    ),
  },
  {
    code: "volume-claim-missing",
    title: "a LoRA adapter on a claim",
    bad: plan(
      { model: { uri: "hf://a/b", name: "llama", lora: { adapters: [{ name: "x", uri: "pvc://adapters/x" }] } } },
      { persistentVolumeClaims: [] },
    ),
    finding:
      'spec.model.lora.adapters[0].uri: no PersistentVolumeClaim of this name is in namespace "models", nor planned; given: "adapters"; allowed: none: nothing is known of PersistentVolumeClaims in this namespace; fix: create it, or name it in the plan\'s persistentVolumeClaims [volume-claim-missing]',
    good: plan(
      { model: { uri: "hf://a/b", name: "llama", lora: { adapters: [{ name: "x", uri: "hf://adapters/x" }] } } },
      { persistentVolumeClaims: [] },
    ),
  },
  {
    code: "service-account-missing",
    title: "a service account of the user's own",
    bad: plan(
      { template: pod({}, {}, { serviceAccountName: "s3-reader" }) },
      { serviceAccounts: ["models/s3-readers"] },
    ),
    finding:
      'spec.template.serviceAccountName: no ServiceAccount of this name is in namespace "models", nor planned; given: "s3-reader"; allowed: s3-readers; fix: did you mean "s3-readers"? [service-account-missing]',
    good: plan({ template: pod({}, {}, { serviceAccountName: "llama-kserve" }) }, { serviceAccounts: [] }),
  },
  {
    code: "device-class-missing",
    title: "a DeviceClass that no driver brings",
    bad: plan({}, { deviceClasses: ["gpu.nvidia.com"] }, deviceClass("gpu.nvidia.org")),
    finding:
      'annotations["serving.kserve.io/exp-dra-device-class"]: the cluster has no DeviceClass of this name; given: "gpu.nvidia.org"; allowed: gpu.nvidia.com; fix: did you mean "gpu.nvidia.com"? [device-class-missing]',
    good: plan({}, { deviceClasses: ["gpu.nvidia.com"] }, deviceClass("gpu.nvidia.com")),
  },
  {
    code: "namespace-missing",
    title: "a namespace that is misspelt",
    bad: plan({}, { namespaces: { models: {} } }, { namespace: "model" }),
    finding:
      'namespace: the cluster has no namespace of this name, and none is planned; given: "model"; allowed: models; fix: did you mean "models"? [namespace-missing]',
    good: plan({}, { namespaces: { models: {} }, partial: ["namespaces"] }, { namespace: "model" }),
  },
];
