import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
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

  /** As the SDK's own calls fail when nobody answers at the engine's address. */
  const unavailable = Object.assign(new Error("14 UNAVAILABLE: No connection established"), { code: 14 });

  it("is not taken for one that has ended when the SDK tells the engine so", async () => {
    // What registers the stack and calls the program. The SDK passes over such an error.
    const sdk = createRequire(__filename)("@pulumi/pulumi/runtime/stack") as {
      runInPulumiStack: (program: PulumiFn) => Promise<unknown>;
    };
    const { runInPulumiStack } = sdk;
    let runs = 0;
    sdk.runInPulumiStack = () => Promise.reject((runs++, unavailable));
    try {
      await rejects(
        up(() => Promise.resolve({ done: true })),
        (error: unknown) =>
          error instanceof OperationError &&
          error.message.includes("the program lost its connection to the engine before it ended"),
      );
    } finally {
      sdk.runInPulumiStack = runInPulumiStack;
    }
    // Once more, because nothing had been done.
    strictEqual(runs, 2);
  });

  it("is begun anew when its first call fails, and nothing was done yet", async () => {
    let runs = 0;
    const { outputs } = await up(() => (runs++ === 0 ? Promise.reject(unavailable) : Promise.resolve({ done: true })));
    deepStrictEqual([runs, outputs?.done?.value], [2, true]);
  });
});
