import type { Input } from "@pulumi/pulumi";

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

/** Annotations by which a service names the Secret of its model, under either name that KServe's configuration may have for them. */
export function secretAnnotations(secretName: Input<string>): Record<string, Input<string>> {
  return Object.fromEntries(storageSecretAnnotations.map((annotation) => [annotation, secretName]));
}
