import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { projectRoot } from "../../local/paths";
import { makeSchema } from "../../plugin/makeSchema";
import { ProviderTests, touchedNames } from "./provider/harness";

const root = projectRoot();

/** Starts the plugin as Pulumi's language host for Node.js does, which cannot be had here: the SDK's own run-plugin, on the folder. */
function writeShim(folder: string): void {
  const runPlugin = join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run-plugin");
  const file = join(folder, "pulumi-resource-pulumi-kserve");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `#!/bin/sh\nexec "${process.execPath}" "${runPlugin}" "${join(root, "plugin")}" "$@"\n`);
  chmodSync(file, 0o755);
}

/** A component as the SDKs of other languages register it: nothing but its type and its arguments, made by the provider. */
class Remote extends pulumi.ComponentResource {
  [output: string]: unknown;

  constructor(
    type: string,
    name: string,
    args: pulumi.Inputs,
    outputs: string[],
    opts: pulumi.ComponentResourceOptions,
  ) {
    const missing = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(`pulumi-kserve:index:${type}`, name, { ...missing, ...args }, opts, true);
  }
}

describe("the schema of plugin/", function () {
  this.timeout(180_000);

  it("is what the declarations say: npm run generate:plugin", () => {
    strictEqual(readFileSync(join(root, "plugin", "schema.json"), "utf8"), makeSchema(root));
  });
});

describe("components for other languages", function () {
  this.timeout(180_000);
  const tests = new ProviderTests();
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-kserve-plugin-"));
    writeShim(folder);
    await tests.start();
  });
  after(async () => {
    await tests.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (name: string, fragments: unknown[]) =>
    tests.open(
      name,
      ({ options, namespace }) => {
        const opts = { providers: { kubernetes: options.provider } };
        const hub = new Remote(
          "ModelCredentials",
          "hub",
          { namespace, huggingFaceToken: pulumi.secret("hf_very-secret") },
          ["annotations", "spec", "serviceAccountName"],
          opts,
        );
        const llama = new Remote(
          "LLMInferenceService",
          "llama",
          {
            ...{ namespace, spec: { replicas: 3 }, skipAwait: true },
            fragments: [...fragments, { name: "credentials", spec: hub.spec, annotations: hub.annotations }],
          },
          ["name", "namespace", "modelName"],
          opts,
        );
        return { modelName: llama.modelName, token: hub.annotations };
      },
      {},
      { "pulumi-kserve": folder },
    );

  it("are those of TypeScript: the same types, children and arguments", async () => {
    const stack = await open("remote", [
      { recipe: "model", args: { uri: "hf://meta-llama/Llama-3.1-8B-Instruct" } },
      { recipe: "accelerator", args: { accelerator: "nvidia-h100-80gb", count: 1 } },
      { name: "labels", priority: 1, spec: { template: { nodeSelector: { team: "search" } } } },
    ]);
    const preview = await stack.preview();
    deepStrictEqual(touchedNames(preview), [
      "cluster",
      "hub",
      "hub-hf-token",
      "llama",
      "llama-service",
      "provider-test-remote",
    ]);
    const { spec, metadata } = preview.touched.get("llama-service")?.inputs as {
      spec: { replicas: number; model: unknown; template: { nodeSelector: unknown; containers: unknown[] } };
      metadata: { annotations: Record<string, string> };
    };
    strictEqual(spec.replicas, 3);
    deepStrictEqual(spec.template.nodeSelector, { team: "search" });
    match(JSON.stringify(spec), /nvidia\.com\/gpu/);
    match(JSON.stringify(metadata.annotations), /hub-hf-token/);
    ok(!JSON.stringify([...preview.touched.values()]).includes("hf_very-secret"));
  });

  it("name what is wrong with a recipe", async () => {
    const stack = await open("mistake", [{ recipe: "vlm", args: {} }, { spec: {} }]);
    const said = await stack.failure("preview");
    match(said, /fragments\[0\]\.recipe: no such recipe; given: "vlm"; fix: did you mean "vllm"\?/);
    match(said, /fragments\[1\]\.name: missing/);
  });
});
