import { ok, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInThisContext } from "node:vm";

import { dump } from "js-yaml";

import { projectRoot } from "../../local/paths";
import type { ConfigFragment } from "../../sdk/api/configFragment";
import { serveArgumentsLine } from "../../sdk/api/serveArguments";
import { composeWritten } from "../../sdk/compose/compose";
import { ConfigStore } from "../../sdk/compose/configs";
import { accelerator } from "../../sdk/recipes/accelerator";
import { hardening } from "../../sdk/recipes/hardening";
import { pinImages } from "../../sdk/recipes/images";
import { vllm } from "../../sdk/recipes/vllm";

const recipes = { accelerator, hardening, pinImages, vllm };

describe("docs/recipes.md, hardware and engine", () => {
  const page = readFileSync(join(projectRoot(), "docs", "recipes.md"), "utf8");
  const section = /^## Hardware and engine\n([^]*?)(?=^## |(?![^]))/m.exec(page)?.[1] ?? "";
  const examples = [...section.matchAll(/^```js\n([^]*?)^```\n\n```yaml(.*)\n([^]*?)^```$/gm)];

  it("has examples, each with what it says", () => {
    ok(examples.length >= 6);
    strictEqual(examples.length, section.split("```js\n").length - 1);
  });

  for (const [, code = "", part = "", shown] of examples) {
    it(code.split("\n")[0]!, () => {
      const made = runInThisContext(`(({ ${Object.keys(recipes).join(", ")} }) => [${code}])`) as (
        given: typeof recipes,
      ) => ConfigFragment[];
      strictEqual(shown, dump(saidBy(made(recipes), part.trim()), { lineWidth: -1, noRefs: true, sortKeys: true }));
    });
  }
});

/** One fragment as it is; of several, the server's environment that they are composed to. */
function saidBy(fragments: readonly ConfigFragment[], part: string): unknown {
  if (part !== "env") return fragments[0]?.spec;
  const { spec } = composeWritten({
    service: { name: "llama", namespace: "models" },
    fragments: fragments as never,
    spec: { model: { uri: "hf://acme/llama" } },
    configs: new ConfigStore({}),
  });
  const { env } = (spec as { template: { containers: [{ env: { name: string; value: string }[] }] } }).template
    .containers[0];
  return env.map(({ name, value }) => ({
    name,
    value: value === serveArgumentsLine ? "… (hands on the others)" : value,
  }));
}
