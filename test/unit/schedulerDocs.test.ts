import { deepStrictEqual, strictEqual } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as library from "../../index";
import { projectRoot } from "../../local/paths";
import { type Parameters, pluginCatalog } from "../../sdk/scheduler/catalog";

const docs = readFileSync(join(projectRoot(), "docs", "scheduler.md"), "utf8");

/** The table of a router, as it stands in the documentation. */
function table(router: library.SchedulerRouter): string {
  const rows = Object.entries(pluginCatalog(router)).map(([type, { kinds, meaning, parameters }]) => {
    const read = parameters === "open" ? "not judged" : parameters === undefined ? "" : parameterList(parameters);
    return `| \`${type}\` | ${kinds.join(", ")} | ${meaning} | ${read} |`;
  });
  return ["| type | kinds | what it does | parameters |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function parameterList(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, { type, default: otherwise, required }]) => {
      const more = required ? ", required" : otherwise === undefined || otherwise === "" ? "" : ` = ${otherwise}`;
      return `\`${name}\` ${type}${more}`;
    })
    .join("; ");
}

describe("docs/scheduler.md", () => {
  for (const router of Object.values(library.SchedulerRouter)) {
    it(`has the plugins of ${router}`, () => {
      const section = new RegExp(`### ${router}\\n[^|]*((?:\\|.*\\n)+)`).exec(docs)?.[1]?.trim();
      strictEqual(section, table(router));
    });
  }

  it("has examples that give what they show", () => {
    const examples = [...docs.matchAll(/```ts\n([^`]*)```\n+```json\n([^`]*)```/g)];
    strictEqual(examples.length, 3);
    for (const [, code = "", result = ""] of examples) {
      const expression = code.replace(/^import [^;]*;/gm, "").replace(/;\s*$/, "");
      const names = Object.keys(library);
      const values: unknown[] = Object.values(library);
      // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
      const value: unknown = new Function(...names, `return ${expression.trim()}`)(...values);
      deepStrictEqual(JSON.parse(JSON.stringify(value)), JSON.parse(result));
    }
  });
});
