import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../local/paths";
import { runCommand } from "../../local/process";
import { compare } from "./compare";
import { failed, type Oracle, startOracle } from "./oracle";
import { shares } from "./properties";

/** Of all comparisons together. */
const cases = 2500;
/** Always the same cases; `npm run differential` takes others. */
const seed = 20_261_121;

describe("KServe's own code", function () {
  this.timeout(120_000);
  let oracle: Oracle;

  before(async () => {
    oracle = await startOracle();
  });
  after(() => oracle.stop());

  for (const share of shares) {
    const count = Math.ceil(cases * share.share);
    it(`${share.title}: ${count} generated cases, seed ${seed}`, () => compare(share, oracle, { cases: count, seed }));
  }

  it("answers a request that it cannot serve with an error, and goes on", async () => {
    const answers = await Promise.all([
      oracle.ask("merge", { specs: [{ replicas: "x" }] }),
      oracle.ask("render", { template: "{{", service: { metadata: {} }, settings: {} }),
      oracle.ask("merge", { specs: [{}, { replicas: 2 }] }),
    ]);
    assert.deepEqual(answers.map(failed), [true, true, false]);
    assert.deepEqual(answers[2], { spec: { model: { uri: "" }, replicas: 2 } });
  });

  it("has the types of which sdk/compose has a table", async () => {
    const script = join(projectRoot(), "scripts", "generate-types.mjs");
    const { stdout } = await runCommand(process.execPath, [script, "--print"], { cwd: projectRoot() });
    assert.equal(stdout, readFileSync(join(projectRoot(), "sdk", "compose", "goTypes.generated.ts"), "utf8"));
  });
});
