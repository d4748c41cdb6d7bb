import { type JsonObject } from "../sdk/compose/marked";
import { canonicalSpec } from "../sdk/compose/canonical";
import { mergeSpecs } from "../sdk/compose/merge";
import type { Progress } from "../local/progress";
import { failed, startOracle } from "../test/differential/oracle";
import { fragments, readPresets, singleNodePresets } from "./compositions";
import { median, type Result, round } from "./measure";

const rounds = 7;
const secondsEach = 1;
const wanted = 20;

/**
 * The fold of five fragments over three presets: KServe's own `MergeSpecs` called in a loop in Go with decoded specs, against our engine
 * that reads every spec anew from its JSON values, with origins. Both in turn, nothing is kept between iterations.
 */
export async function mergeVsGo(progress: Progress): Promise<Result> {
  const oracle = await startOracle(progress);
  try {
    const presets = Object.values(readPresets(oracle.kserve, singleNodePresets));
    const specs = [...presets, ...fragments.map(({ spec }) => spec)];
    const goStored = specs.map((spec) => canonicalSpec(spec, { defaults: true }).value);
    await assertSame(oracle, goStored);
    const goMicroseconds: number[] = [];
    const ourMicroseconds: number[] = [];
    ours(specs, 0.5);
    for (let index = 0; index < rounds; index++) {
      const answer = await oracle.ask("bench", { specs: goStored, seconds: secondsEach });
      if (failed(answer)) throw new Error(`the oracle's bench failed: ${answer.error}`);
      goMicroseconds.push(answer.nanoseconds / 1000 / answer.iterations);
      ourMicroseconds.push(ours(specs, secondsEach));
    }
    const [go, our] = [median(goMicroseconds), median(ourMicroseconds)];
    const value = round(go / our);
    return {
      name: "merge-vs-go",
      value,
      unit: "x",
      limit: wanted,
      pass: value >= wanted,
      details: { atLeast: true, goMicroseconds: round(go), ourMicroseconds: round(our), rounds },
    };
  } finally {
    await oracle.stop();
  }
}

/** Microseconds of one fold. */
function ours(specs: readonly unknown[], seconds: number): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let iterations = 0;
  while (process.hrtime.bigint() < end) {
    fold(specs);
    iterations++;
  }
  return Number(process.hrtime.bigint() - start) / 1000 / iterations;
}

function fold(specs: readonly unknown[]): JsonObject {
  return mergeSpecs(specs.map((spec) => canonicalSpec(spec, { defaults: true }).value)).value;
}

/** Two engines that disagree have nothing to compare. */
async function assertSame(
  oracle: Awaited<ReturnType<typeof startOracle>>,
  specs: readonly JsonObject[],
): Promise<void> {
  const answer = await oracle.ask("merge", { specs: [...specs] });
  if (failed(answer)) throw new Error(`the oracle's merge failed: ${answer.error}`);
  const [theirs, own] = [canonicalSpec(answer.spec).value, canonicalSpec(mergeSpecs(specs).value).value];
  if (sortedJson(theirs) !== sortedJson(own))
    throw new Error("KServe's merge and ours differ for the specs of this benchmark");
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) =>
    typeof child === "object" && child !== null && !Array.isArray(child)
      ? Object.fromEntries(Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1)))
      : child,
  );
}
