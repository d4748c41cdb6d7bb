import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { load } from "js-yaml";

import { projectRoot } from "../../local/paths";
import { examplesOf, outputOf } from "./compositionExamples";

describe("docs/composition.md", () => {
  const examples = examplesOf(readFileSync(join(projectRoot(), "docs", "composition.md"), "utf8"));

  it("has examples, each with a result", () => {
    ok(examples.length >= 15, `${examples.length} examples`);
    deepStrictEqual(
      examples.filter(({ outputs }) => outputs.length === 0).map(({ heading }) => heading),
      [],
    );
  });

  for (const example of examples) {
    for (const block of example.outputs) {
      it(`${example.heading}: says what the code makes of it (line ${block.line}, ${block.kind})`, () => {
        const actual = outputOf(example, block);
        if (block.kind === "result") deepStrictEqual(load(block.content), load(actual));
        else strictEqual(block.content, actual);
      });
    }
  }
});
