import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import { InferencePlatform } from "../../components/inferencePlatform";
import { LLMInferenceService, type LLMInferenceServiceArgs } from "../../components/serving/llmInferenceService";
import type { ClusterPlan } from "../../sdk/preflight/plan";
import { named, register } from "./mocks";

const presets = pulumi.output({
  "kserve-config-llm-template": { template: { containers: [{ name: "main", image: "preset:1" }] } },
});
const gpus = (resource: string, count = 1) => ({
  template: { containers: [{ name: "main", resources: { limits: { [resource]: String(count) } } }] },
});
const cluster: ClusterPlan = {
  pools: [{ name: "h100", accelerator: "nvidia-h100-80gb", acceleratorsPerNode: 8, maxNodes: 1 }],
};

/** A preview of services, and what it logs. */
async function preview(...services: [name: string, args: LLMInferenceServiceArgs][]) {
  const logged: string[] = [];
  const { warn } = pulumi.log;
  const log = pulumi.log as { warn: typeof warn };
  log.warn = (text) => Promise.resolve(void logged.push(text));
  try {
    const { registrations } = await register(
      () => {
        for (const [name, args] of services) new LLMInferenceService(name, { namespace: "models", presets, ...args });
      },
      { preview: true },
    );
    return { registrations, logged };
  } finally {
    log.warn = warn;
  }
}

const model = { uri: "hf://a/b" };

describe("the preflight of a service", () => {
  it("fails the preview for a request that no node can satisfy, and names who made it", async () => {
    const failing = preview([
      "llama",
      {
        preflight: { cluster },
        fragments: [{ name: "amd", spec: gpus("amd.com/gpu") }],
        spec: { model },
      },
    ]);
    await rejects(failing, (error: Error) => {
      strictEqual(
        error.message,
        `LLMInferenceService "llama": 1 problem\n` +
          `  - spec.template.containers[0].resources.limits["amd.com/gpu"]: the pods ask for amd.com/gpu, which no node pool has; ` +
          `given: "1"; set by fragment "amd"; allowed: nvidia.com/gpu; fix: add a pool with amd.com/gpu, or ask for what there is ` +
          `[accelerator-missing]`,
      );
      return true;
    });
  });

  it("shows a waived error with its reason, and creates the service", async () => {
    const waive = [{ code: "accelerator-missing", reason: "the nodes come tomorrow" }];
    const { registrations, logged } = await preview([
      "llama",
      { preflight: { cluster, waive }, spec: { model, ...gpus("amd.com/gpu") } },
    ]);
    ok(named(registrations, "llama-service"));
    strictEqual(logged.length, 1);
    ok(logged[0]?.startsWith("waived: the nodes come tomorrow; spec.template"), logged[0]);
  });

  it("reports a waiver only when none of the services that share it has the finding", async () => {
    const waive = [{ code: "accelerator-missing", reason: "the nodes come tomorrow" }];
    const used = await preview(
      ["one", { preflight: { cluster, waive }, spec: { model, ...gpus("amd.com/gpu") } }],
      ["two", { preflight: { cluster, waive }, spec: { model, ...gpus("nvidia.com/gpu") } }],
    );
    deepStrictEqual(
      used.logged.filter((text) => text.includes("waiver-unused")),
      [],
    );
    const unused = await preview([
      "one",
      { preflight: { cluster, waive: [...waive] }, spec: { model, ...gpus("nvidia.com/gpu") } },
    ]);
    deepStrictEqual(
      unused.logged.map((text) => text.includes("[waiver-unused]")),
      [true],
    );
  });

  it("checks services of one cluster together", async () => {
    const shared = { ...cluster };
    const args = { preflight: { cluster: shared }, spec: { model, ...gpus("nvidia.com/gpu", 1), replicas: 5 } };
    await rejects(preview(["one", args], ["two", args]), /LLMInferenceService "two".*\[cluster-too-small\]/s);
  });

  it("counts the services of one program only: a preview and the update after it may have the same plan", async () => {
    const waive = [{ code: "accelerator-missing", reason: "the nodes come tomorrow" }];
    const spec = { model, ...gpus("nvidia.com/gpu", 1), replicas: 5 };
    const run = () => preview(["one", { preflight: { cluster, waive }, spec }]);
    const unused = /^waive\[0\].*\[waiver-unused\]$/s;
    for (const { logged } of [await run(), await run()])
      deepStrictEqual(
        logged.map((text) => unused.test(text)),
        [true],
      );
  });

  it("says nothing of a service without it", async () => {
    const { logged } = await preview(["llama", { spec: { model, ...gpus("amd.com/gpu") } }]);
    deepStrictEqual(logged, []);
  });
});

describe("the plan of a platform", () => {
  const planOf = async (args: Partial<ConstructorParameters<typeof InferencePlatform>[1]>) => {
    const { result } = await register(
      () => new InferencePlatform("platform", { cluster: { kubeconfig: "none" }, ...args }).plan,
      { preview: true, call: () => ({ result: [] }) },
    );
    return result;
  };

  it("has what the platform installs and what is stated beside it", async () => {
    const pools = [{ name: "cpu" }];
    const plan = await planOf({
      leaderWorkerSet: false,
      gatewayApi: { crds: "existing" },
      existing: { pools, components: { istio: "1.28.0" } },
    });
    deepStrictEqual(plan.components, {
      kserve: "0.20.0",
      gatewayApi: true,
      inferenceExtension: "1.5.0",
      leaderWorkerSet: false,
      istio: "1.28.0",
    });
    deepStrictEqual(plan.pools, pools);
    deepStrictEqual(plan.gateways, [
      {
        namespace: "kserve",
        name: "kserve-ingress-gateway",
        className: "istio",
        listeners: [{ name: "http", port: 80, allowedRoutes: { from: "All" } }],
      },
    ]);
    deepStrictEqual(plan.partial, ["gateways"]);
  });
});
