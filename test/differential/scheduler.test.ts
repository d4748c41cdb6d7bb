import { deepStrictEqual, match, ok } from "node:assert";

import * as fc from "fast-check";

import { silentProgress } from "../../local/progress";
import { ensureToolchain } from "../../local/toolchain/toolchain";
import { describeProblem } from "../../sdk/problems";
import { pluginCatalog } from "../../sdk/scheduler/catalog";
import { findingsOf } from "../../sdk/scheduler/check";
import { SchedulerRouter } from "../../sdk/scheduler/routers";
import { startPicker } from "./endpointPicker";
import { type JsonLines, startJsonLines } from "./jsonLines";
import { accepted, rejected, rejectedLater } from "./schedulerCases";
import { header, schedulerConfigs } from "./schedulerConfigs";

const router = SchedulerRouter.inferenceExtension;

describe("scheduler configurations as the endpoint picker's own loader takes them", function () {
  this.timeout(600_000);
  let oracle: JsonLines;

  before(async () => {
    const { tools } = await ensureToolchain({ only: ["epp-oracle"], progress: silentProgress });
    oracle = startJsonLines("epp-oracle", tools["epp-oracle"].path);
  });
  after(() => oracle.stop());

  /** Whether it is taken; both say the same. */
  async function compare(config: object): Promise<boolean> {
    const { error } = await oracle.ask<{ error?: string }>({ config: JSON.stringify(config) });
    const findings = findingsOf(config, { router });
    const refused = findings.filter(({ ignored }) => !ignored);
    deepStrictEqual(
      { config, refused: refused.length > 0, why: refused.map(describeProblem) },
      {
        config,
        refused: error !== undefined,
        why: error === undefined ? [] : refused.length > 0 ? refused.map(describeProblem) : [error],
      },
    );
    return error === undefined;
  }

  it("each plugin with each other", async () => {
    const types = Object.keys(pluginCatalog(router)).filter((type) => !needsParameters(type));
    ok(types.length > 28);
    for (const one of types) {
      for (const other of types)
        if (one <= other) await compare({ ...header, plugins: [{ type: one }, { name: "other", type: other }] });
    }
  });

  it("each parameter with any value", async () => {
    for (const config of eachParameter()) await compare(config);
  });

  it("written by hand", async () => {
    for (const config of Object.values(accepted)) ok(await compare(config), JSON.stringify(config));
    for (const config of Object.values({ ...rejected, ...rejectedLater }))
      ok(!(await compare(config)), JSON.stringify(config));
  });

  it("generated", async () => {
    let accepted = 0;
    const seed = 7;
    await fc.assert(
      fc.asyncProperty(schedulerConfigs, async (config) => {
        if (await compare(config)) accepted += 1;
      }),
      { numRuns: 1200, seed },
    );
    ok(accepted > 200 && accepted < 1000, `${accepted} of 1200 were accepted`);
  });
});

describe("the inference extension's endpoint picker", function () {
  this.timeout(120_000);
  let path: string;

  before(async () => {
    ({ path } = (await ensureToolchain({ only: ["epp"], progress: silentProgress })).tools.epp);
  });

  it("is asked about enough", () => {
    ok(Object.keys(accepted).length >= 25 && Object.keys(rejected).length >= 25);
  });

  for (const [title, config] of Object.entries(accepted)) {
    it(`starts with ${title}`, async () => {
      deepStrictEqual(
        findingsOf(config, { router }).filter(({ ignored }) => !ignored),
        [],
      );
      deepStrictEqual(await startPicker(path, config), { starts: true, said: "" });
    });
  }

  for (const [title, config] of Object.entries(rejected)) {
    it(`does not start with ${title}`, async () => {
      const refused = findingsOf(config, { router }).filter(({ ignored }) => !ignored);
      const { starts, said } = await startPicker(path, config);
      ok(refused.length > 0 && !starts, said);
      match(said, /"msg":"Failed to parse configuration"/);
    });
  }
});

function needsParameters(type: string): boolean {
  const { parameters } = pluginCatalog(router)[type] ?? {};
  return typeof parameters === "object" && Object.values(parameters).some(({ required }) => required);
}

const values = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  2,
  1e9,
  2 ** 63,
  "",
  "text",
  "1s",
  "-1s",
  "http",
  "least",
  "tokens",
  [],
  {},
  [1],
  [null],
  { a: 1 },
];

function* eachParameter(): Generator<object> {
  for (const [type, { parameters }] of Object.entries(pluginCatalog(router))) {
    if (parameters === "open") continue;
    for (const value of values) {
      yield { ...header, plugins: [{ type, parameters: value }] };
      for (const name of Object.keys(parameters ?? {}))
        yield { ...header, plugins: [{ type, parameters: { [name]: value } }] };
    }
  }
}
