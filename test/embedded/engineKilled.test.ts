import { deepStrictEqual, rejects } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";

import { LLMInferenceService } from "../../components/serving/llmInferenceService";
import { Operation, OperationError, type OperationResult, runOperation } from "../../local/engine/run";
import { enginePid } from "./enginePid";
import { stackWithoutCluster } from "./stackWithoutCluster";

/** Through the real engine; nothing here reaches a cluster. */
describe("a program whose engine is killed", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "engine-killed-"));

  after(() => rmSync(folder, { recursive: true, force: true }));

  async function up(program: PulumiFn): Promise<OperationResult> {
    const stack = await stackWithoutCluster({
      folder,
      stack: "test",
      program,
    });
    return runOperation(Operation.up, stack, { logFile: join(folder, "log") });
  }

  const presets = {
    "kserve-config-llm-template": { template: { containers: [{ name: "main", image: "preset:1" }] } },
  };
  /** What the preflight warns of. */
  const args = {
    namespace: "models",
    presets,
    preflight: {
      cluster: { pools: [{ name: "cpu" }] },
      waive: [{ code: "accelerator-missing", reason: "the nodes come tomorrow" }],
    },
    spec: {
      model: { uri: "hf://a/b" },
      template: { containers: [{ name: "main", resources: { limits: { "nvidia.com/gpu": "1" } } }] },
    },
  };

  it("keeps no later program of the same process from ending, when it had something to say", async () => {
    let composed: () => void = () => undefined;
    const hasComposed = new Promise<void>((resolve) => (composed = resolve));
    const interrupted = up(() => {
      // A service that waits for its platform, which a killed engine does not finish.
      const platform = new Promise<pulumi.Resource[]>(() => undefined);
      const service = new LLMInferenceService("llama", args, { dependsOn: platform as never });
      service.warnings.apply(() => setImmediate(composed));
      return Promise.resolve();
    });
    const failed = rejects(
      interrupted,
      (error: unknown) => error instanceof OperationError && error.message.includes("the engine was killed (SIGKILL)"),
    );
    await hasComposed;
    process.kill(await enginePid(folder), "SIGKILL");
    await failed;

    const { changes, warnings } = await up(async () => {
      await pulumi.log.warn("the next program");
    });
    deepStrictEqual(changes, { same: 1 });
    deepStrictEqual(warnings, ["the next program"]);
  });
});
