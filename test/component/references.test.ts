import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import {
  inferencePlatformContract,
  InferencePlatformReference,
  LLMInferenceService,
  spokenContracts,
} from "../../index";
import { planOfPlatform } from "../../sdk/preflight/platformPlan";
import { assertChangesInPlace, changesInPlace, type MockOptions, named, register, valueOf } from "./mocks";
import { presets } from "./presets";

const stack = "acme/inference/prod";

const published = {
  contracts: spokenContracts(inferencePlatformContract),
  gatewayUrls: { http: "http://1.2.3.4" },
  gatewayAddresses: [{ type: "IPAddress", value: "1.2.3.4" }],
  kserveVersion: "0.20.0",
  services: {
    "llama-8b": {
      name: "llama-8b",
      namespace: "models",
      modelName: "meta-llama/Llama-3.1-8B-Instruct",
      ready: "True",
      url: "http://1.2.3.4/models/llama-8b",
      schedulerEndpoint: "llama-8b-epp-service.models.svc:9002",
      schedulerMetricsEndpoint: "http://llama-8b-epp-service.models.svc:9090/metrics",
    },
    plain: { name: "plain", namespace: "models", modelName: "plain", ready: "False" },
  },
  platform: {
    plan: {
      ...planOfPlatform({ gateway: { controller: "istio" } }),
      pools: [{ name: "cpus", acceleratorsPerNode: 0 }],
    },
    gatewayController: {
      controller: "istio",
      className: "istio",
      poolVersions: ["v1"],
      args: { endpointPicker: { connectionPool: { http: { http2MaxRequests: 7 } } } },
    },
    clusterIdentifier: "prod",
  },
  kubeconfig: "apiVersion: v1",
};

/** What the engine answers when it reads a stack with these outputs. */
function stackOf(
  outputs: Record<string, unknown>,
  secretOutputNames: readonly string[] = "kubeconfig" in outputs ? ["kubeconfig"] : [],
): MockOptions {
  return {
    outputs: ({ type, inputs }) =>
      type === "pulumi:pulumi:StackReference" ? { ...inputs, outputs, secretOutputNames } : {},
    call: () => ({ result: presets }),
  };
}

/** Both kinds of run. */
const runs = [{ preview: true }, { preview: false }];

/** What the stack publishes, but for one output. */
function withoutField(name: keyof typeof published): Record<string, unknown> {
  return Object.fromEntries(Object.entries(published).filter(([key]) => key !== name));
}

async function messageOf(
  outputs: Record<string, unknown>,
  use: (platform: InferencePlatformReference) => unknown,
  secrets?: readonly string[],
) {
  const messages: string[] = [];
  for (const run of runs) {
    await rejects(
      register(() => use(new InferencePlatformReference(stack)), { ...stackOf(outputs, secrets), ...run }),
      (error: Error) => messages.push(error.message) > 0,
    );
  }
  strictEqual(messages[0], messages[1]);
  return messages[0] ?? "";
}

describe("a reference to the stack of an inference platform", () => {
  it("gives typed outputs, each as secret as in its stack, in previews and updates", async () => {
    for (const run of runs) {
      const { result, registrations } = await register(
        () => {
          const platform = new InferencePlatformReference(stack);
          return { platform, llama: platform.requireService("llama-8b") };
        },
        { ...stackOf({ ...published, extra: "hush" }, ["kubeconfig", "extra"]), ...run },
      );
      const { platform, llama } = result;
      deepStrictEqual(await valueOf(platform.gatewayUrls), published.gatewayUrls);
      strictEqual(await valueOf(platform.tracingEndpoint), undefined);
      deepStrictEqual(await valueOf(platform.services), published.services);
      strictEqual(await valueOf(llama.url), "http://1.2.3.4/models/llama-8b");
      strictEqual(await valueOf(llama.modelName), "meta-llama/Llama-3.1-8B-Instruct");
      strictEqual(await valueOf(llama.schedulerEndpoint), "llama-8b-epp-service.models.svc:9002");
      deepStrictEqual(
        await Promise.all([platform.gatewayUrls, llama.url, platform.kubeconfig].map(pulumi.isSecret as never)),
        [false, false, true],
      );
      deepStrictEqual(
        registrations.filter(({ type }) => type !== "pulumi:pulumi:StackReference"),
        [],
      );
    }
  });

  it("says which services there are when one is asked for that is none, whether it is used or not", async () => {
    strictEqual(
      await messageOf(published, (platform) => platform.requireService("llama-7b")),
      'inference platform in stack "acme/inference/prod": 1 problem\n' +
        '  - services: the stack has no service of this name; given: "llama-7b"; allowed: llama-8b, plain; fix: did you mean "llama-8b"?',
    );
    const url = await messageOf(published, (platform) => valueOf(platform.requireService("plain").url));
    ok(url.includes('services["plain"].url: the service has none; no gateway routes to it'), url);
  });

  it("lists no services where they are secret as a whole, and says how they are seen", async () => {
    const secret = ["services", "kubeconfig"];
    for (const run of runs) {
      const { result } = await register(
        () => new InferencePlatformReference(stack).requireService("llama-8b").modelName,
        { ...stackOf(published, secret), ...run },
      );
      strictEqual(await pulumi.isSecret(result), true);
    }
    strictEqual(
      await messageOf(published, (platform) => platform.requireService("llama-7b"), secret),
      'inference platform in stack "acme/inference/prod": 1 problem\n' +
        "  - services: the stack has no service of this name; the output is secret, so that nothing of it is shown; " +
        'given: "llama-7b"; fix: see which there are: pulumi stack output services --show-secrets -s acme/inference/prod',
    );
    const url = await messageOf(published, (platform) => valueOf(platform.requireService("plain").url), secret);
    ok(url.includes('services["plain"].url: the service has none; no gateway routes to it'), url);
  });

  it("refuses a stack that is empty, is none of this package, speaks an older contract, or lacks a field, without being used", async () => {
    const of = (outputs: Record<string, unknown>) => messageOf(outputs, () => undefined);
    ok((await of({})).includes("the stack has no outputs: it was never brought up, or it was destroyed"));
    ok((await of({ bucket: "b" })).includes("missing; the stack is no inference platform of pulumi-kserve"));
    const older = await of({ ...published, contracts: { "pulumi-kserve/inference-platform": "0.9" } });
    ok(older.includes("the stack speaks an older contract than this program reads"), older);
    ok(older.includes("fix: upgrade pulumi-kserve in the project of that stack"), older);
    const without = withoutField("gatewayUrls");
    ok((await of({ ...without, services: 3 })).includes("2 problems"));
  });

  it("does not show a secret that is not as the contract has it", async () => {
    const broken = stackOf({ ...published, services: { hidden: { url: "hush" } } }, ["services", "kubeconfig"]);
    await rejects(
      register(() => new InferencePlatformReference(stack), broken),
      (error: Error) => error.message.includes("it is secret") && !/hush|hidden/.test(error.message),
    );
    await rejects(
      register(() => new InferencePlatformReference(stack), stackOf(published, [])),
      (error: Error) => error.message.includes("published as plain text") && !error.message.includes("apiVersion"),
    );
  });

  it("refuses to read a secret as plain", async () => {
    const secret = stackOf(published, ["platform", "kubeconfig"]);
    await rejects(
      register(() => new InferencePlatformReference(stack).plan, secret),
      /platform: is secret, and is read as plain text; allowed: an output that is not secret/,
    );
  });

  it("takes the stack's name from its arguments, and a kubeconfig in place of the stack's", async () => {
    const without = withoutField("kubeconfig");
    const use = (args: { kubeconfig?: string }) =>
      register(() => new InferencePlatformReference("platform", { stack, ...args }).provider, stackOf(without));
    await rejects(use({}), /kubeconfig: the stack does not publish it; fix: set `outputs: { kubeconfig: true }`/);
    const { registrations } = await use({ kubeconfig: "mine" });
    deepStrictEqual(named(registrations, "platform-kubernetes").inputs, {
      kubeconfig: { secret: "mine" },
      clusterIdentifier: "prod",
      ...changesInPlace,
    });
  });

  const declare = (platform: InferencePlatformReference, gpus: string) =>
    new LLMInferenceService(
      "mine",
      {
        ...platform.serviceArgs(),
        namespace: "team",
        spec: {
          model: { uri: "hf://a/b", name: "a/b" },
          router: { gateway: {}, route: {}, scheduler: {} },
          template: { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": gpus } } }] },
        },
      },
      { provider: platform.provider },
    );

  it("has all that a service of another stack needs, and what the gateway's controller needs beside it", async () => {
    for (const run of runs) {
      const { registrations, result } = await register(() => declare(new InferencePlatformReference(stack), "0"), {
        ...stackOf(published),
        ...run,
      });
      const service = named(registrations, "mine-service");
      strictEqual(service.provider, `${stack}-kubernetes`);
      assertChangesInPlace(registrations);
      ok(service.dependsOn.includes("mine-endpoint-picker"), service.dependsOn.join());
      deepStrictEqual(
        (named(registrations, "mine-endpoint-picker").inputs.spec as { trafficPolicy: object }).trafficPolicy,
        {
          tls: { mode: "SIMPLE", insecureSkipVerify: true },
          connectionPool: { http: { http2MaxRequests: 7 } },
        },
      );
      ok(await valueOf(result.effectiveSpec));
    }
  });

  it("checks such a service against the cluster of the platform", async () => {
    const message = await messageOf(published, (platform) => declare(platform, "1"));
    ok(message.includes('LLMInferenceService "mine"'), message);
    ok(message.includes("nvidia.com/gpu"), message);
  });
});
