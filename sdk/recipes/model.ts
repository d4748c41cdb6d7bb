import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { LLMInferenceServiceSpecArgs, LoRASpecArgs, PartialPodSpecArgs } from "../api/llmInferenceService";
import { checkModelUri } from "../api/modelUri";
import { versions } from "../versions";
import { isKnown, objectName, RecipeChecks, type RecipeOptions } from "./recipeChecks";
import {
  checkPods,
  modelPath,
  podsSpec,
  serverContainer,
  storageInitializerContainer,
  type WorkloadPod,
} from "./workloadPods";

/** Where a model can come from. `gs://` is fetched by an init container of this package, because KServe 0.20 refuses it. */
export type ModelUri =
  | `hf://${string}`
  | `s3://${string}`
  | `gs://${string}`
  | `oci://${string}`
  | `oci+native://${string}`
  | `pvc://${string}`;

/** Arguments of {@link model}. */
export interface ModelArgs extends RecipeOptions {
  uri: ModelUri;
  /** Name under which clients ask for the model. @default the service's metadata.name */
  modelName?: Input<string>;
  /** LoRA adapters, fetched beside the model from `hf://` or `s3://`, or mounted from `pvc://`. @default none */
  adapters?: readonly LoraAdapterArgs[];
  /** Largest rank of an adapter. @default vLLM's, 16 */
  maxLoraRank?: number;
  /** Adapters in one batch. @default vLLM's, 1 */
  maxAdapters?: number;
  /** Adapters kept in the node's memory. @default vLLM's, as many as in one batch */
  maxCpuAdapters?: number;
  /** What proves that the model may be fetched. @default nothing: a public model, or the service account that pods have anyway */
  credentials?: ModelCredentialsRef;
  /**
   * The pods that have to be told of credentials and of `gs://`. A Secret with the key that KServe looks for reaches every pod without it.
   * @default ["template"]
   */
  pods?: readonly WorkloadPod[];
  /** Image that fetches `gs://` models. @default KServe's storage initializer of the version that this package installs */
  fetchImage?: Input<string>;
}

/** One LoRA adapter. */
export interface LoraAdapterArgs {
  /** Name under which clients ask for it; differs from that of the model. */
  name: string;
  uri: `hf://${string}` | `s3://${string}` | `pvc://${string}`;
}

/** Credentials that exist in the service's namespace: a Secret, a ServiceAccount, or both. */
export interface ModelCredentialsRef {
  /**
   * A Secret: `HF_TOKEN` for hf://; for s3:// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` where KServe was installed by its charts, and
   * `awsAccessKeyID` and `awsSecretAccessKey` where by its manifests; `gcloud-application-credentials.json` for gs://; a docker-registry Secret
   * for oci://.
   */
  secretName?: Input<string>;
  /** Another key of the Secret for an hf:// token or a gs:// key. @default as above */
  key?: string;
  /** A ServiceAccount with a cloud role, or with several such Secrets. The pods run under it. */
  serviceAccountName?: Input<string>;
  /** Also give the Hugging Face token to the server, which needs it only if it fetches something itself. @default false */
  exposeToServer?: boolean;
}

/** Names of the annotation by which a service names its Secret: that of KServe's Helm charts and that of its manifests, at 0.20. */
export const storageSecretAnnotations = [
  "serving.kserve.io/secretName",
  "serving.kserve.io/storageSecretName",
] as const;

/**
 * Keys by which KServe's credential builder knows what a Secret is for; those of S3 have one name in KServe's Helm charts and another in
 * its manifests. Source: `pkg/credentials/*` and the key `credentials` of its ConfigMap at 0.20.
 */
export const credentialKeys = {
  huggingFace: "HF_TOKEN",
  s3AccessKeyId: ["AWS_ACCESS_KEY_ID", "awsAccessKeyID"],
  s3SecretAccessKey: ["AWS_SECRET_ACCESS_KEY", "awsSecretAccessKey"],
  gcs: "gcloud-application-credentials.json",
} as const;

const argumentNames = [
  "uri",
  "modelName",
  "adapters",
  "maxLoraRank",
  "maxAdapters",
  "maxCpuAdapters",
  "credentials",
  "pods",
  "fetchImage",
  "name",
  "priority",
];

/**
 * The model, its LoRA adapters and how they are fetched.
 *
 * A Secret is named in an annotation of the service, by which KServe gives it to the storage initializer of every pod: server, workers,
 * prefill, and the endpoint picker's tokenizer. Where KServe cannot do that (another key, a ServiceAccount, gs://, oci://) the fragment says
 * it in each of `pods`.
 *
 * Source: `attachModelArtifacts` in `pkg/controller/v1alpha2/llmisvc/workload_storage.go` and `CreateSecretVolumeAndEnvFromServiceAccount` in
 * `pkg/credentials/service_account_credentials.go` of KServe 0.20.
 *
 * @throws ConfigurationError with every problem of the arguments.
 */
export function model(args: ModelArgs): ConfigFragment {
  check(args);
  const { uri, modelName, credentials = {}, pods = ["template"] } = args;
  const lora = loraOf(args);
  const spec: LLMInferenceServiceSpecArgs = {
    model: { uri, ...(modelName !== undefined && { name: modelName }), ...(lora && { lora }) },
    ...(uri.startsWith("gs://") && { storageInitializer: { enabled: false } }),
  };
  const pod = podOf(args);
  const viaAnnotation = isNamedByAnnotation(uri, credentials);
  return {
    name: args.name ?? "model",
    ...(args.priority !== undefined && { priority: args.priority }),
    spec: Object.keys(pod).length > 0 ? { ...spec, ...podsSpec(pods, () => podOf(args)) } : spec,
    ...(viaAnnotation && { annotations: secretAnnotations(credentials.secretName as Input<string>) }),
  };
}

/** Annotations by which a service names the Secret of its model, under either name that KServe's configuration may have for them. */
export function secretAnnotations(secretName: Input<string>): Record<string, Input<string>> {
  return Object.fromEntries(storageSecretAnnotations.map((annotation) => [annotation, secretName]));
}

function isNamedByAnnotation(uri: string, { secretName, key }: ModelCredentialsRef): boolean {
  const usual = key === undefined || key === credentialKeys.huggingFace;
  return secretName !== undefined && (uri.startsWith("s3://") || (uri.startsWith("hf://") && usual));
}

function loraOf({ adapters = [], maxLoraRank, maxAdapters, maxCpuAdapters }: ModelArgs): LoRASpecArgs | undefined {
  if (adapters.length === 0) return undefined;
  return {
    adapters: adapters.map(({ name, uri }) => ({ name, uri })),
    ...(maxLoraRank !== undefined && { maxRank: maxLoraRank }),
    ...(maxAdapters !== undefined && { maxAdapters }),
    ...(maxCpuAdapters !== undefined && { maxCpuAdapters }),
  };
}

/** What one pod has to be told; nothing when KServe does it all. */
function podOf(args: ModelArgs): PartialPodSpecArgs {
  const { uri, credentials = {} } = args;
  const { secretName, key, serviceAccountName, exposeToServer } = credentials;
  const account = serviceAccountName === undefined ? {} : { serviceAccountName };
  if (uri.startsWith("gs://")) return { ...account, ...fetchedByPod(args) };
  if (secretName === undefined) return account;
  if (uri.startsWith("oci")) return { ...account, imagePullSecrets: [{ name: secretName }] };
  if (!uri.startsWith("hf://")) return account;
  const token = [
    {
      name: credentialKeys.huggingFace,
      valueFrom: { secretKeyRef: { name: secretName, key: key ?? credentialKeys.huggingFace } },
    },
  ];
  return {
    ...account,
    ...(!isNamedByAnnotation(uri, credentials) && {
      initContainers: [{ name: storageInitializerContainer, env: token }],
    }),
    ...(exposeToServer && { containers: [{ name: serverContainer, env: token }] }),
  };
}

const volume = "fetched-model";
const keyVolume = "fetch-key";
const keyFolder = "/var/secrets/fetch";

/**
 * What KServe's storage initializer would do, had its controller not left gs:// out: the image itself knows Google's storage. It is another
 * container than KServe's, which is off, so that KServe looks at the address no more.
 */
function fetchedByPod({ uri, credentials = {}, fetchImage }: ModelArgs): PartialPodSpecArgs {
  const { secretName, key = credentialKeys.gcs } = credentials;
  const withKey = secretName !== undefined;
  return {
    initContainers: [
      {
        name: "fetch-model",
        image: fetchImage ?? `kserve/storage-initializer:v${versions.kserve}`,
        args: [uri, modelPath],
        ...(withKey && { env: [{ name: "GOOGLE_APPLICATION_CREDENTIALS", value: `${keyFolder}/${key}` }] }),
        // As KServe gives its own by default.
        resources: { requests: { cpu: "100m", memory: "100Mi" }, limits: { cpu: "1", memory: "1Gi" } },
        volumeMounts: [
          { name: volume, mountPath: modelPath },
          ...(withKey ? [{ name: keyVolume, mountPath: keyFolder, readOnly: true }] : []),
        ],
      },
    ],
    containers: [{ name: serverContainer, volumeMounts: [{ name: volume, mountPath: modelPath, readOnly: true }] }],
    volumes: [{ name: volume, emptyDir: {} }, ...(withKey ? [{ name: keyVolume, secret: { secretName } }] : [])],
  };
}

/** One rule for each scheme; what follows it. */
const forms: readonly { readonly scheme: string; readonly pattern: RegExp; readonly allowed: string }[] = [
  {
    scheme: "hf://",
    pattern: /^[\w.-]+\/[\w.-]+(:[\w./-]+)?$/,
    allowed: "hf://<organisation>/<model>, and :<revision> where needed",
  },
  { scheme: "s3://", pattern: /^[^/]+\/.+$/, allowed: "s3://<bucket>/<path>" },
  { scheme: "gs://", pattern: /^[^/]+\/.+$/, allowed: "gs://<bucket>/<path>" },
  { scheme: "oci://", pattern: /^\S+$/, allowed: "oci://<image>" },
  { scheme: "oci+native://", pattern: /^\S+$/, allowed: "oci+native://<image>" },
  {
    scheme: "pvc://",
    pattern: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/.*)?$/,
    allowed: "pvc://<claim>, and /<path> where needed",
  },
];

function check(args: ModelArgs): void {
  const checks = new RecipeChecks("model");
  checks.fields("", args, argumentNames);
  const { uri, adapters = [], credentials, pods = ["template"] } = args;
  checkUri(uri, checks);
  for (const [path, adapter] of checks.objects("adapters", adapters, ["name", "uri"]))
    checkAdapter(path, adapter, checks);
  if (adapters.length > 0 && typeof uri === "string" && uri.startsWith("gs://")) {
    checks.report({
      path: "adapters",
      message: "KServe attaches adapters through its storage initializer, which it does not use for gs://",
      fix: "use s3:// with storage.googleapis.com as its endpoint, or a volume",
    });
  }
  for (const field of ["maxLoraRank", "maxAdapters", "maxCpuAdapters"] as const) {
    checks.integer(field, args[field], { min: 1 });
    if (args[field] === undefined || adapters.length > 0) continue;
    checks.report({
      path: field,
      given: args[field],
      message: "there are no adapters",
      fix: "remove it, or add adapters",
    });
  }
  checkPods(pods, checks);
  if (credentials) checkCredentials(uri, credentials, checks);
  checks.done();
}

function checkUri(uri: unknown, checks: RecipeChecks): void {
  if (typeof uri !== "string") {
    checks.report({
      path: "uri",
      message: "missing, or not a plain text",
      allowed: forms.map(({ allowed }) => allowed).join("; "),
    });
    return;
  }
  const form = forms.find(({ scheme }) => uri.startsWith(scheme));
  if (!form) {
    for (const problem of checkModelUri(uri, "uri")) {
      checks.report({ ...problem, allowed: forms.map(({ scheme }) => scheme).join(", ") });
    }
  } else if (!form.pattern.test(uri.slice(form.scheme.length))) {
    checks.report({ path: "uri", given: uri, message: "not of the form of its scheme", allowed: form.allowed });
  }
}

const adapterSchemes = ["hf://", "s3://", "pvc://"];

function checkAdapter(path: string, { name, uri }: LoraAdapterArgs, checks: RecipeChecks): void {
  checks.text(`${path}.name`, name, { pattern: /^(?!\.{1,2}$)\S+$/, allowed: "a name without spaces", required: true });
  if (typeof uri === "string" && adapterSchemes.some((scheme) => uri.startsWith(scheme) && uri !== scheme)) return;
  checks.report({
    path: `${path}.uri`,
    given: uri,
    message: "KServe cannot take an adapter from there",
    allowed: adapterSchemes.join(", "),
  });
}

function checkCredentials(uri: string, credentials: ModelCredentialsRef, checks: RecipeChecks): void {
  const { secretName, key, serviceAccountName, exposeToServer } = credentials;
  checks.fields("credentials", credentials, ["secretName", "key", "serviceAccountName", "exposeToServer"]);
  checks.boolean("credentials.exposeToServer", exposeToServer);
  checks.text("credentials.secretName", secretName, objectName);
  checks.text("credentials.serviceAccountName", serviceAccountName, objectName);
  if (secretName === undefined && serviceAccountName === undefined) {
    checks.report({
      path: "credentials",
      message: "names neither a Secret nor a ServiceAccount",
      allowed: "secretName, serviceAccountName, or both",
    });
  }
  if (typeof uri !== "string") return;
  if (uri.startsWith("pvc://")) {
    checks.report({
      path: "credentials",
      message: "a volume is mounted, not fetched, so that nothing uses them",
      fix: "remove them",
    });
  }
  const takesKey = uri.startsWith("hf://") || uri.startsWith("gs://");
  if (key !== undefined && !(takesKey && secretName !== undefined)) {
    checks.report({
      path: "credentials.key",
      given: key,
      message: "only a Secret for hf:// or gs:// can have another key",
      allowed: `for s3:// the Secret has the keys ${credentialKeys.s3AccessKeyId[0]} and ${credentialKeys.s3SecretAccessKey[0]}`,
      fix: "remove it",
    });
  }
  if (exposeToServer && !(uri.startsWith("hf://") && secretName !== undefined)) {
    checks.report({
      path: "credentials.exposeToServer",
      message: "only a Hugging Face token in a Secret can be given to the server",
      fix: "remove it, or name a Secret for an hf:// model",
    });
  }
  if (key !== undefined && isKnown(key) && !/^[-._a-zA-Z0-9]+$/.test(key)) {
    checks.report({
      path: "credentials.key",
      given: key,
      message: "not a key that a Secret can have",
      allowed: "letters, digits, '-', '_' and '.'",
    });
  }
}
