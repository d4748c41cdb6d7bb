import type { Input } from "@pulumi/pulumi";

import type { ConfigFragment } from "../api/configFragment";
import type { LLMInferenceServiceSpecArgs, LoRASpecArgs, PartialPodSpecArgs } from "../api/llmInferenceService";
import { versions } from "../versions";
import { checkModelArgs } from "./modelChecks";
import { credentialKeys, secretAnnotations } from "./modelSecrets";
import type { RecipeOptions } from "./recipeChecks";
import { modelPath, podsSpec, serverContainer, storageInitializerContainer, type WorkloadPod } from "./workloadPods";

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
  checkModelArgs(args);
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
