import { deepStrictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ComponentResource } from "@pulumi/pulumi";
import { stackWithoutCluster } from "./stackWithoutCluster";

/** Through the real engine; nothing here reaches a cluster. */
describe("debug messages of the SDK", function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), "debug-messages-"));

  after(() => rmSync(folder, { recursive: true, force: true }));

  class Empty extends ComponentResource {
    constructor(name: string) {
      super("test:index:Empty", name);
      this.registerOutputs();
    }
  }

  /** @returns what the engine was told of one component. */
  async function messages(debugMessages?: boolean): Promise<string[]> {
    const stack = await stackWithoutCluster({
      folder,
      stack: "test",
      program: () => Promise.resolve(void new Empty("one")),
      ...(debugMessages !== undefined && { debugMessages }),
    });
    const told: string[] = [];
    await stack.preview({
      debug: true,
      onEvent: ({ diagnosticEvent }) => {
        const [, message] = /^(RegisterResource RPC \w+): .*\bone\b/.exec(diagnosticEvent?.message ?? "") ?? [];
        // The SDK leaves this severity out of its types.
        if ((diagnosticEvent?.severity as string | undefined) === "debug" && message) told.push(message);
      },
    });
    return told;
  }

  it("do not reach the engine, which would be asked for each in turn", async () => {
    deepStrictEqual(await messages(), []);
  });

  it("reach it where a caller wants what the CLI does, after a program without them in the same process", async () => {
    deepStrictEqual(await messages(true), ["RegisterResource RPC prepared", "RegisterResource RPC finished"]);
  });
});
