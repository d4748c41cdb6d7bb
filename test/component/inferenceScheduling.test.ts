import { deepStrictEqual, ok, strictEqual } from "node:assert";

import * as pulumi from "@pulumi/pulumi";

import {
  inferenceScheduling,
  type InferenceSchedulingOutputs,
} from "../../stacks/inference-scheduling/inferenceScheduling";
import { callForEnvironment } from "./environmentFixture";
import { named, register, type Registration } from "./mocks";
import { presets } from "./presets";

/** Runs the program of stacks/inference-scheduling with a configuration, as Pulumi would give it. */
async function run(
  settings: Record<string, unknown>,
): Promise<{ registrations: Registration[]; result: InferenceSchedulingOutputs }> {
  const config = { cluster: { kubeconfig: "none" }, guide: {}, ...settings };
  pulumi.runtime.setAllConfig(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [`pulumi-kserve:${key}`, JSON.stringify(value)])),
  );
  const call = settings.platform === "existing" ? () => ({ result: presets }) : callForEnvironment;
  try {
    return await register(() => inferenceScheduling(), { preview: true, call });
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

/** Has no options of vLLM, which the stand-ins for presets do not read. */
const tpu = { hardware: "tpu" };

const metadataOf = (registrations: Registration[], name: string) =>
  named(registrations, name).inputs.metadata as { name: string; namespace?: string };

describe("the program of stacks/inference-scheduling", () => {
  it("makes the guide's service on a platform of its own, in the guide's namespace, and says what it installs", async () => {
    const { registrations, result } = await run({ guide: tpu });
    const { name, namespace } = metadataOf(registrations, "inference-scheduling-service");
    deepStrictEqual({ name, namespace }, { name: "inference-scheduling", namespace: "llm-d-inference-scheduler" });
    deepStrictEqual(metadataOf(registrations, "namespace-llm-d-inference-scheduler"), {
      name: "llm-d-inference-scheduler",
    });
    deepStrictEqual(Object.keys(result), ["services", "installed"]);
    ok(result.installed.some(({ name }) => name === "kserve-llmisvc-resources"));
  });

  it("makes a second one in the same namespace, of which nothing is named as in the first", async () => {
    const second = {
      platform: "existing",
      namespace: "llm-d",
      createNamespaces: false,
      guide: { ...tpu, postfix: "second" },
    };
    const { registrations, result } = await run(second);
    deepStrictEqual(registrations.map(({ name }) => name).sort(), ["cluster", "second", "second-service"]);
    deepStrictEqual(result.installed, []);
    deepStrictEqual(Object.keys(result.services), ["second"]);
  });

  it("gives the service a router of its own without a gateway", async () => {
    const { registrations } = await run({
      platform: { gateway: { controller: "standalone" }, leaderWorkerSet: false },
      namespace: "llm-d",
      guide: { ...tpu, postfix: "two", standaloneRouter: { port: 8080 } },
    });
    deepStrictEqual(metadataOf(registrations, "two-router-deployment").name, "two-standalone");
    strictEqual(named(registrations, "two-router-account").dependsOn.includes("two-service"), true);
    deepStrictEqual(
      registrations.filter(({ type }) => type.endsWith(":Gateway")),
      [],
    );
  });

  it("measures it with the guide's workload where that is asked for", async () => {
    const { registrations, result } = await run({
      platform: "existing",
      namespace: "llm-d",
      guide: { ...tpu, postfix: "two", benchmark: { run: "1", profile: { stages: [{ rate: 1, duration: 10 }] } } },
    });
    ok(result.benchmark);
    deepStrictEqual(metadataOf(registrations, "two-job"), { name: "two-benchmark", namespace: "llm-d" });
    ok(named(registrations, "two-job").dependsOn.length > 0);
    const plain = await run({ platform: "existing", guide: { ...tpu, benchmark: true } });
    ok(plain.result.benchmark);
    strictEqual((await run({ platform: "existing", guide: { ...tpu, benchmark: false } })).result.benchmark, undefined);
  });
});
