import { deepStrictEqual, strictEqual } from "node:assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { OutputMap, Stack } from "@pulumi/pulumi/automation";

import { checkpointFile, readingCheckpoint } from "../../local/engine/checkpoint";

describe("outputs of a stack from its checkpoint", () => {
  const asked: OutputMap = { asked: { value: "the CLI", secret: false } };
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
    file = checkpointFile(folder, "project", "dev");
    await mkdir(dirname(file), { recursive: true });
  });

  afterEach(() => rm(folder, { recursive: true }));

  const outputs = async (content?: unknown): Promise<OutputMap> => {
    if (content !== undefined)
      await writeFile(
        file,
        typeof content === "string" ? content : JSON.stringify({ version: 3, checkpoint: content }),
      );
    const stack = { outputs: () => Promise.resolve(asked) } as unknown as Stack;
    return readingCheckpoint(stack, file).outputs();
  };
  const withOutputs = (given: unknown) => ({
    latest: {
      resources: [
        { type: "pulumi:pulumi:Stack", outputs: given },
        { type: "a:b:C", outputs: { other: 1 } },
      ],
    },
  });

  it("gives plain ones without the CLI", async () => {
    deepStrictEqual(await outputs(withOutputs({ url: "http://a", services: { a: [1, null] } })), {
      url: { value: "http://a", secret: false },
      services: { value: { a: [1, null] }, secret: false },
    });
    deepStrictEqual(await outputs(withOutputs(undefined)), {});
  });

  it("leaves secrets, and what it cannot read, to the CLI", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:…" };
    for (const content of [undefined, "{", withOutputs({ nested: [{ secret }] }), { latest: {} }])
      strictEqual(await outputs(content), asked);
  });
});
