import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferenceObjective } from "../../components/serving/inferenceObjective";
import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { ModelCredentials } from "../../components/serving/modelCredentials";
import { model } from "../../sdk/recipes/model";
import { named, register, valueOf } from "./mocks";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("ModelCredentials", () => {
  it("makes a Secret of a token, and names it in an annotation of the service", async () => {
    const { registrations, result } = await register(() => {
      const credentials = new ModelCredentials("hub", { namespace: "models", huggingFaceToken: "hf_abc" });
      new LLMInferenceService("llama", {
        namespace: "models",
        fragments: [model({ uri: "hf://acme/llama" }), credentials.fragment],
        annotations: { team: "search" },
      });
      return credentials;
    });
    deepStrictEqual(named(registrations, "hub-hf-token").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "hub-hf-token", namespace: "models" },
      type: "Opaque",
      data: { HF_TOKEN: { secret: base64("hf_abc") } },
    });
    const service = named(registrations, "llama-service");
    deepStrictEqual(service.inputs.metadata, {
      name: "llama",
      namespace: "models",
      annotations: {
        "serving.kserve.io/secretName": "hub-hf-token",
        "serving.kserve.io/storageSecretName": "hub-hf-token",
        team: "search",
        "pulumi.com/waitFor": "condition=Ready",
      },
    });
    deepStrictEqual(service.dependsOn, ["hub-hf-token"]);
    deepStrictEqual(service.inputs.spec, { model: { uri: "hf://acme/llama" } });
    strictEqual(result.serviceAccountName, undefined);
  });

  it("puts several Secrets, and a cloud role, behind a service account", async () => {
    const { registrations, result } = await register(
      () =>
        new ModelCredentials("fetch", {
          huggingFaceToken: pulumi.secret("hf_abc"),
          s3: { accessKeyId: "AK", secretAccessKey: "SK", endpoint: "storage.googleapis.com", useHttps: true },
          serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/models" } },
          pods: ["template", "prefill"],
        }),
    );
    deepStrictEqual(named(registrations, "fetch-s3-keys").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "fetch-s3-keys",
        namespace: "default",
        annotations: {
          "serving.kserve.io/s3-endpoint": "storage.googleapis.com",
          "serving.kserve.io/s3-usehttps": "1",
        },
      },
      type: "Opaque",
      data: {
        AWS_ACCESS_KEY_ID: { secret: base64("AK") },
        awsAccessKeyID: { secret: base64("AK") },
        AWS_SECRET_ACCESS_KEY: { secret: base64("SK") },
        awsSecretAccessKey: { secret: base64("SK") },
      },
    });
    deepStrictEqual(named(registrations, "fetch-account").inputs, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: {
        name: "fetch-account",
        namespace: "default",
        annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/models" },
      },
      secrets: [{ name: "fetch-hf-token" }, { name: "fetch-s3-keys" }],
    });
    deepStrictEqual(await valueOf(pulumi.output(result.fragment.spec)), {
      template: { serviceAccountName: "fetch-account" },
      prefill: { template: { serviceAccountName: "fetch-account" } },
    });
    strictEqual(result.fragment.annotations, undefined);
  });

  it("refuses what proves nothing, with every problem", async () => {
    await rejects(
      register(() => new ModelCredentials("none", { pods: [] })),
      /2 problems[^]*there are no credentials[^]*pods: names no pod/,
    );
    await rejects(
      register(() => new ModelCredentials("half", { s3: { accessKeyId: "AK" } as never, huggingFaceToken: "" })),
      /2 problems[^]*huggingFaceToken: empty[^]*s3\.secretAccessKey: missing/,
    );
    await rejects(
      register(() => {
        const s3 = { accessKeyId: "AK", secretAccessKey: pulumi.secret("SK"), endpiont: "minio:9000" };
        new ModelCredentials("Buckets", { s3: s3 as never, serviceAccount: { roles: [] } as never });
      }),
      (error: Error) => {
        deepStrictEqual(error.message.split("\n"), [
          'ModelCredentials "Buckets": 3 problems',
          "  - objectName: not of the form that is needed; given: \"Buckets\"; allowed: lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
          "  - serviceAccount.roles: no such argument; allowed: annotations",
          '  - s3.endpiont: no such argument; allowed: accessKeyId, secretAccessKey, endpoint, region, useHttps, verifySsl, caBundleConfigMap; fix: did you mean "endpoint"?',
        ]);
        return true;
      },
    );
  });
});

describe("annotations of fragments", () => {
  it("go to the service by priority, under its own", async () => {
    const { registrations } = await register(
      () =>
        new LLMInferenceService("llama", {
          spec: { model: { uri: "hf://acme/llama" } },
          skipAwait: true,
          fragments: [
            { name: "high", priority: 1, spec: {}, annotations: { a: "high", b: "high" } },
            { name: "low", spec: {}, annotations: { a: "low", b: "low", c: "low" } },
          ],
          annotations: pulumi.output({ b: "own" }),
        }),
    );
    deepStrictEqual((named(registrations, "llama-service").inputs.metadata as { annotations: unknown }).annotations, {
      a: "high",
      b: "own",
      c: "low",
      "pulumi.com/skipAwait": "true",
    });
  });
});

describe("InferenceObjective", () => {
  it("gives requests to a service's pool a priority", async () => {
    const { registrations } = await register(
      () => new InferenceObjective("batch", { namespace: "models", service: "llama", priority: -10 }),
    );
    deepStrictEqual(named(registrations, "batch-objective").inputs, {
      apiVersion: "llm-d.ai/v1alpha2",
      kind: "InferenceObjective",
      metadata: { name: "batch", namespace: "models" },
      spec: {
        priority: -10,
        poolRef: { group: "inference.networking.k8s.io", kind: "InferencePool", name: "llama-inference-pool" },
      },
    });
  });

  it("refuses to guess the pool, and a priority beyond 32 bits", async () => {
    await rejects(
      register(() => new InferenceObjective("batch", { priority: 3e9 })),
      /2 problems[^]*pool: says none of service, pool[^]*priority: out of range/,
    );
    await rejects(
      register(() => new InferenceObjective("batch", { service: "llama", pool: "p" })),
      /service and pool exclude each other/,
    );
  });
});
