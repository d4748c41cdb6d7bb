import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import Mocha = require("mocha");

import { createProgress } from "../local/progress";
import { gatewayToolNames, ownToolNames, testToolNames, toolNames } from "../local/toolchain/types";

/** The suites in the order in which they run; the differential one needs KServe's own code, the embedded one the whole toolchain. */
const suites = ["unit", "component", "differential", "embedded"] as const;
type Suite = (typeof suites)[number];

const usage = `usage: npm test [-- [--only ${suites.join("|")}]... [--grep TEXT] [--bail]]`;

interface Options {
  only: Suite[];
  grep?: string;
  bail: boolean;
}

function parseOptions(argv: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: "string", multiple: true },
      grep: { type: "string" },
      bail: { type: "boolean", default: false },
    },
  });
  const only = values.only ?? [...suites];
  const unknown = only.filter((name) => !(suites as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`unknown suite ${unknown.join(", ")}; allowed: ${suites.join(", ")}`);
  return { only: only as Suite[], grep: values.grep, bail: values.bail };
}

async function prepare(options: Options): Promise<void> {
  const needed = [
    ...(options.only.includes("differential") ? [...ownToolNames, ...testToolNames] : []),
    ...(options.only.includes("embedded") ? [...toolNames, ...gatewayToolNames] : []),
  ];
  if (needed.length === 0) return;
  // Missing parts are an error before any test runs, with the way to get them.
  const { ensureToolchain } = await import("../local/toolchain/toolchain");
  await ensureToolchain({ only: needed, progress: createProgress() });
}

function run(options: Options): Promise<void> {
  const mocha = new Mocha({
    bail: options.bail,
    grep: options.grep,
    reporter: "spec",
    color: process.stdout.isTTY && !process.env.NO_COLOR,
    forbidOnly: true,
    forbidPending: true,
    // It ends tests that hang; on a machine that others use, a test of milliseconds may take seconds.
    timeout: 60_000,
  });
  for (const suite of options.only) {
    const folder = join(__dirname, suite);
    for (const file of readdirSync(folder).sort()) {
      if (file.endsWith(".test.js")) mocha.addFile(join(folder, file));
    }
  }
  return new Promise((resolve) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      process.stdout.write(`\n${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ""}\n`);
      // A suite that found nothing to run has not passed.
      process.exitCode = failures > 0 || passes === 0 ? 1 : 0;
      resolve();
    });
  });
}

async function main(): Promise<void> {
  let options: Options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
    process.exit(2);
  }
  try {
    await prepare(options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.stdout.write("\n0 passed, 1 failed\n");
    process.exit(1);
  }
  await run(options);
  // What a test left running must not keep the command from ending.
  process.exit();
}

void main();
