import * as pulumi from "@pulumi/pulumi";

import type { ConfigFragment } from "../../sdk/api/configFragment";
import { credentialKeys, secretAnnotations } from "../../sdk/recipes/modelSecrets";
import { objectName, RecipeChecks } from "../../sdk/recipes/recipeChecks";
import { checkPods, podsSpec, type WorkloadPod } from "../../sdk/recipes/workloadPods";
import { KubernetesObject } from "../kubernetesObject";

/** Arguments of {@link ModelCredentials}: at least one kind of credentials. */
export interface ModelCredentialsArgs {
  /** That of the services. Must exist. @default "default" */
  namespace?: pulumi.Input<string>;
  /** Prefix of the objects' names. @default the resource's name */
  objectName?: string;
  /** A token of Hugging Face's hub; it becomes a secret whatever is given. */
  huggingFaceToken?: pulumi.Input<string>;
  s3?: S3CredentialsArgs;
  /** Text of a Google service account's key in JSON, for gs:// models; it becomes a secret whatever is given. */
  gcsKey?: pulumi.Input<string>;
  /**
   * A ServiceAccount for the pods, with a cloud role. One is made anyway when there are several kinds of credentials, because an annotation can
   * name one Secret only.
   */
  serviceAccount?: {
    /** Such as `eks.amazonaws.com/role-arn` (from which KServe also sets S3's variables) or `iam.gke.io/gcp-service-account`. */
    annotations?: Record<string, pulumi.Input<string>>;
  };
  /** The pods that run under the ServiceAccount. Prefill's must be named; workers and the tokenizer follow the server's. @default ["template"] */
  pods?: readonly WorkloadPod[];
  /** Priority of the fragment. @default 0 */
  priority?: number;
}

/** Keys of an S3 user, and which S3 it is. */
export interface S3CredentialsArgs {
  /** Secret whatever is given. */
  accessKeyId: pulumi.Input<string>;
  /** Secret whatever is given. */
  secretAccessKey: pulumi.Input<string>;
  /** Host of another S3 than Amazon's: "storage.googleapis.com" for Google's, "minio.models:9000". @default Amazon's */
  endpoint?: pulumi.Input<string>;
  region?: pulumi.Input<string>;
  /** @default true */
  useHttps?: boolean;
  /** @default true */
  verifySsl?: boolean;
  /** ConfigMap with the certificates that sign the endpoint's. @default the system's are trusted */
  caBundleConfigMap?: pulumi.Input<string>;
}

/**
 * Secrets that models are fetched with, made from Pulumi secrets, and {@link fragment}, which makes KServe give them to the storage initializer
 * of every pod that fetches the model: server, workers, prefill, and the endpoint picker's tokenizer.
 *
 * One kind of credentials is named in an annotation of the service; several, and cloud roles, go through a ServiceAccount.
 */
export class ModelCredentials extends pulumi.ComponentResource {
  /** Part of every service that needs them. */
  readonly fragment: ConfigFragment;
  /** Names of the Secrets, by what they are for. */
  readonly secretNames: Readonly<Partial<Record<"huggingFace" | "s3" | "gcs", pulumi.Output<string>>>>;
  readonly serviceAccountName: pulumi.Output<string> | undefined;

  /** @throws ConfigurationError with every problem of the arguments. */
  constructor(name: string, args: ModelCredentialsArgs, opts: pulumi.ComponentResourceOptions = {}) {
    super("pulumi-kserve:index:ModelCredentials", name, {}, opts);
    const { namespace = "default", objectName = name, serviceAccount, pods = ["template"] } = args;
    check(name, args);
    const child = { parent: this };
    const secret = (suffix: string, data: Record<string, pulumi.Input<string>>, annotations?: Annotations) =>
      new KubernetesObject(
        `${name}-${suffix}`,
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: `${objectName}-${suffix}`, namespace, ...(annotations && { annotations }) },
          type: "Opaque",
          data: secretValues(data),
        },
        child,
      );

    const { huggingFaceToken, s3, gcsKey } = args;
    const secrets = {
      ...(huggingFaceToken !== undefined && {
        huggingFace: secret("hf-token", { [credentialKeys.huggingFace]: huggingFaceToken }),
      }),
      ...(s3 && { s3: secret("s3-keys", s3Data(s3), s3Annotations(s3)) }),
      ...(gcsKey !== undefined && { gcs: secret("gcs-key", { [credentialKeys.gcs]: gcsKey }) }),
    };
    this.secretNames = Object.fromEntries(Object.entries(secrets).map(([kind, object]) => [kind, nameOf(object)]));
    const names = Object.values(secrets).map(nameOf);
    const needsAccount = serviceAccount !== undefined || names.length > 1;
    this.serviceAccountName = needsAccount
      ? nameOf(createAccount(name, { objectName, namespace, names, annotations: serviceAccount?.annotations }, child))
      : undefined;
    this.fragment = {
      name: `${objectName}-credentials`,
      ...(args.priority !== undefined && { priority: args.priority }),
      ...this.wiring(names, pods),
    };
    this.registerOutputs();
  }

  private wiring(names: readonly pulumi.Output<string>[], pods: readonly WorkloadPod[]) {
    const [only] = names;
    const { serviceAccountName } = this;
    if (serviceAccountName) return { spec: podsSpec(pods, () => ({ serviceAccountName })) };
    return { spec: {}, ...(only && { annotations: secretAnnotations(only) }) };
  }
}

type Annotations = Record<string, pulumi.Input<string>>;

const nameOf = (object: KubernetesObject): pulumi.Output<string> => object.metadata.apply(({ name }) => name);

/** As the API server keeps it, so that a refresh finds no difference. */
function secretValues(data: Record<string, pulumi.Input<string>>): Record<string, pulumi.Output<string>> {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, pulumi.secret(value).apply(encode)]));
}

/** Under every name that KServe may look for. */
function s3Data({ accessKeyId, secretAccessKey }: S3CredentialsArgs): Record<string, pulumi.Input<string>> {
  return Object.fromEntries([
    ...credentialKeys.s3AccessKeyId.map((key) => [key, accessKeyId] as const),
    ...credentialKeys.s3SecretAccessKey.map((key) => [key, secretAccessKey] as const),
  ]);
}

/** Source: `pkg/credentials/s3/s3_secret.go` at 0.20. */
function s3Annotations(s3: S3CredentialsArgs): Annotations {
  const { endpoint, region, useHttps, verifySsl, caBundleConfigMap } = s3;
  const given: Record<string, pulumi.Input<string> | undefined> = {
    "s3-endpoint": endpoint,
    "s3-region": region,
    "s3-usehttps": useHttps === undefined ? undefined : useHttps ? "1" : "0",
    "s3-verifyssl": verifySsl === undefined ? undefined : verifySsl ? "1" : "0",
    "s3-cabundle-configmap": caBundleConfigMap,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[`serving.kserve.io/${key}`, value]])),
  );
}

function createAccount(
  name: string,
  account: {
    objectName: string;
    namespace: pulumi.Input<string>;
    names: readonly pulumi.Output<string>[];
    annotations?: Annotations;
  },
  opts: pulumi.CustomResourceOptions,
): KubernetesObject {
  const { objectName, namespace, names, annotations } = account;
  return new KubernetesObject(
    `${name}-account`,
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: `${objectName}-account`, namespace, ...(annotations && { annotations }) },
      // KServe looks at this list, which Kubernetes itself has given up.
      secrets: names.map((secretName) => ({ name: secretName })),
    },
    opts,
  );
}

/** Names are `<objectName>-<suffix>`, the longest of which is this long. */
const longestSuffix = "-s3-keys".length;

function check(name: string, args: ModelCredentialsArgs): void {
  const checks = new RecipeChecks(`"${name}"`, "ModelCredentials");
  checks.fields("", args, [
    "namespace",
    "objectName",
    "huggingFaceToken",
    "s3",
    "gcsKey",
    "serviceAccount",
    "pods",
    "priority",
  ]);
  const { huggingFaceToken, s3, gcsKey, serviceAccount, pods = ["template"] } = args;
  if ([huggingFaceToken, s3, gcsKey, serviceAccount].every((kind) => kind === undefined)) {
    checks.report({
      path: "",
      message: "there are no credentials",
      allowed: "huggingFaceToken, s3, gcsKey, serviceAccount, or several of them",
    });
  }
  checks.text("objectName", args.objectName ?? name, { ...objectName, longest: 253 - longestSuffix });
  checkPods(pods, checks);
  for (const [field, value] of [
    ["huggingFaceToken", huggingFaceToken],
    ["gcsKey", gcsKey],
  ] as const) {
    // What was given is not shown: it may be half of a secret.
    if (value === "") checks.report({ path: field, message: "empty" });
  }
  if (serviceAccount) checks.fields("serviceAccount", serviceAccount, ["annotations"]);
  if (s3) {
    checks.fields("s3", s3, [
      "accessKeyId",
      "secretAccessKey",
      "endpoint",
      "region",
      "useHttps",
      "verifySsl",
      "caBundleConfigMap",
    ]);
    for (const field of ["accessKeyId", "secretAccessKey"] as const) {
      if (s3[field] === undefined || s3[field] === "") checks.report({ path: `s3.${field}`, message: "missing" });
    }
  }
  checks.done();
}
