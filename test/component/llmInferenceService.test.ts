import { deepStrictEqual, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import type { LLMInferenceServiceSpecArgs, LLMInferenceServiceStatus } from "../../sdk/api/llmInferenceService";
import { named, register, valueOf } from "./mocks";

const spec: LLMInferenceServiceSpecArgs = {
  model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" },
  router: { scheduler: {} },
};

const status: LLMInferenceServiceStatus = {
  url: "http://203.0.113.7/models/llama",
  addresses: [
    { name: "gateway-internal", url: "http://gateway.kserve.svc.cluster.local/models/llama" },
    { name: "gateway-external", url: "http://203.0.113.7/models/llama" },
  ],
  conditions: [{ type: "Ready", status: "True" }],
  router: {
    gateways: [{ kind: "Gateway", name: "kserve-ingress-gateway", namespace: "kserve" }],
    scheduler: {
      inferencePool: { kind: "InferencePool", name: "llama-inference-pool", namespace: "models" },
      service: { kind: "Service", name: "llama-epp-service" },
    },
  },
  appliedConfigs: [{ name: "kserve-config-llm-scheduler", namespace: "kserve", source: "Preset" }],
};

function live(reported: LLMInferenceServiceStatus) {
  return { outputs: ({ name }: { name: string }) => (name === "llama-service" ? { status: reported } : {}) };
}

describe("LLMInferenceService", () => {
  it("declares one object that is awaited until it is Ready", async () => {
    const { registrations } = await register(() => new LLMInferenceService("llama", { namespace: "models", spec }));
    deepStrictEqual(
      registrations.map(({ type, parent }) => ({ type, parent })),
      [
        { type: "pulumi-kserve:index:LLMInferenceService", parent: "" },
        { type: "kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService", parent: "llama" },
      ],
    );
    deepStrictEqual(named(registrations, "llama-service").inputs, {
      apiVersion: "serving.kserve.io/v1alpha2",
      kind: "LLMInferenceService",
      metadata: { name: "llama", namespace: "models", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec: { model: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" }, router: { scheduler: {} } },
    });
  });

  it("is waited for as long as it is told to be", async () => {
    const program = (timeoutSeconds?: number) => () =>
      new LLMInferenceService("llama", { spec, timeoutSeconds, diagnosis: { kubeconfig: "apiVersion: v1\n" } });
    const { registrations } = await register(program(900));
    deepStrictEqual(named(registrations, "llama-service").customTimeouts, { create: "900s", update: "900s" });
    const { registrations: others } = await register(program());
    strictEqual(named(others, "llama-service").customTimeouts, undefined);
    await rejects(
      register(program(0.5)),
      /timeoutSeconds: not a time to wait; given: 0.5; allowed: a whole number of seconds above 0/,
    );
  });

  it("gives the URL over HTTPS where the gateway has both, though KServe takes the first in the alphabet", async () => {
    const reported: LLMInferenceServiceStatus = {
      url: "http://llm.example.com/models/llama",
      addresses: [
        { name: "gateway-internal", url: "https://gateway.kserve.svc.cluster.local/models/llama" },
        { name: "gateway-external", url: "http://llm.example.com/models/llama" },
        { name: "gateway-external-model-routing", url: "https://llm.example.com/" },
        { name: "gateway-external", url: "https://llm.example.com/models/llama" },
      ],
    };
    const program = () => new LLMInferenceService("llama", { namespace: "models", spec });
    const { result } = await register(program, live(reported));
    strictEqual(await valueOf(result.url), "https://llm.example.com/models/llama");
    const { result: plain } = await register(program, live(status));
    strictEqual(await valueOf(plain.url), "http://203.0.113.7/models/llama");
  });

  it("keeps the criticality where KServe's conversion does", async () => {
    const { registrations } = await register(
      () =>
        new LLMInferenceService("llama", {
          spec,
          criticality: "Critical",
          annotations: { team: "search" },
          skipAwait: true,
        }),
    );
    deepStrictEqual((named(registrations, "llama-service").inputs.metadata as { annotations: unknown }).annotations, {
      team: "search",
      "internal.serving.kserve.io/model-criticality": "Critical",
      "pulumi.com/skipAwait": "true",
    });
  });

  it("gives what the live status says", async () => {
    const { result } = await register(
      () => new LLMInferenceService("llama", { namespace: "models", spec }),
      live(status),
    );
    strictEqual(await valueOf(result.url), "http://203.0.113.7/models/llama");
    deepStrictEqual(await valueOf(result.addresses), status.addresses);
    deepStrictEqual(await valueOf(result.gateway), status.router?.gateways?.[0]);
    deepStrictEqual(await valueOf(result.inferencePool), status.router?.scheduler?.inferencePool);
    strictEqual(await valueOf(result.schedulerEndpoint), "llama-epp-service.models.svc:9002");
    strictEqual(await valueOf(result.schedulerMetricsEndpoint), "http://llama-epp-service.models.svc:9090/metrics");
    strictEqual(await valueOf(result.modelName), "llama");
    deepStrictEqual(await valueOf(result.appliedConfigs), status.appliedConfigs);
    deepStrictEqual(await valueOf(result.conditions), status.conditions);
  });

  it("prefers the external address when the status has no url", async () => {
    const { result } = await register(
      () => new LLMInferenceService("llama", { spec }),
      live({ ...status, url: undefined }),
    );
    strictEqual(await valueOf(result.url), "http://203.0.113.7/models/llama");
  });

  it("has no scheduler endpoint without a scheduler", async () => {
    const { result } = await register(
      () => new LLMInferenceService("llama", { spec }),
      live({ ...status, router: {} }),
    );
    strictEqual(await valueOf(result.schedulerEndpoint), undefined);
    strictEqual(await valueOf(result.schedulerMetricsEndpoint), undefined);
  });

  it("keeps a secret in the spec secret", async () => {
    const { registrations } = await register(
      () => new LLMInferenceService("llama", { spec: { ...spec, annotations: { token: pulumi.secret("hf_token") } } }),
    );
    deepStrictEqual((named(registrations, "llama-service").inputs.spec as { annotations: unknown }).annotations, {
      token: { secret: "hf_token" },
    });
  });

  it("refuses arguments that a compiler would refuse, all at once", async () => {
    const args = {
      fragment: [],
      fragments: [{ name: "a", specs: {} }, null, { name: "b", spec: {}, annotations: pulumi.output({ team: "x" }) }],
      mode: "reference",
      criticality: "High",
      skipAwait: "yes",
      baseRefs: "shared",
    };
    await rejects(
      register(() => new LLMInferenceService("llama", args as never)),
      (error: Error) => {
        deepStrictEqual(
          error.message.split("\n").map((line) => line.split("; allowed")[0]),
          [
            'LLMInferenceService "llama": 8 problems',
            "  - fragment: no such argument",
            "  - fragments[0].specs: no such argument",
            "  - fragments[1]: not an object; given: null",
            "  - fragments[2].annotations: not a plain object",
            '  - baseRefs: not a list; given: "shared"',
            '  - mode: not one of the allowed values; given: "reference"',
            '  - criticality: not one of the allowed values; given: "High"',
            '  - skipAwait: neither true nor false; given: "yes"',
          ],
        );
        return true;
      },
    );
  });

  it("refuses to be the service that another resource of the program is", async () => {
    const both = (...namespaces: string[]) =>
      register(() =>
        namespaces.map(
          (namespace, index) => new LLMInferenceService(`llama-${index}`, { serviceName: "llama", namespace, spec }),
        ),
      );
    await both("models", "trial");
    await rejects(both("models", "models"), {
      message:
        'LLMInferenceService "llama-1": 1 problem\n' +
        '  - serviceName: the resource "llama-0" is the service of this name in namespace "models" already; given: "llama"; ' +
        "fix: give one of them another serviceName or namespace",
    });
  });

  it("refuses a plain spec at once, with every problem", async () => {
    await rejects(
      register(() => new LLMInferenceService("Llama", { spec: { model: { uri: "ftp://host/model" }, worker: {} } })),
      (error: Error) => {
        deepStrictEqual(
          error.message.split("\n").map((line) => line.split(";")[0]),
          [
            'LLMInferenceService "Llama": 3 problems',
            "  - name: not a name that Kubernetes Services can carry",
            '  - spec.model.uri: KServe cannot fetch a model from "ftp://"',
            "  - spec.worker: a worker makes the workload multi-node, which needs to know how the model is spread",
          ],
        );
        return true;
      },
    );
  });
});
