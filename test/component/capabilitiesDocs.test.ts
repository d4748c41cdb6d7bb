import { deepStrictEqual, ok } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";

import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";

import * as library from "../../index";
import { projectRoot } from "../../local/paths";
import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { named, register } from "./mocks";

interface Block {
  readonly line: number;
  /** "ts", "ts program", "yaml result", "yaml annotations" or "yaml registers", with a path or name behind it. */
  readonly kind: string;
  readonly rest: string;
  readonly content: string;
}

const kinds = ["ts program", "ts", "yaml result", "yaml annotations", "yaml registers"];

function blocksOf(page: string): Block[] {
  return [...page.matchAll(/^```(?<marker>.+)\n(?<content>[^]*?)^```$/gm)].map(({ groups, index }) => {
    const { marker = "", content = "" } = groups ?? {};
    const kind = kinds.find((candidate) => marker === candidate || marker.startsWith(`${candidate} `));
    const line = page.slice(0, index).split("\n").length;
    if (!kind) throw new Error(`line ${line}: unknown marker ${marker}`);
    return { line, kind, rest: marker.slice(kind.length).trim(), content };
  });
}

const scope = { ...library, pulumi };

/** Runs an example with everything that the library exports in scope. */
function run(body: string): unknown {
  const program = runInThisContext(`(({ ${Object.keys(scope).join(", ")} }) => { ${body} })`) as (
    all: object,
  ) => unknown;
  return program(scope);
}

describe("docs/capabilities.md", () => {
  const blocks = blocksOf(readFileSync(join(projectRoot(), "docs", "capabilities.md"), "utf8"));

  it("has an example of every recipe", () => {
    const recipes = ["model", "storageInitializer", "withoutStorageInitializer", "singleNode", "multiNode"];
    const others = [
      "disaggregated",
      "managedRouter",
      "customRoute",
      "canary",
      "ingress",
      "customPool",
      "referencedPool",
    ];
    const more = ["autoscale", "kvCacheOffloading", "deviceClaim", "tracing", "ModelCredentials", "InferenceObjective"];
    const code = blocks.filter(({ kind }) => kind.startsWith("ts")).map(({ content }) => content);
    for (const recipe of [...recipes, ...others, ...more, "pipelineParallelConfig"]) {
      ok(
        code.some((text) => text.includes(`${recipe}(`)),
        recipe,
      );
    }
  });

  for (const [index, block] of blocks.entries()) {
    if (!block.kind.startsWith("ts")) continue;
    const next = blocks.slice(index + 1).findIndex(({ kind }) => kind.startsWith("ts"));
    const results = blocks.slice(index + 1, next < 0 ? undefined : index + 1 + next);
    if (block.kind === "ts program") {
      it(`runs the program in line ${block.line}`, async () => {
        const { registrations } = await register(() => run(block.content));
        ok(registrations.length > 0);
        for (const { rest, content } of results) deepStrictEqual(named(registrations, rest).inputs, load(content));
      });
      continue;
    }
    it(`says what the fragments in line ${block.line} come to`, () => {
      ok(results.length > 0);
      const fragments = run(`return [${block.content}];`) as library.ConfigFragment[];
      const { spec } = composeWritten({
        service: { name: "llama", namespace: "models" },
        fragments: fragments as never,
        spec: fragments.some((fragment) => "model" in (fragment.spec as object))
          ? {}
          : { model: { uri: "hf://acme/llama" } },
        configs: new ConfigStore({}),
      });
      for (const { kind, rest, content } of results) {
        const annotations = Object.assign({}, ...fragments.map((fragment) => fragment.annotations)) as object;
        const actual = kind === "yaml annotations" ? annotations : valueAt(spec, rest);
        deepStrictEqual(JSON.parse(JSON.stringify(actual)), load(content));
      }
    });
  }
});

function valueAt(spec: unknown, path: string): unknown {
  const keys = path === "" ? [] : path.split(".");
  return keys.reduce((value, key) => (value as Record<string, unknown>)[key], spec);
}
