import { deepStrictEqual, ok } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";
import { preflightCodes } from "../../sdk/preflight/codes";
import { capacityCases } from "./preflight/capacityCases";
import { clusterCases } from "./preflight/clusterCases";
import { nameCases } from "./preflight/nameCases";
import { objectCases } from "./preflight/objectCases";
import { schedulerCases } from "./preflight/schedulerCases";

const cases = [...nameCases, ...clusterCases, ...capacityCases, ...objectCases, ...schedulerCases];

describe("docs/preflight.md", () => {
  const page = readFileSync(join(projectRoot(), "docs", "preflight.md"), "utf8");
  const sections = new Map(
    page
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section] as const),
  );

  it("has every code, and no other", () => {
    deepStrictEqual([...sections.keys()].sort(), Object.keys(preflightCodes).sort());
  });

  for (const [code, { severity, meaning }] of Object.entries(preflightCodes)) {
    it(`says of ${code} what the table says, with an example that a test has seen`, () => {
      const section = sections.get(code) ?? "";
      ok(section.toLowerCase().includes(`${severity}: ${meaning.toLowerCase()}.`), section);
      const example = /```\n([^]*?)\n```/.exec(section)?.[1] ?? "";
      ok(
        cases.some((one) => one.code === code && one.finding === example),
        example,
      );
    });
  }
});
