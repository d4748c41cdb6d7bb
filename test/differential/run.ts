import { parseArgs } from "node:util";

import { createProgress } from "../../local/progress";
import { compareAll } from "./compare";
import { startOracle } from "./oracle";
import { shares } from "./properties";

const usage = "usage: npm run differential -- [--cases NUMBER] [--seed NUMBER]";

function parseOptions(argv: string[]): { cases: number; seed: number } {
  const { values } = parseArgs({
    args: argv,
    options: { cases: { type: "string", default: "10000" }, seed: { type: "string" } },
  });
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  for (const [name, text] of Object.entries({ cases: values.cases, seed })) {
    if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is "${text}"; allowed: whole numbers of at most 9 digits`);
  }
  return { cases: Number(values.cases), seed: Number(seed) };
}

async function main(): Promise<number> {
  let options: { cases: number; seed: number };
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}\n`);
    return 2;
  }
  const progress = createProgress();
  const start = Date.now();
  try {
    const oracle = await startOracle(progress);
    try {
      await compareAll(shares, oracle, options, progress);
    } finally {
      await oracle.stop();
    }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${options.cases} cases without a difference in ${seconds} s (seed ${options.seed})\n`);
  return 0;
}

void main().then((code) => process.exit(code));
