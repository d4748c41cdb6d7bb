import { ok, rejects } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";

import { InferencePlatformReference } from "../../index";
import { Operation, OperationError, runOperation } from "../../local/engine/run";
import { openStack } from "../../local/engine/workspace";
import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import type { Toolchain } from "../../local/toolchain/types";

const published = {
  contracts: { "pulumi-kserve/inference-platform": "1.0" },
  gatewayUrls: { http: "http://1.2.3.4" },
  gatewayAddresses: [],
  kserveVersion: "0.20.0",
  services: {
    "llama-8b": {
      name: "llama-8b",
      namespace: "models",
      modelName: "llama",
      ready: "True",
      url: "http://1.2.3.4/models/llama-8b",
    },
  },
  platform: { plan: {} },
};

/** Stacks that are no platform, or not as the contract has it, read by the real engine; no cluster is needed. */
describe("a reference to a stack that is not what it should be, with the real engine", function () {
  this.timeout(300_000);
  let toolchain: Toolchain<"pulumi" | "helm">;
  let folder: string;

  before(async () => {
    toolchain = await ensureToolchain({ only: ["pulumi", "helm"], progress: silentProgress });
    folder = await mkdtemp(join(tmpdir(), "pulumi-kserve-references-"));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  const open = (project: string, stack: string, program: PulumiFn): Promise<Stack> =>
    openStack({
      folder,
      pulumi: toolchain.tools.pulumi.path,
      helm: toolchain.tools.helm.path,
      project,
      stack,
      program,
    });
  const run = (operation: Operation, stack: Stack) =>
    runOperation(operation, stack, { logFile: join(folder, "pulumi.log") });

  /** What a preview says that has to fail. */
  async function errorOf(stack: Promise<Stack>): Promise<string> {
    let message = "";
    await rejects(run(Operation.preview, await stack), (error: unknown) => {
      ok(error instanceof OperationError, String(error));
      message = error.message;
      return true;
    });
    return message;
  }

  const previewOf = (name: string, use: (platform: InferencePlatformReference) => unknown = () => undefined) =>
    errorOf(
      open("app-team", "bad", () => {
        use(new InferencePlatformReference(`organization/other/${name}`));
        return Promise.resolve({});
      }),
    );
  const publish = async (name: string, outputs: Record<string, unknown>): Promise<void> => {
    await run(Operation.up, await open("other", name, () => Promise.resolve(outputs)));
  };

  it("says that there is no such stack", async () => {
    const message = await previewOf("none");
    ok(message.includes("organization/other/none"), message);
  });

  it("says that it was never brought up", async () => {
    await open("other", "empty", () => Promise.resolve({}));
    const message = await previewOf("empty");
    ok(message.includes("the stack has no outputs: it was never brought up, or it was destroyed"), message);
    ok(message.includes("fix: pulumi up -s organization/other/empty in the project of that stack"), message);
  });

  it("says which side is to be upgraded", async () => {
    await publish("older", {
      ...published,
      kubeconfig: "",
      contracts: { "pulumi-kserve/inference-platform": "0.9" },
    });
    const message = await previewOf("older");
    ok(
      message.includes('given: "0.9"; allowed: 1.x; fix: upgrade pulumi-kserve in the project of that stack'),
      message,
    );
  });

  it("refuses a credential that is published as plain text, and a secret that is read as plain", async () => {
    await publish("secrets", { ...published, kubeconfig: "hush", platform: pulumi.secret(published.platform) });
    const message = await previewOf("secrets");
    ok(
      message.includes("kubeconfig: published as plain text, so that whoever may read the stack's state has it"),
      message,
    );
    ok(!message.includes("hush"), message);
    await publish("secrets", {
      ...published,
      kubeconfig: pulumi.secret("hush"),
      platform: pulumi.secret(published.platform),
    });
    const plain = await previewOf("secrets", (platform) => platform.plan);
    ok(plain.includes("platform: is secret, and is read as plain text"), plain);
  });

  it("says how to publish a kubeconfig, when one is needed", async () => {
    await publish("closed", published);
    const message = await previewOf("closed", (platform) => platform.provider);
    ok(
      message.includes("kubeconfig: the stack does not publish it; fix: set `outputs: { kubeconfig: true }`"),
      message,
    );
  });
});
