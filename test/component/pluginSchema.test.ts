import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { projectRoot } from "../../local/paths";
import { fragmentsOf, recipeNames } from "../../plugin/recipes";
import * as library from "../../index";

describe("what other languages see of the package", () => {
  it("has the package's version and components of the same names", () => {
    const schema = JSON.parse(readFileSync(join(projectRoot(), "plugin", "schema.json"), "utf8")) as {
      version: string;
      resources: Record<string, { isComponent: boolean }>;
    };
    const { version } = JSON.parse(readFileSync(join(projectRoot(), "package.json"), "utf8")) as { version: string };
    strictEqual(schema.version, version);
    const names = Object.keys(schema.resources).map((type) => type.split(":")[2] as string);
    deepStrictEqual(
      names.filter((name) => !(name in library)),
      [],
    );
    deepStrictEqual(
      recipeNames.filter((name) => !(name in library)),
      [],
    );
  });
});

describe("fragments from other languages", () => {
  it("are written out, or made by a recipe under a name and priority of their own", async () => {
    const made = await fragmentsOf("llama", [
      { recipe: "vllm", args: { maxModelLen: 8192 }, priority: 3 },
      { name: "mine", spec: { replicas: 2 } },
    ]);
    const recipe = library.vllm({ maxModelLen: 8192 });
    deepStrictEqual(made, [
      { ...recipe, priority: 3 },
      { name: "mine", spec: { replicas: 2 } },
    ]);
    strictEqual(await fragmentsOf("llama", undefined), undefined);
  });

  it("stay secret when they came as a secret", async () => {
    const [fragment] = (await fragmentsOf("llama", [pulumi.secret({ name: "s", spec: { replicas: 2 } })])) ?? [];
    strictEqual(await pulumi.isSecret(fragment?.spec as pulumi.Output<unknown>), true);
  });

  it("are refused when they are neither, or both, with every problem at once", async () => {
    const given = [{ recipe: "vlm" }, { recipe: "model", spec: {} }, { spec: {} }, { name: "x", args: {} }];
    await rejects(fragmentsOf("llama", given), {
      message: `LLMInferenceService "llama": 5 problems
  - fragments[0].recipe: no such recipe; given: "vlm"; fix: did you mean "vllm"?
  - fragments[1]: both a spec and a recipe; fix: make two fragments of it
  - fragments[2].name: missing
  - fragments[3].spec: missing; fix: give a spec, or name a recipe
  - fragments[3].args: arguments of no recipe; fix: name it in recipe`,
    });
    await rejects(fragmentsOf("llama", [{ recipe: "constructor" }]), /fragments\[0\]\.recipe: no such recipe/);
  });

  it("are refused with the mistakes in the arguments of all recipes at once", async () => {
    const given = [
      { recipe: "vllm", args: { maxModelLen: 0 } },
      { recipe: "accelerator", args: { accelerator: "nvidia-h100-80g", count: 1 } },
    ];
    await rejects(fragmentsOf("llama", given), (error: Error) => {
      match(error.message, /^LLMInferenceService "llama": 2 problems/);
      match(error.message, /fragments\[0\]\.args\..*maxModelLen/);
      match(error.message, /fragments\[1\]\.args\..*accelerator/);
      return true;
    });
  });
});
